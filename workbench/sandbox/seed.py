"""What a fresh tenant has before anybody touches it: users, pipelines, statuses, views."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from workbench.sandbox.users import User

HERE = Path(__file__).parent
Mint = Callable[[], int]
Items = list[dict[str, Any]]
# Numbers live tenants show beside a stage: the first one, those on the way, and the closing ones.
FIRST_STAGE, OPEN_STAGE, CLOSED_STAGE = 5, 2, 4
BASE_CURRENCY, OTHER_CURRENCY = 1, 2
# What a card in the pipeline shows.
CARD = ("amount", "sales_account_id", "expected_close")


def seed_selectors(
    *,
    users: tuple[User, ...],
    activity_types: tuple[str, ...],
    pipelines: int,
    has_currencies: bool,
    has_territories: bool,
    is_classic: bool,
    stamp: str,
    mint: Mint,
) -> dict[str, Items]:
    """Every list the API only reads, by name.

    Args:
        activity_types: Sales activity types of the tenant's own, beside those every tenant has.
        pipelines: How many there are.
        has_currencies: The plan has more than one currency.
        has_territories: The plan has territories.
        is_classic: The tenant is of the Classic edition, which has leads.
        stamp: When it was all set up, as the store keeps times.
    """
    described = _read("selectors.toml")
    seeded = _seed_pipelines(described["pipelines"], pipelines, stamp, mint)
    return {
        "owners": [_seed_user(user, mint) for user in users],
        **_seed_statuses(described["contact_statuses"], mint),
        "deal_pipelines": seeded,
        "deal_stages": [_flatten_stage(stage) for pipeline in seeded for stage in pipeline["deal_stages"]],
        "currencies": _seed_currencies(described["currencies"][: None if has_currencies else 1], mint),
        **_seed_activities(described["activities"], activity_types, mint),
        "territories": _seed_named(described["territories"] if has_territories else [], mint),
        "teams": _seed_named(described["teams"], mint),
        **{name: _seed_named(items, mint, partial=True) for name, items in described["partial"].items()},
        **{name: _seed_named(items, mint, partial=True) for name, items in described["classic"].items() if is_classic},
    }


def seed_views(*, renamed: dict[str, str], has_all_deals: bool, stamp: str, mint: Mint) -> dict[str, Items]:
    """The views of each object; `rule` says which records a view shows and is never sent to a client.

    Args:
        renamed: The name users gave to a view, by the one it began with; empty where they deleted it.
        has_all_deals: There is a view of all deals.
    """
    seeded = {
        object: [
            {"id": mint(), "name": renamed.get(name, name), "rule": rule, "is_default": is_default, "updated_at": stamp}
            for name, rule, is_default in _list_views(views)
            if has_all_deals or (object, rule) != ("deal", "all")
        ]
        for object, views in _read("views.toml").items()
    }
    return {object: [view for view in views if view["name"]] for object, views in seeded.items()}


def list_view_names() -> list[str]:
    """The names views begin with, each once."""
    return sorted({name for views in _read("views.toml").values() for name, _, _ in _list_views(views)})


def _list_views(views: dict[str, Any]) -> list[tuple[str, str, bool]]:
    own = views.get("own", {})
    tenants = [(name, rule, True) for name, rule in views.items() if name != "own"]
    return [*tenants, *((name, rule, False) for name, rule in own.items())]


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((HERE / name).read_text(encoding="utf-8"))


def _seed_user(user: User, mint: Mint) -> dict[str, Any]:
    return {
        "id": mint(),
        "display_name": user.name,
        "email": user.email,
        "is_active": user.is_active,
        "work_number": None,
        "mobile_number": None,
    }


def _seed_named(names: list[str], mint: Mint, **facts: Any) -> Items:
    return [{"id": mint(), "name": name, "position": position, **facts} for position, name in enumerate(names, start=1)]


def _seed_currencies(described: Items, mint: Mint) -> Items:
    return [
        {
            "partial": True,
            "id": mint(),
            "is_active": True,
            **each,
            "currency_type": OTHER_CURRENCY if position else BASE_CURRENCY,
            "schedule_info": None,
        }
        for position, each in enumerate(described)
    ]


def _seed_statuses(described: dict[str, dict[str, str]], mint: Mint) -> dict[str, Items]:
    """Lifecycle stages and the statuses in them; each side names the other."""
    stages = _seed_named(list(described), mint, disabled=False, default=True)
    statuses = []
    for stage in stages:
        for name, forecast in described[stage["name"]].items():
            place = {"position": len(statuses) + 1, "partial": True, "forecast_type": forecast}
            statuses.append({"id": mint(), "name": name, **place, "lifecycle_stage_id": stage["id"]})
        ids = [status["id"] for status in statuses if status["lifecycle_stage_id"] == stage["id"]]
        stage |= {"type": stage["name"], "contact_status_ids": ids}
    return {"lifecycle_stages": stages, "contact_statuses": statuses}


def _seed_activities(described: dict[str, Any], own: tuple[str, ...], mint: Mint) -> dict[str, Items]:
    """Types of sales activities, their outcomes, and the kinds of task and reminder."""
    types = [
        {
            "partial": True,
            "id": mint(),
            "name": name,
            "internal_name": described["internal_names"].get(name, name.lower().replace(" ", "_")),
            "show_in_conversation": name not in described["no_conversation"],
            "position": position,
            "is_default": name in described["types"],
            "is_checkedin": name in described["checked_in"],
            "is_checkedin_mandatory": False,
            "is_outcome_mandatory": False,
        }
        for position, name in enumerate([*described["types"], *own], start=1)
    ]
    ids = {type["name"]: type["id"] for type in types}
    outcomes = [
        {"partial": True, "id": mint(), "name": name, "sales_activity_type_id": type["id"], "position": position}
        for type in types
        for position, name in enumerate(described["outcomes"], start=1)
    ]
    kinds = [
        {
            "partial": True,
            "id": mint(),
            "name": name,
            "sales_activity_type_id": ids[type],
            "position": position,
            "sales_activity_type_name": type,
        }
        for position, (name, type) in enumerate(described["entity_types"].items(), start=1)
    ]
    return {
        "sales_activity_types": types,
        "sales_activity_outcomes": outcomes,
        "sales_activity_entity_types": kinds,
    }


def _seed_pipelines(described: Items, count: int, stamp: str, mint: Mint) -> Items:
    further = ({**described[-1], "name": f"Pipeline {number}"} for number in range(len(described) + 1, count + 1))
    wanted = [*described[:count], *further]
    return [_seed_pipeline(each, position, stamp, mint) for position, each in enumerate(wanted, start=1)]


def _seed_pipeline(described: dict[str, Any], position: int, stamp: str, mint: Mint) -> dict[str, Any]:
    pipeline = {"id": mint(), "name": described["name"], "position": position, "is_default": position == 1}
    stages = [
        {
            "id": mint(),
            "value": stage["name"],
            **stage,
            "position": place,
            "deal_pipeline_id": pipeline["id"],
            "choice_type": FIRST_STAGE
            if place == 1
            else OPEN_STAGE
            if stage["forecast_type"] == "Open"
            else CLOSED_STAGE,
            "is_deleted": False,
            "updated_at": stamp,
        }
        for place, stage in enumerate(described["stages"], start=1)
    ]
    configs = [{"field_name": name, "position": n, "highlight": n == 1} for n, name in enumerate(CARD, start=1)]
    shown = {"rotting_days": 30, "configs": configs, "aggregated_field": "expected_deal_value"}
    return {"partial": True, **pipeline, **shown, "deal_stages": stages}


def _flatten_stage(stage: dict[str, Any]) -> dict[str, Any]:
    """A stage as the list of all stages shows it."""
    return {"partial": True, **{name: value for name, value in stage.items() if name not in ("value", "is_deleted")}}
