"""The tenant's lists (stages, statuses, currencies, ...) and the ids behind the names on them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workbench.errors import HoldRecord

# Field of a record -> the list its id comes from.
SELECTOR_OF = {
    "lifecycle_stage_id": "lifecycle_stages",
    "contact_status_id": "contact_statuses",
    "deal_pipeline_id": "deal_pipelines",
    "deal_stage_id": "deal_stages",
    "deal_type_id": "deal_types",
    "deal_reason_id": "deal_reasons",
    "deal_payment_status_id": "deal_payment_statuses",
    "currency_id": "currencies",
    "lead_source_id": "lead_sources",
    "industry_type_id": "industry_types",
    "business_type_id": "business_types",
    "campaign_id": "campaigns",
    "territory_id": "territories",
}
# A choice in the first field must belong to the choice in the second.
BELONGS_TO = {"contact_status_id": "lifecycle_stage_id", "deal_stage_id": "deal_pipeline_id"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One name on a list; `parent_id` is the lifecycle stage or pipeline it belongs to, null for other lists."""

    id: int
    name: str
    parent_id: int | None = None


Selectors = Mapping[str, tuple[Choice, ...]]


def read_choice(item: dict[str, Any]) -> Choice:
    """A choice as the tenant lists it."""
    name = item.get("name") or item.get("currency_code") or item.get("value") or ""
    return Choice(
        id=int(item["id"]), name=name, parent_id=item.get("lifecycle_stage_id") or item.get("deal_pipeline_id")
    )


def choose_ids(values: Mapping[str, Any], selectors: Selectors) -> dict[str, int]:
    """The ids behind the names a record gives.

    A status brings its lifecycle stage along, and a deal stage its pipeline, where the record names none.

    Args:
        values: Name, or id, by field; every field is one of `SELECTOR_OF`.

    Raises:
        HoldRecord: The tenant does not list the name, or lists it under another parent.
    """
    ids = {
        field: _choose(field, value, selectors, None).id for field, value in values.items() if field not in BELONGS_TO
    }
    for field in BELONGS_TO.keys() & values.keys():
        parent = BELONGS_TO[field]
        choice = _choose(field, values[field], selectors, ids.get(parent))
        ids[field] = choice.id
        if choice.parent_id is not None:
            ids[parent] = choice.parent_id
    return ids


def find_choice(field: str, value: Any, selectors: Selectors, *, parent_id: int | None = None) -> Choice | None:
    """The first choice of that name, upper and lower case alike, or of that id; null where there is none."""
    wanted = str(value).strip().casefold()
    choices = _list_choices(field, selectors, parent_id)
    return next((choice for choice in choices if wanted in (choice.name.casefold(), str(choice.id))), None)


def list_names(field: str, selectors: Selectors, *, parent_id: int | None = None) -> str:
    """The names a field can take, for a message."""
    return ", ".join(dict.fromkeys(choice.name for choice in _list_choices(field, selectors, parent_id))) or "none"


def _choose(field: str, value: Any, selectors: Selectors, parent_id: int | None) -> Choice:
    choice = find_choice(field, value, selectors, parent_id=parent_id)
    if choice is None:
        raise HoldRecord(
            f"{field}: the tenant lists no {value!r}; known: {list_names(field, selectors, parent_id=parent_id)}",
            code="rejected_by_tenant",
            field=field,
            release="add it to the tenant's settings, or change the field's rule in the mapping",
        )
    return choice


def _list_choices(field: str, selectors: Selectors, parent_id: int | None) -> list[Choice]:
    choices = selectors.get(SELECTOR_OF[field], ())
    return [choice for choice in choices if parent_id is None or choice.parent_id in (None, parent_id)]
