"""Every object a tenant has, by the name clients use for one record of it."""

from __future__ import annotations

from workbench.sandbox.objects import accounts, activities, contacts, deals
from workbench.sandbox.objects.kind import Kind
from workbench.sandbox.objects.modules import module_kind
from workbench.sandbox.schema import MODULE_PREFIX
from workbench.sandbox.tenant import Tenant
from workbench.sandbox.wire import ApiError

CORE = (accounts.KIND, contacts.KIND, deals.KIND)
ACTIVITIES = (activities.TASK, activities.APPOINTMENT, activities.NOTE, activities.SALES_ACTIVITY)
KINDS = {kind.name: kind for kind in (*CORE, *ACTIVITIES)}
BY_PATH = {kind.plural: kind for kind in KINDS.values()}


def find_kind(tenant: Tenant, name: str) -> Kind:
    """The object of that name or path, custom modules included.

    Raises:
        ApiError: 404 where the tenant has none, 403 where its plan has no custom modules.
    """
    kind = KINDS.get(name) or BY_PATH.get(name)
    if kind:
        return kind
    if not name.startswith(MODULE_PREFIX):
        raise ApiError(404, f"There is no {name} in the CRM")
    return find_module(tenant, name)


def find_module(tenant: Tenant, name: str) -> Kind:
    """The custom module of that name.

    Raises:
        ApiError: 404 where the tenant has none, 403 where its plan has no custom modules.
    """
    require_modules(tenant)
    if name not in tenant.schema.modules:
        raise ApiError(404, f"There is no {name} in the CRM")
    return module_kind(name)


def require_modules(tenant: Tenant) -> None:
    """Refuse with 403 where the plan has no custom modules."""
    if not tenant.can("custom_modules"):
        raise ApiError(403, "You are not authorized to perform this action.")
