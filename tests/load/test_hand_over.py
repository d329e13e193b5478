"""Import files: written under the importer's limits, left alone, found again, never doubled or deleted by mistake."""

from __future__ import annotations

import csv
import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from tests.load.world import BASE, KEY, PHASES, SharedClock, World, change, make_records, prepare_schema
from workbench.errors import StopRun
from workbench.freshsales.client import Tenant
from workbench.freshsales.pacing import Pacer
from workbench.ledger import Ledger
from workbench.load import hand_over, import_files
from workbench.load.import_files import describe_files, write_instruction
from workbench.load.phases import load_phases
from workbench.load.proof import prove_rollback
from workbench.load.recalled import find_before_rollback, list_recalled, list_unsettled, say_recalled, withdraw_rest
from workbench.load.retry import judge_held
from workbench.load.rollback import roll_back
from workbench.load.scope import parse_scope
from workbench.load.setup import Desk
from workbench.reconcile.imported import diff_imported, list_missing
from workbench.retrying import count_whole, list_attempts
from workbench.sandbox import Switches, TenantSettings, build_app, in_process
from workbench.sandbox.imports import import_file
from workbench.sandbox.wire import ApiError

ALL = ("sales_account", "contact", "deal")
CORE_PHASES = ("clinics", "patients", "claims")
MATCH = {"sales_account": "cf_source_id", "contact": "External ID", "deal": "Source id"}


@dataclass
class Desked(World):
    """A world whose loads hand over, on one clock with its tenant."""

    clock: SharedClock = None

    def ledger(self):
        return Ledger.open(self.path, clock=lambda: datetime.fromtimestamp(self.clock(), UTC))

    @property
    def folder(self) -> Path:
        return self.path.parent

    def desk(self, ledger, *, objects=ALL, label="40_load/one"):
        """What a load that hands over works with."""
        setup = self.setup(ledger)
        return replace(setup, desk=Desk(objects=objects, folder=self.folder, label=label))

    def go(self, records, ledger, *, objects=ALL, label="40_load/one"):
        """A load of everything, as the load stage does it."""
        setup = self.desk(ledger, objects=objects, label=label)
        return load_phases(setup, self.phases, records, on_phase=lambda counted: None)

    def do_import(self, file: str, *, object: str | None = None, match: str | None = None, text: str | None = None):
        """Import a file as the administrator does."""
        object = object or Path(file).name.split("_", 1)[1].rpartition("_")[0]
        content = text if text is not None else (self.folder / file).read_bytes().decode()
        return import_file(self.store, object, content, match=match or MATCH[object])

    def calls(self, since: int = 0) -> list[dict]:
        """What the tenant was asked by API since a row of its journal."""
        return self.store.journal(since=since)

    def mark(self) -> int:
        """The journal's last row."""
        return max((row["seq"] for row in self.store.journal()), default=0)


@pytest.fixture
def world(tmp_path):
    """An Enterprise tenant, empty."""
    return open_world(tmp_path)


def open_world(tmp_path, **switches) -> Desked:
    clock = SharedClock()
    settings = TenantSettings(calls_per_hour=10_000_000, switches=Switches(**switches))
    app = build_app(settings, clock=clock, sleep=clock.pause)
    tenant = Tenant(BASE, KEY, pacer=Pacer(1.0, mood="cutover", clock=clock, sleep=clock.sleep),
                    transport=in_process(app))  # fmt: skip
    return Desked(app=app, tenant=tenant, schema=prepare_schema(tenant), path=tmp_path / "ledger.sqlite", clock=clock)


def files_of(ledger):
    return list(ledger.import_files())


def import_all(world, ledger):
    """Every file that waits, in order; none of their rows is refused."""
    for row in describe_files(ledger, world.folder).filter(pl.col("waiting") > 0).iter_rows(named=True):
        assert world.do_import(row["file"]).failures == []


def phase_counts(counts):
    return {row["phase"]: (row["attempted"], row["loaded"], row["skipped"], row["held"])
            for row in counts.iter_rows(named=True)}  # fmt: skip


def test_records_go_over_come_back_and_nothing_is_left_to_do(world):
    """Handed over, they wait with everything behind them; imported, they stand as if the API had written them."""
    records = make_records(clinics=3, patients=120)
    with world.ledger() as ledger:
        since = world.mark()
        first = world.go(records, ledger)
        writes = [call for call in world.calls(since) if call["method"] == "POST"]
        waiting = dict(ledger.held().group_by("code").len().iter_rows())
        import_all(world, ledger)
        second = world.go(records, ledger, label="40_load/two")
        since = world.mark()
        third = world.go(records, ledger, label="40_load/three")
        again = world.calls(since)
        files, diff = describe_files(ledger, world.folder), find_diff(world, ledger, records)
        chain = ledger.verify_chain()

    assert writes == []  # nothing at all went by the API, neither the records nor what hangs on them
    assert waiting == {"handed_over": 3 + 120 + 120, "parent_held": 4 * 120}
    assert all(row["attempted"] == row["loaded"] + row["skipped"] + row["held"] for row in first.iter_rows(named=True))
    assert phase_counts(second) == {phase.name: (n := len(records[phase.name]), n, 0, 0) for phase in PHASES}
    assert phase_counts(third) == phase_counts(second) and again == []
    assert files["found"].to_list() == files["rows"].to_list() == [3, 120, 120]
    assert diff.is_empty()
    assert chain is None
    assert world.count_all()["contact"] == 120 and world.count_all()["sales_account"] == 3


def find_diff(world, ledger, records):
    return diff_imported(ledger, world.phases, records, schema=world.schema, owners=world.owners())


def test_finding_them_costs_a_page_a_hundred(world):
    """250 contacts: three pages; a look that finds nothing costs one."""
    records = make_records(clinics=1, patients=250)
    with world.ledger() as ledger:
        world.go(records, ledger, objects=("sales_account", "contact"))
        world.do_import(files_of(ledger)[0])
        since = world.mark()
        world.go({**records, "claims": records["claims"].clear()}, ledger, label="40_load/two",
                 objects=("sales_account", "contact"))  # fmt: skip
        early = [call["path"] for call in world.calls(since)]
        world.do_import(files_of(ledger)[1])
        since = world.mark()
        world.go({name: frame if name in ("clinics", "patients") else frame.clear() for name, frame in records.items()},
                 ledger, label="40_load/three", objects=("sales_account", "contact"))  # fmt: skip
        late = [call["path"] for call in world.calls(since)]

    assert [path.split("/")[-3:-1] for path in early] == [["sales_accounts", "view"], ["contacts", "view"]]
    assert len(late) == 3 and all("contacts/view" in path for path in late)


def test_rows_carry_what_the_importer_reads(world):
    """Labels of the fields first the external id, owners by e-mail, parents by name or e-mail, no byte order mark."""
    records = make_records(clinics=2, patients=2)
    with world.ledger() as ledger:
        world.go(records, ledger)
        files = files_of(ledger)
    rows = [list(csv.DictReader((world.folder / file).open(encoding="utf-8", newline=""))) for file in files]

    assert [Path(file).name for file in files] == [
        "01_sales_account_01.csv", "02_contact_01.csv", "03_deal_01.csv"
    ]  # fmt: skip
    assert rows[0][0] == {"Source id": "c0", "Name": "Clinic 0", "City": "", "Sales owner": "admin@tenant.example"}
    patient = rows[1][1]
    assert list(patient)[0] == "External ID"
    assert patient["External ID"] == "p1" and patient["Sales owner"] == "noor.haddad@tenant.example"
    assert (patient["Emails"], patient["Accounts"], patient["Gender"]) == ("p1@mail.example", "Clinic 1", "M")
    assert patient["First name"] == "Zoë 1" and patient["Born"] == "1951-02-03"
    assert (rows[2][1]["Related contacts"], rows[2][1]["Account name"]) == ("p1@mail.example", "Clinic 1")
    assert not (world.folder / files[0]).read_bytes().startswith(b"\xef\xbb\xbf")


def test_no_file_is_larger_than_the_importer_takes(world, monkeypatch):
    """By bytes with the header, and by rows; every row is in exactly one file, in order."""
    monkeypatch.setattr(import_files, "MOST_BYTES", 2_000)
    monkeypatch.setattr(import_files, "MOST_ROWS", 15)
    records = make_records(clinics=1, patients=60)
    with world.ledger() as ledger:
        world.go(records, ledger, objects=("sales_account", "contact"))
        files = files_of(ledger)
    sizes = [(world.folder / file).stat().st_size for file in files]
    ids = [row["External ID"] for file in files[1:] for row in csv.DictReader((world.folder / file).open(newline=""))]

    assert max(sizes) <= 2_000 and len(files) == 5
    assert ids == [f"p{n}" for n in range(60)]
    assert len(set(files)) == len(files)


def test_a_spreadsheet_formula_goes_by_the_api_as_it_is(world):
    """A quote before it would be stored; so the record waits for its parents, if it has any in files, and is sent."""
    records = change(make_records(clinics=2, patients=3), "clinics", "c1", name="=HYPERLINK(1)")
    with world.ledger() as ledger:
        world.go(records, ledger)
        texts = "".join((world.folder / file).read_text() for file in files_of(ledger))
        standing = ledger.standing("clinics", "c1")

    assert "HYPERLINK" not in texts
    assert standing.is_standing
    assert {each["name"] for each in world.store.records("sales_account")} == {"=HYPERLINK(1)"}


def test_a_row_the_importer_refused_is_named_and_goes_into_the_next_file(world):
    """The rest of the file stands; the missing row is held, what hangs on it waits, and the next load exports it."""
    records = make_records(clinics=1, patients=3)
    with world.ledger() as ledger:
        world.go(records, ledger)
        accounts, contacts, _ = files_of(ledger)
        world.do_import(accounts)
        broken = (world.folder / contacts).read_bytes().decode().replace("p1@mail.example", "no address")
        report = world.do_import(contacts, text=broken)
        say_imported(world, ledger, records, accounts, contacts)
        world.go(records, ledger, label="40_load/two")
        files = describe_files(ledger, world.folder)
        held = ledger.held()
        again = "40_load/two/imports/02_contact_02.csv"
        rewritten = list(csv.DictReader((world.folder / again).open(newline="")))
        import_all(world, ledger)
        world.go(records, ledger, label="40_load/three")
        import_all(world, ledger)
        last = world.go(records, ledger, label="40_load/four")

    assert [failure["row"] for failure in report.failures] == [2]
    assert [Path(file).name for file in files["file"]] == [
        "01_sales_account_01.csv", "02_contact_01.csv", "02_contact_02.csv", "03_deal_01.csv"
    ]  # fmt: skip
    assert [row["External ID"] for row in rewritten] == ["p1"]
    assert held.filter(external_id="p1", phase="patients")["code"].to_list() == ["handed_over"]
    assert last["held"].sum() == 0
    assert world.count_all()["contact"] == 3


def test_what_the_administrator_says_is_imported_and_is_not_there_is_missing(world):
    """Where nothing of a file shows, only a word of the administrator tells that it was imported."""
    records = make_records(clinics=2, patients=2)
    with world.ledger() as ledger:
        world.go(records, ledger, objects=("sales_account",))
        writer = hand_over_writer(world, ledger)
        hand_over.find_imported(writer, PHASES[0], records["clinics"])
        before = list_missing(ledger).height
        hand_over.find_imported(writer, PHASES[0], records["clinics"], imported=files_of(ledger))
        missing = list_missing(ledger)

    assert before == 0
    assert missing["external_id"].to_list() == ["c0", "c1"]
    assert missing["release"].str.contains("next file").all()


def say_imported(world, ledger, records, *files):
    """What `workbench imported --file` does."""
    for phase in world.phases:
        hand_over.find_imported(hand_over_writer(world, ledger), phase, records[phase.name], imported=files)


def hand_over_writer(world, ledger):
    from workbench.load.writer import make_writer

    return make_writer(world.desk(ledger))


def test_an_import_still_running_is_not_taken_for_finished(world):
    """Three of ten rows show: the others wait as they did, and count as missing only once the file is said to be in."""
    records = make_records(clinics=1, patients=10)
    objects = ("sales_account", "contact")
    with world.ledger() as ledger:
        world.go(records, ledger, objects=objects)
        accounts, contacts = files_of(ledger)
        world.do_import(accounts)
        lines = (world.folder / contacts).read_bytes().decode().splitlines(keepends=True)
        world.do_import(contacts, text="".join(lines[:4]))
        world.go(records, ledger, objects=objects, label="40_load/two")
        running = describe_files(ledger, world.folder).filter(phase="patients").row(0, named=True)
        written = files_of(ledger)
        say_imported(world, ledger, records, contacts)
        missing = list_missing(ledger)

    assert (running["found"], running["waiting"], running["missing"]) == (3, 7, 0)
    assert written == [accounts, contacts]  # none of them went into a second file
    assert missing.height == 7


def test_a_retry_leaves_what_was_handed_over(world):
    """It attempts nothing of a file, so it takes nothing back, sends nothing, and counts the whole load."""
    records = make_records(clinics=2, patients=3)
    with world.ledger() as ledger:
        first = world.go(records, ledger)
        before, since = ledger.held().sort("phase", "external_id"), world.mark()
        setup = world.desk(ledger, label="40_load/retry")
        judged = judge_held(setup, world.phases, records)
        only = list_attempts(judged)
        counts = load_phases(setup, world.phases, records, only=only, on_phase=lambda counted: None)
        whole = count_whole(ledger, world.phases, records, counts)
        after, sent = ledger.held().sort("phase", "external_id"), world.calls(since)
        waiting = describe_files(ledger, world.folder)["waiting"].to_list()

    assert only.is_empty()
    assert after.equals(before) and waiting == [2, 3, 3]
    assert [call for call in sent if call["method"] != "GET"] == []
    assert whole.drop("requests").equals(first.drop("requests"))


def test_a_retry_stops_where_a_record_has_no_outcome(world):
    """A balance that leaves records out would look whole."""
    records = make_records(clinics=2, patients=3)
    with world.ledger() as ledger:
        counts = world.go({**records, "remarks": records["remarks"].clear()}, ledger)
        with pytest.raises(StopRun, match="remarks: 3 records have no outcome"):
            count_whole(ledger, world.phases, records, counts)


def test_a_value_the_import_changed_is_named(world):
    """A wrong cell shows in the diff with both sides, as it does on the way by the API."""
    records = make_records(clinics=1, patients=2)
    with world.ledger() as ledger:
        world.go(records, ledger)
        accounts, contacts, _ = files_of(ledger)
        world.do_import(accounts)
        wrong = (world.folder / contacts).read_bytes().decode().replace("Zoë 1", "Zoe 1").replace("Clinic 0", "")
        world.do_import(contacts, text=wrong)
        world.go(records, ledger, label="40_load/two")
        diff = find_diff(world, ledger, records)

    found = {(row["external_id"], row["field"], row["cause"]) for row in diff.iter_rows(named=True)}
    assert found == {
        ("p1", "first_name", "coerced"),
        ("p0", "sales_accounts", "lookup_differs"),
        ("p1", "sales_accounts", "lookup_differs"),
    }


def test_a_record_that_was_there_before_its_file_is_never_taken_for_ours(world):
    """An import matched by another field wrote over a contact of theirs: held, so that no rollback deletes it."""
    records = make_records(clinics=1, patients=2)
    own = world.tenant.create(
        "contact", {"last_name": "Theirs", "mobile_number": "5550001", "email": "own@mail.example"}
    )
    world.clock.sleep(90_000)
    with world.ledger() as ledger:
        world.go(records, ledger, objects=("contact",))
        text = 'External ID,Last name,Mobile\r\np0,"O\'Neil",5550001\r\n'
        world.do_import("", object="contact", text=text, match="Mobile")
        world.go(records, ledger, objects=("contact",), label="40_load/two")
        held = ledger.held().filter(phase="patients", external_id="p0").row(0, named=True)
        roll_back(ledger, world.tenant, run_label="90_rollback/one")

    assert held["code"] == "existing_match" and "older" in held["reason"]
    assert own["id"] in {each["id"] for each in world.store.records("contact")}


def test_a_rollback_deletes_what_was_imported(world):
    """What came by file stands like everything else, and goes like it."""
    records = make_records(clinics=2, patients=4)
    with world.ledger() as ledger:
        world.go(records, ledger)
        import_all(world, ledger)
        world.go(records, ledger, label="40_load/two")
        roll_back(ledger, world.tenant, run_label="90_rollback/one")

    assert set(world.count_all().values()) == {0}


def go_back(world, ledger, text=""):
    """What the rollback stage does, in its order; returns the files that still wait, and what was recalled."""
    scope = parse_scope(text)
    ledger.begin_run("90_rollback/one")
    just_in = find_before_rollback(ledger, world.tenant)
    roll_back(ledger, world.tenant, run_label="90_rollback/one", scope=scope)
    withdraw_rest(ledger, scope, just_in)
    assert prove_rollback(ledger, world.tenant).holds
    return list_unsettled(ledger, scope), list_recalled(ledger)


def test_a_rollback_sees_what_was_imported_and_never_looked_for(world):
    """Imported, and neither a load nor anybody's word since: found in a page each, taken back, nothing waits."""
    records = make_records(clinics=3, patients=10)
    with world.ledger() as ledger:
        world.go(records, ledger)
        import_all(world, ledger)
        since = world.mark()
        find_before_rollback(ledger, world.tenant)
        looked = [call["path"].rpartition("/api/")[2].split("/")[0] for call in world.calls(since)]
        waiting, recalled = go_back(world, ledger)
        held = set(ledger.held()["code"])

    assert looked == ["sales_accounts", "contacts", "deals"]
    assert set(world.count_all().values()) == {0}
    assert waiting == [] and recalled.is_empty() and "handed_over" not in held


def test_what_was_not_imported_is_taken_out_of_its_file(world):
    """Accounts are in, the contacts' file is still in the administrator's hands: it is named, and nothing waits."""
    records = make_records(clinics=3, patients=10)
    with world.ledger() as ledger:
        world.go(records, ledger, objects=("sales_account", "contact"))
        accounts, contacts = files_of(ledger)
        world.do_import(accounts)
        before = list_recalled(ledger)
        waiting, recalled = go_back(world, ledger)
        held = set(ledger.held()["code"])
        told = say_recalled(recalled)

    assert before["file"].to_list() == [accounts, contacts] and before["waiting"].to_list() == [3, 10]
    assert set(world.count_all().values()) == {0} and waiting == [] and "handed_over" not in held
    assert recalled.rows() == [(contacts, "patients", 0, 10)]
    assert "must not be imported any more" in told[0] and "10 of its rows" in told[0]


def test_an_import_that_runs_during_a_rollback_is_waited_for(world):
    """Four of ten rows are in at the first look: they go, the rest waits; the second rollback takes what came since."""
    records = make_records(clinics=10, patients=0)
    with world.ledger() as ledger:
        world.go(records, ledger)
        (accounts,) = files_of(ledger)
        lines = (world.folder / accounts).read_bytes().decode().splitlines(keepends=True)
        world.do_import(accounts, text="".join(lines[:5]))
        first, _ = go_back(world, ledger)
        world.do_import(accounts, text="".join([lines[0], *lines[5:9]]))
        second, _ = go_back(world, ledger)
        third, recalled = go_back(world, ledger)

    assert first == second == [accounts] and third == []
    assert recalled["withdrawn"].to_list() == [2]
    assert world.count_all()["sales_account"] == 0


def test_a_rollback_killed_after_its_look_still_waits_for_a_running_import(world):
    """The next one sees nothing more come, and yet withdraws nothing: rows that come later are found and taken back."""
    records = make_records(clinics=10, patients=0)
    with world.ledger() as ledger:
        world.go(records, ledger)
        (accounts,) = files_of(ledger)
        lines = (world.folder / accounts).read_bytes().decode().splitlines(keepends=True)
        world.do_import(accounts, text="".join(lines[:5]))
        ledger.begin_run("90_rollback/killed")
        find_before_rollback(ledger, world.tenant)
        ledger._database._connection.rollback()  # the process is gone; what was not durable is lost
    with world.ledger() as ledger:
        first, _ = go_back(world, ledger)
        world.do_import(accounts, text="".join([lines[0], *lines[5:]]))
        second, _ = go_back(world, ledger)
        third, recalled = go_back(world, ledger)

    assert first == [accounts] and second == third == [] and recalled.is_empty()
    assert world.count_all()["sales_account"] == 0


def test_a_part_that_is_taken_back_leaves_the_files_of_the_rest(world):
    """Who takes back the accounts does not recall the contacts' file."""
    records = make_records(clinics=3, patients=4)
    with world.ledger() as ledger:
        world.go(records, ledger, objects=("sales_account", "contact"))
        waiting, _ = go_back(world, ledger, "object=sales_account")
        codes = dict(ledger.held().filter(code="handed_over").group_by("phase").len().iter_rows())

    assert waiting == [] and codes == {"patients": 4}


def test_importing_a_file_twice_doubles_nothing(world):
    """The second time every row finds its record."""
    records = make_records(clinics=2, patients=5)
    with world.ledger() as ledger:
        world.go(records, ledger, objects=("sales_account",))
        first, second = (world.do_import(files_of(ledger)[0]) for _ in range(2))
        counts = world.go(records, ledger, objects=("sales_account",), label="40_load/two")

    assert (first.created, second.created, second.updated) == (2, 0, 2)
    assert counts["held"].sum() == 0 and world.count_all()["sales_account"] == 2


def test_a_load_without_a_desk_leaves_them_alone(world):
    """A sample or a delta in between sends nothing of what is in a file."""
    records = make_records(clinics=2, patients=3)
    with world.ledger() as ledger:
        world.go(records, ledger)
        before, since = ledger.held().sort("phase", "external_id"), world.mark()
        counts = world.load(records, ledger)
        after = ledger.held().sort("phase", "external_id")
        calls = [call for call in world.calls(since) if call["method"] == "POST"]

    assert counts["held"].sum() == counts["attempted"].sum()
    assert after.equals(before) and calls == []


def test_a_policy_taken_back_sends_the_rest_by_the_api(world):
    """What the administrator imported meanwhile is found first; only the others are sent."""
    records = make_records(clinics=4, patients=0)
    with world.ledger() as ledger:
        world.go(records, ledger)
        whole = (world.folder / files_of(ledger)[0]).read_bytes().decode().splitlines(keepends=True)
        world.do_import(files_of(ledger)[0], text="".join(whole[:2]))
        counts = world.go(records, ledger, objects=(), label="40_load/two")

    assert counts["loaded"].sum() == 4 and counts["held"].sum() == 0
    assert world.count_all()["sales_account"] == 4


def test_two_that_look_alike_do_not_go_over_together(world):
    """The second waits for the first, and then takes the way by the API, where the tenant says what it thinks of it."""
    records = change(make_records(clinics=1, patients=2), "patients", "p1", email="p0@mail.example")
    with world.ledger() as ledger:
        world.go(records, ledger)
        waits = ledger.held().filter(phase="patients", external_id="p1").row(0, named=True)
        import_all(world, ledger)
        world.go(records, ledger, label="40_load/two")
        then = ledger.held().filter(phase="patients", external_id="p1").row(0, named=True)

    assert (waits["code"], then["code"]) == ("existing_match", "rejected_by_tenant")
    assert world.count_all()["contact"] == 1


class Killed(BaseException):
    """Stands for a kill: nothing catches it."""


STEPS = ["intend_batch", "hand_over", "note_import", "write_file", "confirm"]


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_at_any_step_the_next_load_goes_on(tmp_path, monkeypatch, step, when):
    """Nothing is lost, doubled or sent by the API."""
    world = open_world(tmp_path)
    records = make_records(clinics=3, patients=3)

    def interrupt():
        with monkeypatch.context() as patch:
            holder = hand_over if step == "write_file" else Ledger
            real = getattr(holder, step)

            def stand_in(*args, **named):
                if when == "after":
                    real(*args, **named)
                raise Killed

            patch.setattr(holder, step, stand_in)
            with world.ledger() as ledger:
                try:
                    world.go(records, ledger, label="40_load/killed")
                    return False
                except Killed:
                    ledger._database.has_failed or ledger._database._connection.rollback()
                    return True

    killed = interrupt()
    with world.ledger() as ledger:
        world.go(records, ledger, label="40_load/two")
        import_all(world, ledger)
    killed = interrupt() or killed
    with world.ledger() as ledger:
        world.go(records, ledger, label="40_load/three")
        import_all(world, ledger)
        last = world.go(records, ledger, label="40_load/four")
        chain = ledger.verify_chain()

    assert killed and chain is None
    assert last["loaded"].sum() == last["attempted"].sum()
    assert set(world.count_all().values()) == {3}


def test_the_instruction_names_files_in_order_and_the_hashes_hold(world):
    """One page: which file, which object, what to match; and a list of hashes as `sha256sum -c` reads it."""
    records = make_records(clinics=1, patients=1)
    with world.ledger() as ledger:
        world.go(records, ledger)
        write_instruction(describe_files(ledger, world.folder), world.folder / "40_load/one/imports", world.schema)
        files = files_of(ledger)
    folder = world.folder / "40_load/one/imports"
    page = (folder / "instruction.md").read_text()
    sums = dict(line.split("  ")[::-1] for line in (folder / "SHA256SUMS").read_text().splitlines())

    positions = [page.index(Path(file).name) for file in files]
    assert positions == sorted(positions)
    assert "matched by **External ID**" in page and "matched by **Source id**" in page
    assert sums == {Path(file).name: hashlib.sha256((world.folder / file).read_bytes()).hexdigest() for file in files}
    assert len(page.splitlines()) < 60


def test_a_second_instruction_says_where_the_first_files_lie(world):
    """A file of an earlier run is named with its folder, in the instruction and for `sha256sum -c`."""
    objects = ("contact",)
    with world.ledger() as ledger:
        world.go(make_records(clinics=1, patients=4), ledger, objects=objects)
        world.go(make_records(clinics=1, patients=6), ledger, objects=objects, label="40_load/two")
        folder = world.folder / "40_load/two/imports"
        write_instruction(describe_files(ledger, world.folder), folder, world.schema)
    page = (folder / "instruction.md").read_text()
    sums = dict(line.split("  ")[::-1] for line in (folder / "SHA256SUMS").read_text().splitlines())

    assert list(sums) == ["../../one/imports/02_contact_01.csv", "02_contact_02.csv"]
    assert all(f". {name}: " in page for name in sums)
    assert sums == {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in sums}


def test_the_local_import_refuses_what_the_documented_one_does(tmp_path):
    """A file over 5 MB, one with more rows than a tenant takes, an object there is no import for, nothing to match."""
    world = open_world(tmp_path, import_rows=2)

    for content, object, match in [
        ("Name\n" + "x" * 5_000_001, "sales_account", "Name"),
        ("Name\na\nb\nc\n", "sales_account", "Name"),
        ("Title\nx\n", "task", "Title"),
        ("Name\na\n", "sales_account", "Source id"),
    ]:
        with pytest.raises(ApiError):
            import_file(world.store, object, content, match=match)
    assert world.count_all()["sales_account"] == 0
