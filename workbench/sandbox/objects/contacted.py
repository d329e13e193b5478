"""When somebody was last contacted, and how: by phone, or through an appointment or sales activity that has ended."""

from __future__ import annotations

from workbench.sandbox.store import Record
from workbench.sandbox.tenant import Tenant
from workbench.sandbox.wire import show_time

TOUCHES = ("phone_call", "appointment", "sales_activity")
# When each of them was; a call that does not say was made when it was written down.
TIMES = ("conversation_time", "end_date", "created_at")
NEVER = (None, None)


def show_contacted(tenant: Tenant, record: Record) -> Record:
    """The last call, and the last meeting or activity, each with its time and its kind; null where there was none."""
    touches = tenant.store.latest(record["id"], TOUCHES, times=TIMES, until=tenant.stamp())
    called = next(((time, _name_call(touch)) for object, time, touch in touches if object == "phone_call"), NEVER)
    others = [(time, _name_touch(tenant, touch)) for object, time, touch in touches if object != "phone_call"]
    done = max(others, default=NEVER)
    return {
        "last_contacted": show_time(called[0], tenant.zone),
        "last_contacted_mode": called[1],
        "last_contacted_via_sales_activity": show_time(done[0], tenant.zone),
        "last_contacted_sales_activity_mode": done[1],
    }


def _name_call(call: Record) -> str:
    return "Incoming call" if call.get("call_direction") else "Outgoing call"


def _name_touch(tenant: Tenant, touch: Record) -> str:
    """An appointment is a meeting; a sales activity is called after its type."""
    type = tenant.find_choice("sales_activity_types", touch.get("sales_activity_type_id"))
    return type["name"] if type else "Meeting"
