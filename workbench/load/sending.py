"""One write of one record: the intent before it, the request, and what came of it written down."""

from __future__ import annotations

from dataclasses import dataclass, field

from workbench.errors import HoldRecord, WorkbenchError
from workbench.freshsales.answers import FLAKY, guess_field
from workbench.freshsales.client import InDoubt, Tenant
from workbench.freshsales.schema import TenantSchema
from workbench.ledger import Ledger
from workbench.load.changes import Body, keep_answer, keep_found
from workbench.load.existing import Existing
from workbench.load.patience import try_patiently
from workbench.load.recovery import is_protected, settle_doubt
from workbench.load.refusals import find_arrived, find_gone_parent
from workbench.load.sides import Kept
from workbench.load.watch import Watch
from workbench.model import CORE_OBJECTS, Phase
from workbench.own_fields import name_id_field
from workbench.values import Values

MOST_FLAKES = 3  # refusals of one record for no visible reason; after those it is taken for refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """What is to be written of one record.

    Attributes:
        action: Create or update.
        destination_id: Of the record meant; null for one that is new.
        before: How the tenant held a record that was there before us.
        kept: What was left out of a change because somebody decided for the tenant's side; see `workbench.load.sides`.
    """

    phase: Phase
    external_id: str
    body: Body
    action: str
    content_hash: str
    destination_id: int | None = None
    before: Values | None = None
    kept: Kept = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Sends writes, each until it has an outcome; but a create that nothing protects stays in doubt if it gets lost."""

    tenant: Tenant
    ledger: Ledger
    schema: TenantSchema
    existing: Existing
    watch: Watch

    def send(self, write: Write) -> None:
        """Send one write, and again where it was surely not done.

        Raises:
            HoldRecord: It is known by now that the tenant cannot take it; nothing was sent.
            RetryLater: The tenant does not answer; the ledger knows what is in doubt.
        """
        self.watch.check(write.phase.destination, write.body)
        self.existing.claim(write.phase.destination, write.body)
        for flakes in range(1, MOST_FLAKES + 1):
            if self._try(write, is_last=flakes == MOST_FLAKES):
                return

    def labels(self, object: str) -> dict[str, str]:
        """What the tenant calls each field of an object, by name."""
        return {name: field.label for name, field in self.schema.fields.get(object, {}).items()}

    def find_field(self, object: str, said: list[str], body: Body) -> str:
        """The field a refusal points at by name, label or value; empty where it names none."""
        return guess_field(said, body, self.labels(object))

    def _try(self, write: Write, *, is_last: bool) -> bool:
        """Send until an answer comes; false where that is a refusal, and the same is worth another try at once."""
        for _ in try_patiently(self.tenant, f"{write.phase.name} {write.external_id}"):
            seq = self._intend(write)
            try:
                answer = self._request(write)
            except InDoubt:
                if is_protected(write.phase.destination, write.action) and not self._settle(write):
                    continue
            except HoldRecord as why:
                return self._settle_refusal(write, seq, why, is_last=is_last)
            except WorkbenchError:
                self.ledger.withdraw(seq, reason="it was never sent")
                raise
            else:
                answered = keep_answer(write.phase.destination, write.body, answer)
                self.ledger.confirm(seq, answer["id"], answer=answered)
            break
        return True

    def _intend(self, write: Write) -> int:
        return self.ledger.intend(
            write.phase, write.external_id, action=write.action, body=write.body, content_hash=write.content_hash,
            destination_id=write.destination_id, before=write.before, kept=write.kept,
        )  # fmt: skip

    def _request(self, write: Write) -> Body:
        object = write.phase.destination
        if write.destination_id is not None:
            return self.tenant.update(object, write.destination_id, write.body)
        if object not in CORE_OBJECTS:
            return self.tenant.create(object, write.body)
        return self.tenant.upsert(object, {name_id_field(object): write.external_id}, write.body)

    def _settle(self, write: Write) -> bool:
        doubt = self.ledger.standing(write.phase.name, write.external_id)
        return settle_doubt(self.tenant, self.ledger, write.phase, doubt)

    def _settle_refusal(self, write: Write, seq: int, why: HoldRecord, *, is_last: bool) -> bool:
        """Write down what a refusal means; false where the same is worth another try.

        That is where the tenant refused a value that it checked against nothing of ours.
        """
        phase, body = write.phase, write.body
        at = self.find_field(phase.destination, [str(why)], body) or why.field
        if at in FLAKY and not is_last:
            self.ledger.withdraw(seq, reason=f"refused, as happens now and then: {why}")
            return False
        is_create = write.action == "create"
        found = find_arrived(self.tenant, self.ledger, phase, write.external_id, body, at=at) if is_create else None
        if found:
            self.ledger.confirm(seq, found["id"], answer=keep_found(phase.destination, body, found))
            return True
        gone = find_gone_parent(self.ledger, self.watch, phase, body, at=at)
        at, why = (gone.field, gone) if gone else (at, why)
        self.ledger.refuse(seq, code=why.code, reason=str(why), field=at, release=why.release)
        self.watch.note_refusal(phase.destination, at)
        return True
