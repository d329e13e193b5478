"""Two Singer taps, as their authors wrote them, read everything a tenant holds that they can read."""

import json
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.clients.filling import BINNED, EACH, fill, settings_of
from tests.clients.serving import Served, serve_tenant
from tests.clients.singer import Extraction

CONFIG = {"api_key": "local-tenant-key", "domain": "local", "start_date": "2000-01-01T00:00:00Z"}
VIEWED = {"contacts": "contact", "deals": "deal", "accounts": "sales_account"}


@dataclass(frozen=True, kw_only=True)
class Tap:
    """What a tap can read, and where it is not of one mind with live tenants.

    Attributes:
        viewed: Object of each stream that is read view by view.
        listed: Object of each stream that is read through filters.
        misspelt: Stream a record is written under, with the one its schema is.
        differing: Fields that are not what the tap's schema says, by stream.
    """

    name: str
    edition: str
    viewed: dict[str, str]
    listed: dict[str, str]
    misspelt: dict[str, str] = field(default_factory=dict)
    differing: dict[str, set[str]] = field(default_factory=dict)


TAPS = (
    # Reading tasks and sales activities is commented out in it.
    Tap(name="tap_freshworkscrm", edition="suite", viewed=VIEWED, listed={"appointments": "appointment"}),
    Tap(
        name="tap_freshsales",
        edition="classic",
        viewed={"leads": "lead", **VIEWED},
        listed={"tasks": "task", "appointments": "appointment", "sale_activities": "sales_activity"},
        misspelt={"sale_activities": "sales_activities"},
        # The status of a task is true or false to the tap, and 0 or 1 to live tenants.
        differing={"tasks": {"status: int"}},
    ),
)


class Reading:
    """A tap, the tenant it reads, and what it wrote."""

    def __init__(self, tap: Tap, served: Served, run_client, config: Path) -> None:
        self.tap = tap
        self.served = served
        self._run_client = run_client
        self._config = config
        self.extraction = Extraction(self.run().stdout)

    def run(self, *more: str, pauses: str = "none"):
        """One run of the tap's command."""
        done = self._run_client(
            self.tap.name, "tap.py", self.tap.name, self.served.origin, pauses, "--config", str(self._config), *more
        )
        assert done.returncode == 0, done.stderr[-2000:]
        return done

    def views(self, object: str):
        """The views of an object."""
        return self.served.ask(f"/{object}s/filters")["filters"]


@pytest.fixture(scope="module", params=TAPS, ids=lambda tap: tap.name)
def reading(request, tmp_path_factory, run_client):
    """One run of a tap over a tenant with several pages of everything."""
    tap, folder = request.param, tmp_path_factory.mktemp(request.param.name)
    config = folder / "config.json"
    config.write_text(json.dumps(CONFIG))
    with serve_tenant(settings_of(tap.edition), folder / "tenant.sqlite", fill=fill) as served:
        yield Reading(tap, served, run_client, config)


def test_it_discovers_its_streams(reading):
    """The catalogue goes to its log; every stream it writes stands there."""
    log = reading.run("--discover").stderr

    streams = {each["stream"] for each in json.loads(log[log.index("{") :])["streams"]}
    assert set(reading.extraction.schemas) <= streams


def test_every_record_is_there_once_told_apart_by_id(reading):
    """Views overlap and the bin is one of them: as many ids as the tenant has records, live and binned."""
    for stream, object in reading.tap.viewed.items():
        live, ids = reading.served.ids(object), reading.extraction.ids(stream)
        assert (stream, len(live), len(ids)) == (stream, EACH - BINNED, EACH)
        assert ids > live


def test_as_many_rows_as_all_views_together_show(reading):
    """The tap writes every record of every view: no row too many, none lost between two pages."""
    for stream, object in reading.tap.viewed.items():
        totals = [
            reading.served.ask(f"/{object}s/view/{view['id']}")["meta"]["total"] for view in reading.views(object)
        ]
        assert (stream, len(reading.extraction.records[stream])) == (stream, sum(totals))
        assert max(totals) > 200


def test_every_activity_is_there(reading):
    """Whatever filters show it."""
    for stream, object in reading.tap.listed.items():
        assert len(reading.served.ids(object)) == EACH
        assert reading.extraction.ids(stream) == reading.served.ids(object), stream


def test_appointments_are_past_or_upcoming(reading):
    """None is both, none is neither."""
    assert len(reading.extraction.records["appointments"]) == EACH


def test_owners_are_users_of_the_tenant(reading):
    """One tap takes the first user beside each page, and writes each once; the other reads none."""
    users = {user["id"] for user in reading.served.ask("/selector/owners")["users"]}
    written = [owner["id"] for owner in reading.extraction.records.get("owners", [])]

    assert bool(written) == (reading.tap.name == "tap_freshworkscrm")
    assert len(written) == len(set(written)) and set(written) <= users


def test_rows_are_what_the_tap_says_they_are(reading):
    """Every row fits the schema the tap wrote before it."""
    for stream in reading.extraction.records:
        schema = reading.tap.misspelt.get(stream, stream)
        differing = reading.tap.differing.get(stream, set())
        assert (stream, reading.extraction.violations(stream, schema)) == (stream, differing)


def test_names_come_through_as_they_were_written(reading):
    """Letters of every kind, quotes and line breaks."""
    kept = {record["id"]: record["name"] for record in reading.served.records("sales_account")}

    rows = {row["id"]: row["name"] for row in reading.extraction.records["accounts"]}
    assert {id: rows[id] for id in kept} == kept


def test_the_state_lets_the_next_run_go_on(reading):
    """One bookmark a view of contacts that has any."""
    views = [view["id"] for view in reading.views("contact")]
    bookmarks = {f"contacts_{id}" for id in views if reading.served.ask(f"/contacts/view/{id}")["contacts"]}

    assert bookmarks and bookmarks <= set(reading.extraction.states[-1])


@pytest.mark.slow
def test_at_its_own_pace_it_reads_the_same(reading):
    """With its pause of two seconds before every call."""
    slowly = Extraction(reading.run(pauses="own").stdout)

    assert slowly.records == reading.extraction.records
