"""One record of one phase: prepared, compared with what stands, sent once, and written down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from workbench.engagement import Policies
from workbench.errors import HoldRecord, RetryLater, WorkbenchError
from workbench.freshsales.bodies import build_body
from workbench.freshsales.client import InDoubt, Tenant
from workbench.freshsales.schema import TenantSchema
from workbench.ledger import Ledger, Standing
from workbench.load.bulk import Ways
from workbench.load.changes import Body, clear_missing, hash_body, keep_answer, keep_found, keep_links
from workbench.load.checks import check_body
from workbench.load.existing import Existing, check_match, check_stranger
from workbench.load.identifiers import ensure_identifier
from workbench.load.lookups import resolve_lookups
from workbench.load.owners import Owner, Owners
from workbench.load.reading import Parent, read_record
from workbench.load.recovery import find_written, is_as_sent, read_parent, settle_doubt
from workbench.load.setup import Setup
from workbench.load.watch import Watch
from workbench.model import CORE_OBJECTS, Phase
from workbench.own_fields import SOURCE_OWNER, name_id_field
from workbench.values import Values, find_edits, is_same, read_values

# Valid values of these are refused now and then for no visible reason, and taken when they are sent again.
FLAKY = ("contact_status_id",)
MOST_TRIES = 3  # of one record whose answers get lost; a tenant that loses more has a problem for the analyst


def make_writer(setup: Setup) -> Writer:
    """A writer that has not looked at the tenant yet."""
    ledger = setup.ledger
    return Writer(
        tenant=setup.tenant,
        ledger=ledger,
        owners=Owners(setup.owners),
        schema=setup.schema,
        policies=setup.policies,
        watch=Watch(setup.tenant),
        existing=Existing(setup.tenant, is_ours=lambda object, id: ledger.find_by_destination(object, id) is not None),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """Everything one record needs to get into the tenant."""

    tenant: Tenant
    ledger: Ledger
    owners: Owners
    schema: TenantSchema
    policies: Policies
    existing: Existing
    watch: Watch
    ways: Ways = field(default_factory=Ways)

    def write(self, phase: Phase, record: Mapping[str, Any]) -> str:
        """Bring one record to its one outcome: loaded or held.

        Raises:
            RetryLater: The tenant does not answer; the ledger knows what is in doubt.
        """
        external_id = record["external_id"]
        try:
            body = self.prepare(phase, record)
            self._bring_up_to_date(phase, external_id, body)
        except HoldRecord as why:
            self.ledger.hold(phase, external_id, code=why.code, reason=str(why), field=why.field, release=why.release)
        standing = self.ledger.standing(phase.name, external_id)
        return standing.state

    def prepare(self, phase: Phase, record: Mapping[str, Any]) -> Body:
        """What would be sent for a record, everything resolved.

        Raises:
            HoldRecord: It cannot go as it is.
        """
        record = dict(record)
        owner = self.owners.resolve(record["owner"])
        links = resolve_lookups(phase, record, self.ledger)
        if phase.destination == "contact":
            record = ensure_identifier(record, policy=self.policies.missing_identifier)
        body = build_body(
            phase,
            record | self._keep_lost_name(phase, owner),
            links=links.ids,
            parents=links.objects,
            owner_id=owner.user_id,
            selectors=self.schema.selectors,
        )
        check_body(phase.destination, body, self.schema)
        return body

    def is_new(self, phase: Phase, external_id: str, body: Body) -> bool:
        """Whether nothing stands for a record yet, neither of ours nor one of the tenant's that looks like it."""
        standing = self.ledger.standing(phase.name, external_id)
        return (standing is None or not standing.is_standing) and self.existing.match(phase, external_id, body) is None

    def _keep_lost_name(self, phase: Phase, owner: Owner) -> Body:
        has_field = SOURCE_OWNER in self.schema.fields.get(phase.destination, ())
        return {SOURCE_OWNER: owner.lost_name} if owner.lost_name and has_field else {}

    def _bring_up_to_date(self, phase: Phase, external_id: str, body: Body) -> None:
        standing = self.ledger.standing(phase.name, external_id)
        if standing is None or not standing.is_standing:
            self._write_anew(phase, external_id, body)
        elif standing.content_hash != hash_body(body):
            self._change(phase, standing, body)
        elif standing.state == "held":
            self.ledger.release(phase.name, external_id, reason="source and ledger agree again")

    def _write_anew(self, phase: Phase, external_id: str, body: Body) -> None:
        match = self.existing.match(phase, external_id, body)
        if match is None:
            self._send(phase, external_id, body, action="create", content_hash=hash_body(body))
            return
        check_match(match, policy=self.policies.existing_match, ledger=self.ledger, object=phase.destination)
        before = read_record(self.tenant, phase.destination, match.id)
        check_stranger(match, before, external_id=external_id, object=phase.destination)
        self._send(
            phase,
            external_id,
            keep_links(body, before),
            action="update",
            content_hash=hash_body(body),
            destination_id=match.id,
            before=before,
        )

    def _change(self, phase: Phase, standing: Standing, body: Body) -> None:
        previous = self.ledger.last_sent(standing)
        self._require_untouched(phase, standing, body, parent=read_parent(previous))
        before = self.ledger.before_image(standing) or {}
        self._send(
            phase,
            standing.external_id,
            keep_links(clear_missing(previous, body), before),
            action="update",
            content_hash=hash_body(body),
            destination_id=standing.destination_id,
        )

    def _require_untouched(self, phase: Phase, standing: Standing, body: Body, *, parent: Parent | None) -> None:
        """Source then, source now, tenant now: a field somebody else changed meanwhile is never overwritten."""
        current = read_record(self.tenant, phase.destination, standing.destination_id, parent=parent)
        wanted = read_values(phase.destination, body)
        edits = find_edits(self.ledger.last_answer(standing), current)
        conflicts = [name for name in edits if name not in wanted or not is_same(name, wanted[name], current[name])]
        if conflicts:
            raise HoldRecord(
                f"somebody changed it in Freshsales since it was loaded: {', '.join(conflicts)}",
                code="edited_in_tenant",
                field=", ".join(conflicts),
                release="decide which side is right, bring both in line, then load again",
            )

    def _send(
        self,
        phase: Phase,
        external_id: str,
        body: Body,
        *,
        action: str,
        content_hash: str,
        destination_id: int | None = None,
        before: Values | None = None,
    ) -> None:
        self.watch.check(phase.destination, body)
        self.existing.claim(phase.destination, body)
        for tries_left in reversed(range(MOST_TRIES)):
            seq = self.ledger.intend(
                phase, external_id, action=action, body=body, content_hash=content_hash,
                destination_id=destination_id, before=before,
            )  # fmt: skip
            if self._try(phase, external_id, body, seq, destination_id, is_last=not tries_left):
                return
        raise RetryLater(f"{phase.name} {external_id}: {MOST_TRIES} answers in a row were lost; run again later")

    def _try(
        self, phase: Phase, external_id: str, body: Body, seq: int, destination_id: int | None, *, is_last: bool
    ) -> bool:
        """Send once; false where it was not done and is worth another try.

        That is where the answer was lost, and where the tenant refused a value that it checked against nothing of ours.
        """
        try:
            answer = self._request(phase, external_id, body, destination_id)
        except InDoubt:
            return settle_doubt(self.tenant, self.ledger, phase, self.ledger.standing(phase.name, external_id))
        except HoldRecord as why:
            is_create = destination_id is None
            if why.field in FLAKY and not is_last:
                self.ledger.withdraw(seq, reason=f"refused, as happens now and then: {why}")
                return False
            if not (is_create and self._was_written_before(phase, external_id, body, seq)):
                self.ledger.refuse(seq, code=why.code, reason=str(why), field=why.field, release=why.release)
                self.watch.note_refusal(phase.destination, why.field)
        except WorkbenchError:
            self.ledger.withdraw(seq, reason="it was never sent")
            raise
        else:
            self.ledger.confirm(seq, answer["id"], answer=keep_answer(phase.destination, body, answer))
        return True

    def _was_written_before(self, phase: Phase, external_id: str, body: Body, seq: int) -> bool:
        """Whether a refusal only says that an earlier create of ours had arrived unseen by the lagging index."""
        if not self.ledger.was_withdrawn(phase.name, external_id):
            return False
        found = find_written(self.tenant, phase, external_id, body)
        if found is None or not is_as_sent(phase.destination, body, read_values(phase.destination, found)):
            return False
        self.ledger.confirm(seq, found["id"], answer=keep_found(phase.destination, body, found))
        return True

    def _request(self, phase: Phase, external_id: str, body: Body, destination_id: int | None) -> Body:
        if destination_id is not None:
            return self.tenant.update(phase.destination, destination_id, body)
        if phase.destination not in CORE_OBJECTS:
            return self.tenant.create(phase.destination, body)
        return self.tenant.upsert(phase.destination, {name_id_field(phase.destination): external_id}, body)
