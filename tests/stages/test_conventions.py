"""How values are written: found at discovery, asked where it is open, and used from the mapping on."""

from __future__ import annotations

import shutil

import polars as pl
import pytest

from tests.stages.conftest import DEMO
from tests.stages.walk import Walk, start_walk
from workbench.conventions.values import FILE
from workbench.errors import UsageError


@pytest.fixture
def walk(tmp_path) -> Walk:
    """The demo clinic, whose birth dates are all written with the day or the month first: nobody can tell."""
    export = tmp_path / "export"
    shutil.copytree(DEMO / "clinic", export)
    patients = pl.read_csv(export / "patients.csv", infer_schema=False)
    days = [f"{1 + number % 12:02}/{1 + number % 11:02}/1980" for number in range(patients.height)]
    deaths = ["0000-00-00"] * patients.height
    patients = patients.with_columns(pl.Series("BIRTHDATE", days), pl.Series("DEATHDATE", deaths))
    patients.write_csv(export / "patients.csv")
    return start_walk(tmp_path, source=export, roster=DEMO / "roster.csv")


def answer(walk: Walk, way: str) -> None:
    """Answer the question about the birth dates."""
    file = walk.folder / FILE
    file.write_text(file.read_text().replace("written = []", f'written = ["{way}"]').replace('by = ""', 'by = "Ada"'))


@pytest.mark.covers("F-03")
def test_an_open_question_keeps_the_map_from_being_approved(walk):
    """Discovery says what it could not decide, and the approval of the map waits for the answer."""
    discovery = walk.run("discovery")
    walk.approve("discovery")
    mapping = walk.run("mapping")

    assert discovery.facts["Questions about how values are written"] == 1
    assert mapping.open_points == (
        "patients.BIRTHDATE: its values fit %d/%m/%Y and %m/%d/%Y; say which in conventions.toml",
    )
    with pytest.raises(UsageError, match="patients.BIRTHDATE: its values fit"):
        walk.approve("mapping")


@pytest.mark.parametrize("way", ["%d/%m/%Y", "%m/%d/%Y"])
def test_an_answer_is_what_the_tenant_holds(walk, way):
    """The same cells arrive as the analyst says they are read; an empty date of zeros arrives as none."""
    walk.run("discovery")
    walk.approve("discovery")
    answer(walk, way)
    walk.run("mapping")
    walk.approve("mapping")
    walk.run("sample")

    born = {record["custom_field"]["cf_date_of_birth"] for record in walk.records("contact")}
    deaths = {record["custom_field"].get("cf_date_of_death") for record in walk.records("contact")}
    months = {day[5:7] for day in born if day}
    assert ("12" in months) == (way == "%m/%d/%Y")
    assert "1980-02-02" in born
    assert deaths == {None}


def test_what_was_settled_stays_as_it_is(walk):
    """A second discovery asks nothing again and changes no answer."""
    walk.run("discovery")
    answer(walk, "%d/%m/%Y")
    before = (walk.folder / FILE).read_text()

    walk.run("discovery")

    assert (walk.folder / FILE).read_text() == before


def test_an_export_that_is_plain_throughout_has_no_such_file(tmp_path):
    """Where there is nothing to settle, nothing is written."""
    walk = start_walk(tmp_path, source=DEMO / "clinic", roster=DEMO / "roster.csv")

    walk.run("discovery")

    assert not (walk.folder / FILE).exists()
