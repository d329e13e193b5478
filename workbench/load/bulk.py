"""What one load learns of bulk writes: how rows may be told apart, how many go at once, how long a job takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from workbench.freshsales.costs import BATCH
from workbench.own_fields import name_id_field
from workbench.values import read_values

FEWEST = 10  # records below which a batch is not worth halving any further
MOST_UNSEEN = 2
MARGIN = 1.25  # what a job may take longer than nine of ten before it
# What every tenant lets bulk rows be told apart by, where it does not take our own external id. Deals have no such
# field: two may have one name.
NATURAL = {"contact": "emails", "sales_account": "name"}


@dataclass(kw_only=True)
class Way:
    """How the records of one object go by the hundred.

    Attributes:
        key: Field that tells the rows apart; empty where the tenant takes no batches of it.
        size: Records of one batch.
        is_proven: A job took rows told apart by this key.
        seconds: How long its jobs took.
        unseen: How often nothing of what was handed in was to be seen, nor refused.
    """

    object: str
    key: str
    size: int = BATCH
    is_proven: bool = False
    seconds: list[float] = field(default_factory=list)
    unseen: int = 0

    @property
    def is_natural(self) -> bool:
        """Whether the rows are told apart by something people write, which two records may share."""
        return self.key not in ("", name_id_field(self.object))

    @property
    def expected_seconds(self) -> float | None:
        """How long to leave a job alone, by the 90th percentile of those before; null before the first."""
        ranked = sorted(self.seconds)
        return MARGIN * ranked[min(len(ranked) * 9 // 10, len(ranked) - 1)] if ranked else None

    def learn_seconds(self, seconds: float | None) -> None:
        """Remember how long a job took, where the tenant says."""
        if seconds is not None:
            self.seconds.append(seconds)

    def note_unseen(self) -> None:
        """Remember that a batch brought nothing to be seen; after two the records go alone."""
        self.unseen += 1
        if self.unseen >= MOST_UNSEEN:
            self.key = ""

    def give_up_key(self) -> None:
        """Go on with the next key there is, or with none."""
        self.key = "" if self.is_natural else NATURAL.get(self.object, "")

    def name_row(self, external_id: str, body: Mapping[str, Any]) -> str | None:
        """What tells a record's row apart; null where it has nothing, or more than one such value."""
        if not self.is_natural:
            return external_id
        found = read_values(self.object, body).get(self.key)
        values = found if isinstance(found, list) else [found]
        return str(values[0]) if len(values) == 1 and values[0] else None


class Ways:
    """The ways of every object in one load."""

    def __init__(self) -> None:
        self._ways: dict[str, Way] = {}

    def of(self, object: str) -> Way:
        """The way of one object."""
        return self._ways.setdefault(object, Way(object=object, key=name_id_field(object)))
