"""What no rollback can bring back, and what this one could not see, in the customer's words."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from workbench.model import ROLLBACK_LIMITS, frame

_LIMITS = {
    "When and by whom a record was last changed": "Freshsales sets this itself: a restored record names the rollback.",
    "Counters and scores (last contacted, lead score, age of a stage)": "Freshsales keeps them; nobody can write them.",
    "What automations did because of the load or the rollback": "E-mails are sent, tasks made, owners assigned; look "
    "at the workflows that were switched on.",
    "Records that were deleted": "They lie in the recycle bin for 90 days. An account brought back from there comes "
    "without the deals and accounts that belonged to it.",
    "Fields and modules made for the migration": "They stay, and hold no record of it.",
}
_UNSEEN = {
    "Files, e-mails and phone calls that somebody added to a record of this migration": "No list shows them, so they "
    "kept no record from being deleted. For 90 days both can be brought back from the recycle bin.",
    "Records of custom modules this migration did not write to": "They were not looked at; one that pointed at a "
    "deleted record points at nothing now.",
}
_NOT_SEEN = "Freshsales did not list them, so what they hang on may have been deleted."


def list_limits(unseen: Iterable[str]) -> pl.DataFrame:
    """ROLLBACK_LIMITS: what holds of every rollback, then what no list showed to this one."""
    known = _LIMITS | _UNSEEN | {what[:1].upper() + what[1:]: _NOT_SEEN for what in unseen}
    return frame([{"what": what, "why": why} for what, why in known.items()], ROLLBACK_LIMITS)
