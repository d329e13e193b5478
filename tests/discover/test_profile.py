"""The schema inventory: what each column holds, without giving away what that is."""

import polars as pl
import pytest

from workbench.discover.profile import Misfit, RepeatedKey, build_inventory, find_misfits, find_repeated_keys
from workbench.discover.types import infer_type
from workbench.model import INVENTORY


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["1", "-20", "0"], "integer"),
        (["1", "007"], "text"),
        (["1.50", "2"], "decimal"),
        (["1,50"], "text"),
        (["true", "FALSE"], "boolean"),
        (["2024-01-31"], "date"),
        (["31/01/2024", "1-2-2024"], "date"),
        (["2024-01-31T10:00:00Z", "2024-01-31 10:00"], "datetime"),
        (["2024-01-31", "soon"], "text"),
        (["123456789012345678901"], "decimal"),
        ([None, None], "text"),
        ([None, "5"], "integer"),
    ],
)
def test_the_type_is_read_from_the_values(values, expected):
    """A column is what all its values are written as; a leading zero makes a code, and a code is text."""
    actual = infer_type(pl.Series(values, dtype=pl.String))

    assert expected == actual


@pytest.mark.covers("C-60", "N-62")
def test_the_inventory_describes_every_staged_column(staged, clinic):
    """Each column of each object has its row: how full, how varied, how long, and of which type."""
    inventory = build_inventory(staged, clinic)

    assert inventory.schema == INVENTORY
    assert len(inventory) == sum(len(row.kept) for row in clinic.objects.values())
    row = inventory.row(by_predicate=(pl.col("object") == "patients") & (pl.col("field") == "BIRTHDATE"), named=True)
    assert (row["type"], row["tag"], row["rows"], row["filled"], row["longest"]) == ("date", "birth", 24, 24, 10)
    dead = inventory.row(by_predicate=(pl.col("object") == "patients") & (pl.col("field") == "DEATHDATE"), named=True)
    assert (dead["filled"], dead["distinct"]) == (1, 1)


def test_the_inventory_shows_no_tagged_value(staged, clinic):
    """Examples of personal and health columns are masked; no value of such a column stands in the inventory."""
    inventory = build_inventory(staged, clinic)

    tagged = inventory.filter(~pl.col("tag").is_in(["none", "money"]))
    for row in tagged.filter(pl.col("filled") > 0).iter_rows(named=True):
        values = staged[row["object"]][row["field"]].drop_nulls().to_list()
        assert row["example"] not in values
    assert "SSN" not in inventory["field"].to_list()


def test_an_empty_column_has_no_example(build_frames, build_layout):
    """Where nothing is filled there is nothing to show, and the counts are zero."""
    layout = build_layout({"a": ({"X": "date"}, ())})

    row = build_inventory(build_frames({"a": {"X": [None]}}), layout).row(0, named=True)

    assert (row["rows"], row["filled"], row["distinct"], row["longest"], row["example"]) == (1, 0, 0, 0, None)


def test_values_that_are_not_of_their_type_are_counted(build_frames, build_layout):
    """A date column with a word in it is found before the load finds it."""
    layout = build_layout({"a": ({"DAY": "date", "N": "integer", "T": "text"}, ())})
    frames = build_frames({"a": {"DAY": ["2024-01-01", "soon", None], "N": ["1", "2", "3"], "T": ["x", "1", None]}})

    assert find_misfits(frames, layout) == [Misfit("a", "DAY", "date", 1)]


def test_a_clean_export_has_no_misfits(staged, clinic):
    """The clinic layout's types fit the demo export."""
    assert find_misfits(staged, clinic) == []


def test_keys_that_repeat_or_lack_are_counted(build_frames, build_layout):
    """Records that share a key, and records without one, are named per object."""
    layout = build_layout(
        {"a": ({"Id": "id"}, ("Id",)), "b": ({"X": "id", "Y": "id"}, ("X", "Y")), "c": ({"Z": "id"}, ())}
    )
    frames = build_frames(
        {"a": {"Id": ["1", "2", "2", "2", None]}, "b": {"X": ["1", "1"], "Y": ["1", "2"]}, "c": {"Z": ["1", "1"]}}
    )

    assert find_repeated_keys(frames, layout) == [RepeatedKey("a", ("Id",), repeated=3, empty=1)]
