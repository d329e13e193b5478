"""What a fresh tenant has before anybody touches it: users, pipelines, statuses, views."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from workbench.sandbox.settings import User

HERE = Path(__file__).parent
Mint = Callable[[], int]
Items = list[dict[str, Any]]


def seed_selectors(
    *, users: tuple[User, ...], activity_types: tuple[str, ...], has_pipelines: bool, stamp: str, mint: Mint
) -> dict[str, Items]:
    """Every list the API only reads, by name.

    Args:
        activity_types: Sales activity types of the tenant's own, beside those every tenant has.
        has_pipelines: The plan has more than one pipeline.
        stamp: When it was all set up, as the store keeps times.
    """
    described = _read("selectors.toml")
    stages = _seed_named(described.pop("lifecycle_stages"), mint)
    statuses = _seed_statuses(described.pop("contact_statuses"), stages, mint)
    pipelines = described.pop("deal_pipelines")[: None if has_pipelines else 1]
    seeded = [_seed_pipeline(each, position, stamp, mint) for position, each in enumerate(pipelines, start=1)]
    default_types = described.pop("sales_activity_types")
    types = _seed_named([*default_types, *activity_types], mint)
    return {
        "owners": [_seed_user(user, mint) for user in users],
        "lifecycle_stages": [_finish_stage(stage, statuses) for stage in stages],
        "contact_statuses": statuses,
        "deal_pipelines": seeded,
        "deal_stages": [stage for pipeline in seeded for stage in pipeline["deal_stages"]],
        "sales_activity_types": [{**each, "is_default": each["name"] in default_types} for each in types],
        **{name: _seed_named(items, mint) for name, items in described.items()},
    }


def seed_views(*, user_id: int, stamp: str, mint: Mint) -> dict[str, Items]:
    """The views of each object; `rule` says which records a view shows and is never sent to a client."""
    return {
        object: [
            {"id": mint(), "name": name, "rule": rule, "user_id": user_id, "updated_at": stamp}
            for name, rule in views.items()
        ]
        for object, views in _read("views.toml").items()
    }


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


def _seed_named(items: list[Any], mint: Mint) -> Items:
    rows = [item if isinstance(item, dict) else {"name": item} for item in items]
    return [{"id": mint(), **row, "position": position} for position, row in enumerate(rows, start=1)]


def _seed_statuses(described: dict[str, list[str]], stages: Items, mint: Mint) -> Items:
    stage_ids = {stage["name"]: stage["id"] for stage in stages}
    return [
        {**status, "lifecycle_stage_id": stage_ids[stage]}
        for stage, names in described.items()
        for status in _seed_named(names, mint)
    ]


def _finish_stage(stage: dict[str, Any], statuses: Items) -> dict[str, Any]:
    ids = [status["id"] for status in statuses if status["lifecycle_stage_id"] == stage["id"]]
    return {**stage, "disabled": False, "default": True, "type": stage["name"], "contact_status_ids": ids}


def _seed_pipeline(described: dict[str, Any], position: int, stamp: str, mint: Mint) -> dict[str, Any]:
    pipeline = {"id": mint(), "name": described["name"], "position": position, "is_default": position == 1}
    stages = [
        {**stage, "value": stage["name"], "deal_pipeline_id": pipeline["id"], "is_deleted": False, "updated_at": stamp}
        for stage in _seed_named(described["stages"], mint)
    ]
    return {"partial": True, **pipeline, "rotting_days": 30, "deal_stages": stages}
