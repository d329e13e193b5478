"""A customer's own column, which the pack knows nothing of: proposed, decided, loaded."""

from __future__ import annotations

import shutil

import polars as pl
import pytest

from tests.stages.conftest import DEMO
from tests.stages.walk import Walk, start_walk
from workbench.errors import UsageError


@pytest.fixture
def walk(tmp_path) -> Walk:
    """The demo clinic, whose patients have a column of their own; the layout says what it is."""
    export = tmp_path / "export"
    shutil.copytree(DEMO / "clinic", export)
    patients = pl.read_csv(export / "patients.csv", infer_schema=False)
    codes = [f"code {number}" for number in range(patients.height)]
    patients.with_columns(pl.Series("LOYALTY_CODE", codes)).write_csv(export / "patients.csv")
    walk = start_walk(tmp_path, source=export, roster=DEMO / "roster.csv")
    layout = walk.folder / "layout.toml"
    before = 'name = "patients"'
    head, tail = layout.read_text().split(before)
    table, rest = tail.split("[object.columns]", 1)
    own = '[object.columns]\nLOYALTY_CODE = { type = "text", tag = "none" }'
    layout.write_text(head + before + table + own + rest)
    return walk


def decide(walk: Walk, **words: str) -> None:
    """Write one decision about the column."""
    lines = "".join(f'{name} = "{word}"\n' for name, word in words.items())
    (walk.folder / "decisions.toml").write_text(f'[[decision]]\nobject = "patients"\nfield = "LOYALTY_CODE"\n{lines}')


@pytest.mark.covers("F-03", "F-07")
def test_a_proposal_nobody_decided_keeps_the_map_from_being_approved(walk):
    """An unknown column is proposed for with its evidence, and the approval waits for a person."""
    mapping = walk.go_to("mapping")

    row = mapping.proposals.row(by_predicate=pl.col("field") == "LOYALTY_CODE", named=True)
    assert (row["state"], row["action"], row["to"]) == ("proposed", "custom_field", "cf_loyalty_code")
    with pytest.raises(UsageError, match="patients.LOYALTY_CODE"):
        walk.approve("mapping")


@pytest.mark.covers("F-02", "C-37", "C-38")
def test_a_confirmed_proposal_is_loaded(walk):
    """Confirming is enough: the field is created, the sample carries its values, nothing differs."""
    walk.go_to("mapping")
    decide(walk, action="confirm", by="Ada")
    walk.run("mapping")
    walk.approve("mapping")
    sample = walk.run("sample")

    values = {record["custom_field"]["cf_loyalty_code"] for record in walk.records("contact")}
    assert values <= {f"code {number}" for number in range(30)} and values
    assert sample.diff.rows() == []


def test_a_column_left_behind_stands_in_the_losses(walk):
    """A decision to leave a column behind carries its reason into the proposals."""
    walk.go_to("mapping")
    decide(walk, action="skip", by="Ada", reason="The programme ended")
    mapping = walk.run("mapping")
    walk.approve("mapping")

    row = mapping.proposals.row(by_predicate=pl.col("field") == "LOYALTY_CODE", named=True)
    assert (row["state"], row["reason"], row["decided_by"]) == ("rejected", "The programme ended", "Ada")
    assert "cf_loyalty_code" not in str(mapping.phases)
