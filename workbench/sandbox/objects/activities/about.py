"""What an activity is about, and what all activities show."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from workbench.sandbox.objects.kind import Draft, Kind, Reference
from workbench.sandbox.objects.show import show_base
from workbench.sandbox.store import Record
from workbench.sandbox.tenant import Tenant
from workbench.sandbox.wire import read_id, show_time

# What an activity can be about, by the name clients use.
MODELS = {"Contact": "contact", "SalesAccount": "sales_account", "Deal": "deal", "Lead": "lead"}
OWNER = Reference(field="owner_id", beside="users", selector="owners")
CREATER = Reference(field="creater_id", beside="users", selector="owners")
UPDATER = Reference(field="updater_id", beside="users", selector="owners")
# How a record is shown beside an activity that is about it: just enough to name it.
NAMING = {
    "contact": ("first_name", "last_name", "work_number", "mobile_number"),
    "lead": ("first_name", "last_name", "work_number", "mobile_number"),
    "sales_account": ("name",),
    "deal": ("name", "deal_pipeline_id"),
}
BLANK = "Targetable can't be blank"


def take_parents(draft: Draft, *, is_required: bool = False) -> None:
    """What the activity is about, from `targetable_type` and `targetable_id`, `targetable`, or `targetables`."""
    pairs = _list_pairs(draft.sent)
    if pairs is not None:
        draft.record["targetables"] = [_read_parent(draft, type, id) for type, id in pairs]
    if is_required and not draft.get("targetables"):
        draft.problems.append(BLANK)


def _list_pairs(sent: dict[str, Any]) -> list[tuple[Any, Any]] | None:
    """Type and id of each record that was named; null where none was."""
    if isinstance(sent.get("targetables"), list):
        return [(each.get("type"), each.get("id")) for each in sent["targetables"] if isinstance(each, dict)]
    if isinstance(sent.get("targetable"), dict):
        named = sent["targetable"]
        return [(named.get("type") or sent.get("targetable_type"), named.get("id") or sent.get("targetable_id"))]
    if sent.get("targetable_type") or sent.get("targetable_id"):
        return [(sent.get("targetable_type"), sent.get("targetable_id"))]
    return None


def _read_parent(draft: Draft, type: Any, id: Any) -> Record:
    object = MODELS.get(str(type))
    if object is None:
        draft.problems.append("Targetable type is invalid")
    elif draft.tenant.store.read(object, read_id(id)) is None:
        draft.problems.append("The record this is about is not in the CRM")
    else:
        return {"id": read_id(id), "type": str(type)}
    return {}


def link_activity(record: Record) -> list[int]:
    """The records an activity is about."""
    return [each["id"] for each in record.get("targetables") or [] if each]


def show_activity(
    tenant: Tenant, kind: Kind, record: Record, includes: frozenset[str], *, times: tuple[str, ...] = ()
) -> Record:
    """What all activities show: their fields, their times in the account's zone, and what they are about."""
    base = show_base(tenant, kind, record, includes)
    hidden = {"owner_id", "targetable", "targetables"}
    names = [each.name for each in kind.fields(tenant).values() if not each.is_custom and each.name not in hidden]
    shown = {
        "id": record["id"],
        **{name: record.get(name) for name in names},
        **{name: show_time(record.get(name), tenant.zone) for name in times},
        **{name: base[name] for name in base if name not in ("custom_field", "tags", "is_deleted")},
        "creater_id": record["creater_id"],
        "targetables": record.get("targetables") or [],
    }
    return shown | (show_first_parent(record) if "targetable" in includes else {})


def show_first_parent(record: Record) -> Record:
    """The record an activity is about first, named as its key in the arrays beside."""
    first = next(iter(record.get("targetables") or []), None)
    return {"targetable": {"type": MODELS[first["type"]], "id": first["id"]}} if first else {}


def show_parent(object: str, record: Record) -> Record:
    """A record as it stands beside an activity that is about it."""
    shown = {"id": record["id"], "avatar": None, **{name: record.get(name) for name in NAMING[object]}}
    if object not in ("contact", "lead"):
        return shown
    emails = record.get("emails") or []
    email = next((each["value"] for each in emails if each["is_primary"]), None)
    names = [name for name in (record.get("first_name"), record.get("last_name")) if name]
    return {**shown, "email": email, "display_name": " ".join(names) or email or ""}


def merge_rows(kept: list[Record], sent: Any, *, read: Callable[[Record], Record], problems: list[str]) -> list[Record]:
    """Rows of a record after what a client sent of them: new ones are added, those marked `_destroy` taken out.

    Args:
        read: The row as it is kept; raises ValueError with what the client is told.
    """
    rows = list(kept)
    # Forms number their rows: `{"0": {}, "1": {}}`.
    named = list(sent.values()) if isinstance(sent, dict) else sent
    for each in named if isinstance(named, list) else []:
        if not isinstance(each, dict):
            continue
        try:
            row = read(each)
        except ValueError as error:
            problems.append(str(error))
            continue
        if each.get("_destroy"):
            rows = [other for other in rows if other != row]
        elif row not in rows:
            rows.append(row)
    return rows
