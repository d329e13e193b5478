"""Every object a tenant has, by the name clients use for one record of it."""

from __future__ import annotations

from workbench.sandbox.capabilities import require_feature
from workbench.sandbox.objects import accounts, activities, contacts, cpq_documents, deals, documents, leads, products
from workbench.sandbox.objects.kind import Kind
from workbench.sandbox.objects.modules import module_kind
from workbench.sandbox.schema import MODULE_PREFIX
from workbench.sandbox.tenant import Tenant
from workbench.sandbox.wire import ApiError

CORE = (accounts.KIND, contacts.KIND, deals.KIND)
ACTIVITIES = (
    activities.TASK,
    activities.APPOINTMENT,
    activities.NOTE,
    activities.SALES_ACTIVITY,
    activities.PHONE_CALL,
)
# What goes out of sight and for good with the record it is about, and comes back with it.
ATTACHED = (*ACTIVITIES, documents.DOCUMENT, documents.LINK)
# Objects that only the Classic edition has.
CLASSIC = (leads.KIND,)
CATALOG = (products.KIND, cpq_documents.KIND)
KINDS = {kind.name: kind for kind in (*CORE, *CLASSIC, *ACTIVITIES, *CATALOG)}
BY_PATH = {kind.plural: kind for kind in KINDS.values()}


def find_kind(tenant: Tenant, name: str) -> Kind:
    """The object of that name or path, custom modules included.

    Raises:
        ApiError: 404 where the tenant has none, 403 where its plan has no custom modules.
    """
    kind = KINDS.get(name) or BY_PATH.get(name)
    if kind and (kind not in CLASSIC or tenant.settings.edition == "classic"):
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
    require_feature(tenant, "custom_modules")
