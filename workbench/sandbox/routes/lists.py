"""Lists: views of contacts, accounts and deals, and the filters of activities."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from workbench.sandbox.conditions import rule_condition, sort_order
from workbench.sandbox.objects.activities import APPOINTMENT, SALES_ACTIVITY, TASK
from workbench.sandbox.objects.include import show_many
from workbench.sandbox.objects.kind import Kind
from workbench.sandbox.objects.registry import CORE
from workbench.sandbox.store import BINNED, EVERYTHING, LIVE, Record, Where
from workbench.sandbox.tenant import Tenant
from workbench.sandbox.wire import ApiError, Call, Routes, format_time, read_page

NOT_DONE = "json_extract(body, '$.status') = 0"
DUE = "json_extract(body, '$.due_date')"


def list_views(kind: Kind, call: Call) -> Any:
    """The views of an object."""
    views = call.tenant.views[kind.name]
    return {"filters": [_show_view(call.tenant, kind, view) for view in views], "meta": {"total": len(views)}}


def _show_view(tenant: Tenant, kind: Kind, view: Record) -> Record:
    return {
        "id": view["id"],
        "name": view["name"],
        "model_class_name": kind.model,
        "user_id": view["user_id"],
        "is_default": True,
        "updated_at": view["updated_at"],
        "user_name": tenant.selectors["owners"][0]["display_name"],
        "current_user_permissions": ["edit", "delete"],
    }


def list_view(kind: Kind, call: Call) -> Any:
    """A page of the records of a view.

    Raises:
        ApiError: 403 where there is no such view.
    """
    view = next((each for each in call.tenant.views[kind.name] if each["id"] == call.id), None)
    if view is None:
        raise ApiError(403, "You are not authorized to perform this action.")
    is_bin = view["rule"] == "binned"
    where = rule_condition(call.tenant, kind, view["rule"])
    order = sort_order(call.tenant, call.word("sort"), call.word("sort_type"))
    page, state = read_page(call), BINNED if is_bin else LIVE
    store = call.tenant.store
    records = store.page(kind.name, where, state=state, order=order, limit=page.size, offset=page.offset)
    shown = [{**record, "is_deleted": is_bin} for record in records]
    meta = page.meta(store.count(kind.name, where, state=state))
    return show_many(call.tenant, kind, shown, call.includes, meta)


def list_tasks(call: Call) -> Any:
    """A page of the tasks a filter names; the open ones where it names none."""
    if call.query.get("page") == "0" and call.query.get("per_page") == "0":
        raise ApiError(500, body={"error_code": 500})
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
    return _list_activities(TASK, call, _pick(filters, call, "open"))


def list_appointments(call: Call) -> Any:
    """A page of past or upcoming appointments; the upcoming ones where the call does not say."""
    now, end = call.tenant.stamp(), "json_extract(body, '$.end_date')"
    filters = {"past": (f"{end} < ?", [now]), "upcoming": (f"{end} >= ?", [now])}
    return _list_activities(APPOINTMENT, call, _pick(filters, call, "upcoming"))


def list_sales_activities(call: Call) -> Any:
    """A page of all sales activities."""
    page = read_page(call)
    answer = _list_activities(SALES_ACTIVITY, call, EVERYTHING)
    return {**answer, "meta": page.meta(answer["meta"]["total"])}


def _pick(filters: dict[str, Where], call: Call, default: str) -> Where:
    name = call.query.get("filter", default).replace("_", " ").replace("+", " ")
    if name not in filters:
        raise ApiError(400, f"Invalid filter {name}")
    return filters[name]


def _list_activities(kind: Kind, call: Call, where: Where) -> dict[str, Any]:
    page, store = read_page(call), call.tenant.store
    order = sort_order(call.tenant, call.word("sort"), call.word("sort_type"))
    records = store.page(kind.name, where, order=order, limit=page.size, offset=page.offset)
    return show_many(call.tenant, kind, records, call.includes, {"total": store.count(kind.name, where)})


ROUTES: Routes = [
    *(("GET", f"/{kind.plural}/filters", partial(list_views, kind)) for kind in CORE),
    *(("GET", f"/{kind.plural}/view/{{id}}", partial(list_view, kind)) for kind in CORE),
    ("GET", "/tasks", list_tasks),
    ("GET", "/appointments", list_appointments),
    ("GET", "/sales_activities", list_sales_activities),
]
