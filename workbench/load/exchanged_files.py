"""Files of which a newer export has another version: the uploaded one is taken back, so that the delta uploads that.

Freshsales cannot put one file in the place of another. What cannot go, because it is missing, empty, too large or
without its record, takes nothing back: then the uploaded one stays, and the delta holds the other with its reason.
Killed between the two, the file is one the ledger took back, and the next delta uploads it as new.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from workbench.destinations import DOCUMENT
from workbench.load.lookups import is_deleted
from workbench.load.rollback import Progress, roll_back
from workbench.load.scope import Scope
from workbench.load.setup import Setup
from workbench.load.uploads import Uploads
from workbench.load.writer import make_writer
from workbench.model import ROLLBACK_COUNTS, Phase, empty


def find_exchanged(setup: Setup, phases: tuple[Phase, ...], current: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Uploaded files of which the export has another version that can go, by `phase` and `external_id`.

    A file is read only where its size or its stamp is another one than on the shelf.
    """
    rows, writer = [], make_writer(setup)
    for phase in phases:
        if phase.destination != DOCUMENT:
            continue
        uploads = Uploads(writer=writer, phase=phase, shelf=setup.shelf)
        for record in current[phase.name].unique("external_id", keep="first").iter_rows(named=True):
            standing = setup.ledger.standing(phase.name, record["external_id"])
            if standing is None or not standing.is_standing or is_deleted(standing, setup.ledger):
                continue
            if uploads.can_exchange(record, standing):
                rows.append((phase.name, record["external_id"]))
    return pl.DataFrame(rows, schema={"phase": pl.String, "external_id": pl.String}, orient="row")


def take_exchanged_back(
    setup: Setup, exchanged: pl.DataFrame, *, progress: Progress = lambda phase, *, done, total: None
) -> pl.DataFrame:
    """Take the uploaded versions back, with everything that guards a rollback.

    Returns:
        ROLLBACK_COUNTS; without a row where nothing had to go.

    Raises:
        RetryLater: The tenant does not answer.
    """
    if exchanged.is_empty():
        return empty(ROLLBACK_COUNTS)
    scope = Scope(parts=tuple(("record", "/".join(key)) for key in exchanged.iter_rows()))
    return roll_back(setup.ledger, setup.tenant, run_label=setup.run_label, scope=scope, progress=progress).counts
