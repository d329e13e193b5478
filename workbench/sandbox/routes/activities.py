"""Tasks, appointments, notes and sales activities: written one at a time, listed by filter."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from workbench.sandbox.calls import Answer, Call, Routes, read_page
from workbench.sandbox.conditions import sort_order
from workbench.sandbox.life import change_record, create_record, delete_record, find_record
from workbench.sandbox.objects.activities import APPOINTMENT, NOTE, SALES_ACTIVITY, TASK
from workbench.sandbox.objects.activities.appointments import show_attendees
from workbench.sandbox.objects.include import show_many, show_one
from workbench.sandbox.objects.kind import Kind
from workbench.sandbox.store import EVERYTHING, Record, Where
from workbench.sandbox.wire import ApiError, format_time

DELETED = {"success": "200"}
# What a single task or appointment brings along unasked once it is there.
UNASKED = {"task": frozenset({"owner", "users", "targetable"}), "appointment": frozenset({"targetable"})}
STUMBLE = {"error_code": 500}
NOT_DONE = "json_extract(body, '$.status') = 0"
DUE = "json_extract(body, '$.due_date')"
END = "json_extract(body, '$.end_date')"


def create(kind: Kind, call: Call) -> Any:
    """Make an activity; a note is answered with 200, the others with 201."""
    body = _show(kind, call, create_record(call.tenant, kind, call.unwrap(kind.name)))
    if kind is NOTE:
        return body
    is_sales = kind is SALES_ACTIVITY
    return Answer(status=call.tenant.settings.switches.sales_activity_created_status if is_sales else 201, body=body)


def read(kind: Kind, call: Call) -> Any:
    """Show an activity with what it brings along."""
    found = find_record(call.tenant, kind, call.id)
    return _show(kind, call, found, UNASKED["task"] if kind is TASK else frozenset())


def change(kind: Kind, call: Call) -> Any:
    """Change the attributes that were sent."""
    record = change_record(call.tenant, kind, call.id, call.unwrap(kind.name))
    return _show(kind, call, record, UNASKED.get(kind.name, frozenset()))


def delete(kind: Kind, call: Call) -> Any:
    """Remove an activity for good."""
    delete_record(call.tenant, kind, call.id)
    return DELETED


def _show(kind: Kind, call: Call, record: Record, unasked: frozenset[str] = frozenset()) -> dict[str, Any]:
    shown = show_one(call.tenant, kind, record, call.includes | unasked)
    if kind is APPOINTMENT:
        return {"appointment_attendees": show_attendees(record), "conferences": [], "notes": [], **shown}
    return shown


def list_tasks(call: Call) -> Any:
    """A page of the tasks a filter names; the open ones where it names none."""
    if call.query.get("page") == "0" and call.query.get("per_page") == "0":
        raise ApiError(500, body=STUMBLE)
    today = datetime.fromtimestamp(call.tenant.clock(), UTC).astimezone(call.tenant.zone)
    midnight = today.replace(hour=0, minute=0, second=0, microsecond=0)
    days = [format_time(midnight + timedelta(days=n)) for n in range(3)]
    filters = {
        "open": (NOT_DONE, []),
        "due today": (f"{NOT_DONE} AND {DUE} >= ? AND {DUE} < ?", days[:2]),
        "due tomorrow": (f"{NOT_DONE} AND {DUE} >= ? AND {DUE} < ?", days[1:]),
        "overdue": (f"{NOT_DONE} AND {DUE} < ?", [format_time(today)]),
        "completed": ("json_extract(body, '$.status') = 1", []),
    }
    return list_some(TASK, call, _pick(filters, call, "open"))


def list_appointments(call: Call) -> Any:
    """A page of past or upcoming appointments; the upcoming ones where the call does not say."""
    now = call.tenant.stamp()
    filters = {"past": (f"{END} < ?", [now]), "upcoming": (f"{END} >= ?", [now])}
    return list_some(APPOINTMENT, call, _pick(filters, call, "upcoming"))


def list_sales_activities(call: Call) -> Any:
    """A page of all sales activities."""
    answer = list_some(SALES_ACTIVITY, call, EVERYTHING)
    return {**answer, "meta": read_page(call).meta(answer["meta"]["total"])}


def _pick(filters: dict[str, Where], call: Call, default: str) -> Where:
    """The filter a call names, however it spells the gap between its words."""
    name = " ".join(re.split(r"[\s_+-]+", call.query.get("filter", "").strip().lower())) or default
    if name not in filters:
        raise ApiError(400, f"Invalid filter {name}")
    return filters[name]


def list_some(kind: Kind, call: Call, where: Where) -> dict[str, Any]:
    """A page of the activities that meet a condition; such lists say how many there are, and not how many pages."""
    page, store = read_page(call), call.tenant.store
    order = sort_order(call.tenant, call.word("sort"), call.word("sort_type"))
    records = store.page(kind.name, where, order=order, limit=page.size, offset=page.offset)
    return show_many(call.tenant, kind, records, call.includes, {"total": store.count(kind.name, where)})


def _life(kind: Kind) -> Routes:
    path = f"/{kind.plural}"
    return [
        ("POST", path, partial(create, kind)),
        ("PUT", f"{path}/{{id}}", partial(change, kind)),
        ("DELETE", f"{path}/{{id}}", partial(delete, kind)),
    ]


ROUTES: Routes = [
    ("GET", "/tasks", list_tasks),
    ("GET", "/appointments", list_appointments),
    ("GET", "/sales_activities", list_sales_activities),
    *(route for kind in (TASK, APPOINTMENT, NOTE, SALES_ACTIVITY) for route in _life(kind)),
    *(("GET", f"/{kind.plural}/{{id}}", partial(read, kind)) for kind in (TASK, APPOINTMENT, SALES_ACTIVITY)),
]
