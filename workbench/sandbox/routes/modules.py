"""Custom modules themselves: made, renamed, listed and taken away. Their records live in `records`."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

from workbench.sandbox.calls import Call, Routes
from workbench.sandbox.capabilities import require_module_room
from workbench.sandbox.fields import Module
from workbench.sandbox.new_fields import NAME
from workbench.sandbox.objects.registry import require_modules
from workbench.sandbox.schema import MODULE_PREFIX
from workbench.sandbox.store import BINNED, Record
from workbench.sandbox.tenant import Tenant
from workbench.sandbox.wire import ApiError, show_time

NEEDED = {
    "entity_name": "Entity name can't be blank",
    "singular_name": "Singular name can't be blank",
    "plural_name": "Plural name can't be blank",
    "icon": "Icon can't be blank",
}
TEXTS = ("singular_name", "plural_name", "icon", "description")
LONGEST_NAME = 255


def list_modules(call: Call) -> Any:
    """Every custom module."""
    require_modules(call.tenant)
    modules = call.tenant.schema.modules.values()
    return {"module_customizations": [_show_module(call.tenant, module) for module in modules]}


def read_module(call: Call) -> Any:
    """One custom module."""
    return {"module_customization": _show_module(call.tenant, _find_module(call))}


def create_module(call: Call) -> Any:
    """Make a custom module, with the fields every one starts with."""
    tenant = call.tenant
    require_modules(tenant)
    sent = call.unwrap("module_customization")
    problems = [text for name, text in NEEDED.items() if not str(sent.get(name) or "").strip()]
    if problems:
        raise ApiError(400, *problems)
    entity_name = _read_entity_name(tenant, str(sent["entity_name"]))
    require_module_room(tenant)
    with tenant.store.transaction():
        facts = {"position": len(tenant.schema.modules) + 1, "created_at": tenant.stamp()}
        module = Module(id=tenant.mint(), entity_name=entity_name, **facts, **_read_module(tenant, sent))
        tenant.schema.set_module(module)
    return {"module_customization": _show_module(tenant, module)}


def change_module(call: Call) -> Any:
    """Change what a custom module is called and how it looks; its entity name stays for ever."""
    module = _find_module(call)
    module = replace(module, **_read_module(call.tenant, call.unwrap("module_customization")))
    with call.tenant.store.transaction():
        call.tenant.schema.set_module(module)
    return {"module_customization": _show_module(call.tenant, module)}


def delete_module(call: Call) -> Any:
    """Take a custom module away, with every record in it, those in the recycle bin included."""
    module, store = _find_module(call), call.tenant.store
    with store.transaction():
        for record in [*call.tenant.records(module.entity_name), *_list_binned(call.tenant, module)]:
            store.drop(record["id"])
        call.tenant.schema.remove_module(module.entity_name)
    return {"message": f"{module.plural_name} deleted."}


def _list_binned(tenant: Tenant, module: Module) -> list[Record]:
    count = tenant.store.count(module.entity_name, state=BINNED)
    return tenant.store.page(module.entity_name, state=BINNED, limit=count, offset=0)


def _read_entity_name(tenant: Tenant, sent: str) -> str:
    """The name of the object a module is; it begins with the prefix all of them have, whether sent or not."""
    name = sent.strip() if sent.strip().startswith(MODULE_PREFIX) else MODULE_PREFIX + sent.strip()
    if not NAME.fullmatch(name) or name == MODULE_PREFIX or len(name) > LONGEST_NAME:
        raise ApiError(400, "Entity name is invalid")
    if name in tenant.schema.modules:
        raise ApiError(400, "Entity name has already been taken")
    return name


def _read_module(tenant: Tenant, sent: dict[str, Any]) -> dict[str, Any]:
    given: dict[str, Any] = {name: str(sent[name]).strip() for name in TEXTS if sent.get(name) is not None}
    blank = [text for name, text in NEEDED.items() if given.get(name) == ""]
    if blank:
        raise ApiError(400, *blank)
    if sent.get("show_in_navigation_menu") is not None:
        given["show_in_navigation_menu"] = bool(sent["show_in_navigation_menu"])
    return given | {"updated_at": tenant.stamp()}


def _find_module(call: Call) -> Module:
    require_modules(call.tenant)
    for module in call.tenant.schema.modules.values():
        if call.id == module.id:
            return module
    raise ApiError(404, "The module you're looking for is not in the CRM")


def _show_module(tenant: Tenant, module: Module) -> Record:
    return {
        **asdict(module),
        "table_name": module.entity_name,
        "coll_id": str(module.id),
        "status": 1,
        "custom": True,
        "configs": {"filters_v2_enabled": True},
        "layout_customizations": {"lookup_sections": [], "section_config": []},
        "renaming_customizations": {},
        "resource_path_for_navigation": f"custom_module/{module.entity_name}",
        "created_at": show_time(module.created_at, tenant.zone),
        "updated_at": show_time(module.updated_at, tenant.zone),
    }


MODULE = "/settings/module_customizations"
ROUTES: Routes = [
    ("GET", MODULE, list_modules),
    ("POST", MODULE, create_module),
    ("GET", f"{MODULE}/{{id}}", read_module),
    ("PUT", f"{MODULE}/{{id}}", change_module),
    ("DELETE", f"{MODULE}/{{id}}", delete_module),
]
