"""An engagement whose patients sent each other and have documents: from the export to the tenant, and back."""

from __future__ import annotations

import shutil
from pathlib import Path

import polars as pl
import pytest

from tests.stages.conftest import DEMO
from tests.stages.part import copy_part
from tests.stages.walk import Walk, start_walk
from workbench.errors import GateClosed

LAYOUT = """
[[object]]
name = "documents"
file = "documents.csv"
key = ["Id"]
required = false
[object.columns]
Id = { type = "id", tag = "id" }
PATIENT = { type = "id", tag = "id" }
FILE = { type = "text", tag = "name" }
TITLE = { type = "text", tag = "name" }
SCANNED = { type = "datetime" }
"""
PACK = """
[[object]]
source = "documents"
destination = "document"
fidelity = "1:1"
requirement = ["C-35"]
external_id = ["Id"]
lookups = { targetable = { object = "patients", from = "PATIENT" } }
fields = [
  { from = "FILE", to = "path" },
  { from = "TITLE", to = "file_name" },
  { from = "SCANNED", to = "original_time", via = "datetime_utc" },
]
"""


@pytest.fixture
def walk(tmp_path) -> Walk:
    """See `make_walk`; the export is a folder."""
    return make_walk(tmp_path, make_export(tmp_path))


def make_export(tmp_path: Path) -> Path:
    """Six patients of the demo clinic, two in a referral circle, and four documents: one missing, one there twice."""
    export = copy_part(DEMO / "clinic", tmp_path / "export", patients=6)
    patients = pl.read_csv(export / "patients.csv", infer_schema=False)
    ids = patients["Id"].to_list()
    referrers = [ids[1], ids[0], *[None] * (len(ids) - 2)]
    patients.with_columns(pl.Series("REFERRER", referrers)).write_csv(export / "patients.csv")
    (export / "files").mkdir()
    (export / "files" / "consent.pdf").write_bytes(b"%PDF signed")
    (export / "files" / "scan.png").write_bytes(b"\x89PNG" * 100)
    rows = [
        ("d1", ids[0], "files/consent.pdf", "Consent.pdf", "2024-05-06T07:08:00Z"),
        ("d2", ids[0], "files/consent.pdf", "Consent again.pdf", None),
        ("d3", ids[1], "files/scan.png", None, None),
        ("d4", ids[2], "files/gone.pdf", None, None),
    ]
    pl.DataFrame(rows, ["Id", "PATIENT", "FILE", "TITLE", "SCANNED"], orient="row").write_csv(export / "documents.csv")
    return export


def make_walk(tmp_path: Path, export: Path, **settings: Path) -> Walk:
    """An engagement on that export whose layout and pack know of referrers and documents."""
    walk = start_walk(tmp_path, source=export, roster=DEMO / "roster.csv", **settings)
    layout, pack = walk.folder / "layout.toml", walk.folder / "pack.toml"
    head, tail = layout.read_text().split('name = "patients"')
    column = '[object.columns]\nREFERRER = { type = "id", tag = "id" }'
    layout.write_text(f'{head}name = "patients"{tail.replace("[object.columns]", column, 1)}{LAYOUT}')
    before = 'lookups = { sales_accounts = { object = "organizations", from = "CLINIC", required = false }'
    after = f'{before}, cf_referrer = {{ object = "patients", from = "REFERRER", required = false }}'
    assert before in pack.read_text()
    pack.write_text(pack.read_text().replace(before, after, 1) + PACK)
    return walk


@pytest.mark.covers("F-04", "F-06", "C-35")
def test_circles_and_files_go_the_whole_way_and_back(walk):
    """The circle is closed, files hang on their patients, what is missing is held by name, and all of it goes back."""
    walk.go_to("sample")
    sample = walk.results["sample"]
    assert sample.uploads_found["agrees"].all() and sample.uploads_found["found_sha256"].null_count() == 0
    walk.approve("sample")
    load = walk.run("load")

    by_id = {record["external_id"]: record for record in walk.records("contact")}
    ours = dict(load.crosswalk.filter(phase="patients").select("external_id", "destination_id").iter_rows())
    referred = {
        id: record["custom_field"]["cf_referrer"]
        for id, record in by_id.items()
        if record["custom_field"].get("cf_referrer")
    }
    assert len(referred) == 2 and set(referred.values()) == {ours[id] for id in referred}
    assert load.facts["Links set in a second pass"] == 1
    outcomes = dict(load.uploads.select("external_id", "outcome").iter_rows())
    assert outcomes == {"d1": "loaded", "d2": "skipped", "d3": "loaded", "d4": "held"}
    assert load.held.filter(phase="documents")["code"].to_list() == ["file_missing"]
    names = sorted(record["file_name"] for record in walk.records("document"))
    assert names == ["Consent (2024-05-06 07.08).pdf", "scan.png"]
    walk.approve("load")
    walk.run("cutover")
    rolled = walk.run("rollback")
    assert rolled.proof["holds"].all()
    assert walk.records("document") == [] and walk.records("contact") == []


def test_an_archive_gives_its_files(tmp_path):
    """A zipped export needs no unpacking by hand: what its rows point at is uploaded, and checked by its content."""
    export = make_export(tmp_path)
    archive = shutil.make_archive(str(tmp_path / "export"), "zip", export)
    shutil.rmtree(export)
    walk = make_walk(tmp_path, Path(archive))

    walk.go_to("load")
    load = walk.results["load"]
    assert dict(load.uploads.select("external_id", "outcome").iter_rows()) == {
        "d1": "loaded", "d2": "skipped", "d3": "loaded", "d4": "held",
    }  # fmt: skip
    assert sorted(record["file_size"] for record in walk.records("document")) == [11, 400]


@pytest.mark.covers("F-03")
def test_an_approval_holds_for_what_is_in_the_files(walk):
    """A file that changed after the mapping was approved does not go; put back, it does."""
    walk.go_to("mapping")
    attachments = walk.results["mapping"].attachments
    assert attachments.select("path", "bytes").rows() == [
        ("files/consent.pdf", 11), ("files/gone.pdf", None), ("files/scan.png", 400),
    ]  # fmt: skip
    walk.approve("mapping")
    scan = walk.engagement.source / "files" / "scan.png"
    content = scan.read_bytes()
    scan.write_bytes(content[::-1])
    walk.run("sample")
    assert [record["file_name"] for record in walk.records("document")] == ["Consent (2024-05-06 07.08).pdf"]
    walk.approve("sample")
    assert walk.run("load").held.filter(phase="documents").select("external_id", "code").rows() == [
        ("d3", "file_changed"), ("d4", "file_missing"),
    ]  # fmt: skip

    scan.write_bytes(content)
    assert walk.run("load").held.filter(phase="documents")["external_id"].to_list() == ["d4"]


@pytest.mark.covers("F-03", "C-35")
def test_a_cutover_brings_new_and_changed_files_and_binds_them(tmp_path):
    """A new file, one that came late, and another version under the same row arrive; the list is evidence."""
    export = make_export(tmp_path)
    later = shutil.copytree(export, tmp_path / "later")
    walk = make_walk(tmp_path, export, cutover_source=later)
    walk.go_to("load")
    walk.approve("load")
    (later / "files" / "scan.png").write_bytes(b"\x89PNG version two")
    (later / "files" / "gone.pdf").write_bytes(b"%PDF found")
    (later / "files" / "new.pdf").write_bytes(b"%PDF new")
    rows = pl.read_csv(later / "documents.csv", infer_schema=False)
    new = {"Id": "d5", "PATIENT": rows["PATIENT"][1], "FILE": "files/new.pdf"}
    pl.concat([rows, pl.DataFrame([new])], how="diagonal").write_csv(later / "documents.csv")

    result = walk.run("cutover")
    assert dict(result.uploads.select("external_id", "outcome").iter_rows()) == {
        "d1": "loaded", "d2": "skipped", "d3": "loaded", "d4": "loaded", "d5": "loaded",
    }  # fmt: skip
    sizes = {record["file_name"]: record["file_size"] for record in walk.records("document")}
    assert sizes == {"Consent (2024-05-06 07.08).pdf": 11, "scan.png": 16, "gone.pdf": 10, "new.pdf": 8}
    changes = result.delta.filter(pl.col("phase") == "documents", pl.col("change") != "unchanged")
    assert dict(changes.select("external_id", "change").iter_rows()) == {"d3": "changed", "d4": "changed", "d5": "new"}
    listed = dict(zip(result.attachments["path"], result.attachments["sha256"], strict=True))
    sent = dict(result.uploads.filter(pl.col("sha256").is_not_null()).select("path", "sha256").iter_rows())
    assert sent == {path: listed[path] for path in sent} and len(sent) == 4

    content = walk.digest()
    assert walk.run("cutover").counts["requests"].sum() == 0 and walk.digest() == content
    walk.approve("cutover")
    list_of_files = walk.engagement.latest_run("cutover").path / "attachments.parquet"
    pl.read_parquet(list_of_files).head(1).write_parquet(list_of_files)
    with pytest.raises(GateClosed, match="attachments.parquet"):
        walk.run("handoff")


def test_another_version_that_cannot_go_takes_nothing_back(tmp_path):
    """An empty file, and one that is gone from the export: what was uploaded stays, and the reason names the other."""
    export = make_export(tmp_path)
    later = shutil.copytree(export, tmp_path / "later")
    walk = make_walk(tmp_path, export, cutover_source=later)
    walk.go_to("load")
    walk.approve("load")
    (later / "files" / "scan.png").write_bytes(b"")
    (later / "files" / "consent.pdf").unlink()

    result = walk.run("cutover")
    assert sorted(record["file_size"] for record in walk.records("document")) == [11, 400]
    held = dict(result.held.filter(phase="documents").select("external_id", "code").iter_rows())
    assert held["d1"] == "file_missing" and held["d3"] in ("rejected_by_tenant", "file_changed")
