"""Sales activities: what took place with a customer, of a type the tenant named, with its own times."""

from __future__ import annotations

from workbench.sandbox.objects.activities.about import (
    CREATER,
    OWNER,
    UPDATER,
    link_activity,
    show_activity,
    take_parents,
)
from workbench.sandbox.objects.kind import Draft, Kind
from workbench.sandbox.objects.show import show_custom_fields
from workbench.sandbox.store import Record
from workbench.sandbox.tenant import Tenant

TIMES = ("start_date", "end_date", "completed_date")
FOREIGN = ("remote_id", "import_id")
UNKNOWN = (
    "latitude", "longitude", "checkedin_at", "checkedout_latitude", "checkedout_longitude", "checkedout_location",
    "checkedout_at", "checkedin_duration", "conversation_id",
)  # fmt: skip


def shape_sales_activity(draft: Draft) -> None:
    """A sales activity is about something, and of a type the tenant lets clients write."""
    take_parents(draft, is_required=True)
    switches = draft.tenant.settings.switches
    type = draft.tenant.find_choice("sales_activity_types", draft.get("sales_activity_type_id"))
    if type and type["is_default"] and not switches.default_activity_types:
        draft.problems.append("Invalid sales activity type provided.")
    if switches.activity_remote_ids:
        draft.record |= {name: draft.sent[name] for name in FOREIGN if isinstance(draft.sent.get(name), str | int)}


def show_sales_activity(tenant: Tenant, record: Record, includes: frozenset[str]) -> Record:
    """A sales activity as a client reads it; it took place when it ended."""
    shown = show_activity(tenant, SALES_ACTIVITY, record, includes, times=TIMES)
    first = next(iter(shown["targetables"]), {})
    return {
        **shown,
        "status": bool(record.get("status")),
        "conversation_time": shown["end_date"],
        **{name: record.get(name) for name in FOREIGN},
        "targetable_id": first.get("id"),
        "targetable_type": first.get("type"),
        **dict.fromkeys(UNKNOWN),
        "custom_field": show_custom_fields(tenant, SALES_ACTIVITY.name, record),
    }


SALES_ACTIVITY = Kind(
    name="sales_activity",
    plural="sales_activities",
    model="SalesActivity",
    shape=shape_sales_activity,
    show=show_sales_activity,
    own=frozenset({"targetable", "targetables"}),
    links=link_activity,
    keeps_deleted=False,
    references={"owner": OWNER, "creater": CREATER, "updater": UPDATER},
)
