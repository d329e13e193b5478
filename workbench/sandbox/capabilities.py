"""How the tenant answers for what its plan has not."""

from __future__ import annotations

from workbench.sandbox.tenant import Tenant
from workbench.sandbox.wire import ApiError

NOT_AUTHORIZED = "You are not authorized to perform this action."


def require_feature(tenant: Tenant, feature: str | None) -> None:
    """Refuse with 403, as a missing permission is refused, what the plan does not have; null needs nothing."""
    if feature and not tenant.can(feature):
        raise ApiError(403, NOT_AUTHORIZED)


def require_room(tenant: Tenant, object: str) -> None:
    """Refuse one more record of an object where the account has all it may have."""
    switches = tenant.settings.switches
    if switches.record_cap and tenant.store.count(object) >= switches.record_cap:
        noun = object.replace("_", " ")
        raise ApiError(switches.record_cap_status, f"You have reached the limit of {noun} records in your plan")


def require_module_room(tenant: Tenant) -> None:
    """Refuse with 403 one more custom module where the account has all it may have."""
    cap = tenant.settings.switches.module_cap
    if cap and len(tenant.schema.modules) >= cap:
        raise ApiError(403, "You have reached the limit of custom modules in your plan")
