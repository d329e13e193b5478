"""The made-up export of AeronaClinic: its files, its quirks, and the truth beside it."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from workbench.engagement import TEMPLATES
from workbench.generate.aerona_files import add_large_document, turn_into_pages
from workbench.generate.registry import generate
from workbench.layout import read_layout
from workbench.sources.files import read_staged, stage_folder

PATIENTS = 600
LAYOUT = TEMPLATES / "layouts" / "aerona.toml"


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """The folder with the export."""
    return generate("aerona", records=PATIENTS, out=tmp_path_factory.mktemp("made") / "x", seed=3)


@pytest.fixture(scope="module")
def staged(made, tmp_path_factory) -> dict[str, pl.DataFrame]:
    """Read by the layout as it ships."""
    out = tmp_path_factory.mktemp("staged")
    stage_folder(made, read_layout(LAYOUT), out)
    return read_staged(out)


def test_the_same_seed_writes_the_same_files(made, tmp_path):
    """Every byte of every file is the same, and another seed gives another export."""
    again = generate("aerona", records=PATIENTS, out=tmp_path / "again", seed=3)
    other = generate("aerona", records=PATIENTS, out=tmp_path / "other", seed=4)

    files = [json.loads((folder / "manifest.json").read_text())["files"] for folder in (made, again, other)]
    assert files[0] == files[1]
    assert files[0]["appointments.csv"] != files[2]["appointments.csv"]


def test_every_quirk_is_there(made, staged):
    """Each thing that goes wrong in real exports goes wrong for a share of the records."""
    patients, visits, notes = staged["patients"], staged["appointments"], staged["notes"]
    known, merged = patients["patientId"].implode(), patients["mergedIntoId"].drop_nulls().implode()
    names = patients["firstName"] + " " + patients["surname"]
    day = patients["dateOfBirth"].str.slice(0, 2).cast(pl.Int64)
    documents = staged["documents"]["path"]
    shares = {
        "shared e-mail": patients["email"].is_duplicated() & patients["email"].is_not_null(),
        "merged": patients["mergedIntoId"].is_not_null(),
        "merged twice over": patients["mergedIntoId"].is_not_null() & patients["patientId"].is_in(merged),
        "no practice": patients["practiceId"].is_null(),
        "practice that is gone": ~patients["practiceId"].is_in(staged["practices"]["practiceId"].implode()),
        "same name": names.is_duplicated(),
        "day before month": day > 12,
        "clinician without e-mail": staged["clinicians"]["email"].is_null(),
        "unknown clinician": ~visits["userId"].is_in(staged["clinicians"]["userId"].implode()),
        "nobody's slot": visits["patientId"].is_null(),
        "no duration": visits["duration"].is_null(),
        "whole day": visits["allDay"] == "true",
        "cancelled": visits["appointmentStatusId"] == "6",
        "typographic quotes": notes["text"].str.contains("“"),
        "long note": notes["text"].str.len_chars() > 10_000,
        "note of 90 kB": notes["text"].str.len_chars() > 90_000,
        "note of a purged patient": ~notes["patientId"].is_in(known),
        "pounds": staged["invoices"]["total"].str.starts_with("£"),
        "shop item": staged["invoice_lines"]["procedureCode"].is_null(),
        "deposit": staged["payments"]["allocatedTo"].is_null(),
        "without a plan": staged["invoices"]["planId"].is_null(),
        "two memberships": staged["care_plans"]["patientId"].is_duplicated(),
        "lost file": pl.Series([not (made / path).exists() for path in documents]),
        "British mobile": patients["mobile"].str.starts_with("07"),
    }  # fmt: skip

    assert [name for name, happens in shares.items() if not 0 < happens.sum() < len(happens)] == []


def test_invoices_are_the_sum_of_their_lines_and_payments(staged):
    """The lines of an invoice come to its total, and what was paid is what is no longer open."""
    lines, paid = (
        dict(staged[name].group_by(key).agg(pl.col(amount).str.slice(1).cast(pl.Decimal(12, 2)).sum()).iter_rows())
        for name, key, amount in (("invoice_lines", "invoiceId", "fee"), ("payments", "allocatedTo", "amount"))
    )
    for row in staged["invoices"].iter_rows(named=True):
        total, balance = Decimal(row["total"][1:]), Decimal(row["balance"][1:])
        assert lines[row["invoiceId"]] == total
        assert paid.get(row["invoiceId"], Decimal()) == total - balance


def test_the_truth_says_who_stands_in_the_end(made, staged):
    """The survivor of every merged patient is one who was not merged, also along a chain."""
    truth = pl.read_parquet(made.parent / "truth" / "patients.parquet")
    into = dict(staged["patients"].select("patientId", "mergedIntoId").drop_nulls().iter_rows())

    assert truth["id"].to_list() == staged["patients"]["patientId"].to_list()
    for id, survivor in truth.select("id", "survivor").iter_rows():
        while id in into:
            id = into[id]
        assert id == survivor


def test_pages_of_json_hold_the_same_records(made, staged, tmp_path):
    """Turned into pages, the export is staged alike, with the clinic's own fields out of their nest."""
    paged = generate("aerona", records=60, out=tmp_path / "paged", seed=3)
    stage_folder(paged, read_layout(LAYOUT), tmp_path / "files")
    turn_into_pages(paged, size=25)
    stage_folder(paged, read_layout(LAYOUT), tmp_path / "pages")

    assert not list(paged.glob("*.csv")) and len(list(paged.glob("patients_*.json"))) == 3
    for name, frame in read_staged(tmp_path / "files").items():
        assert read_staged(tmp_path / "pages")[name].select(frame.columns).equals(frame), name


def test_a_large_document_is_made_on_request_only(made, tmp_path):
    """No file is large by itself; one of the size asked for is added with its row."""
    export = generate("aerona", records=10, out=tmp_path / "large", seed=3)
    path = add_large_document(export, patient="100001", megabytes=30)

    assert max(file.stat().st_size for file in made.rglob("*.*")) < 25 * 1024**2
    assert path.stat().st_size == 30 * 1024**2
    assert (export / "documents.csv").read_text().splitlines()[-1].split(",")[4] == str(30 * 1024**2)
