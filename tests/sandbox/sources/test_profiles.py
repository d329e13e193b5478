"""The local servers that play sources: who is let in, how often, and what they serve."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest

from tests.sources.api.world import Clock, make_patients, write_lines
from workbench.errors import UsageError
from workbench.sandbox import in_process
from workbench.sandbox.sources import Source, build_source_app, read_profile
from workbench.sandbox.sources.profile import PROFILES, build_profile

LOGIN = {"username": "local", "password": "local-source-password", "practicePin": "1234"}


class Caller:
    """A source in this process, and a client of it."""

    def __init__(self, data: Path, profile: str) -> None:
        self.clock = Clock()
        self.source = Source(read_profile(profile), data, clock=self.clock)
        base = f"http://source.test{self.source.profile.prefix}"
        self.http = httpx.Client(transport=in_process(build_source_app(self.source)), base_url=base)

    def log_in(self) -> dict[str, str]:
        """Headers with a fresh token of Aerona's."""
        token = self.http.post("/login", json=LOGIN).headers["AERONA-AUTH-TOKEN"]
        return {"AERONA-AUTH-TOKEN": token}


@pytest.fixture
def call(tmp_path):
    """Makes callers of a profile on these records; closed at the end."""
    made = []

    def make(profile: str, objects: dict[str, list[dict]]) -> Caller:
        for name, records in objects.items():
            write_lines(tmp_path / "data", name, records)
        made.append(Caller(tmp_path / "data", profile))
        return made[-1]

    yield make
    for caller in made:
        caller.http.close()


def test_aerona_ends_the_token_with_the_request_beyond_its_limit(call):
    """300 in 15 minutes; the 301st is refused, and the token with it, until there is room for a new one."""
    caller = call("aerona", {"patients": make_patients(1)})
    headers = caller.log_in()
    for _ in range(299):
        assert caller.http.get("/patients", headers=headers).status_code == 200

    assert caller.http.get("/patients", headers=headers).status_code == 429
    assert caller.http.post("/login", json=LOGIN).status_code == 429
    caller.clock.now += 901
    assert caller.http.get("/patients", headers=headers).status_code == 401
    assert caller.http.get("/patients", headers=caller.log_in()).status_code == 200
    assert caller.source.meters[0].over == 2


def test_aerona_tokens_live_an_hour(call):
    """And wrong words get none."""
    caller = call("aerona", {"patients": make_patients(1)})
    headers = caller.log_in()
    caller.clock.now += 3599
    assert caller.http.get("/patients", headers=headers).status_code == 200
    caller.clock.now += 1
    assert caller.http.get("/patients", headers=headers).status_code == 401
    assert caller.http.post("/login", json=LOGIN | {"practicePin": "1"}).status_code == 401


def test_cliniko_names_the_moment_of_its_next_minute_and_wants_an_address(call):
    """Fifty a page unless asked for more, a hundred at most; the last page has no next."""
    caller = call("cliniko", {"patients": [{"id": str(number)} for number in range(150)]})
    auth, agent = ("local-source-key", ""), {"User-Agent": "test (ada@example.com)"}
    first = caller.http.get("/patients", auth=auth, headers=agent)
    second = caller.http.get("/patients", auth=auth, headers=agent, params={"per_page": 100, "page": 2}).json()

    assert len(first.json()["records"]) == 50
    assert first.json()["links"]["next"] == "http://source.test/v1/patients?page=2"
    assert first.headers["X-RateLimit-Remaining"] == "199"
    assert int(first.headers["X-RateLimit-Reset"]) == int(caller.clock.now) + 61
    assert (len(second["records"]), "links" in second) == (50, False)
    assert caller.http.get("/patients", auth=auth).status_code == 400
    assert caller.http.get("/patients", headers=agent).status_code == 401


def test_open_dental_gives_a_plain_list_by_offset(call):
    """At most a hundred, and an empty one behind the end."""
    caller = call("open_dental", {"patients": [{"PatNum": number} for number in range(150)]})
    headers = {"Authorization": "ODFHIR local-developer-key/local-customer-key"}

    def count(**parameters):
        return len(caller.http.get("/patients", headers=headers, params=parameters).json())

    assert [count(), count(Offset=100), count(Offset=150), count(Limit=500)] == [100, 50, 0, 100]


def test_records_are_served_as_they_are_spelt(call, tmp_path):
    """No digit of an id is lost on the way, and a CSV's cells are texts."""
    caller = call("neon_dx", {"co_big": []})
    (tmp_path / "data/co_big.jsonl").write_text('{"id": 514810972972521917, "amount": 1.50}\n')
    (tmp_path / "data/co_cells_1.csv").write_text("id,name\n007,Ann\n")
    caller.source.__init__(caller.source.profile, tmp_path / "data", clock=caller.clock)
    headers = {"X-Api-Key": "local-source-key"}

    assert (
        '{"id": 514810972972521917, "amount": 1.50}' in caller.http.get("/objects/co_big/records", headers=headers).text
    )
    cells = caller.http.get("/objects/co_cells/records", headers=headers).json()["items"]
    assert cells == [{"id": "007", "name": "Ann"}]
    assert caller.http.get("/objects/none/records", headers=headers).status_code == 404


def test_a_file_outside_of_the_export_is_not_served(call, tmp_path):
    """Whatever a record says of where its file lies."""
    documents = [{"documentId": 1, "path": "../secret.txt"}, {"documentId": 2, "path": "in.txt"}]
    caller = call("aerona", {"documents": documents})
    (tmp_path / "secret.txt").write_text("s")
    (tmp_path / "data/in.txt").write_text("i")
    headers = caller.log_in()

    assert caller.http.get("/documents/1/content", headers=headers).status_code == 404
    assert caller.http.get("/documents/2/content", headers=headers).text == "i"


def test_what_was_counted_can_be_asked_for(call):
    """Without a key, and without being counted."""
    caller = call("octopuspro", {"bookings": [{"booking_id": 1}]})
    for _ in range(11):
        last = caller.http.get("/bookings", params={"api_key": "local-source-key"})

    told = caller.http.get("http://source.test/local/counts").json()

    assert last.status_code == 429
    assert told["counts"] == {"requests": 11, "over": 1}
    assert told["limits"][0] == {"allowed": 10, "most": 11, "over": 1}


def test_every_profile_can_be_read_and_a_wrong_one_is_named():
    """Those that come with the product, and the nearest to what was typed."""
    names = sorted(path.stem for path in PROFILES.glob("*.toml"))
    assert names == ["aerona", "cliniko", "neon_dx", "octopuspro", "open_dental"]
    assert all(read_profile(name).objects for name in names)
    with pytest.raises(UsageError, match="no profile 'aeronna' of a source; did you mean aerona"):
        read_profile("aeronna")
    with pytest.raises(UsageError, match="profile x: .*colour"):
        build_profile("x", {"object": [], "colour": "red"})


def test_a_folder_without_an_export_is_refused(tmp_path):
    """Rather than served as one without records."""
    with pytest.raises(UsageError, match="no .jsonl, .csv or .json files to serve"):
        Source(read_profile("aerona"), tmp_path / "nothing")
    (tmp_path / "manifest.json").write_text(json.dumps({}))
    with pytest.raises(UsageError, match="name the folder of an export"):
        Source(read_profile("aerona"), tmp_path)
