"""Views of contacts, accounts and deals: the only way to list them."""

from __future__ import annotations

from functools import partial
from typing import Any

from workbench.sandbox.calls import Call, Routes, read_page
from workbench.sandbox.conditions import sort_order
from workbench.sandbox.objects.include import show_many
from workbench.sandbox.objects.kind import Kind
from workbench.sandbox.objects.registry import CORE
from workbench.sandbox.store import BINNED, LIVE, Record
from workbench.sandbox.tenant import Tenant
from workbench.sandbox.view_rules import rule_condition
from workbench.sandbox.wire import ApiError, show_time

# What a user may do with a view that did not come with the tenant's code, renaming among it.
EDITABLE = ["read_edit_only", "can_delete_only"]


def list_views(kind: Kind, call: Call) -> Any:
    """The views of an object."""
    views = call.tenant.views[kind.name]
    return {"filters": [_show_view(call.tenant, kind, view) for view in views], "meta": {}}


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


def _show_view(tenant: Tenant, kind: Kind, view: Record) -> Record:
    is_default = view.get("is_default", True)
    return {
        "id": view["id"],
        "name": view["name"],
        "model_class_name": kind.model,
        # Views that came with the tenant belong to nobody.
        "user_id": 0,
        "is_default": is_default,
        "updated_at": show_time(view["updated_at"], tenant.zone),
        "user_name": None,
        "current_user_permissions": [] if is_default else EDITABLE,
    }


ROUTES: Routes = [
    *(("GET", f"/{kind.plural}/filters", partial(list_views, kind)) for kind in CORE),
    *(("GET", f"/{kind.plural}/view/{{id}}", partial(list_view, kind)) for kind in CORE),
]
