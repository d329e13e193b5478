"""One record of a phase as the JSON the tenant takes."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import Any

from workbench.destinations import CUSTOM_PREFIX, find_destination
from workbench.errors import HoldRecord
from workbench.freshsales.plans import find_field_type
from workbench.freshsales.routes import find_route
from workbench.freshsales.selectors import SELECTOR_OF, Selectors, choose_ids
from workbench.line_items import read_prices
from workbench.model import FieldRule, Phase
from workbench.own_fields import CONTACT_ID, SOURCE_ID
from workbench.values import split_tags

# Names Rails knows; the API refuses IANA's.
TIME_ZONE = "UTC"
ONE_PRICE = 1  # pricing type of a product that is paid once
_EMPTY = (None, "", [], {})

_BESIDE = ("email", "emails")  # a placeholder that no rule of the pack knows of


def build_body(
    phase: Phase,
    record: Mapping[str, Any],
    *,
    links: Mapping[str, int],
    parents: Mapping[str, str],
    owner_id: int | None,
    selectors: Selectors,
) -> dict[str, Any]:
    """Write a record for creating or updating it, without the wrapper around it; empty values are left out.

    The external id goes into `external_id` of a contact, `cf_source_id` where there are custom fields, and otherwise
    as a last line of the text, see `mark_source`.

    Args:
        record: One row of the phase's frame of records, and values the caller set beside it: an e-mail, `cf_` names.
        links: Destination id of each lookup, by `Lookup.to`; a lookup that is not there is left out.
        parents: Destination object of each lookup, by `Lookup.to`; needed for `targetable`.
        owner_id: Null leaves the owner to the tenant.
        selectors: The tenant's lists, for fields whose value is a name on one of them.

    Raises:
        HoldRecord: A value is too long, not among its field's options, no finite number, or on no list of the tenant.
    """
    rules = {rule.to: rule for rule in phase.fields}
    values = {to: _check(rules.get(to), to, record[to]) for to in _find_columns(rules, record)}
    values = {to: value for to, value in values.items() if value not in _EMPTY}
    values |= choose_ids({to: value for to, value in values.items() if to in SELECTOR_OF}, selectors)
    if isinstance(values.get("tags"), str):
        values["tags"] = split_tags(values["tags"])
    if isinstance(values.get("product_pricings"), str):
        values["product_pricings"] = _read_prices(values["product_pricings"])
        values.setdefault("pricing_type", ONE_PRICE)
    body: dict[str, Any] = {to: value for to, value in values.items() if not to.startswith(CUSTOM_PREFIX)}
    custom = {to: value for to, value in values.items() if to.startswith(CUSTOM_PREFIX)}
    for to, id in links.items():
        (custom if to.startswith(CUSTOM_PREFIX) else body).update(_link(to, id, parents))
    _add_source(phase, record["external_id"], body, custom)
    if owner_id is not None and phase.destination != "note":
        body["owner_id"] = owner_id
    if phase.destination == "appointment":
        body.setdefault("time_zone", TIME_ZONE)
    return body | ({"custom_field": custom} if custom else {})


def mark_source(phase: Phase, external_id: str) -> str:
    """The line that ends the text of a note, task or appointment, and by which a lost one is found again."""
    return f"[source {phase.source} {external_id}]"


def _find_columns(rules: Mapping[str, FieldRule], record: Mapping[str, Any]) -> list[str]:
    return [name for name in record if name in rules or name in _BESIDE or name.startswith(CUSTOM_PREFIX)]


def _check(rule: FieldRule | None, to: str, value: Any) -> Any:
    if isinstance(value, float) and not isfinite(value):
        raise _hold(to, f"{to}: {value} is no number the tenant can store", code="rejected_by_tenant")
    if rule is None or not isinstance(value, str):
        return value
    type_ = find_field_type(rule.type) if rule.type else None
    if type_ and type_.longest and len(value) > type_.longest:
        raise _hold(to, f"{to}: {len(value)} characters, a {type_.name} field stores {type_.longest}", code="too_long")
    several = type_ is not None and type_.name == "multi_select_dropdown"
    unknown = [part for part in (value.split(";") if several else [value]) if part not in rule.choices]
    if rule.choices and unknown and value:
        known = ", ".join(rule.choices)
        raise _hold(to, f"{to}: {unknown[0]!r} is none of its options: {known}", code="rejected_by_tenant")
    return value


def _hold(field: str, message: str, *, code: str) -> HoldRecord:
    release = "correct the value in the source or the field's rule in the mapping, then load again"
    return HoldRecord(message, code=code, field=field, release=release)


def _read_prices(text: str) -> list[dict[str, Any]]:
    try:
        return read_prices(text)
    except ValueError as error:
        raise _hold("product_pricings", f"product_pricings: {error}", code="rejected_by_tenant") from error


def _link(to: str, id: int, parents: Mapping[str, str]) -> dict[str, Any]:
    if to == "sales_accounts":
        return {"sales_accounts": [{"id": id, "is_primary": True}]}
    if to == "contacts":
        return {"contacts_added_list": [id]}
    if to == "targetable":
        return {"targetable_type": find_route(parents[to]).type, "targetable_id": id}
    return {to: id}


def _add_source(phase: Phase, external_id: str, body: dict[str, Any], custom: dict[str, Any]) -> None:
    text = find_destination(phase.destination).text
    if phase.destination == "contact":
        body[CONTACT_ID] = external_id
    elif text:
        body[text] = "\n".join(part for part in (body.get(text), mark_source(phase, external_id)) if part)
    else:
        custom[SOURCE_ID] = external_id
