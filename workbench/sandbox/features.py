"""What each plan has beside its limits, as data: the smallest plan that has a feature."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from workbench.freshsales.plans import read_plans
from workbench.sandbox.settings import TenantSettings


def find_capabilities(settings: TenantSettings) -> frozenset[str]:
    """Everything the plan has, by name."""
    plans = list(read_plans())
    smallest = {**read_features(), "territories": settings.switches.territories_plan}
    features = {name for name, plan in smallest.items() if plans.index(settings.plan) >= plans.index(plan)}
    disputed = {"custom_modules"} if settings.plan == "growth" and settings.switches.growth_modules else set()
    return read_plans()[settings.plan].capabilities | features | disputed


@cache
def read_features() -> dict[str, str]:
    """The smallest plan that has a feature, by the feature."""
    return tomllib.loads(Path(__file__).with_name("features.toml").read_text(encoding="utf-8"))
