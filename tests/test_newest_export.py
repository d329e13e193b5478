"""What the newest export could not say: broken rows, missing and empty files, rows a rule leaves out."""

from __future__ import annotations

from types import SimpleNamespace

import polars as pl

from tests.load.world import PHASES
from workbench.model import FILES, REJECTED, frame
from workbench.newest_export import _find_left_out, _find_unread_phases, compare_reading
from workbench.sources.files import Staged

LAYOUT = SimpleNamespace(objects=dict.fromkeys({phase.source for phase in PHASES} - {"plans"}))  # plans are a view


def make_files(**counts):
    """FILES of an export: staged and rejected rows by object."""
    return frame([{"object": name, "staged": staged, "rejected": rejected} for name, (staged, rejected)
                  in counts.items()], FILES)  # fmt: skip


def stage(*, missing=(), **counts):
    rejected = [{"object": name, "row": 1} for name, (_, number) in counts.items() if number]
    return Staged(files=make_files(**counts), rejected=frame(rejected, REJECTED), dropped=[], missing=missing,
                  unlisted=())  # fmt: skip


def test_a_phase_is_unread_where_its_object_is_broken_missing_or_empty():
    """Objects read as a whole are not; what is made from several objects is doubted where any of them is."""
    first = make_files(clinics=(2, 0), patients=(5, 0), claims=(5, 0), remarks=(5, 0))
    staged = stage(missing=("remarks",), clinics=(2, 0), patients=(4, 1), claims=(0, 0))

    unread = _find_unread_phases(PHASES, LAYOUT, staged, first)
    assert unread.keys() == {"patients", "claims", "remarks", "plans"}
    assert len(compare_reading(first, staged)) == 3


def test_what_never_was_there_and_what_was_rejected_before_opens_nothing():
    """A file the export never held makes nothing doubtful, and rows approved as unreadable are no open point."""
    first = make_files(clinics=(2, 0), patients=(4, 1))
    staged = stage(missing=("remarks",), clinics=(2, 0), patients=(4, 1))

    assert "plans" not in _find_unread_phases(PHASES, LAYOUT, stage(missing=("remarks",), clinics=(2, 0)), first[:1])
    assert compare_reading(first, staged) == []


def test_a_row_that_no_phase_of_its_object_takes_is_left_out_and_not_gone():
    """One that only moved to another phase of its object is not."""
    phases = tuple(phase for phase in PHASES if phase.source == "encounters")
    derived = {"encounters": pl.DataFrame({"Id": ["e0", "e1", "e2"]})}
    records = {
        "encounters.visit": pl.DataFrame({"external_id": ["e0"]}),
        "encounters.check": pl.DataFrame({"external_id": ["e1"]}),
    }

    assert set(_find_left_out(phases, derived, records).values()) == {frozenset({"e2"})}
