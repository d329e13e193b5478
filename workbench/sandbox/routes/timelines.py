"""What belongs to one record: its notes and its timeline, and what only the browser's addresses know of it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from workbench.sandbox.calls import Call, Routes, read_page
from workbench.sandbox.conditions import sort_order
from workbench.sandbox.life import find_record
from workbench.sandbox.objects.activities import APPOINTMENT, NOTE, PHONE_CALL, SALES_ACTIVITY, TASK
from workbench.sandbox.objects.activities.phone_calls import time_of_call
from workbench.sandbox.objects.include import bring_along, show_many
from workbench.sandbox.objects.kind import Kind
from workbench.sandbox.objects.registry import CLASSIC, CORE
from workbench.sandbox.objects.timeline import list_happenings
from workbench.sandbox.store import Record, Where

# What a talk with a customer can be, by the word its entry names it with.
TALKS = (PHONE_CALL, SALES_ACTIVITY)
BESIDE = frozenset({"user", "owner"})


def list_timeline(kind: Kind, call: Call) -> Any:
    """A page of what happened around a record; it says whether there is more, and not how much."""
    happened = list_happenings(call.tenant, kind, find_record(call.tenant, kind, call.id))
    page = read_page(call)
    until = page.offset + page.size
    meta = {"has_next": until < len(happened), "has_previous": page.offset > 0}
    return {"activities": happened[page.offset : until], "meta": meta}


def list_notes(kind: Kind, call: Call) -> Any:
    """A page of the notes about a record, oldest first unless told."""
    answer, total = _list_about(kind, NOTE, call)
    return {**answer, "meta": read_page(call).meta(total)}


def list_about(activity: Kind, kind: Kind, call: Call) -> Any:
    """A page of the tasks or appointments about a record."""
    return _list_about(kind, activity, call)[0]


def _list_about(kind: Kind, activity: Kind, call: Call) -> tuple[dict[str, Any], int]:
    find_record(call.tenant, kind, call.id)
    where: Where = ("id IN (SELECT id FROM links WHERE parent_id = ? AND object = ?)", [call.id, activity.name])
    page, store = read_page(call), call.tenant.store
    order = sort_order(call.tenant, call.word("sort"), call.word("sort_type"))
    records = store.page(activity.name, where, order=order, limit=page.size, offset=page.offset)
    total = store.count(activity.name, where)
    return show_many(call.tenant, activity, records, call.includes, {"total": total}), total


def list_conversations(kind: Kind, call: Call) -> Any:
    """A page of the calls and sales activities about a record, newest first; mail is not kept here."""
    find_record(call.tenant, kind, call.id)
    talks = [(each, record) for each in TALKS for record in call.tenant.store.children(call.id, each.name)]
    talks.sort(key=lambda talk: (_time_of(talk[1]), talk[1]["id"]), reverse=True)
    page = read_page(call)
    shown = talks[page.offset : page.offset + page.size]
    beside: dict[str, Any] = {"email_conversations": [], "email_conversation_recipients": []}
    for each in TALKS:
        records = [record for talk, record in shown if talk is each]
        beside[each.plural] = [each.show(call.tenant, record, frozenset({"targetable"})) for record in records]
        for name, rows in bring_along(call.tenant, each, records, BESIDE).items():
            beside[name] = list({row["id"]: row for row in [*beside.get(name, []), *rows]}.values())
    entries = [{"id": record["id"], "targetable": {"type": each.name, "id": record["id"]}} for each, record in shown]
    return {"conversations": entries, **beside, "meta": page.meta(len(talks))}


def _time_of(record: Record) -> str:
    return record.get("end_date") or time_of_call(record)


def _routes(kinds: tuple[Kind, ...], names: dict[str, Callable[..., Any]]) -> Routes:
    return [
        ("GET", f"/{kind.plural}/{{id}}/{name}", partial(handler, kind))
        for kind in kinds
        for name, handler in names.items()
    ]


ROUTES: Routes = _routes(CORE, {"activities": list_timeline, "notes": list_notes})
# Known without `/api` only; with it they are no address at all.
BROWSER_ROUTES: Routes = _routes(
    (*CORE, *CLASSIC),
    {
        "timeline_feeds": list_timeline,
        "conversations/all": list_conversations,
        "tasks": partial(list_about, TASK),
        "appointments": partial(list_about, APPOINTMENT),
    },
)
