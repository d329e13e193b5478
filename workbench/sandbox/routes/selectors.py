"""The lists an administrator keeps and the API only reads."""

from __future__ import annotations

from typing import Any

from workbench.sandbox.calls import Call, Routes
from workbench.sandbox.capabilities import require_feature
from workbench.sandbox.wire import ApiError

# Lists that travel under another name than they are asked for.
KEYS = {"owners": "users"}
# Lists only some plans have.
NEEDED = {"teams": "sales_teams"}


def list_choices(call: Call) -> Any:
    """Every item of one list."""
    name = call.path["name"]
    require_feature(call.tenant, NEEDED.get(name))
    if name not in call.tenant.selectors:
        raise ApiError(404, f"There is no selector {name}")
    if name == "deal_products":
        return {name: _list_products(call)}
    return {KEYS.get(name, name): call.tenant.selectors[name]}


def _list_products(call: Call) -> list[dict[str, Any]]:
    """The products that can be sold today, which are records and no fixed list."""
    active = [each for each in call.tenant.records("product") if each.get("is_active")]
    return [
        {"partial": True, "id": each["id"], "name": each["name"], "position": position}
        for position, each in enumerate(active, start=1)
    ]


def list_stages(call: Call) -> Any:
    """The stages of one pipeline."""
    pipeline = call.tenant.find_choice("deal_pipelines", call.id)
    if pipeline is None:
        raise ApiError(404, "The deal pipeline you're looking for is not in the CRM")
    stages = call.tenant.selectors["deal_stages"]
    return {"deal_stages": [stage for stage in stages if stage["deal_pipeline_id"] == pipeline["id"]]}


def list_outcomes(call: Call) -> Any:
    """The outcomes of one sales activity type."""
    if call.tenant.find_choice("sales_activity_types", call.id) is None:
        raise ApiError(404, "The sales activity type you're looking for is not in the CRM")
    outcomes = call.tenant.selectors["sales_activity_outcomes"]
    return {"sales_activity_outcomes": [each for each in outcomes if each["sales_activity_type_id"] == call.id]}


ROUTES: Routes = [
    ("GET", "/selector/deal_pipelines/{id}/deal_stages", list_stages),
    ("GET", "/selector/sales_activity_types/{id}/sales_activity_outcomes", list_outcomes),
    ("GET", "/selector/{name}", list_choices),
]
