"""What would be sent for one record: its owner, its parents and its identifier resolved, and the body checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workbench.engagement import Policies
from workbench.errors import HoldRecord
from workbench.freshsales.bodies import build_body
from workbench.freshsales.schema import TenantSchema
from workbench.ledger import Ledger
from workbench.load.changes import Body
from workbench.load.checks import check_body
from workbench.load.identifiers import ensure_identifier
from workbench.load.late import LateLinks
from workbench.load.line_items import write_items
from workbench.load.lookups import Links, resolve_lookups
from workbench.load.owners import Owner, Owners
from workbench.model import Phase
from workbench.notes import name_part_before
from workbench.own_fields import SOURCE_OWNER


@dataclass(frozen=True, slots=True, kw_only=True)
class Preparer:
    """Makes bodies of records; asks the tenant nothing."""

    ledger: Ledger
    owners: Owners
    schema: TenantSchema
    policies: Policies
    late: LateLinks

    def prepare(self, phase: Phase, record: Mapping[str, Any], *, links: Links | None = None) -> Body:
        """What would be sent for a record.

        Args:
            links: Null looks its parents up.

        Raises:
            HoldRecord: It cannot go as it is.
        """
        record = dict(record)
        if phase.destination == "note":
            self._require_part_before(phase, record)
        owner = self.owners.resolve(record["owner"])
        late = self.late.of(phase, record["external_id"])
        links = links or resolve_lookups(phase, record, self.ledger, late=late)
        if phase.destination == "contact":
            record = ensure_identifier(record, policy=self.policies.missing_identifier)
        items = write_items(phase, record, self.ledger)
        body = build_body(
            phase,
            record | self._keep_lost_name(phase, owner),
            links=links.ids,
            parents=links.objects,
            owner_id=owner.user_id,
            selectors=self.schema.selectors,
        )
        body |= items
        check_body(phase.destination, body, self.schema)
        return body

    def _require_part_before(self, phase: Phase, record: Mapping[str, Any]) -> None:
        """Of a text that is several notes no part goes before those in front of it stand."""
        before = name_part_before(record)
        known = self.ledger.standing(phase.name, before) if before else None
        if before and not (known and known.is_standing):
            raise HoldRecord(
                f"{before}, the part of the text before it, does not stand",
                code="part_missing",
                field="description",
                release=f"release {before}, then load again",
            )

    def _keep_lost_name(self, phase: Phase, owner: Owner) -> Body:
        has_field = SOURCE_OWNER in self.schema.fields.get(phase.destination, ())
        return {SOURCE_OWNER: owner.lost_name} if owner.lost_name and has_field else {}
