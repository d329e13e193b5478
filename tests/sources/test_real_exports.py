"""Staging over real exports: whatever the shape of the files, every record is accounted for."""

import csv
import sqlite3
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from workbench.conventions.apply import write_plain
from workbench.conventions.find import find_conventions
from workbench.discover.damage import find_damage
from workbench.discover.links import find_relationships
from workbench.discover.profile import build_inventory, find_misfits
from workbench.engagement import ROOT, TEMPLATES
from workbench.layout import read_layout
from workbench.sources.csv_rows import find_delimiter, read_header
from workbench.sources.encodings import find_encoding
from workbench.sources.files import read_staged, stage_folder

from .reading import read_both

DATA = ROOT.parent / "shared" / "data"
MOST_BYTES = 3_000_000
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


def test_both_ways_read_every_file_alike():
    """Whatever CSV lies here, read many records at once it is what it is record by record; most of it is so read."""
    files = sorted([*(TEMPLATES / "demo").rglob("*.csv"), *DATA.rglob("*.csv")])
    count = {True: 0, False: 0}
    for file in (file for file in files if file.stat().st_size < MOST_BYTES):
        encoding = find_encoding(file)
        delimiter = find_delimiter(file, encoding, frozenset())
        width = len(read_header(file, encoding, delimiter))
        for batch in read_both(file, width=width, named=width, encoding=encoding, delimiter=delimiter):
            count[isinstance(batch.cells, pl.DataFrame)] += len(batch.numbers)
    assert count[True] > 50 * count[False]


def describe(source, layout, out):
    """Stage an export and describe it as discovery does; gives staging, frames and inventory."""
    staging = stage_folder(source, layout, out)
    staged = read_staged(out)
    layout = layout.widen({name: frame.columns for name, frame in staged.items()})
    plain = write_plain(staged, find_conventions(staged, layout, today=date(2026, 11, 22)), time_zone="UTC")
    find_relationships(plain, layout), find_misfits(plain, layout), find_damage(plain, layout, time_zone="UTC")
    return staging, staged, build_inventory(plain, layout)


@pytest.mark.parametrize("name", FOLDERS)
def test_a_real_folder_can_be_described(name, tmp_path):
    """Whatever stands in the cells, discovery describes every column and counts what it read."""
    write_layout(find_data(name), tmp_path / "layout.toml")

    staging, staged, inventory = describe(find_data(name), read_layout(tmp_path / "layout.toml"), tmp_path / "staged")

    assert staging.files["staged"].sum() == sum(len(frame) for frame in staged.values()) > 0
    assert inventory.height == sum(frame.width - 1 for frame in staged.values())


def test_a_database_that_was_written_out_is_described(tmp_path):
    """Chinook, a CRM of customers, invoices and employees, one CSV a relation."""
    database = find_data("chinook") / "Chinook_Sqlite.sqlite"
    export = tmp_path / "export"
    export.mkdir()
    connection = sqlite3.connect(f"file:{database}?mode=ro&immutable=1", uri=True)
    counts = {}
    for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall():
        rows = connection.execute(f'SELECT * FROM "{name}"')
        with (export / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerow([column[0] for column in rows.description])
            csv.writer(file).writerows(rows)
    write_layout(export, tmp_path / "layout.toml")
    counts = {path.name: len(read_plainly(path)) for path in export.glob("*.csv")}

    staging, _, _ = describe(export, read_layout(tmp_path / "layout.toml"), tmp_path / "staged")

    assert dict(staging.files.select("file", "staged").iter_rows()) == counts
    assert counts["Customer.csv"] == 59


def test_the_sample_of_a_crm_in_one_document(tmp_path):
    """Atomic CRM writes all its objects into one JSON document; each list is an object."""
    folder = find_data("atomic_crm")
    objects = "".join(
        f'[[object]]\nname = "{name}"\nfile = "import-sample.json"\nformat = "json"\nrecords = "{name}"\n'
        '[object.columns]\n"*" = { type = "text" }\n'
        for name in ("sales", "companies", "contacts")
    )
    (tmp_path / "layout.toml").write_text(f'[layout]\nname = "atomic"\n{objects}', encoding="utf-8")

    staging, staged, _ = describe(folder, read_layout(tmp_path / "layout.toml"), tmp_path / "staged")

    assert staged["companies"]["name"][0] == "Black Mesa Research Facility"
    assert staged["sales"]["id"].to_list()[0] == "123"
    assert [name for name in staging.unlisted if name.startswith("import-sample.json")] == [
        f"import-sample.json: {name}" for name in ("notes", "tasks")
    ]


FHIR = """
[layout]
name = "fhir"
unknown_columns = "drop"
[[object]]
name = "patients"
file = "*.json"
format = "fhir"
resource = "Patient"
key = ["id"]
[object.columns]
id = { type = "id", tag = "id" }
family = { type = "text", tag = "name", path = "name[0].family" }
given = { type = "text", tag = "name", path = "name[0].given[0]" }
phone = { type = "text", tag = "contact", path = "telecom[system=phone].value" }
ssn = { type = "text", tag = "secret", path = "identifier[system=http://hl7.org/fhir/sid/us-ssn].value" }
born = { type = "date", tag = "birth", path = "birthDate" }
[[object]]
name = "practitioners"
file = "*.json"
format = "fhir"
resource = "Practitioner"
key = ["id"]
[object.columns]
id = { type = "id", tag = "id" }
email = { type = "text", tag = "contact", path = "telecom[system=email].value" }
[[object]]
name = "encounters"
file = "*.json"
format = "fhir"
resource = "Encounter"
key = ["id"]
[object.columns]
id = { type = "id", tag = "id" }
patient = { type = "id", tag = "id", path = "subject.reference" }
started = { type = "datetime", path = "period.start" }
"""


def test_real_fhir_bundles(tmp_path):
    """Three patients and a practice: every resource of the named types is staged, and the other types are named."""
    folder = find_data("fhir_r4_ri")
    (tmp_path / "layout.toml").write_text(FHIR, encoding="utf-8")

    staging, staged, _ = describe(folder, read_layout(tmp_path / "layout.toml"), tmp_path / "staged")

    assert {name: len(frame) for name, frame in staged.items()} == {
        "patients": 3,
        "practitioners": 194,
        "encounters": 24,
    }
    assert staged["practitioners"]["email"].str.contains("@").all()
    assert staged["encounters"]["patient"].str.strip_prefix("urn:uuid:").is_in(staged["patients"]["id"].to_list()).all()
    assert ("patients", "ssn", 3) in staging.dropped
    assert "*.json: Observation" in staging.unlisted


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
