"""What only the application behind the browser answers, at the addresses without `/api`: lists under settings, tags."""

from __future__ import annotations

from functools import partial
from typing import Any

from workbench.sandbox.calls import Call, Routes, read_page
from workbench.sandbox.capabilities import NOT_AUTHORIZED, require_feature
from workbench.sandbox.store import Record
from workbench.sandbox.wire import ApiError, show_time

TAG = "tag"
STUMBLE = {"error_code": 500}


def list_setting(name: str, call: Call) -> Any:
    """One list of the administrator's, as its page of settings reads it."""
    items = call.tenant.selectors[name]
    return {name: items, "meta": {"total": len(items)}}


def list_pipelines(call: Call) -> Any:
    """The pipelines, with their stages where these are included."""
    has_stages = "deal_stages" in call.includes
    pipelines = call.tenant.selectors["deal_pipelines"]
    return {
        "deal_pipelines": [
            {key: value for key, value in each.items() if has_stages or key != "deal_stages"} for each in pipelines
        ]
    }


def list_stages(call: Call) -> Any:
    """The lifecycle stages, with the statuses in them."""
    selectors = call.tenant.selectors
    lists = {name: selectors[name] for name in ("lifecycle_stages", "contact_statuses")}
    return {**lists, "auto_update_settings": []}


def list_tags(call: Call) -> Any:
    """A page of the tags made in the settings."""
    store, page = call.tenant.store, read_page(call)
    tags = store.page(TAG, limit=page.size, offset=page.offset)
    return {"tags": [_show_tag(call, each) for each in tags], "meta": {"total": store.count(TAG)}}


def create_tag(call: Call) -> Any:
    """Make a tag.

    Raises:
        ApiError: 403 where keys may not, 400 without a name, and 500 without anything, as live tenants answer.
    """
    _require_tag_writes(call)
    sent = call.body.get(TAG) if isinstance(call.body, dict) else None
    if not isinstance(sent, dict):
        raise ApiError(500, body=STUMBLE)
    name = str(sent.get("name") or "").strip()
    if not name:
        raise ApiError(400, "Name can't be blank")
    tenant = call.tenant
    with tenant.store.transaction():
        tag = {"id": tenant.mint(), "name": name, "is_public": bool(sent.get("is_public", True))}
        tag |= {"color_code": sent.get("color_code"), "created_at": tenant.stamp()}
        tenant.store.insert(TAG, tag, keys=(), links=())
    return {TAG: _show_tag(call, tag)}


def delete_tag(call: Call) -> Any:
    """Remove a tag; records keep it."""
    _require_tag_writes(call)
    with call.tenant.store.transaction():
        if call.tenant.store.read(TAG, call.id) is None:
            raise ApiError(404, "The tag you're looking for is not in the CRM")
        call.tenant.store.drop(call.id)
    return True


def refuse_activity_type(call: Call) -> Any:
    """Refuse a new type of sales activity: an administrator makes those in the browser.

    Raises:
        ApiError: 500 without a name, as live tenants answer, and 403 with one.
    """
    require_feature(call.tenant, "custom_activities")
    sent = call.body.get("sales_activity_type") if isinstance(call.body, dict) else None
    if not isinstance(sent, dict) or not str(sent.get("name") or "").strip():
        raise ApiError(500, body=STUMBLE)
    raise ApiError(403, NOT_AUTHORIZED)


def _require_tag_writes(call: Call) -> None:
    if not call.tenant.settings.switches.tag_writes:
        raise ApiError(403, NOT_AUTHORIZED)


def _show_tag(call: Call, tag: Record) -> Record:
    return {**tag, "is_system_tag": False, "created_at": show_time(tag["created_at"], call.tenant.zone)}


ROUTES: Routes = [
    *(("GET", f"/settings/{name}", partial(list_setting, name)) for name in ("territories", "currencies")),
    ("GET", "/settings/deal_pipelines", list_pipelines),
    ("GET", "/settings/lifecycle_stages", list_stages),
    ("GET", "/settings/tags", list_tags),
    ("POST", "/settings/tags", create_tag),
    ("DELETE", "/settings/tags/{id}", delete_tag),
    ("POST", "/settings/sales_activity_types", refuse_activity_type),
]
