"""From what a client sent to a record fit to be kept, or to every reason why it is not."""

from __future__ import annotations

import copy
from typing import Any

from workbench.sandbox.checks import EMPTY, Refused, check_value
from workbench.sandbox.fields import Field
from workbench.sandbox.objects.kind import Draft, Kind, normalise_key
from workbench.sandbox.search_index import remember_indexed
from workbench.sandbox.store import LIVE, Record
from workbench.sandbox.tenant import Tenant
from workbench.sandbox.wire import ApiError, format_time, parse_time

TAGS = "tags"
WRITABLE_STAMPS = ("created_at", "updated_at")
# What live tenants call a value that another record has.
DUPLICATE = 3002


def draft_record(
    tenant: Tenant, kind: Kind, sent: dict[str, Any], *, before: Record | None = None, like: Record | None = None
) -> Record:
    """The record a client's attributes make.

    Args:
        before: The record as it stands, where it is changed.
        like: What a new record takes over from another one.

    Raises:
        ApiError: 400 with every problem of every field.
    """
    record = copy.deepcopy(before) if before else _start_record(tenant) | copy.deepcopy(like or {})
    draft = Draft(tenant=tenant, kind=kind, sent=sent, before=before, record=record)
    record |= {"updated_at": tenant.stamp(), "updater_id": tenant.admin_id}
    if before and tenant.settings.switches.index_lag_seconds:
        record["searched_as"] = remember_indexed(tenant, before)
    _take_stamps(draft)
    _take_fields(draft)
    _take_tags(draft)
    _take_custom_fields(draft)
    kind.shape(draft)
    _require_fields(draft)
    _require_unique(draft)
    if draft.problems:
        raise _refuse(draft)
    if before is None:
        # Only a record that will be kept uses up an id, and it stands first in every answer.
        draft.record = {"id": tenant.mint(), **record}
    return draft.record


def _start_record(tenant: Tenant) -> Record:
    return {"created_at": tenant.stamp(), "creater_id": tenant.admin_id, "custom_field": {}}


def _refuse(draft: Draft) -> ApiError:
    """The refusal with every problem; one about a value that is not unique may carry a code of its own."""
    refusal = ApiError(400, *dict.fromkeys(draft.problems))
    place = draft.tenant.settings.switches.duplicate_code
    if place != "none" and any(text.endswith("is not unique") for text in draft.problems):
        holder = refusal.body if place == "beside_errors" else refusal.body["errors"]
        holder["error_code"] = DUPLICATE
    return refusal


def _take_stamps(draft: Draft) -> None:
    """Times of a client's own, where the tenant takes them; they are content then, and kept as such too."""
    if not draft.tenant.settings.switches.created_at_writable:
        return
    read = {name: parse_time(draft.sent.get(name)) for name in WRITABLE_STAMPS}
    sent = {name: format_time(moment) for name, moment in read.items() if moment}
    known = draft.record.pop("sent_stamps", {})
    kept = {name: known[name] for name in ("created_at",) if name in known} | sent
    draft.record |= sent | ({"sent_stamps": kept} if kept else {})


def stamp_owner(draft: Draft) -> None:
    """Note when a record got the owner it has."""
    owner = draft.get("owner_id")
    if owner and (draft.before is None or owner != draft.before.get("owner_id")):
        draft.record["last_assigned_at"] = draft.tenant.stamp()


def _take_fields(draft: Draft) -> None:
    for field in draft.kind.fields(draft.tenant).values():
        is_own = field.name in draft.kind.own or field.name == TAGS
        if not field.is_custom and not is_own and draft.has(field.name):
            take_value(draft, field, draft.sent[field.name], into=draft.record)


def _take_tags(draft: Draft) -> None:
    sent = draft.sent.get(TAGS)
    if not draft.has(TAGS) or TAGS not in draft.kind.fields(draft.tenant):
        return
    if sent is not None and (not isinstance(sent, list) or not all(isinstance(each, str) for each in sent)):
        draft.problems.append("Tags are invalid")
        return
    draft.record[TAGS] = list(dict.fromkeys(sent or []))


def _take_custom_fields(draft: Draft) -> None:
    sent = draft.sent.get("custom_field")
    if sent is None:
        return
    if not isinstance(sent, dict):
        draft.problems.append("Custom field is invalid")
        return
    fields = draft.kind.fields(draft.tenant)
    for name, value in sent.items():
        field = fields.get(name)
        if field is None or not field.is_custom:
            draft.problems.append(f"Invalid field {name}")
        else:
            take_value(draft, field, value, into=draft.record["custom_field"])


def take_value(draft: Draft, field: Field, sent: Any, *, into: Record) -> None:
    """Put a value into the record as the field keeps it, or a problem into the draft."""
    switches = draft.tenant.settings.switches
    try:
        value = check_value(field, sent, refuse_long_text=switches.refuse_long_text)
        if value is not None:
            _require_reference(draft, field, value)
        into[field.name] = value
    except Refused as refusal:
        draft.problems.append(str(refusal))
        draft.refused.add(field.name)


def _require_reference(draft: Draft, field: Field, value: Any) -> None:
    is_known = True
    if field.selector:
        choice = draft.tenant.find_choice(field.selector, value)
        is_known = choice is not None and _is_open(draft, field, choice)
    elif field.points_at:
        is_known = draft.tenant.store.read(field.points_at, value) is not None
    if not is_known:
        raise Refused(f"Invalid {field.label.lower()} provided.")


def _is_open(draft: Draft, field: Field, choice: Record) -> bool:
    """Whether a list's item may be chosen now: a user who left only where the switch lets them own records."""
    if field.selector != "owners" or draft.tenant.settings.switches.inactive_owners:
        return True
    return choice["is_active"] or (draft.before is not None and draft.before.get(field.name) == choice["id"])


def _require_fields(draft: Draft) -> None:
    told = draft.kind.own | draft.refused
    for field in draft.kind.fields(draft.tenant).values():
        if field.required and field.name not in told:
            values = draft.record["custom_field"] if field.is_custom else draft.record
            value = values.get(field.name)
            if value in EMPTY or isinstance(value, str) and not value.strip():
                draft.problems.append(f"{field.label} can't be {'empty' if field.name == 'name' else 'blank'}")


def _require_unique(draft: Draft) -> None:
    custom = {
        each.name: f"{each.label} is not unique"
        for each in draft.tenant.schema.custom_fields(draft.kind.name)
        if each.unique
    }
    unique = draft.kind.unique | custom
    for name, value in draft.kind.key_rows(draft.tenant, draft.record):
        if name in unique and is_taken(draft, name, value):
            draft.problems.append(unique[name].format(value=value))


def is_taken(draft: Draft, name: str, value: str, *, state: str | None = LIVE) -> bool:
    """Whether another record of the object already has this key."""
    own = draft.before["id"] if draft.before else None
    found = draft.tenant.store.find(draft.kind.name, name, normalise_key(value), state=state)
    return any(id != own for id in found)
