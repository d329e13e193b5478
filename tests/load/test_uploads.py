"""Files of the export: uploaded once, streamed, found again after a lost answer, taken back whole."""

from __future__ import annotations

import hashlib
import os
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import polars as pl
import pytest
import pyzipper

from tests.load.world import PHASES as CLINIC
from tests.load.world import World, make_records, make_world, open_tenant, shape_records
from workbench.engagement import Secret
from workbench.errors import RetryLater
from workbench.file_names import name_files
from workbench.layout import read_layout
from workbench.ledger import Ledger
from workbench.load.attachments import list_attachments, read_approved
from workbench.load.phases import load_phases
from workbench.load.proof import prove_rollback
from workbench.load.rollback import roll_back
from workbench.load.shelf import Shelf
from workbench.load.uploads import describe_uploads
from workbench.load.uploads_check import check_uploads
from workbench.model import FieldRule, Lookup, Phase
from workbench.reconcile.diff import diff_records, read_back
from workbench.sandbox import in_process
from workbench.sources.archive import list_packed

FILES = Phase(
    name="scans", source="scans", destination="document", external_id=("Id",),
    fields=(FieldRule(to="path"), FieldRule(to="file_name"), FieldRule(to="original_time")),
    lookups=(Lookup(to="targetable", object="patients", source="PATIENT"),),
)  # fmt: skip
PHASES = (*CLINIC[:2], FILES)
LAYOUT = Path(__file__).parents[2] / "templates" / "layouts" / "clinic.toml"
BEGAN = 1_767_000_000.0  # where the tenant's clock begins


@pytest.fixture
def export(tmp_path) -> Path:
    folder = tmp_path / "export"
    (folder / "scans").mkdir(parents=True)
    return folder


@pytest.fixture
def world(tmp_path):
    world = make_world(tmp_path / "ledger.sqlite")
    yield replace(world, phases=PHASES)
    world.tenant.close()


@pytest.fixture
def ledger(world):
    with open_ledger(world) as ledger:
        yield ledger


def open_ledger(world: World) -> Ledger:
    """The ledger by a clock that agrees with the tenant's."""
    ticks = count(BEGAN, 0.01)
    return Ledger.open(world.path, clock=lambda: datetime.fromtimestamp(next(ticks), UTC))


def write(export: Path, name: str, content: bytes | str) -> str:
    """A file of the export; returns its path as the export names it."""
    (export / "scans" / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return f"scans/{name}"


def make_scans(*rows: tuple[str, str, str | None] | tuple[str, str, str | None, str]) -> dict[str, pl.DataFrame]:
    """Records of files from external id, patient, path and perhaps the original time, beside the clinic's."""
    named = [dict(zip(("external_id", "PATIENT", "path", "original_time"), row, strict=False)) for row in rows]
    shaped = shape_records(FILES, named)
    clinic = make_records()
    return {phase.name: clinic[phase.name] for phase in CLINIC[:2]} | {"scans": name_files(shaped)}


def load(world: World, ledger: Ledger, records: dict[str, Any], export: Path | None, **more: Any) -> dict[str, int]:
    """Load everything; returns the balance of the files."""
    shelf = replace(
        Shelf(folder=export),
        **{name: more.pop(name) for name in ("largest", "room", "packed", "approved") if name in more},
    )
    setup = replace(world.setup(ledger, **({"tenant": more["tenant"]} if "tenant" in more else {})), shelf=shelf)
    counts = load_phases(setup, PHASES, records, on_phase=lambda counted: None)
    row = counts.row(by_predicate=pl.col("phase") == "scans", named=True)
    return {name: row[name] for name in ("attempted", "loaded", "skipped", "held", "requests")}


def held(ledger: Ledger, word: str = "code") -> dict[str, str]:
    """Code of every held file, or another word about it."""
    return dict(ledger.held().filter(phase="scans").select("external_id", word).iter_rows())


def stored(world: World) -> list[dict[str, Any]]:
    """The tenant's files."""
    return world.store.records("document")


@pytest.mark.covers("F-06", "A-45", "C-35", "A-47")
def test_a_file_is_uploaded_to_its_record_in_one_request(world, ledger, export):
    """Content, name and original time arrive; the same again costs nothing."""
    path = write(export, "consent.pdf", "%PDF signed")
    records = make_scans(("f1", "p1", path, "2021-03-04T09:30:00Z"))

    assert load(world, ledger, records, export) == {
        "attempted": 1, "loaded": 1, "skipped": 0, "held": 0, "requests": 1,
    }  # fmt: skip
    [file] = stored(world)
    assert file["file_name"] == "consent (2021-03-04 09.30).pdf"
    assert file["sha256"] == hashlib.sha256(b"%PDF signed").hexdigest()
    assert file["targetables"] == [{"id": ledger.destination_id("patients", "p1"), "type": "Contact"}]
    before = world.tenant.requests
    assert load(world, ledger, records, export)["loaded"] == 1
    assert world.tenant.requests == before
    assert ledger.crosswalk().filter(phase="scans").select("external_id", "destination", "destination_id").rows() == [
        ("f1", "document", file["id"])
    ]


def test_the_same_file_of_the_same_record_goes_once(world, ledger, export):
    """Told by its content, whatever its name; another record gets its own."""
    one, two = write(export, "a.pdf", "same"), write(export, "b.pdf", "same")
    records = make_scans(("f1", "p1", one), ("f2", "p1", two), ("f3", "p2", two))

    counts = load(world, ledger, records, export)
    assert (counts["loaded"], counts["skipped"], counts["held"], counts["requests"]) == (2, 1, 0, 2)
    rows = describe_uploads(PHASES, records, ledger).select("external_id", "outcome", "bytes").rows()
    assert rows == [("f1", "loaded", 4), ("f2", "skipped", None), ("f3", "loaded", 4)]
    assert load(world, ledger, records, export)["requests"] == 0


@pytest.mark.parametrize(
    "path",
    [
        "../secret.txt", "/etc/hostname", "scans/../../secret.txt", "scans\\..\\..\\secret.txt", "scans/link.txt",
        "scans/gone.pdf", "scans", "scans/\x00.pdf", "scans/" + "x" * 5000, "", None,
    ],
)  # fmt: skip
def test_what_is_no_file_of_the_export_is_held(world, ledger, export, path):
    """Neither a path that leads out of the export nor one that leads nowhere is sent; the balance names it."""
    (export.parent / "secret.txt").write_text("not yours")
    (export / "scans" / "link.txt").symlink_to(export.parent / "secret.txt")

    counts = load(world, ledger, make_scans(("f1", "p1", path)), export)
    assert (counts["attempted"], counts["held"], counts["requests"]) == (1, 1, 0)
    assert held(ledger) == {"f1": "file_missing"} and stored(world) == []


def test_a_missing_file_goes_once_it_is_there(world, ledger, export):
    """The row is held until the export is completed, then loads and is released."""
    records = make_scans(("f1", "p1", "scans/late.pdf"))
    load(world, ledger, records, export)
    write(export, "late.pdf", "here now")

    assert load(world, ledger, records, export)["loaded"] == 1
    assert ledger.held().is_empty()


@pytest.mark.covers("F-13", "C-36")
def test_files_the_plan_does_not_take_are_held_before_they_cost_a_request(world, ledger, export):
    """Too large, empty, or no room left."""
    big, empty, small = write(export, "big", "x" * 11), write(export, "empty", ""), write(export, "small", "x" * 6)
    other = write(export, "other", "y" * 6)
    records = make_scans(("f1", "p1", big), ("f2", "p1", empty), ("f3", "p1", small), ("f4", "p2", other))

    counts = load(world, ledger, records, export, largest=10, room=10)
    assert (counts["loaded"], counts["held"], counts["requests"]) == (1, 3, 1)
    assert held(ledger) == dict.fromkeys(("f1", "f2", "f4"), "file_refused")


def test_a_file_of_a_held_record_waits(world, ledger, export):
    """No parent, no upload."""
    records = make_scans(("f1", "nobody", write(export, "a.pdf", "a")))

    assert load(world, ledger, records, export)["held"] == 1
    assert held(ledger) == {"f1": "parent_missing"}


def test_a_file_that_changed_is_never_uploaded_beside_the_old_one(world, ledger, export):
    """Freshsales cannot exchange a file: the change is held, the old one stays."""
    records = make_scans(("f1", "p1", write(export, "a.pdf", "first")))
    load(world, ledger, records, export)
    write(export, "a.pdf", "second")

    assert load(world, ledger, records, export)["requests"] == 0
    assert held(ledger) == {"f1": "file_changed"} and len(stored(world)) == 1
    write(export, "a.pdf", "first")
    load(world, ledger, records, export)
    assert ledger.held().is_empty()


class Losing(httpx.BaseTransport):
    """Loses uploads or their answers, so many times."""

    def __init__(self, inner: httpx.BaseTransport, *, times: int, arrives: bool) -> None:
        self.inner, self.times, self.arrives = inner, times, arrives

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if not request.url.path.endswith("/documents") or self.times <= 0:
            return self.inner.handle_request(request)
        self.times -= 1
        if self.arrives:
            request.read()
            self.inner.handle_request(request)
        raise httpx.ReadTimeout("lost", request=request)


@pytest.mark.parametrize("arrives", [True, False])
def test_a_lost_answer_is_looked_up_among_the_files_of_the_record(world, ledger, export, arrives):
    """Whether it arrived or not, the file stands once, also beside others of its name."""
    one, two = write(export, "scan.pdf", "one"), write(export, "Scan.PDF", "two")
    records = make_scans(("f1", "p1", one), ("f2", "p1", two))
    with open_tenant(Losing(in_process(world.app), times=2, arrives=arrives)) as tenant:
        counts = load(world, ledger, records, export, tenant=tenant)

    assert (counts["loaded"], counts["held"]) == (2, 0)
    assert sorted(each["file_name"] for each in stored(world)) == ["Scan (2).PDF", "scan.pdf"]
    known = {each["id"]: each["sha256"] for each in stored(world)}
    for external_id, text in (("f1", b"one"), ("f2", b"two")):
        assert known[ledger.destination_id("scans", external_id)] == hashlib.sha256(text).hexdigest()


def test_a_file_that_was_there_before_is_never_taken_for_ours(world, ledger, export):
    """Same record, name and size, but older: the upload that was lost goes again."""
    records = make_scans(("f1", "p1", write(export, "scan.pdf", "mine")))
    load(world, ledger, make_scans(), export)
    contact = ledger.destination_id("patients", "p1")
    world.app.state.tenant.clock = count(BEGAN - 1_000_000).__next__
    theirs = upload_by_hand(world, contact, "scan.pdf", b"them")
    world.app.state.tenant.clock = count(BEGAN + 100_000).__next__
    with open_tenant(Losing(in_process(world.app), times=1, arrives=False)) as tenant:
        load(world, ledger, records, export, tenant=tenant)

    assert len(stored(world)) == 2
    assert ledger.destination_id("scans", "f1") != theirs


def upload_by_hand(world: World, contact: int, name: str, content: bytes) -> int:
    """A file somebody else uploads; returns its id."""
    response = httpx.Client(transport=in_process(world.app)).post(
        f"{world.tenant.base_url}/documents",
        headers={"Authorization": "Token token=local-tenant-key"},
        data={"file_name": name, "targetable_type": "Contact", "targetable_id": str(contact)},
        files={"file": (name, content)},
    )
    return response.json()["id"]


def test_uploads_stop_where_the_tenant_stops_and_go_on_after(world, ledger, export):
    """Answer after answer is lost: the run ends after a while, the next one doubles nothing."""
    records = make_scans(*((f"f{n}", f"p{n % 3}", write(export, f"{n}.txt", f"text {n}")) for n in range(6)))
    with (
        open_tenant(Losing(in_process(world.app), times=100, arrives=False)) as tenant,
        pytest.raises(RetryLater),
    ):
        load(world, ledger, records, export, tenant=tenant)

    assert load(world, ledger, records, export)["loaded"] == 6
    assert len(stored(world)) == 6 and ledger.in_doubt() == []


def test_what_stands_is_compared_by_size_and_in_the_sample_by_content(world, ledger, export):
    """A request a record for the sizes, and one a file for what is in it."""
    records = make_scans(*((f"f{n}", f"p{n % 2}", write(export, f"{n}.txt", f"text {n}")) for n in range(4)))
    load(world, ledger, records, export)

    before = world.tenant.requests
    sizes = check_uploads(world.tenant, ledger, PHASES, reads_content=False)
    assert sizes["agrees"].all() and world.tenant.requests - before == 2
    before = world.tenant.requests
    only = pl.DataFrame({"phase": ["scans"] * 2, "external_id": ["f0", "f2"]})
    found = check_uploads(world.tenant, ledger, PHASES, only=only, reads_content=True)
    assert found["found_sha256"].to_list() == found["sha256"].to_list() and world.tenant.requests - before == 1 + 2

    world.tenant.delete("document", ledger.destination_id("scans", "f1"))
    path = world.store.files.path(hashlib.sha256(b"text 2").hexdigest())
    path.write_bytes(b"other")
    found = check_uploads(world.tenant, ledger, PHASES, reads_content=True)
    assert dict(found.select("external_id", "agrees").iter_rows()) == {"f0": True, "f1": False, "f2": False, "f3": True}


def test_a_rollback_takes_files_back_and_proves_it(world, ledger, export):
    """Before the records they hang on; the tenant is what it was."""
    digest = world.store.digest()
    records = make_scans(*((f"f{n}", f"p{n % 2}", write(export, f"{n}.txt", f"text {n}")) for n in range(4)))
    load(world, ledger, records, export)
    rolled = roll_back(ledger, world.tenant, run_label="90_rollback/test")

    assert rolled.counts.row(0, named=True)["phase"] == "scans" and rolled.held.is_empty()
    assert prove_rollback(ledger, world.tenant).holds
    assert stored(world) == [] and world.store.digest() == digest


def test_an_archive_gives_its_files_one_by_one(world, ledger, tmp_path):
    """Also from its one folder, under a password, and with other separators; never one that it does not hold."""
    archive = tmp_path / "export.zip"
    with pyzipper.AESZipFile(archive, "w", encryption=pyzipper.WZ_AES) as file:
        file.setpassword(b"open")
        file.writestr("clinic/patients.csv", "Id")
        file.writestr("clinic/scans/a.pdf", "%PDF a")
    packed = list_packed(archive, read_layout(LAYOUT), Secret("open"))
    records = make_scans(("f1", "p1", "scans\\a.pdf"), ("f2", "p1", "scans/b.pdf"), ("f3", "p1", "../a.pdf"))

    assert load(world, ledger, records, None, packed=packed)["loaded"] == 1
    assert [file["sha256"] for file in stored(world)] == [hashlib.sha256(b"%PDF a").hexdigest()]
    assert held(ledger) == {"f2": "file_missing", "f3": "file_missing"}


def test_only_the_approved_files_go(world, ledger, export):
    """One that was written again, or came later, is held; one that only looks new goes, and what stands is not read."""
    paths = [write(export, f"{name}.pdf", name) for name in ("same", "changed", "touched")]
    rows = [(f"f{n}", "p1", path) for n, path in enumerate([*paths, "scans/later.pdf"])]
    records = make_scans(*rows)
    approved = read_approved(list_attachments(PHASES, records, Shelf(folder=export)))
    write(export, "changed.pdf", "chanGed")
    write(export, "later.pdf", "later")
    os.utime(export / "scans" / "touched.pdf", (1, 1))

    assert load(world, ledger, records, export, approved=approved)["loaded"] == 2
    assert held(ledger) == {"f1": "file_changed", "f3": "file_changed"}
    said = " when the files of the export were listed"
    was = {id: reason.removesuffix(said) for id, reason in held(ledger, "reason").items()}
    assert was == {"f1": "it was another one", "f3": "it was not there"}
    assert len(stored(world)) == 2
    same = export / "scans" / "same.pdf"
    stamp = same.stat().st_mtime_ns
    same.write_bytes(b"SAME")
    os.utime(same, ns=(stamp, stamp))  # not read: neither its size nor its time is another one
    write(export, "changed.pdf", "changed")
    counts = load(world, ledger, records, export, approved=approved)
    assert (counts["loaded"], counts["held"], counts["requests"]) == (3, 1, 1)


def test_one_more_file_of_a_name_renames_no_other(world, ledger, export):
    """Whatever its id and its place: what stands keeps its name, and the new one takes a free number."""
    paths = {name: write(export, name, name) for name in ("one", "two", "new")}
    records = make_scans(("f1", "p1", paths["one"]), ("f2", "p1", paths["two"]))
    records["scans"] = name_files(records["scans"].with_columns(file_name=pl.lit("scan.pdf")))
    load(world, ledger, records, export)
    more = make_scans(("f0", "p1", paths["new"]), ("f1", "p1", paths["one"]), ("f2", "p1", paths["two"]))
    more["scans"] = name_files(more["scans"].with_columns(file_name=pl.lit("scan.pdf")))

    for requests in (1, 0):
        counts = load(world, ledger, more, export)
        assert (counts["loaded"], counts["held"], counts["requests"]) == (3, 0, requests)
    stand = {each["id"]: each["file_name"] for each in stored(world)}
    named = {id: stand[ledger.destination_id("scans", id)] for id in ("f0", "f1", "f2")}
    assert named == {"f0": "scan (3).pdf", "f1": "scan.pdf", "f2": "scan (2).pdf"}
    assert dict(describe_uploads(PHASES, more, ledger).select("external_id", "file_name").iter_rows()) == named

    returned = read_back(world.tenant, ledger, more["scans"].with_columns(phase=pl.lit("scans")))
    diff, compared = diff_records(PHASES, more, returned, ledger=ledger, schema=world.schema, owners=world.owners())
    assert diff.is_empty() and compared.filter(field="file_name")["equal"].to_list() == [3]


def test_a_hold_for_room_says_whose_files_it_counts(world, ledger, export):
    """What the tenant stored before is not known, and the reason does not pretend it is."""
    records = make_scans(("f1", "p1", write(export, "a", "x" * 6)), ("f2", "p2", write(export, "b", "y" * 6)))
    load(world, ledger, records, export, room=10)

    said = "the plan stores 10 bytes, files of this migration use 6; those it stored before are not counted"
    assert held(ledger, "reason") == {"f2": f"no room: {said}"}
