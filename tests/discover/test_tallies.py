"""Both tallies: counted from the objects of the mapping, with their definition."""

import polars as pl
import pytest

from workbench.discover.tallies import ALIKE, OPEN, count_tallies, find_tally
from workbench.model import OBJECTS, TALLIES, empty, frame
from workbench.tables import show_objects


def build_objects(*rows):
    """OBJECTS of (source, outcome, fidelity); the last of them is only written down and holds no data."""
    named = [{"source": name, "outcome": outcome, "fidelity": fidelity, "rows": 3} for name, outcome, fidelity in rows]
    return frame([*named, {"source": "Workflows", "outcome": "inventory", "fidelity": ""}], OBJECTS)


@pytest.mark.covers("F-16")
def test_each_tally_names_what_it_counts():
    """An object may count in both, as one that is split into alike records, or in neither; words are no objects."""
    objects = build_objects(
        ("people", "migrate", "1:1"), ("visits", "split", "1:1"), ("claims", "migrate", "1:many"),
        ("notes", "migrate", "lossy"), ("stock", "exclude", ""),
    )  # fmt: skip

    tallies = count_tallies(objects)

    assert tallies.schema == TALLIES
    assert tallies.select("name", "count", "of", "objects").rows() == [
        (ALIKE, 2, 5, "people, visits"),
        (OPEN, 3, 5, "visits, notes, stock"),
    ]
    assert all(tallies["means"])


def test_views_of_the_pack_are_none_of_the_customers_objects():
    """What the pack makes out of other objects inflates neither tally, whatever becomes of it; the table names it."""
    objects = pl.concat([
        build_objects(("people", "migrate", "1:1")),
        frame([{"source": "bills", "outcome": "migrate", "fidelity": "1:1", "rows": 2, "is_view": True},
               {"source": "numbers", "outcome": "exclude", "fidelity": "", "rows": 2, "is_view": True}], OBJECTS),
    ])  # fmt: skip

    assert count_tallies(objects).select("count", "of", "objects").rows() == [(1, 1, "people"), (0, 1, "")]
    assert "not counted: bills, numbers" in show_objects(objects).text


def test_no_objects_are_none_of_none():
    """A source without objects has tallies of nothing, not an error."""
    assert find_tally(count_tallies(empty(OBJECTS)), OPEN) == (0, 0)
