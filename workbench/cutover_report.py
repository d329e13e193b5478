"""What a cutover says of itself: its figures, and what speaks against approving it as the last."""

from __future__ import annotations

import polars as pl

from workbench.engagement import Engagement
from workbench.exports import read_first_files
from workbench.freshsales.client import Tenant
from workbench.load.rounds import CHANGES
from workbench.model import HANDED_OVER
from workbench.newest_export import NewestExport, compare_reading
from workbench.shown import say_hours
from workbench.wording import say_number


def list_open_points(engagement: Engagement, export: NewestExport, frames: dict[str, pl.DataFrame]) -> tuple[str, ...]:
    """What speaks against approving a run as the last.

    Args:
        frames: Those of the run, by the name they are saved under.
    """
    proof, held = frames["proof"], frames["held"]
    changed = proof.filter(~pl.col("agrees"))["object"].to_list()
    waiting = held.filter(pl.col("code").is_in(HANDED_OVER)).height
    points = compare_reading(read_first_files(engagement), export.staged)
    points += [f"{object}: the frozen source changed after its last delta; run cutover again" for object in changed]
    if proof.height and proof["agrees"].has_nulls():
        points.append("the frozen source is not proved unchanged: take the export once more, then run cutover again")
    for name, what in (("validation", "the number of records"), ("owners", "the owners")):
        phases = frames[name].filter(~pl.col("agrees"))["phase"].unique(maintain_order=True)
        verb = "does" if name == "validation" else "do"
        points += [f"{phase}: {what} in Freshsales {verb} not agree" for phase in phases]
    if waiting:
        said = say_number(waiting, "record is", "records are")
        points.append(f"{said} in import files that the administrator has yet to import")
    return tuple(points)


def list_facts(engagement: Engagement, frames: dict[str, pl.DataFrame], tenant: Tenant) -> dict[str, object]:
    """The figures of a run in one view, in the words a customer reads.

    Args:
        frames: Those of the run, by the name they are saved under.
    """
    changes = dict(frames["delta"].group_by("change").len().iter_rows())
    moved = sum(changes.get(change, 0) for change in CHANGES)
    coming, proof = frames["rounds"].row(-1, named=True), frames["proof"]
    is_proved = bool(proof["agrees"].all(ignore_nulls=False))
    frozen = {"Source unchanged since its last delta": "yes, every hash agrees" if is_proved else "not proved"}
    small = {f"Few enough for the switch (at most {engagement.switch.small:,})": "yes" if
             moved <= engagement.switch.small else "no: repeat the delta"}  # fmt: skip
    return {
        "New in the source": changes.get("new", 0),
        "Changed": changes.get("changed", 0),
        "Owner became a user": changes.get("owner", 0),
        "Deleted": changes.get("deleted", 0),
        "Unchanged": changes.get("unchanged", 0),
        "Rows that could not be read": frames["rejected"].height,
        "Conflicts that wait for a decision": frames["conflicts"]
        .filter(decision="")
        .n_unique(["phase", "external_id"]),
        "Deleted in Freshsales since loaded": frames["deleted"].height,
        "Still held": frames["held"].height,
        "Requests used": tenant.requests,
        **(small if proof.is_empty() else frozen),
        "Requests of the next delta": coming["requests"],
        "Time of the next delta": say_hours(coming["hours"]),
    }
