"""The tenant as a process: served, killed, started again."""

import os
import signal
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from tests.sandbox.conftest import HEADERS
from workbench.errors import UsageError
from workbench.sandbox import TenantSettings, User, build_app, serve

ROOT = Path(__file__).parents[2]
SERVE = """
import sys
from pathlib import Path
from workbench.sandbox import TenantSettings, serve
serve(TenantSettings(), path=Path(sys.argv[1]), port=0, ready=lambda address: print(address, flush=True))
"""


class Served:
    """A tenant in a process of its own."""

    def __init__(self, path: Path) -> None:
        command = [sys.executable, "-c", SERVE, str(path)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT)
        self.http = httpx.Client(base_url=self.process.stdout.readline().strip(), headers=HEADERS, trust_env=False)

    def stop(self, how: int) -> str:
        """End the process; returns what it wrote to stderr."""
        self.http.close()
        self.process.send_signal(how)
        _, said = self.process.communicate(timeout=20)
        return said


def test_nothing_that_was_answered_is_lost_when_the_process_is_killed(tmp_path):
    """Every contact the client has an id of is there after SIGKILL, and ids are not given out twice."""
    path = tmp_path / "tenant.sqlite"
    served = Served(path)
    ids = [
        served.http.post("/contacts", json={"email": f"a{n}@example.org"}).json()["contact"]["id"] for n in range(50)
    ]
    served.stop(signal.SIGKILL)

    again = Served(path)
    kept = again.http.get(str(again.http.base_url).removesuffix("/crm/sales/api/") + "/local/records/contact").json()
    new = again.http.post("/contacts", json={"email": "new@example.org"}).json()["contact"]["id"]
    again.stop(signal.SIGTERM)

    assert [record["id"] for record in kept["records"]] == ids
    assert new > max(ids)


def test_it_stops_quietly_when_told_to(tmp_path):
    """SIGTERM ends it without a word."""
    assert Served(tmp_path / "tenant.sqlite").stop(signal.SIGTERM) == ""


def test_the_digest_can_be_read_beside_the_running_process(tmp_path):
    """A second reader of the same file sees what was answered."""
    path = tmp_path / "tenant.sqlite"
    served = Served(path)
    served.http.post("/contacts", json={"email": "a@example.org"})

    beside = build_app(TenantSettings(), path=path).state.tenant

    assert beside.count("contact") == 1
    beside.close()
    served.stop(signal.SIGTERM)


def test_a_bulk_write_handed_in_before_the_kill_is_done_after(tmp_path):
    """Jobs stand in the store, too."""
    path = tmp_path / "tenant.sqlite"
    served = Served(path)
    rows = {"contacts": [{"emails": "a@example.org", "data": {}}]}
    job = served.http.post("/contacts/bulk_upsert", json=rows).json()["job_status_url"].rpartition("/")[2]
    served.stop(signal.SIGKILL)

    again = Served(path)
    status = again.http.get(f"/job_statuses/{job}").json()["status"]
    again.stop(signal.SIGTERM)

    assert status == "SUCCESS"


def test_a_taken_port_is_said_in_one_line():
    """The message names the address."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        with pytest.raises(UsageError, match=f"127.0.0.1:{port}: cannot listen"):
            serve(TenantSettings(), path=None, port=port)


@pytest.mark.parametrize("port", [-1, 99_999])
def test_a_port_that_cannot_be_is_said_too(port):
    """Outside of what ports can be."""
    with pytest.raises(UsageError, match="cannot listen"):
        serve(TenantSettings(), path=None, port=port)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"plan": "gold"}, "no plan 'gold'; known: free, growth, pro, enterprise"),
        ({"edition": "x"}, "no edition"),
        ({"time_zone": "Mars/Olympus"}, "no time zone"),
        ({"time_scale": 0}, "time_scale is 0"),
        ({"time_scale": float("nan")}, "time_scale"),
        ({"seed": 10**20}, "seed is 1"),
        ({"seed": -1}, "seed is -1"),
        ({"key": "ké"}, "outside of ASCII"),
        ({"users": (User(name="A", email="a@tenant.example", is_active=False),)}, "no active user"),
    ],
)
def test_a_setting_that_cannot_be_is_refused(settings, message):
    """Before anything is made."""
    with pytest.raises(UsageError, match=message):
        build_app(TenantSettings(**settings))


def test_every_wrong_setting_is_told_at_once():
    """One message, a line each."""
    with pytest.raises(UsageError) as told:
        build_app(TenantSettings(plan="gold", edition="x", time_scale=-1))

    assert str(told.value).count("\n  - ") == 3


def test_a_file_that_is_no_tenant_is_refused(tmp_path):
    """Neither a text file nor a folder nor a path into nowhere is touched."""
    text = tmp_path / "notes.txt"
    text.write_text("not a database, and long enough to be looked at " * 10)

    for path in (text, tmp_path, tmp_path / "no" / "where.sqlite"):
        with pytest.raises(UsageError, match="cannot keep a tenant there"):
            build_app(TenantSettings(), path=path)
    assert text.read_text().startswith("not a database")


@pytest.mark.parametrize("table", ["bookmarks", "facts", "records"])
def test_a_file_of_another_program_stays_as_it_was(tmp_path, table):
    """Its tables are no tenant's, even where one is called like one of them."""
    path = tmp_path / "other.sqlite"
    with closing(sqlite3.connect(path)) as other:
        other.execute(f"CREATE TABLE {table}(a)")
    before = path.read_bytes()

    with pytest.raises(UsageError, match="something else than a tenant"):
        build_app(TenantSettings(), path=path)
    assert path.read_bytes() == before


def test_a_second_server_of_one_file_is_refused(tmp_path):
    """It would give out ids the first one has given out; once that is gone, killed even, the file is free."""
    path = tmp_path / "tenant.sqlite"
    first = Served(path)

    with pytest.raises(UsageError, match="another server keeps its tenant there"):
        serve(TenantSettings(), path=path, port=0)
    assert first.http.post("/contacts", json={"email": "a@example.org"}).status_code == 200
    first.stop(signal.SIGKILL)

    again = Served(path)
    assert again.http.post("/contacts", json={"email": "b@example.org"}).status_code == 200
    again.stop(signal.SIGTERM)


def test_the_bench_measures(tmp_path):
    """A few upserts over loopback give a rate."""
    from workbench.sandbox.bench import measure_upserts

    assert measure_upserts(20, path=tmp_path / "tenant.sqlite") > 0


def test_a_forgotten_client_does_not_keep_the_process_alive():
    """The transport's thread ends with the program."""
    program = (
        "import httpx\nfrom workbench.sandbox import *\n"
        "client = httpx.Client(transport=in_process(build_app(TenantSettings())))\n"
        "client.get('http://tenant.test/crm/sales/api/selector/owners')\n"
    )

    subprocess.run([sys.executable, "-c", program], cwd=ROOT, timeout=30, check=True, env=dict(os.environ))
