"""An engagement whose patients sent each other and have documents: from the export to the tenant, and back."""

from __future__ import annotations

import shutil
from pathlib import Path

import polars as pl
import pytest

from tests.stages.conftest import DEMO
from tests.stages.walk import Walk, start_walk

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
    """The demo clinic with a referral circle of two patients and four documents, one of them missing, one twice."""
    export = tmp_path / "export"
    shutil.copytree(DEMO / "clinic", export)
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


def make_walk(tmp_path: Path, export: Path) -> Walk:
    """An engagement on that export whose layout and pack know of referrers and documents."""
    walk = start_walk(tmp_path, source=export, roster=DEMO / "roster.csv")
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
