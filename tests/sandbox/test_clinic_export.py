"""The demo clinic: its files are what the generator writes, faults included."""

import csv

import pytest

from workbench.engagement import TEMPLATES
from workbench.layout import read_layout
from workbench.sandbox.clinic_export import LAYOUT, write_export
from workbench.sources.files import read_staged, stage_folder

DEMO = TEMPLATES / "demo"
SEED, PATIENTS = 2026, 24


def read(folder, name):
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(("folder", "later"), [("clinic", False), ("clinic_later", True)])
def test_the_demo_files_are_what_the_generator_writes(tmp_path, folder, later):
    """Nobody edits the demo by hand: the same seed gives the same bytes."""
    write_export(tmp_path, seed=SEED, patients=PATIENTS, later=later)

    written = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    kept = {path.name: path.read_bytes() for path in (DEMO / folder).iterdir()}
    assert written == kept


def test_another_seed_is_another_clinic(tmp_path):
    """The seed decides what is written."""
    write_export(tmp_path, seed=1, patients=8)

    assert read(tmp_path, "patients")[0]["Id"] != read(DEMO / "clinic", "patients")[0]["Id"]


def test_the_demo_stages_but_for_its_broken_record(tmp_path):
    """The clinic layout fits; the one record with a cell too few is rejected, and small enough is the whole."""
    staging = stage_folder(DEMO / "clinic", read_layout(LAYOUT), tmp_path / "staged")

    assert staging.rejected.select("object", "reason").rows() == [
        ("observations", f"7 cells where the header has 9 (line {staging.files['read'].to_list()[11] + 1})")
    ]
    assert staging.missing == staging.unlisted == ()
    assert sum(path.stat().st_size for path in DEMO.rglob("*") if path.is_file()) < 400_000


def test_the_demo_has_the_faults_a_real_export_has(tmp_path):
    """Twin organizations, a household, a patient without visits, formulas, emoji and accents."""
    stage_folder(DEMO / "clinic", read_layout(LAYOUT), tmp_path / "staged")
    staged = read_staged(tmp_path / "staged")

    patients = staged["patients"]
    assert staged["organizations"]["NAME"].is_duplicated().sum() == 2
    assert patients.select("LAST", "ADDRESS").is_duplicated().sum() == 3
    assert len(set(patients["Id"]) - set(staged["encounters"]["PATIENT"])) == 1
    assert "=SUM(A1)" in staged["procedures"]["DESCRIPTION"].to_list()
    assert staged["careplans"]["DESCRIPTION"].str.contains("🩹").any()
    assert {"O'Hallaran", "Muñoz-Ficto", "Ó Scéal"} <= set(patients["LAST"])
    assert "02134" in staged["organizations"]["ZIP"].to_list()


def test_the_later_export_differs_by_what_the_cutover_must_find():
    """Three new patients who came, two changed ones, one encounter gone with all that hung on it; no more."""
    before = {row["Id"]: row for row in read(DEMO / "clinic", "patients")}
    after = {row["Id"]: row for row in read(DEMO / "clinic_later", "patients")}
    visits = {row["Id"]: row for row in read(DEMO / "clinic", "encounters")}
    later = {row["Id"]: row for row in read(DEMO / "clinic_later", "encounters")}

    new = set(after) - set(before)
    assert len(new) == 3 and not set(before) - set(after)
    assert sum(before[id_] != after[id_] for id_ in before) == 2
    assert {row["PATIENT"] for id_, row in later.items() if id_ not in visits} == new
    (gone,) = set(visits) - set(later)
    assert all(later[id_] == visits[id_] for id_ in visits if id_ != gone)
    assert gone not in {row["APPOINTMENTID"] for row in read(DEMO / "clinic_later", "claims")}
    for name in ("organizations", "providers", "payers"):
        assert read(DEMO / "clinic", name) == read(DEMO / "clinic_later", name)
