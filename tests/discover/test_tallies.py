"""Both tallies: counted from the objects of the mapping, with their definition."""

import pytest

from workbench.discover.tallies import ALIKE, OPEN, count_tallies, find_tally
from workbench.model import OBJECTS, TALLIES, empty, frame


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


def test_no_objects_are_none_of_none():
    """A source without objects has tallies of nothing, not an error."""
    assert find_tally(count_tallies(empty(OBJECTS)), OPEN) == (0, 0)
