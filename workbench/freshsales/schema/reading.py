"""Reading the tenant's schema through its settings and lists."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from workbench.destinations import PRODUCT
from workbench.errors import UsageError
from workbench.freshsales.answers import Forbidden, NotFound
from workbench.freshsales.client import Tenant
from workbench.freshsales.plans import find_field_type, read_plans
from workbench.freshsales.routes import find_route
from workbench.freshsales.schema.values import SchemaField, TenantSchema
from workbench.freshsales.selectors import SELECTOR_OF, Choice, read_choice
from workbench.freshsales.users import User, read_user
from workbench.model import CORE_OBJECTS

MODULES = "settings/module_customizations"


def read_schema(tenant: Tenant, *, plan: str) -> TenantSchema:
    """Read fields, modules, lists and users: about 19 requests, and one more for each custom module.

    Custom modules and fields of products are probed; the other capabilities are those of the plan, for the API shows no
    trace of them.

    Raises:
        UsageError: There is no such plan, no Freshsales API at the address, or the key may not read settings.
    """
    limits = read_plans().get(plan)
    if limits is None:
        raise UsageError(f"no Freshsales plan {plan!r}; known: {', '.join(read_plans())}")
    fields = {object: read_fields(tenant, object) for object in CORE_OBJECTS}
    modules = _read_modules(tenant)
    products = _read_product_fields(tenant) if "products" in limits.capabilities else None
    found = {"custom_modules": modules, "product_fields": products}
    probed = {name for name, shown in found.items() if shown is not None}
    if products is not None:
        fields[PRODUCT] = products
    return TenantSchema(
        plan=plan,
        capabilities=limits.capabilities - found.keys() | probed,
        modules=modules or {},
        fields=fields | {name: read_fields(tenant, name) for name in modules or ()},
        selectors={name: _read_selector(tenant, name) for name in SELECTOR_OF.values()},
        users=read_users(tenant),
    )


def count_schema_requests(schema: TenantSchema) -> int:
    """The requests in which `read_schema` reads this schema: objects, modules and theirs, lists, users."""
    products = int("products" in schema.limits.capabilities)
    return len(CORE_OBJECTS) + products + 1 + len(schema.modules) + len(set(SELECTOR_OF.values())) + 1


def read_users(tenant: Tenant) -> tuple[User, ...]:
    """Everybody who can own records, active or not."""
    return tuple(read_user(item) for item in tenant.read("GET", "selector/owners").get("users", []))


def read_fields(tenant: Tenant, object: str) -> dict[str, SchemaField]:
    """The fields of one object by name.

    Raises:
        UsageError: The tenant has no such settings, so the address is not that of a Freshsales API.
    """
    try:
        body = tenant.read("GET", find_route(object).fields)
    except NotFound as error:
        raise UsageError(
            f"{error}: no Freshsales API there; [tenant] url should look like https://NAME.myfreshworks.com/crm/sales/api"
        ) from error
    found = {item["name"]: _read_field(item) for item in _find_leaves(body.get("fields") or body.get("forms") or ())}
    return dict(sorted(found.items()))


def _read_product_fields(tenant: Tenant) -> dict[str, SchemaField] | None:
    """The fields of products by name; null where the tenant shows none, so that it can be asked for no further ones."""
    try:
        return read_fields(tenant, PRODUCT)
    except (Forbidden, UsageError):
        return None


def _read_modules(tenant: Tenant) -> dict[str, str] | None:
    """Label of each module by name; null where the tenant has no custom modules at all."""
    try:
        body = tenant.read("GET", MODULES)
    except (Forbidden, NotFound):
        return None
    found = next((value for value in body.values() if isinstance(value, list)), [])
    return {item["entity_name"]: item.get("singular_name") or item["entity_name"] for item in found}


def _read_selector(tenant: Tenant, name: str) -> tuple[Choice, ...]:
    """The choices on a list; none where this tenant does not have the list."""
    try:
        body = tenant.read("GET", f"selector/{name}")
    except (Forbidden, NotFound):
        return ()
    items = body[name] if name in body else next((value for value in body.values() if isinstance(value, list)), [])
    return tuple(read_choice(item) for item in items)


def _find_leaves(items: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The fields themselves, out of forms and sections that hold fields."""
    for item in items:
        if item.get("fields"):
            yield from _find_leaves(item["fields"])
        elif item.get("name") and item.get("type"):
            yield item


def _read_field(item: dict[str, Any]) -> SchemaField:
    type_ = find_field_type(item["type"])
    options = item.get("field_options") or {}
    # Choices of the tenant's own lists are kept once, as selectors, and users are no part of the schema.
    is_listed = item["name"] in SELECTOR_OF or item["name"] == "owner_id"
    return SchemaField(
        name=item["name"],
        label=item.get("label") or item["name"],
        type=type_.name if type_ else item["type"],
        choices=() if is_listed else tuple(_read_option(choice) for choice in item.get("choices") or ()),
        is_required=bool(item.get("required")),
        is_unique=bool(item.get("unique") or item.get("is_unique") or options.get("unique")),
    )


def _read_option(choice: Any) -> str:
    return str(choice.get("value") or choice.get("name") or "") if isinstance(choice, dict) else str(choice)
