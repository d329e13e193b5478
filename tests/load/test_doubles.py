"""Activities written twice by a network that delivers what was long given up: one of the two goes again."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tests.load.test_bad_days import PATIENTS, Overdue, day  # noqa: F401
from tests.load.test_uploads import PHASES as FILE_PHASES
from tests.load.test_uploads import load as load_files
from tests.load.test_uploads import make_scans, upload_by_hand, write
from tests.load.world import make_records
from workbench.errors import StopRun
from workbench.ledger import Ledger
from workbench.load.doubles import count_left, remove_left
from workbench.load.proof import prove_rollback
from workbench.load.rollback import roll_back
from workbench.load.scope import Scope

PATHS = {"/notes": "remarks", "/tasks": "encounters.check", "/appointments": "encounters.visit"}
SECONDS = 400  # after which the network delivers: long after the second look


def load_overdue(day, path):  # noqa: F811
    """A load that sent activities again which arrived after its end; returns its records."""
    day.network.inner = Overdue(day.network.inner, day.clock, path=path, every=4, seconds=SECONDS)
    records = make_records(patients=PATIENTS)
    with day.world.ledger() as ledger:
        day.world.load(records, ledger)
    day.network.inner._every = 10**9
    day.clock.sleep(2 * SECONDS)
    for _ in range(PATIENTS):
        day.world.tenant.count("task")
    return records


@pytest.mark.parametrize("path", PATHS)
def test_what_arrived_twice_stands_once_in_the_end(day, path):  # noqa: F811
    """The load, or where it had ended before, the next one: one look and one delete for each, and no more ever."""
    before = day.world.store.digest()
    records = load_overdue(day, path)
    loaded, held, _ = day.load(records)  # asserts that the tenant holds what the ledger knows and nothing else

    deleted = [call for call in day.world.store.journal() if call["method"] == "DELETE"]
    sent = [call for call in day.world.store.journal() if call["path"].endswith(path) and call["method"] == "POST"]
    assert held == {} and sum(loaded.values()) == 2 + 6 * PATIENTS
    assert len(sent) == PATIENTS + len(deleted) and len(deleted) >= PATIENTS // 4
    with day.world.ledger() as ledger:
        day.world.load(records, ledger)
        assert len([call for call in day.world.store.journal() if call["method"] == "DELETE"]) == len(deleted)
        roll_back(ledger, day.world.tenant, run_label="90_rollback/test")
    assert day.world.store.digest() == before


def test_one_that_somebody_touched_is_named_and_left(day):  # noqa: F811
    """Nothing of theirs is deleted: the run stops, says which two there are, and goes on when one is gone."""
    records = load_overdue(day, "/tasks")
    with day.world.ledger() as ledger:
        known = set(ledger.crosswalk()["destination_id"])
        second = next(each for each in day.world.store.records("task") if each["id"] not in known)
        day.world.tenant.update("task", second["id"], {"title": "Theirs"})

        with pytest.raises(StopRun, match=rf"encounters.check f\d+: task \d+ and {second['id']}; somebody changed"):
            day.world.load(records, ledger)
        assert day.world.store.store.read("task", second["id"])["title"] == "Theirs"
        day.world.tenant.delete("task", second["id"])
        counts = day.world.load(records, ledger)

    assert counts["loaded"].sum() == counts["attempted"].sum()


def list_marked(day, object):  # noqa: F811
    """Ids of the tenant's records of an object by the line that names their source."""
    found = {}
    for each in day.world.store.records(object):
        found.setdefault(each["description"].splitlines()[-1], []).append(each["id"])
    return found


def copy_record(day, object, id):  # noqa: F811
    """One more that arrives late; returns its id."""
    record = day.world.store.store.read(object, id)
    sent = {"description": record["description"], "targetable_type": "Contact"}
    parent = next(iter(record["targetables"]))["id"] if "targetables" in record else record["targetable_id"]
    return day.world.tenant.create(object, sent | {"targetable_id": parent})["id"]


@pytest.mark.parametrize("copies", [1, 2])
def test_where_ours_was_deleted_by_hand_a_copy_takes_its_place(day, copies):  # noqa: F811
    """Never are all of them deleted: one stands, and the ledger knows it."""
    records = load_overdue(day, "/notes")
    with day.world.ledger() as ledger:
        known = {each.destination_id: each.external_id for each in ledger.standings("remarks")}
        mark, ids = next((mark, ids) for mark, ids in list_marked(day, "note").items() if len(ids) > 1)
        ours = next(id for id in ids if id in known)
        second = next(id for id in ids if id != ours)
        if copies == 2:
            copy_record(day, "note", second)
        day.world.tenant.delete("note", ours)
        counts = day.world.load(records, ledger)

        left = list_marked(day, "note")[mark]
        assert len(left) == 1 and ledger.destination_id("remarks", known[ours]) == left[0]
        assert counts["loaded"].sum() == counts["attempted"].sum()
        assert day.world.load(records, ledger)["requests"].sum() == 0
    assert {len(ids) for ids in list_marked(day, "note").values()} == {1}


def test_a_copy_that_somebody_touched_is_not_taken_for_ours(day):  # noqa: F811
    """Ours was deleted and the copy changed: the record is held as deleted, and nothing more is deleted."""
    records = load_overdue(day, "/tasks")
    with day.world.ledger() as ledger:
        known = {each.destination_id: each.external_id for each in ledger.standings("encounters.check")}
        mark, ids = next((mark, ids) for mark, ids in list_marked(day, "task").items() if len(ids) > 1)
        ours, second = sorted(ids, key=lambda id: id not in known)
        day.world.tenant.update("task", second, {"title": "Theirs"})
        day.world.tenant.delete("task", ours)
        day.world.load(records, ledger)

        assert list_marked(day, "task")[mark] == [second]
        held = ledger.held().filter(phase="encounters.check")
        assert held.select("external_id", "code").rows() == [(known[ours], "deleted_in_tenant")]


def test_a_load_that_removed_a_second_can_be_proved_taken_back(day):  # noqa: F811
    """The second that was deleted has to be gone, like everything else."""
    records = load_overdue(day, "/notes")
    with day.world.ledger() as ledger:
        day.world.load(records, ledger)
        roll_back(ledger, day.world.tenant, run_label="90_rollback/test")
        assert prove_rollback(ledger, day.world.tenant).holds


class OverdueFiles(Overdue):
    """The same for files, whose content is a stream."""

    def handle_request(self, request):
        request.read()
        return super().handle_request(request)


def open_by_clock(day):  # noqa: F811
    """The ledger by the clock of the tenant: files are told apart by when they were made, too."""
    return Ledger.open(day.world.path, clock=lambda: datetime.fromtimestamp(day.clock(), UTC))


def load_overdue_files(day, folder):  # noqa: F811
    """A load that sent files again which arrived after its end; returns how to load them again."""
    (folder / "scans").mkdir(parents=True)
    rows = [(f"f{n}", f"p{n}", write(folder, f"{n}.pdf", f"data {n}")) for n in range(4)]
    records, world = make_scans(*rows), replace(day.world, phases=FILE_PHASES)
    network = OverdueFiles(day.network.inner, day.clock, path="/documents", every=2, seconds=SECONDS)
    day.network.inner = network
    with open_by_clock(day) as ledger:
        assert load_files(world, ledger, records, folder)["loaded"] == 4
    network._every = 10**9
    day.clock.sleep(2 * SECONDS)
    world.tenant.count("task")
    return world, records


def test_a_file_that_arrived_twice_stands_once_in_the_end(day, tmp_path):  # noqa: F811
    """The next load lists the files of its record once, and deletes the second after it read what is in it."""
    world, records = load_overdue_files(day, tmp_path / "export")
    assert len(world.store.records("document")) > 4
    with open_by_clock(day) as ledger:
        load_files(world, ledger, records, tmp_path / "export")
        left = {each["id"] for each in world.store.records("document")}
        assert left == {each.destination_id for each in ledger.standings("scans") if each.is_standing}
        roll_back(ledger, world.tenant, run_label="90_rollback/test")
        assert prove_rollback(ledger, world.tenant).holds and world.store.records("document") == []


def test_a_file_of_somebody_else_is_never_taken_for_a_second(day, tmp_path):  # noqa: F811
    """Same record, name and size, and made since; what is in it is another thing."""
    world, records = load_overdue_files(day, tmp_path / "export")
    with open_by_clock(day) as ledger:
        sent = ledger.last_sent(ledger.standing("scans", "f1"))
        theirs = upload_by_hand(world, sent["targetable_id"], sent["file_name"], b"DATA 1")
        load_files(world, ledger, records, tmp_path / "export")
        assert {each["id"] for each in world.store.records("document")} - {theirs} == {
            each.destination_id for each in ledger.standings("scans") if each.is_standing
        }
        assert world.store.store.read("document", theirs)


def test_a_copy_of_what_was_taken_back_is_counted_and_deleted(day, tmp_path):  # noqa: F811
    """One that arrives after the way back is not gone; once it is deleted it is."""
    world, _ = load_overdue_files(day, tmp_path / "export")
    with open_by_clock(day) as ledger:
        scans = Scope(parts=(("phase", "scans"),))
        roll_back(ledger, world.tenant, run_label="90_rollback/test", scope=scans)
        resent = ledger.withdrawals("scans")[0]
        body = ledger.entry(resent.payload["intent"]).payload["body"]
        content = f"data {resent.external_id[1:]}".encode()
        upload_by_hand(world, body["targetable_id"], body["file_name"], content)
        left = len(world.store.records("document"))

        assert left and left == count_left(world.tenant, ledger)["scans"] == remove_left(world.tenant, ledger)
        assert world.store.records("document") == [] and not count_left(world.tenant, ledger)
        assert prove_rollback(ledger, world.tenant).holds
