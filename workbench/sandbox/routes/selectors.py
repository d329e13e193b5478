"""The lists an administrator keeps and the API only reads."""

from __future__ import annotations

from typing import Any

from workbench.sandbox.wire import ApiError, Call, Routes

# Lists that travel under another name than they are asked for.
KEYS = {"owners": "users"}


def list_choices(call: Call) -> Any:
    """Every item of one list."""
    name = call.path["name"]
    if name not in call.tenant.selectors:
        raise ApiError(404, f"There is no selector {name}")
    return {KEYS.get(name, name): call.tenant.selectors[name]}


def list_stages(call: Call) -> Any:
    """The stages of one pipeline."""
    pipeline = call.tenant.find_choice("deal_pipelines", call.id)
    if pipeline is None:
        raise ApiError(404, "The deal pipeline you're looking for is not in the CRM")
    return {"deal_stages": pipeline["deal_stages"]}


def list_outcomes(call: Call) -> Any:
    """The outcomes of one sales activity type."""
    if call.tenant.find_choice("sales_activity_types", call.id) is None:
        raise ApiError(404, "The sales activity type you're looking for is not in the CRM")
    return {"sales_activity_outcomes": call.tenant.selectors["sales_activity_outcomes"]}


ROUTES: Routes = [
    ("GET", "/selector/deal_pipelines/{id}/deal_stages", list_stages),
    ("GET", "/selector/sales_activity_types/{id}/sales_activity_outcomes", list_outcomes),
    ("GET", "/selector/{name}", list_choices),
]
