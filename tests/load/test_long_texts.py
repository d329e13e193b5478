"""Texts of several notes: in order, never a later part without the ones before it, and whole when read back."""

from __future__ import annotations

import polars as pl
import pytest

from tests.load.lossy import Lossy
from tests.load.world import PHASES, make_records, make_world, open_tenant, shape_records
from workbench.errors import RetryLater
from workbench.notes import split_notes
from workbench.reconcile.diff import diff_records
from workbench.reconcile.population import read_back
from workbench.reconcile.texts import WHOLE_TEXT
from workbench.sandbox import in_process

NOTES = PHASES[-1]
TEXT = "\n".join(f"{n:05d} blood pressure taken, caf\u00e9 & cake" for n in range(800))


@pytest.fixture
def world(tmp_path):
    world = make_world(tmp_path / "ledger.sqlite")
    yield world
    world.tenant.close()


def make_texts(*texts: str) -> dict[str, pl.DataFrame]:
    """The clinic's records with these as the only notes, all of patient p1."""
    rows = [{"external_id": f"r{n}", "description": text, "PATIENT": "p1"} for n, text in enumerate(texts)]
    return make_records() | {"remarks": split_notes(shape_records(NOTES, rows), source="remarks")}


def compare(world, ledger, records) -> dict[str, dict[str, int]]:
    """How the fields of the notes agree after reading them back, by field."""
    returned = read_back(world.tenant, ledger, records["remarks"].with_columns(phase=pl.lit("remarks")))
    diff, compared = diff_records(
        world.phases, records, returned, ledger=ledger, schema=world.schema, owners=world.owners()
    )
    return {row["field"]: row for row in compared.filter(phase="remarks").iter_rows(named=True)}


@pytest.mark.covers("A-32")
def test_a_long_text_is_read_back_as_the_text_it_was(world):
    """Each part is a note in its order; together they are compared to the letter."""
    records = make_texts(TEXT, "short")
    with world.ledger() as ledger:
        counts = world.load(records, ledger)
        parts = records["remarks"].height
        assert parts >= 5 and counts.filter(phase="remarks")["loaded"].to_list() == [parts]
        ids = [ledger.destination_id("remarks", each) for each in records["remarks"]["external_id"]]
        assert ids == sorted(ids)

        whole = compare(world, ledger, records)[WHOLE_TEXT]
        assert (whole["compared"], whole["equal"], whole["different"]) == (1, 1, 0)


@pytest.mark.parametrize(
    "change", [lambda text: text.replace("00500", "00501"), lambda text: text.replace(" of ", "/")]
)
def test_a_changed_part_shows_in_the_whole_text(world, change):
    """A single letter is enough, and so is a part that lost its number."""
    records = make_texts(TEXT)
    with world.ledger() as ledger:
        world.load(records, ledger)
        for record in world.store.records("note"):
            if change(record["description"]) != record["description"]:
                world.tenant.update("note", record["id"], {"description": change(record["description"])})

        assert compare(world, ledger, records)[WHOLE_TEXT]["different"] == 1


def test_no_part_goes_before_the_ones_in_front_of_it(world):
    """The first part is refused: the others are held by name and go once it stands."""
    records = make_texts(TEXT)
    first = pl.col("external_id") == "r0"
    broken = records | {
        "remarks": records["remarks"].with_columns(
            pl.when(first).then(pl.lit("p99")).otherwise("lookup.targetable").alias("lookup.targetable")
        )
    }
    with world.ledger() as ledger:
        world.load(broken, ledger)
        codes = ledger.held().filter(phase="remarks")["code"].to_list()
        assert codes == ["parent_missing"] + ["part_missing"] * (records["remarks"].height - 1)
        assert world.store.records("note") == []

        world.load(records, ledger)
        assert ledger.held().is_empty()
        assert compare(world, ledger, records)[WHOLE_TEXT]["equal"] == 1


@pytest.mark.parametrize("seed", range(3))
def test_lost_answers_leave_no_part_out_and_none_twice(world, seed):
    """However often the line breaks, the text is whole in the end."""
    records = make_texts(TEXT, TEXT.upper())
    lossy = Lossy(in_process(world.app), seed=seed, lost_answers=0.3, lost_requests=0.3)
    with world.ledger() as ledger:
        for _ in range(20):
            with open_tenant(lossy) as tenant:
                try:
                    world.load(records, ledger, tenant=tenant)
                    break
                except RetryLater:
                    continue
        assert len(world.store.records("note")) == records["remarks"].height
        assert compare(world, ledger, records)[WHOLE_TEXT]["equal"] == 2
