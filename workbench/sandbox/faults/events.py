"""What happens to the tenant while others load into it: administrators, other integrations and people at work."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from workbench.sandbox.callers import CALLER, Caller
from workbench.sandbox.faults.schedule import Strike
from workbench.sandbox.fields import Field
from workbench.sandbox.journal import touched_records
from workbench.sandbox.life import change_record, create_record, delete_record
from workbench.sandbox.objects.registry import KINDS, find_kind
from workbench.sandbox.store import Record
from workbench.sandbox.tenant import Tenant
from workbench.sandbox.wire import ApiError

EVENT_METHOD = "EVENT"
# The field a person changes unless told which; one any such record has and no migration needs.
EDITED = {"contact": "job_title", "sales_account": "city", "lead": "job_title", "task": "title", "appointment": "title",
          "note": "description"}  # fmt: skip
MODELS = {"contact": "Contact", "sales_account": "SalesAccount", "deal": "Deal"}
NOTHING = "nothing there"


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """What an event came to.

    Attributes:
        path: Address of what it changed, below the base address.
        what: What of it, in a word; why nothing, where nothing was changed.
    """

    path: str
    what: str


def happen(tenant: Tenant, strike: Strike) -> None:
    """Let an event happen, and put it into the journal as a row of its own; one that finds nothing to do says so."""
    caller = CALLER.set(_find_person(tenant))
    try:
        with tenant.store.transaction(), touched_records() as touched:
            happened = _try(tenant, strike)
            tenant.faults.keep()
            tenant.quota.keep()
            tenant.store.journal.add(
                at=tenant.clock(),
                method=EVENT_METHOD,
                path=happened.path,
                query=happened.what,
                status=None,
                cost=0,
                fault=strike.kind,
                records=touched,
            )
    finally:
        CALLER.reset(caller)


def _try(tenant: Tenant, strike: Strike) -> Happened:
    try:
        with tenant.store.transaction():
            return EVENTS[strike.kind](tenant, strike)
    except ApiError as refusal:
        return Happened(path="", what=f"refused with {refusal.code}")


def _find_person(tenant: Tenant) -> Caller | None:
    """Somebody who works in the tenant beside the migration: the second active user, if there is one."""
    others = [each for each in tenant.selectors["owners"] if each["is_active"]][1:]
    return Caller(id=others[0]["id"], key="", role="admin", language="en") if others else None


def cut_quota(tenant: Tenant, strike: Strike) -> Happened:
    """Fewer calls an hour, or fewer left in this one."""
    if strike["per_hour"]:
        tenant.quota.set_limit(strike["per_hour"])
    if strike["remaining"] >= 0 and not (strike["per_hour"] and strike["remaining"] == 0):
        tenant.quota.leave(strike["remaining"])
    return Happened(path="", what=f"{tenant.quota.remaining} of {tenant.quota.per_hour} calls left")


def delete_field(tenant: Tenant, strike: Strike) -> Happened:
    """A custom field goes, with every value in it."""
    kind = find_kind(tenant, strike["of"])
    field = _pick_field(tenant, strike, tenant.schema.custom_fields(kind.name))
    if field is None:
        return Happened(path=f"/settings/{kind.plural}/fields", what=NOTHING)
    tenant.schema.remove_field(kind.name, field.name)
    return Happened(path=f"/settings/{kind.plural}/fields", what=field.name)


def rename_option(tenant: Tenant, strike: Strike) -> Happened:
    """An option gets another name; records keep the text they were written with."""
    if strike["field"] in tenant.selectors:
        return _rename_item(tenant, strike)
    kind = find_kind(tenant, strike["of"])
    with_options = [field for field in tenant.schema.custom_fields(kind.name) if field.choices]
    field = _pick_field(tenant, strike, with_options)
    values = [choice.value for choice in field.choices] if field else []
    old = strike["option"] or (strike.chance().choice(values) if values else "")
    if field is None or old not in values:
        return Happened(path=f"/settings/{kind.plural}/fields", what=NOTHING)
    new = strike["to"] or f"{old} (old)"
    choices = tuple(replace(each, value=new) if each.value == old else each for each in field.choices)
    tenant.schema.change_field(kind.name, replace(field, choices=choices))
    return Happened(path=f"/settings/{kind.plural}/fields", what=f"{field.name}: {old} -> {new}")


def _rename_item(tenant: Tenant, strike: Strike) -> Happened:
    path, items = f"/selector/{strike['field']}", tenant.selectors[strike["field"]]
    named = [item for item in items if item.get("name") == strike["option"] or not strike["option"]]
    if not named:
        return Happened(path=path, what=NOTHING)
    item = strike.chance().choice(named)
    old, item["name"] = item.get("name"), strike["to"] or f"{item.get('name')} (old)"
    tenant.store.set_fact("selectors", tenant.selectors)
    return Happened(path=path, what=f"{old} -> {item['name']}")


def deactivate_user(tenant: Tenant, strike: Strike) -> Happened:
    """A user can no longer sign in, nor be given anything new; what they own they keep."""
    owners = [owner for owner in tenant.selectors["owners"] if owner["is_active"]]
    named = [owner for owner in owners if owner["email"] == strike["user"]] if strike["user"] else owners[1:]
    if not named:
        return Happened(path="/selector/owners", what=NOTHING)
    owner = strike.chance().choice(named)
    owner["is_active"] = False
    tenant.store.set_fact("selectors", tenant.selectors)
    tenant.callers = tuple(caller for caller in tenant.callers if caller.id != owner["id"])
    return Happened(path="/selector/owners", what=owner["email"])


def edit_record(tenant: Tenant, strike: Strike) -> Happened:
    """A person writes something else into a field."""
    kind = find_kind(tenant, strike["of"])
    record = _pick_record(tenant, strike)
    if record is None:
        return Happened(path=f"/{kind.plural}", what=NOTHING)
    name = strike["field"] or EDITED.get(kind.name, "name")
    value = strike["value"] if strike["value"] != "" else f"Edited by a person, {strike.number}"
    sent = {"custom_field": {name: value}} if name.startswith("cf_") else {name: value}
    change_record(tenant, kind, record["id"], sent)
    return Happened(path=f"/{kind.plural}/{record['id']}", what=name)


def link_record(tenant: Tenant, strike: Strike) -> Happened:
    """A person adds a note or a deal to a record."""
    of, add = strike["of"], strike["add"]
    record = _pick_record(tenant, strike) if of in MODELS and (of, add) != ("deal", "deal") else None
    if record is None:
        return Happened(path=f"/{of}s", what=NOTHING)
    text = f"Added by a person, {strike.number}"
    if add == "note":
        sent = {"description": text, "targetable_type": MODELS[of], "targetable_id": record["id"]}
    else:
        link = {"contacts_added_list": [record["id"]]} if of == "contact" else {"sales_account_id": record["id"]}
        sent = {"name": text, "amount": 1, **link}
    made = create_record(tenant, KINDS[add], sent)
    return Happened(path=f"/{KINDS[of].plural}/{record['id']}", what=f"{add} {made['id']}")


def remove_record(tenant: Tenant, strike: Strike) -> Happened:
    """A person deletes a record."""
    kind = find_kind(tenant, strike["of"])
    record = _pick_record(tenant, strike)
    if record is None:
        return Happened(path=f"/{kind.plural}", what=NOTHING)
    delete_record(tenant, kind, record["id"])
    return Happened(path=f"/{kind.plural}/{record['id']}", what="deleted")


EVENTS: dict[str, Callable[[Tenant, Strike], Happened]] = {
    "quota_cut": cut_quota,
    "field_deleted": delete_field,
    "option_renamed": rename_option,
    "user_deactivated": deactivate_user,
    "person_edits": edit_record,
    "person_links": link_record,
    "person_deletes": remove_record,
}


def _pick_field(tenant: Tenant, strike: Strike, fields: list[Field]) -> Field | None:
    named = [field for field in fields if field.name == strike["field"]] if strike["field"] else fields
    return strike.chance().choice(named) if named else None


def _pick_record(tenant: Tenant, strike: Strike) -> Record | None:
    """The live record the scenario means, counted in the order they were made; null where there is none."""
    object, which = strike["of"], strike["which"]
    count = tenant.count(object)
    if not count:
        return None
    places: dict[Any, int] = {"random": strike.chance().randrange(count), "first": 0, "last": count - 1}
    place = places[which] if which in places else int(which) - 1
    found = tenant.store.page(object, limit=1, offset=place)
    return found[0] if found else None
