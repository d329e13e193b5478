"""What a stage leaves in its folder."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

import polars as pl
import pytest

from workbench.engagement import read_engagement
from workbench.folder import close, save_csv, save_frames, write_text
from workbench.new_engagement import create_engagement


@pytest.mark.parametrize("cell", ["=1+1", "+cmd|x", "-2+3", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_cell_of_a_csv_is_a_live_formula(tmp_path, cell):
    """A text that a spreadsheet would run keeps a quote before it; a list's items are joined."""
    save_csv(tmp_path / "x.csv", pl.DataFrame({"a": [cell], "b": [["x", "y"]]}))

    written = pl.read_csv(tmp_path / "x.csv", infer_schema=False)
    assert written.row(0) == ("'" + cell, "x;y")


@pytest.mark.parametrize("cell", ["-12.50", "+49 30", "+491701234567", "1,5", "Ünïcode 🙂", "a=b", ""])
def test_other_texts_stand_as_they_are(tmp_path, cell):
    """Negative amounts, phone numbers and ordinary text are not touched."""
    save_csv(tmp_path / "x.csv", pl.DataFrame({"a": [cell], "n": [-5]}))

    written = pl.read_csv(tmp_path / "x.csv", infer_schema=False).fill_null("")
    assert written.row(0) == (("'" if cell == "+49 30" else "") + cell, "-5")


def test_a_csv_opens_in_a_spreadsheet_as_utf8(tmp_path):
    """The file begins with the mark by which spreadsheets know UTF-8."""
    save_csv(tmp_path / "x.csv", pl.DataFrame({"a": ["é"]}))

    assert (tmp_path / "x.csv").read_bytes().startswith(b"\xef\xbb\xbf")


def test_a_text_is_replaced_whole(tmp_path):
    """Writing leaves the new text and no temporary file."""
    write_text(tmp_path / "a.txt", "old")
    write_text(tmp_path / "a.txt", "new")

    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("a.txt", "new")]


def test_frames_come_back_as_they_went(tmp_path):
    """Each frame is a Parquet file of its name."""
    held = pl.DataFrame({"n": [1]})
    save_frames(tmp_path, {"held": held})

    assert pl.read_parquet(tmp_path / "held.parquet").equals(held)


@dataclass
class Result:
    """A stage's result, as small as it can be."""

    facts: dict = field(default_factory=lambda: {"Rows": 3})
    inputs: dict = field(default_factory=lambda: {"pack.toml": "abc"})


def test_closing_writes_the_proof_that_the_run_reached_its_end(tmp_path):
    """The closing fact names the run it belongs to, what it found and what it read."""
    made = create_engagement(
        "acme",
        source=tmp_path,
        pack="clinic",
        url="http://127.0.0.1:1/crm/sales/api",
        plan="pro",
        runs=tmp_path / "runs",
    )
    run = read_engagement(made.folder).run("sample", "20260101T000000Z")
    run.path.mkdir(parents=True)

    close(run, Result())

    assert json.loads((run.path / "result.json").read_text()) == {
        "run": "30_sample/20260101T000000Z",
        "stage": "sample",
        "status": "complete",
        "facts": {"Rows": 3},
        "inputs": {"pack.toml": "abc"},
        "open_points": [],
    }
