"""How many objects go over as they are, and how many somebody has to decide about: counted, never asserted."""

from __future__ import annotations

import polars as pl

from workbench.model import TALLIES, frame

ALIKE, OPEN = "Fidelity 1:1", "Needs a mapping decision"
_MEANS = {
    ALIKE: "objects of which each record becomes one record, with nothing of it lost on the way",
    OPEN: "objects that are split, merged, written down or left behind, or that lose something: somebody has to agree",
}


def count_tallies(objects: pl.DataFrame) -> pl.DataFrame:
    """Both tallies over the objects of the export that hold data, as TALLIES.

    What is only written down is no object, and what the pack makes out of other objects is none of the customer's.

    Args:
        objects: Schema `OBJECTS`, of the mapping as it stands for this tenant.
    """
    counted = objects.filter(pl.col("rows").is_not_null() & ~pl.col("is_view").fill_null(False))
    is_alike = pl.col("fidelity") == "1:1"
    is_open = (pl.col("outcome") != "migrate") | (pl.col("fidelity") == "lossy")
    return frame([_tally(name, counted, which) for name, which in ((ALIKE, is_alike), (OPEN, is_open))], TALLIES)


def find_tally(tallies: pl.DataFrame, name: str) -> tuple[int, int]:
    """The objects that count and the objects there are, of one tally."""
    return tallies.filter(pl.col("name") == name).select("count", "of").row(0)


def _tally(name: str, counted: pl.DataFrame, which: pl.Expr) -> dict[str, object]:
    chosen = counted.filter(which)
    return {
        "name": name,
        "count": chosen.height,
        "of": counted.height,
        "means": _MEANS[name],
        "objects": ", ".join(chosen["source"]),
    }
