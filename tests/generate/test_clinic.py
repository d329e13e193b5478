"""The made-up EHI export of a clinic: its files, its quirks, its other forms, and the truth beside it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import polars as pl
import pytest

from workbench.engagement import TEMPLATES, Secret
from workbench.generate import clinic_forms as forms
from workbench.generate.registry import generate
from workbench.layout import read_layout
from workbench.sources.files import read_staged, stage_folder

PATIENTS = 400
LAYOUT = read_layout(TEMPLATES / "layouts" / "clinic_ehi.toml")
FORMS = {
    "sections with pipes": forms.turn_into_sections,
    "a folder per patient": forms.turn_into_folders,
    "pages of JSON": forms.turn_into_pages,
    "a workbook": forms.turn_into_workbook,
}


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """The folder with an export."""
    return generate("clinic", records=PATIENTS, out=tmp_path_factory.mktemp("made") / "x", seed=3)


@pytest.fixture(scope="module")
def staged(made, tmp_path_factory) -> dict[str, pl.DataFrame]:
    """Read by the layout as it ships."""
    out = tmp_path_factory.mktemp("staged")
    stage_folder(made, LAYOUT, out)
    return read_staged(out)


def test_the_same_seed_writes_the_same_files(made, tmp_path):
    """Every byte of every file is the same, and another seed gives another export."""
    again = generate("clinic", records=PATIENTS, out=tmp_path / "again", seed=3)
    other = generate("clinic", records=PATIENTS, out=tmp_path / "other", seed=4)

    files = [json.loads((folder / "manifest.json").read_text())["files"] for folder in (made, again, other)]
    assert files[0] == files[1]
    assert files[0]["patients.csv"] != files[2]["patients.csv"]


def test_every_quirk_is_there(staged):
    """Each thing that goes wrong in real exports goes wrong for a share of the records."""
    people = pl.concat([staged["patients"], staged["patients_archived"].drop("archived_at")])
    known, visits = people["pid"].implode(), staged["appointments"]
    first = staged["coverages"].filter(rank="1").group_by("pid").len()
    shares = {
        "no birth date": people["DOB"] == "0000-00-00",
        "no time": visits["cancelled_at"] == "0000-00-00 00:00:00",
        "own fields": people["custom"].str.starts_with("{"),
        "note as HTML": staged["encounters"]["note"].str.contains("<p>").fill_null(False),
        "deleted patient": visits["pid"].is_in(staged["patients_deleted"]["pid"].implode()),
        "nobody": ~visits["pid"].is_in(known) & ~visits["pid"].is_in(staged["patients_deleted"]["pid"].implode()),
        "hour left out": visits["starts_at"] == "2025-03-09 02:30:00",
        "like a formula": visits["notes"].str.starts_with("=").fill_null(False),
        "two first policies": first["len"] > 1,
        "policy begins with zero": staged["coverages"]["policy_number"].str.starts_with("0"),
        "provider without e-mail": staged["providers"]["email"].is_null(),
        "provider who left": staged["providers"]["active"] == "0",
        "lost encounter": staged["invoices"]["encounter_id"].is_null(),
        "lost invoice": ~staged["payments"]["invoice_number"].is_in(staged["invoices"]["number"].implode()),
        "denied": staged["claims"]["status"] == "DENIED",
        "result as text": staged["labs"]["value"].is_null(),
        "two lines in a cell": visits["notes"].str.contains("\n").fill_null(False),
    }

    assert [name for name, happens in shares.items() if not 0 < happens.sum() < len(happens)] == []
    assert set(people["pid"].str.len_chars()) == {18}


def test_the_money_adds_up(made, staged):
    """Billed less paid is the balance, and what was paid is the sum of the payments that name the invoice."""
    invoices = staged["invoices"].with_columns(pl.col("billed", "paid", "balance").cast(pl.Decimal(12, 2)))
    sums = staged["payments"].group_by("invoice_number").agg(pl.col("amount").cast(pl.Decimal(12, 2)).sum())
    paid = invoices.join(sums, left_on="number", right_on="invoice_number", how="left")
    fits = paid.filter(pl.col("amount").fill_null(0) == pl.col("paid"))

    assert invoices.filter(pl.col("billed") - pl.col("paid") != pl.col("balance")).is_empty()
    assert fits.height > 0.95 * invoices.height
    truth = pl.read_parquet(made.parent / "truth" / "invoices.parquet")
    assert truth["number"].to_list() == staged["invoices"]["number"].to_list()
    assert truth["billed"].to_list() == [int(value * 100) for value in invoices["billed"]]


@pytest.mark.parametrize("form", FORMS)
def test_other_forms_are_read_as_the_same_records(form, made, staged, tmp_path):
    """Whichever form the vendor gives, every record of every object is read with the same values."""
    source = tmp_path / "export"
    shutil.copytree(made, source, ignore=shutil.ignore_patterns("documents"))
    FORMS[form](source)

    stage_folder(source, LAYOUT, tmp_path / "staged")

    assert list(source.glob("patients.csv")) == []
    for name, frame in read_staged(tmp_path / "staged").items():
        columns = [column for column in frame.columns if column not in ("_row", "custom")]
        expected, found = (sorted(map(repr, each.select(columns).iter_rows())) for each in (staged[name], frame))
        assert found == expected, name
        if "custom" in frame.columns:
            texts = [sorted(filter(None, each["custom"].to_list())) for each in (staged[name], frame)]
            assert [json.loads(text) for text in texts[1]] == [json.loads(text) for text in texts[0]]


def test_an_archive_under_a_password_gives_the_same_records(staged, tmp_path):
    """The archive is opened with the password; without one it is asked for."""
    archive = generate("clinic", records=PATIENTS, out=tmp_path / "x", seed=3, password="swordfish")

    stage_folder(archive, LAYOUT, tmp_path / "staged", password=Secret("swordfish"))

    found = read_staged(tmp_path / "staged")
    assert archive.suffix == ".zip"
    assert all(frame.equals(found[name]) for name, frame in staged.items())


def test_no_file_for_an_empty_object_is_no_mistake(made, tmp_path):
    """What the source has none of is staged without rows and named as missing; what has to be there is asked for."""
    source = tmp_path / "export"
    shutil.copytree(made, source, ignore=shutil.ignore_patterns("documents"))
    (source / "labs.csv").unlink()

    result = stage_folder(source, LAYOUT, tmp_path / "staged")

    assert result.missing == ("labs",)
    assert read_staged(tmp_path / "staged")["labs"].is_empty()
