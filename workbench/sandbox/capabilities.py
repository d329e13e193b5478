"""What the tenant's plan has, and how the tenant answers for what it has not."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.freshsales.plans import read_plans
from workbench.sandbox.settings import TenantSettings
from workbench.sandbox.wire import ApiError

if TYPE_CHECKING:
    from workbench.sandbox.tenant import Tenant

NOT_AUTHORIZED = "You are not authorized to perform this action."


def find_capabilities(settings: TenantSettings) -> frozenset[str]:
    """Everything the plan has, by name."""
    plans = list(read_plans())
    smallest = {**read_features(), "territories": settings.switches.territories_plan}
    features = {name for name, plan in smallest.items() if plans.index(settings.plan) >= plans.index(plan)}
    disputed = {"custom_modules"} if settings.plan == "growth" and settings.switches.growth_modules else set()
    return read_plans()[settings.plan].capabilities | features | disputed


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


@cache
def read_features() -> dict[str, str]:
    """The smallest plan that has a feature, by the feature."""
    return tomllib.loads(Path(__file__).with_name("features.toml").read_text(encoding="utf-8"))
