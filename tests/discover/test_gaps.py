"""The gap register: known gaps, and those that show in the export itself."""

from workbench.discover.gaps import build_gap_register
from workbench.discover.links import find_relationships
from workbench.discover.profile import Misfit, RepeatedKey
from workbench.engagement import TEMPLATES
from workbench.model import GAPS
from workbench.pack import Gap
from workbench.sources.files import read_staged, stage_folder

KNOWN = Gap(object="visits", gap="reminders", consequence="gone", remedy="rebuild", requirement=("C-16", "C-41"))


def describe(register):
    return [f"{row['object']}.{row['field']}: {row['gap']}" for row in register.iter_rows(named=True)]


def test_the_register_of_the_demo_clinic(staging, staged, clinic):
    """The pack's gaps come first, then secrets, rejected records and orphans, each with consequence and remedy."""
    register = build_gap_register([KNOWN], staging[0], find_relationships(staged, clinic), layout=clinic)

    assert register.schema == GAPS
    assert register.row(0) == ("visits", "", "reminders", "gone", "rebuild", "C-16, C-41")
    found = describe(register)
    assert "patients.SSN: A secret column with 24 filled cells, left out while the file was read" in found
    assert any(line.startswith("observations.: 1 of ") for line in found)
    assert any(
        line.startswith("claims.PRIMARYPATIENTINSURANCEID: ") and line.endswith("Id of payers") for line in found
    )
    assert all(row["consequence"] and row["remedy"] for row in register.iter_rows(named=True))


def test_no_value_of_the_export_stands_in_it(staging, staged, clinic):
    """The register goes to the customer's whole team: it counts, and quotes nothing tagged."""
    register = build_gap_register([], staging[0], find_relationships(staged, clinic), layout=clinic)

    text = str(register.rows())
    assert not any(name in text for name in staged["patients"]["LAST"].to_list())


def test_what_else_an_export_can_lack(clinic, tmp_path):
    """Absent files, unknown files and columns, misfits and repeated keys each have their line."""
    export = tmp_path / "export"
    export.mkdir()
    for path in (TEMPLATES / "demo" / "clinic").glob("*.csv"):
        if path.name != "devices.csv":
            (export / path.name).write_bytes(path.read_bytes())
    (export / "photos").mkdir()
    staging = stage_folder(export, clinic, tmp_path / "staged")
    links = find_relationships(read_staged(tmp_path / "staged"), clinic)

    register = build_gap_register(
        [],
        staging,
        links,
        layout=clinic,
        misfits=[Misfit("patients", "BIRTHDATE", "date", 3)],
        repeated_keys=[RepeatedKey("patients", ("Id",), repeated=2, empty=1)],
    )

    found = describe(register)
    assert "devices.: The export holds no devices.csv" in found
    assert ".: The export holds photos, which the layout does not name" in found
    assert "patients.BIRTHDATE: 3 values are not written as date" in found
    assert "patients.Id: The key does not tell all records apart: 2 share it with another, 1 have none" in found


def test_a_sound_export_adds_nothing(clinic, staging, staged):
    """A secret column in which nothing is filled is no gap, nor is a relationship without orphans."""
    clean = find_relationships(staged, clinic).filter(False)

    register = build_gap_register([], staging[0], clean, layout=clinic)

    assert not [line for line in describe(register) if "values are no" in line]
