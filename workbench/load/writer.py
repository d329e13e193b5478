"""One record of one phase: compared with what stands, and sent where the tenant does not hold it so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from workbench.destinations import DOCUMENT
from workbench.engagement import Policies
from workbench.errors import HoldRecord
from workbench.freshsales.client import NotFound, Tenant
from workbench.freshsales.schema import TenantSchema
from workbench.ledger import Ledger, Standing
from workbench.load.bulk import Ways
from workbench.load.changes import Body, clear_missing, hash_body, keep_found, keep_links
from workbench.load.currents import Currents
from workbench.load.existing import Existing, Match, check_match, check_stranger
from workbench.load.finding import read_parent
from workbench.load.late import LateLinks
from workbench.load.lookups import Links, leave_out_links, say_deleted
from workbench.load.owners import Owners
from workbench.load.preparing import Preparer
from workbench.load.products import offer_first
from workbench.load.reading import Parent, get_record, read_record
from workbench.load.recovery import is_as_sent
from workbench.load.refusals import is_still_deleted
from workbench.load.review import Review, leave_out
from workbench.load.sending import Sender, Write
from workbench.load.setup import Desk, Setup
from workbench.load.shelf import Shelf
from workbench.load.sides import add_kept, compare_sides, recall_kept
from workbench.load.watch import Watch
from workbench.model import ACTIVITY_OBJECTS, Phase
from workbench.values import Values, read_values


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
        desk=setup.desk,
        shelf=setup.shelf,
        review=setup.review,
        currents=Currents(tenant=setup.tenant, listed=setup.lists),
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
    review: Review
    currents: Currents
    ways: Ways = field(default_factory=Ways)
    desk: Desk | None = None
    late: LateLinks = LateLinks()
    shelf: Shelf = Shelf()

    @property
    def preparer(self) -> Preparer:
        """What makes bodies of records."""
        return Preparer(
            ledger=self.ledger, owners=self.owners, schema=self.schema, policies=self.policies, late=self.late
        )

    @property
    def sender(self) -> Sender:
        """What sends them."""
        return Sender(
            tenant=self.tenant, ledger=self.ledger, schema=self.schema, existing=self.existing, watch=self.watch
        )

    def write(self, phase: Phase, record: Mapping[str, Any]) -> str:
        """Bring one record to its one outcome.

        Returns:
            Its state: loaded or held; in_doubt where the answer to a create was lost that nothing protects from being
            done twice: see `workbench.load.singles`.

        Raises:
            RetryLater: The tenant does not answer; the ledger knows what is in doubt.
        """
        external_id = record["external_id"]
        if self.is_handed_over(phase, external_id):
            return "held"
        try:
            body = self.prepare(phase, record)
            self._bring_up_to_date(phase, external_id, body)
        except HoldRecord as why:
            self.ledger.hold(phase, external_id, code=why.code, reason=str(why), field=why.field, release=why.release)
        standing = self.ledger.standing(phase.name, external_id)
        return standing.state

    def is_handed_over(self, phase: Phase, external_id: str) -> bool:
        """Whether a record is in an import file: whoever has that file makes it stand, and nobody else."""
        return self.ledger.is_handed_over(self.ledger.standing(phase.name, external_id))

    def prepare(self, phase: Phase, record: Mapping[str, Any], *, links: Links | None = None) -> Body:
        """What would be sent for a record, everything resolved; see `Preparer.prepare`."""
        return self.preparer.prepare(phase, record, links=links)

    def is_new(self, phase: Phase, external_id: str, body: Body) -> bool:
        """Whether nothing stands for a record yet, neither of ours nor one of the tenant's that looks like it."""
        standing = self.ledger.standing(phase.name, external_id)
        return (standing is None or not standing.is_standing) and self.existing.match(phase, external_id, body) is None

    def _bring_up_to_date(self, phase: Phase, external_id: str, body: Body) -> None:
        standing = self.ledger.standing(phase.name, external_id)
        if standing is None or not standing.is_standing:
            first = offer_first(phase.destination, body)
            self._write_anew(phase, external_id, first)
            standing = self.ledger.standing(phase.name, external_id)
            if first != body and standing.state == "loaded":
                self.change(phase, standing, body)
        elif standing.content_hash != hash_body(body) and not self._lacks_links_only(phase, standing, body):
            self.change(phase, standing, body)
        elif standing.state == "held" and not is_still_deleted(self.ledger, self.watch, standing):
            self.ledger.release(phase.name, external_id, reason="source and ledger agree again")

    def _lacks_links_only(self, phase: Phase, standing: Standing, body: Body) -> bool:
        """Whether a record stands as it should, but for late links; those have a turn of their own."""
        late = self.late.of(phase, standing.external_id)
        left = leave_out_links(body, late, unless_in=self.ledger.last_sent(standing)) if late else body
        return left != body and hash_body(left) == standing.content_hash

    def _write_anew(self, phase: Phase, external_id: str, body: Body) -> None:
        match = self.existing.match(phase, external_id, body)
        if match is None:
            content_hash = hash_body(body)
            self.sender.send(
                Write(phase=phase, external_id=external_id, body=body, action="create", content_hash=content_hash)
            )
            return
        check_match(match, policy=self.policies.existing_match, ledger=self.ledger, object=phase.destination)
        found = get_record(self.tenant, phase.destination, match.id)
        before = read_values(phase.destination, found)
        if self._is_of_our_making(phase, external_id, match, body, before):
            seq = self.ledger.intend(phase, external_id, action="create", body=body, content_hash=hash_body(body))
            self.ledger.confirm(seq, match.id, answer=keep_found(phase.destination, body, found))
            return
        check_stranger(match, before, external_id=external_id, object=phase.destination)
        write = Write(
            phase=phase,
            external_id=external_id,
            body=keep_links(body, before),
            action="update",
            content_hash=hash_body(body),
            destination_id=match.id,
            before=before,
        )
        self.sender.send(write)

    def _is_of_our_making(self, phase: Phase, external_id: str, match: Match, body: Body, held: Values) -> bool:
        """Whether a create of ours that was taken for not done had been done after all: then there was none before."""
        was_tried = match.is_exact and self.ledger.was_create_withdrawn(phase.name, external_id)
        return was_tried and is_as_sent(phase.destination, body, held)

    def change(self, phase: Phase, standing: Standing, body: Body) -> None:
        """Send what a record that stands should be, but for what somebody decided to leave as the tenant holds it.

        Raises:
            HoldRecord: Somebody changed it in the tenant and nobody decided about that, or the record is gone.
        """
        previous = self.ledger.last_sent(standing)
        current = self._read(phase, standing, read_parent(previous))
        sides = compare_sides(self.ledger, self.review, phase, standing, body, current)
        if sides.open:
            named = ", ".join(sides.open)
            raise HoldRecord(
                f"somebody changed it in Freshsales since it was loaded: {named}",
                code="edited_in_tenant",
                field=named,
                release="say in conflicts.toml which side stays, then: workbench run NAME cutover",
            )
        before = self.ledger.before_image(standing) or {}
        sent = add_kept(previous, recall_kept(self.ledger, standing))
        write = Write(
            phase=phase,
            external_id=standing.external_id,
            body=leave_out(keep_links(clear_missing(sent, body), before), set(sides.theirs)),
            action="update",
            content_hash=hash_body(body),
            destination_id=standing.destination_id,
            kept=sides.theirs,
        )
        self.sender.send(write)

    def _read(self, phase: Phase, standing: Standing, parent: Parent | None) -> Values:
        try:
            return self.currents.read(phase.destination, standing.destination_id, parent=parent)
        except NotFound:
            loaded = f"loaded (ledger entry {standing.answer})"
            side = self.review.compare(phase, standing, {"": (loaded, "changed", "deleted")}).get("", "")
            if side == "source" and (back := self._restore(phase, standing, parent)):
                return back
            raise say_deleted(standing, keep=side) from None

    def _restore(self, phase: Phase, standing: Standing, parent: Parent | None) -> Values | None:
        """A record as it comes back from the recycle bin; null where it does not.

        Asking twice does no harm, so that no intent precedes it: killed now, the next run finds the record.
        """
        object, id = phase.destination, standing.destination_id
        if object in (*ACTIVITY_OBJECTS, DOCUMENT) or not self.tenant.restore(object, id):
            return None
        return read_record(self.tenant, object, id, parent=parent)
