"""Records that go one by one; those whose answer was lost step aside, and what has to wait is waited for once.

Nothing keeps a note, a task, a file or a module record from being made twice. So where the answer to a create was lost,
it is left in doubt until it is done or never will be, while the others of the phase go on. Then all that are in doubt
are looked for together, and what was not done is sent again. What needs one of them to stand steps aside as well: a
record that points at it, the next part of a long text.

Where answer after answer is lost, the tenant is in trouble. Then no more is sent into it until those are settled.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from workbench.freshsales.client import Tenant
from workbench.ledger import Ledger
from workbench.load.patience import LATEST, LOST, WAITS, say_lost
from workbench.load.recovery import settle_together
from workbench.model import Phase
from workbench.notes import name_part_before
from workbench.wording import say_number

Record = Mapping[str, Any]
IN_DOUBT = "in_doubt"  # the state of a record whose answer was lost
BEHIND = "behind"  # of one that is the same as one in doubt; nothing was sent
MOST_LOST = 5  # answers in a row


@dataclass(kw_only=True)
class Singles:
    """The records of one phase that go one by one.

    Attributes:
        write: Brings a record to its outcome and returns its state; `IN_DOUBT` or `BEHIND` where it has none yet.
        aside: Records without an outcome yet, by external id, in the order in which they came.
        lost: How many answers were lost in a row, and `lost_at` when the last of them was.
        tell: Told after each record how many have their outcome.
        taken: How many came so far.
    """

    tenant: Tenant
    ledger: Ledger
    phase: Phase
    write: Callable[[Record], str]
    tell: Callable[[int], None]
    taken: int = 0
    aside: dict[str, Record] = field(default_factory=dict)
    lost: int = 0
    lost_at: float = 0.0

    def take(self, record: Record) -> None:
        """Send a record, unless it has to wait for one that is aside."""
        self.taken += 1
        self._send(record)
        self.tell(self.taken - len(self.aside))
        if self.lost >= MOST_LOST:
            self.settle()

    def settle(self) -> None:
        """Bring all that are aside to their outcome.

        It costs a request for each that is in doubt, or one for all activities that hang on the same record; and a
        request for each that was not done.

        Raises:
            RetryLater: Answers get lost over and over, whatever is sent; what is in doubt stays so in the ledger.
        """
        waits = iter(WAITS)
        while self.aside:
            if (seconds := next(waits, None)) is None:
                raise say_lost(f"{self.phase.name}: {say_number(len(self.aside), 'record')}")
            self._wait(seconds)
            before = len(self.aside)
            self._look()
            self._send_again()
            if len(self.aside) < before:
                waits = iter(WAITS)

    def _wait(self, seconds: float) -> None:
        """Wait until nothing of what was lost can be under way; longer where that brought nothing before."""
        left = self.lost_at + seconds - self.tenant.now
        if left > 0:
            what = LOST if seconds > LATEST else "writes whose answers were lost may still be under way"
            self.tenant.pause(left, what)

    def _look(self) -> None:
        standings = (self.ledger.standing(self.phase.name, external_id) for external_id in self.aside)
        doubts = [standing for standing in standings if standing and standing.state == IN_DOUBT]
        settle_together(self.tenant, self.ledger, (self.phase,), doubts)

    def _send_again(self) -> None:
        """Send what was not done, and what waited for it; of one that stands by now nothing is sent."""
        records, self.lost = list(self.aside.values()), 0
        self.aside.clear()
        for number, record in enumerate(records, start=1):
            if self.lost >= MOST_LOST:
                self.aside[record["external_id"]] = record
            else:
                self._send(record)
            self.tell(self.taken - len(self.aside) - (len(records) - number))

    def _send(self, record: Record) -> None:
        state = BEHIND if self._has_to_wait(record) else self.write(record)
        if state in (IN_DOUBT, BEHIND):
            self.aside[record["external_id"]] = record
        if state == IN_DOUBT:
            self.lost, self.lost_at = self.lost + 1, self.tenant.now
        elif state != BEHIND:
            self.lost = 0

    def _has_to_wait(self, record: Record) -> bool:
        """Whether a record needs one that is aside: it points at it, or goes on where it ends."""
        if not self.aside:
            return False
        own = (f"lookup.{lookup.to}" for lookup in self.phase.lookups if lookup.object == self.phase.source)
        needs = {record[name] for name in own}
        if self.phase.destination == "note":
            needs.add(name_part_before(record))
        return not needs.isdisjoint(self.aside)
