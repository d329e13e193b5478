"""A customer's own column, which the pack knows nothing of: proposed, decided, loaded."""

from __future__ import annotations

import shutil
from collections.abc import Callable

import polars as pl
import pytest

from tests.stages.conftest import DEMO
from tests.stages.walk import Walk, start_walk
from workbench.errors import UsageError
from workbench.journey import advise


def begin(tmp_path, **columns: Callable[[int], str]) -> Walk:
    """The demo clinic, whose patients have columns of their own; the layout says only that they are there."""
    export = tmp_path / "export"
    shutil.copytree(DEMO / "clinic", export)
    patients = pl.read_csv(export / "patients.csv", infer_schema=False)
    own = [pl.Series(name, map(make, range(patients.height))) for name, make in columns.items()]
    patients.with_columns(own).write_csv(export / "patients.csv")
    walk = start_walk(tmp_path, source=export, roster=DEMO / "roster.csv")
    layout = walk.folder / "layout.toml"
    before = 'name = "patients"'
    head, tail = layout.read_text().split(before)
    table, rest = tail.split("[object.columns]", 1)
    lines = "".join(f'\n{name} = {{ type = "text", tag = "none" }}' for name in columns)
    layout.write_text(head + before + table + "[object.columns]" + lines + rest)
    return walk


@pytest.fixture
def walk(tmp_path) -> Walk:
    """The demo clinic with one column of its own."""
    return begin(tmp_path, LOYALTY_CODE=lambda number: f"code {number}")


def decide(walk: Walk, *fields: str, **words: str) -> None:
    """Write the same decision about columns."""
    lines = "".join(f'{name} = "{word}"\n' for name, word in words.items())
    blocks = [f'[[decision]]\nobject = "patients"\nfield = "{field}"\n{lines}' for field in fields or ("LOYALTY_CODE",)]
    (walk.folder / "decisions.toml").write_text("\n".join(blocks))


@pytest.mark.covers("F-03", "F-07")
def test_a_proposal_nobody_decided_keeps_the_map_from_being_approved(walk):
    """An unknown column is proposed for with its evidence, and the approval waits for a person."""
    mapping = walk.go_to("mapping")

    row = mapping.proposals.row(by_predicate=pl.col("field") == "LOYALTY_CODE", named=True)
    assert (row["state"], row["action"], row["to"]) == ("proposed", "custom_field", "cf_loyalty_code")
    with pytest.raises(UsageError, match="patients.LOYALTY_CODE"):
        walk.approve("mapping")
    assert "leaves points open; decide them in JupyterLab (workbench lab acme)" in advise(walk.engagement)


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


@pytest.mark.covers("F-02", "F-03")
def test_confirmed_lists_and_dates_are_loaded(tmp_path):
    """A confirmed list offers what stands in its column, and a date is read as its column writes it: none is held."""
    walk = begin(
        tmp_path,
        KYC_STATUS=lambda number: ("Passed", "Pending", "Refused; see note")[number % 3],
        LAST_CONSENT_DATE=lambda number: f"{13 + number % 16}/0{1 + number % 9}/2021",
        RECALL_DATE=lambda number: "soon" if number == 4 else f"2027-01-{1 + number % 28:02}",
    )
    walk.go_to("mapping")
    decide(walk, "KYC_STATUS", "LAST_CONSENT_DATE", "RECALL_DATE", action="confirm", by="Ada")
    mapping = walk.run("mapping")
    walk.approve("mapping")
    sample = walk.run("sample")

    rules = {rule.source: rule for phase in mapping.phases if phase.source == "patients" for rule in phase.fields}
    fields = [record["custom_field"] for record in walk.records("contact")]
    reasons = mapping.proposals.filter(pl.col("field") == "RECALL_DATE")["reason"]
    assert rules["KYC_STATUS"].choices == ("Passed", "Pending", "Refused; see note")
    assert {field["cf_kyc_status"] for field in fields} == {"Passed", "Pending", "Refused; see note"}
    assert {field["cf_last_consent_date"][:8] for field in fields} <= {f"2021-0{month}-" for month in range(1, 10)}
    assert {field["cf_last_consent_date"][8:] for field in fields} <= {str(day) for day in range(13, 29)}
    assert (rules["RECALL_DATE"].type, "1 of 24 values are no date" in reasons[0]) == ("text", True)
    assert (sample.diff.rows(), sample.held.rows()) == ([], [])


def test_a_column_left_behind_stands_in_the_losses(walk):
    """A decision to leave a column behind carries its reason into the proposals."""
    walk.go_to("mapping")
    decide(walk, action="skip", by="Ada", reason="The programme ended")
    mapping = walk.run("mapping")
    walk.approve("mapping")

    row = mapping.proposals.row(by_predicate=pl.col("field") == "LOYALTY_CODE", named=True)
    assert (row["state"], row["reason"], row["decided_by"]) == ("rejected", "The programme ended", "Ada")
    assert "cf_loyalty_code" not in str(mapping.phases)
