"""What a record should look like in the tenant, from the records themselves and not from what was sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from workbench.destinations import DOCUMENT, PRODUCT, find_destination
from workbench.errors import HoldRecord
from workbench.file_names import is_same_but_number
from workbench.freshsales.bodies import mark_source
from workbench.freshsales.schema import TenantSchema
from workbench.freshsales.selectors import SELECTOR_OF, find_choice
from workbench.ledger import Ledger
from workbench.line_items import read_lines, read_prices, write_number
from workbench.load.identifiers import IDENTIFIERS, make_placeholder
from workbench.load.lookups import POINTS_AT
from workbench.load.owners import Owner, Owners
from workbench.model import FieldRule, Phase
from workbench.own_fields import PLACEHOLDER_FLAG, SOURCE_OWNER, name_id_field
from workbench.values import read_values, split_tags


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """One field of one record as it should be; `is_lookup` where the value is the id of a parent."""

    field: str
    value: Any
    tag: str = "none"
    is_lookup: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectations:
    """What turns records into expected values: the crosswalk, the tenant's lists, the owner resolution."""

    ledger: Ledger
    schema: TenantSchema
    owners: Owners

    def of(self, phase: Phase, record: Mapping[str, Any]) -> Iterator[Expected]:
        """Every field a record should have in the tenant, the empty ones among them."""
        for rule in phase.fields if phase.destination != DOCUMENT else ():
            value = self._expect_value(phase, rule, record)
            is_email = rule.to in ("email", "emails")
            yield Expected(
                field="emails" if is_email else rule.to,
                value=[value] if is_email and isinstance(value, str) else value,
                tag=rule.tag,
            )
        if phase.destination == "contact" and not {"email", "emails"} & {rule.to for rule in phase.fields}:
            emails = [] if _has_identifier(record) else [make_placeholder(record["external_id"])]
            yield Expected(field="emails", value=emails, tag="contact")
        if phase.lines:
            yield Expected(field="products", value=self._expect_items(phase, record), tag=phase.lines.tag)
        for lookup in phase.lookups:
            parent = record[f"lookup.{lookup.to}"]
            wanted = POINTS_AT.get(lookup.to, "")
            id = self.ledger.destination_id(lookup.object, parent, destination=wanted) if parent else None
            yield Expected(field=lookup.to, value=id, tag="id", is_lookup=True)
        if phase.destination == DOCUMENT:
            # Of a file Freshsales shows its name; what is in it is compared by `workbench.load.uploads_check`.
            tag = next((rule.tag for rule in phase.fields if rule.to in ("file_name", "path")), "none")
            yield Expected(field="file_name", value=self._expect_name(phase, record), tag=tag)
            return
        if phase.destination != "note":
            owner = self._find_owner(record["owner"])
            yield Expected(field="owner_id", value=owner.user_id if owner else None, is_lookup=True)
        yield from self._expect_source(phase, record["external_id"])

    def _expect_source(self, phase: Phase, external_id: str) -> Iterator[Expected]:
        """What names the source record, where no rule of the phase does."""
        destination, ruled = find_destination(phase.destination), {rule.to for rule in phase.fields}
        field = name_id_field(phase.destination)
        value = mark_source(phase, external_id) if destination.text else external_id
        if field not in ruled:
            yield Expected(field=field, value=value, tag="id")

    def _expect_value(self, phase: Phase, rule: FieldRule, record: Mapping[str, Any]) -> Any:
        value = record[rule.to]
        if rule.to == PLACEHOLDER_FLAG:
            return None if _has_identifier(record) else True
        if rule.to == SOURCE_OWNER:
            owner = self._find_owner(record["owner"])
            return owner.lost_name if owner else None
        if rule.to in SELECTOR_OF and value is not None:
            choice = find_choice(rule.to, value, self.schema.selectors)
            return choice.id if choice else value
        if rule.to == find_destination(phase.destination).text:
            return "\n".join(part for part in (value, mark_source(phase, record["external_id"])) if part)
        if rule.to in ("email", "emails") and not _has_identifier(record):
            return make_placeholder(record["external_id"])
        if rule.to == "product_pricings" and isinstance(value, str):
            return read_values(PRODUCT, {rule.to: read_prices(value)})[rule.to]
        if rule.to == "tags" and isinstance(value, str):
            return split_tags(value)
        return value

    def _expect_items(self, phase: Phase, record: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The products on a deal as it should have them, in the order values are read in."""
        items = [
            {
                "id": self.ledger.destination_id(phase.lines.products, line.product, destination=PRODUCT),
                "quantity": write_number(line.quantity),
                "unit_price": write_number(line.net_price),
            }
            for line in read_lines(record)
            if line.is_readable
        ]
        return read_values(phase.destination, {"products": items})["products"]

    def _expect_name(self, phase: Phase, record: Mapping[str, Any]) -> str:
        """The name of a file, with the number under which it was uploaded: that may be another one than today's."""
        standing = self.ledger.standing(phase.name, record["external_id"])
        sent = self.ledger.last_sent(standing)["file_name"] if standing and standing.is_standing else ""
        return sent if is_same_but_number(sent, record["file_name"]) else record["file_name"]

    def _find_owner(self, source_id: str | None) -> Owner | None:
        try:
            return self.owners.resolve(source_id)
        except HoldRecord:
            return None


def _has_identifier(record: Mapping[str, Any]) -> bool:
    return any(record.get(name) for name in IDENTIFIERS)
