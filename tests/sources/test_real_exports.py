"""Staging over real exports: whatever the shape of the files, every record is accounted for."""

import csv
from pathlib import Path

import pytest

from workbench.engagement import ROOT, TEMPLATES
from workbench.layout import read_layout
from workbench.sources.files import read_staged, stage_folder

DATA = ROOT.parent / "shared" / "data"
FOLDERS = ("sakila/csv", "clubdata/csv", "telco_ibm", "atomic_crm", "dedupe_messy")


def find_data(name: str) -> Path:
    folder = DATA / name
    if not folder.is_dir():
        pytest.skip(f"the shared data set {name} is not here")
    return folder


def write_layout(folder: Path, path: Path) -> None:
    """A layout for any folder of CSV files: each header's columns as text."""
    lines = ['[layout]\nname = "any"']
    for file in sorted(folder.glob("*.csv")):
        with file.open(encoding="utf-8-sig", newline="") as text:
            header = next(csv.reader(text))
        lines.append(
            f'[[object]]\nname = "{file.stem.lower().replace("-", "_")}"\nfile = "{file.name}"\n[object.columns]'
        )
        lines += [f'"{name.strip()}" = {{ type = "text" }}' for name in header]
    path.write_text("\n".join(lines), encoding="utf-8")


def read_plainly(file: Path) -> list[list[str]]:
    with file.open(encoding="utf-8-sig", newline="") as text:
        return [row for row in csv.reader(text) if row][1:]


@pytest.mark.parametrize("name", FOLDERS)
def test_nothing_of_a_real_folder_is_lost(name, tmp_path):
    """A plain reading of each file finds the same records, cell by cell, as were staged or rejected."""
    folder = find_data(name)
    write_layout(folder, tmp_path / "layout.toml")

    staging = stage_folder(folder, read_layout(tmp_path / "layout.toml"), tmp_path / "staged")

    staged = read_staged(tmp_path / "staged")
    for file in staging.files.iter_rows(named=True):
        plain = read_plainly(folder / file["file"])
        assert file["read"] == len(plain) == file["staged"] + file["rejected"]
        found = {row[-1]: list(row[:-1]) for row in staged[file["object"]].iter_rows()}
        expected = {number: [cell or None for cell in plain[number - 1]] for number in found}
        assert found == expected


@pytest.mark.covers("C-60")
def test_the_clinic_layout_fits_a_real_export(tmp_path):
    """All 17 files of the clinic's export are staged whole, and the three identity documents are not."""
    folder = find_data("synthea_ca")

    staging = stage_folder(folder, read_layout(TEMPLATES / "layouts" / "clinic.toml"), tmp_path / "staged")

    assert len(staging.files) == 17
    assert staging.files["rejected"].sum() == 0
    assert staging.files["staged"].sum() == sum(len(read_plainly(file)) for file in folder.glob("*.csv"))
    assert staging.dropped == [("patients", "SSN", 59), ("patients", "DRIVERS", 48), ("patients", "PASSPORT", 42)]
    numbers = {row[3] for row in read_plainly(folder / "patients.csv")}
    text = " ".join(str(frame.rows()) for frame in read_staged(tmp_path / "staged").values())
    assert not any(number in text for number in numbers)
