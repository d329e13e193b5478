"""What only a ledger in PostgreSQL has: a server that may be wrong, go away, or be shared; and no secret shown."""

import random
import subprocess
import sys
import time
from pathlib import Path

import httpx
import psycopg
import pytest

from tests.ledger.places import PATIENTS, PostgresPlace, load
from tests.load.world import PHASES, make_records, make_world, open_tenant, prepare_schema
from tests.postgres import make_server
from workbench.errors import StopRun, UsageError
from workbench.ledger.postgres import PostgresStore

ROOT = Path(__file__).parents[2]
PEOPLE = 8
KILLS = 10


@pytest.fixture
def place(postgres, tmp_path):
    return PostgresPlace(folder=tmp_path, url=postgres, schema=tmp_path.name[-60:])


def test_each_engagement_has_a_schema_of_its_own(place, tmp_path):
    """Two engagements in one database are written to at once and know nothing of each other."""
    other = PostgresPlace(folder=tmp_path / "other", url=place.url, schema=f"{place.schema[:50]}-b")
    other.folder.mkdir()
    with place.open() as first, other.open() as second:
        load(first, "p1", 1)
        load(second, "p2", 2)
        assert first.crosswalk()["external_id"].to_list() == ["p1"]
        assert second.crosswalk()["external_id"].to_list() == ["p2"]


def test_a_server_that_does_not_answer_is_one_message(tmp_path):
    """Where, and what to do, without the password and with nothing left behind."""
    url = f"postgresql://ada:s3cret-word@/db?host={tmp_path}"
    store = PostgresStore(url=url, schema="clinic", folder=tmp_path)

    with pytest.raises(StopRun, match="does not answer") as told:
        PostgresPlace(folder=tmp_path, url=url, schema="clinic").open()
    assert "s3cret-word" not in f"{told.value}{store}{store.where}{store!r}"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("url", ["postgresql://ada:s3cret%zzword@h/db", "postgresql://ada:s3cret@h:port/db"])
def test_an_address_that_cannot_be_read_is_not_quoted(tmp_path, url):
    """The library would quote it, password and all."""
    with pytest.raises((UsageError, StopRun)) as told:
        PostgresPlace(folder=tmp_path, url=url, schema="clinic").open()
    assert "s3cret" not in str(told.value)


def test_a_server_that_does_not_flush_is_refused(place):
    """With fsync off an intent would not outlive a power cut."""
    with psycopg.connect(place.url, autocommit=True) as admin:
        try:
            admin.execute("ALTER SYSTEM SET fsync = off")
            reload(admin)
            with pytest.raises(UsageError, match="fsync = off"):
                place.open()
        finally:
            admin.execute("ALTER SYSTEM RESET fsync")
            reload(admin)
    place.open().close()


def reload(admin):
    admin.execute("SELECT pg_reload_conf()")
    time.sleep(0.5)


def test_a_lost_connection_ends_the_run(place):
    """What was durable stands; what was not is in doubt; nothing is written by a session that lost its lock."""
    with place.open() as ledger:
        load(ledger, "p1", 1)
        ledger.save()
        ledger.confirm(ledger.intend(PATIENTS, "p2", action="create", body={}), 2)
        with psycopg.connect(place.url, autocommit=True) as admin:
            admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'pid % on %'"
            )
        for _ in range(2):
            with pytest.raises(StopRun, match="the ledger cannot go on"):
                ledger.intend(PATIENTS, "p3", action="create", body={})

    with place.open() as ledger:
        assert ledger.states("patients") == {"p1": "loaded", "p2": "in_doubt"}
        assert ledger.verify_chain() is None


def test_a_lost_database_is_not_begun_anew(place):
    """A schema that is gone while the checkpoint knows of entries is a loss, not a beginning."""
    with place.open() as ledger:
        load(ledger, "p1", 1)
    place.lose()

    with pytest.raises(StopRun, match=r"the ledger is missing \(last kept as postgresql:.*\); nothing was written"):
        place.open()
    assert not place.store.exists()


def test_a_whole_table_cannot_be_emptied(place):
    """TRUNCATE is refused like the rest."""
    with place.open() as ledger:
        load(ledger, "p1", 1)
    with pytest.raises(psycopg.Error, match="append-only"):
        place.run("TRUNCATE entries")


@pytest.fixture
def served(tmp_path):
    """Address of a tenant that runs in another process."""
    server = start("tests.load.served_tenant", tmp_path / "tenant.sqlite")
    yield server.stdout.readline().strip()
    server.terminate()
    server.wait(20)


def start(*arguments):
    command = [sys.executable, "-m", *map(str, arguments)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


@pytest.mark.covers("C-70")
def test_a_killed_load_goes_on_where_it_died(place, served):
    """SIGKILL at random moments of a load over PostgreSQL: resumed, every record stands once, the chain holds."""
    with open_tenant(httpx.HTTPTransport(), base=served) as tenant:
        prepare_schema(tenant)
    draw, records = random.Random(20261122), make_records(patients=PEOPLE)
    total = sum(frame.height for frame in records.values())
    for record in sorted(draw.sample(range(total - 1), KILLS)):
        loader = start_loader(place, served)
        lines = [loader.stdout.readline() for _ in range(1 + record)]
        time.sleep(draw.uniform(0, 0.012))
        loader.kill()
        assert loader.wait(20) != 0 and lines[0] == "loading\n"
        loader.stdout.close()

    assert start_loader(place, served).communicate(timeout=120)[0].splitlines()[-1] == "complete"
    with place.open() as ledger, open_tenant(httpx.HTTPTransport(), base=served) as tenant:
        assert ledger.in_doubt() == []
        assert ledger.held().is_empty()
        assert ledger.verify_chain() is None
        crosswalk = ledger.crosswalk()
        for phase in PHASES:
            known = crosswalk.filter(phase=phase.name)
            assert sorted(known["external_id"]) == sorted(records[phase.name]["external_id"]), phase.name
            assert sorted(list_ids(tenant, phase.destination)) == sorted(known["destination_id"]), phase.name


def test_a_database_that_stops_in_mid_load_stops_the_load(tmp_path):
    """As by a power cut: one message, nothing unrecorded was sent, and with the database back the load goes on."""
    world, records, seen = make_world(tmp_path / "unused.sqlite"), make_records(patients=PEOPLE), []
    with make_server() as server:
        place = PostgresPlace(folder=tmp_path, url=server.start(), schema="clinic")

        def cut_power(phase, *, done, total):
            if phase == "encounters.visit" and done == 3:
                server.stop_at_once()
                seen.append(len(world.store.journal()))

        with (
            pytest.raises(StopRun, match="the ledger cannot go on: .*; what was not saved is in doubt"),
            place.open() as first,
        ):
            world.load(records, first, progress=cut_power)
        assert len(world.store.journal()) == seen[0]
        with pytest.raises(StopRun, match="the ledger's database does not answer: .*; nothing was done"):
            place.open()

        server.start()
        with place.open() as ledger:
            assert [doubt.external_id for doubt in ledger.in_doubt()] == ["e2"]
            counts = world.load(records, ledger)
            assert (counts["attempted"] == counts["loaded"]).all() and ledger.verify_chain() is None
            stored = [row["id"] for phase in PHASES for row in world.store.records(phase.destination)]
            assert sorted(stored) == sorted(ledger.crosswalk()["destination_id"])
    world.tenant.close()


def list_ids(tenant, object):
    """What the tenant holds of an object; notes hang on contacts and are listed nowhere else."""
    if object != "note":
        return [record["id"] for record in tenant.list_all(object)]
    contacts = tenant.list_all("contact")
    return [note["id"] for each in contacts for note in tenant.activities_of("contact", each["id"])["notes"]]


def start_loader(place, served):
    return start("tests.ledger.killed_loader", served, place.url, place.schema, place.folder, PEOPLE)
