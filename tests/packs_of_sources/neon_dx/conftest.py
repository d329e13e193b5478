"""One made-up NEON-dX export, loaded once for all tests of its pack."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests.packs_of_sources.world import Record, World, engage
from workbench.generate.registry import generate
from workbench.sandbox.users import User

PROFILES, SEED = 100, 7
# Of the account managers these are users of the tenant; the third is not.
STAFF = (
    User(name="Asha Menon", email="asha.menon@tenant.example"),
    User(name="Arjun Iyer", email="arjun.iyer@tenant.example"),
)
CONFIRMED = '[[decision]]\nobject = "customer_profiles"\nfield = "x_preferred_store"\naction = "confirm"\nby = "Ada"\n'


@dataclass
class Neon(World):
    """An export of NEON-dX, a later one, and the tenant."""

    later: Path

    def rows(self, name: str, *, later: bool = False) -> list[Record]:
        """The records of a file with a JSON object in every line, as they stand there."""
        text = ((self.later if later else self.source) / f"{name}.jsonl").read_text(encoding="utf-8")
        return [json.loads(line) for line in text.splitlines()]

    @cached_property
    def truth(self) -> dict[str, Record]:
        """What the maker of the export knows of each profile."""
        return {row["id"]: row for row in self.read_truth("customer_profiles")}

    @cached_property
    def facts(self) -> dict[str, Any]:
        """What the maker knows of the export as a whole."""
        return json.loads((self.source.parent / "truth" / "facts.json").read_text())

    @cached_property
    def devices(self) -> dict[str, Record]:
        """What the formulas of each device make."""
        return {row["id"]: row for row in self.read_truth("co_device")}

    @cached_property
    def profiles(self) -> dict[str, Record]:
        """The profiles that repeat no other, by id, as they were exported last."""
        rows = {row["profile_id"]: row for row in self.rows("customer_profiles", later=True)}
        return {id: row for id, row in rows.items() if not self.truth[id]["repeats"]}

    def survivor(self, id: str) -> str:
        """The profile that stands for one in the end."""
        return self.truth[id]["repeats"] or id

    def staged_columns(self, object: str) -> set[str]:
        """The columns of an object that discovery kept."""
        path = self.walk.engagement.latest_run("discovery").path / "staged" / f"{object}.parquet"
        return {name for name in pl.read_parquet_schema(path) if name != "_row"}

    @property
    def gaps(self) -> list[Record]:
        """The register of gaps, as the customer gets it."""
        return self.walk.results["discovery"].gaps.to_dicts()


def make_world(folder: Path, plan: str) -> Neon:
    """An engagement on a fresh tenant of that plan; in the last export one profile has another way to pay."""
    source = generate("neon_dx", records=PROFILES, out=folder / "made", seed=SEED)
    later = shutil.copytree(source, folder / "later")
    profiles = later / "customer_profiles.jsonl"
    first, _, rest = profiles.read_text(encoding="utf-8").partition("\n")
    profiles.write_text(json.dumps(json.loads(first) | {"payment_method": "Wallet"}) + f"\n{rest}", encoding="utf-8")
    walk = engage(folder, source, cutover_source=later, pack="neon_dx", plan=plan, staff=STAFF)
    (walk.folder / "decisions.toml").write_text(CONFIRMED)
    return Neon(walk=walk, source=source, later=later)


@pytest.fixture(scope="session")
def world(tmp_path_factory) -> Neon:
    """Loaded, cut over and handed off on the largest plan."""
    world = make_world(tmp_path_factory.mktemp("neon"), "enterprise")
    world.walk.go_to("handoff")
    return world


@pytest.fixture(scope="session")
def small(tmp_path_factory) -> Neon:
    """Loaded on the smallest plan, which has no modules of the customer's own."""
    world = make_world(tmp_path_factory.mktemp("neon-growth"), "growth")
    world.walk.go_to("load")
    return world


@pytest.fixture(scope="session")
def mapped(tmp_path_factory) -> Neon:
    """Mapped on the plan between them."""
    world = make_world(tmp_path_factory.mktemp("neon-pro"), "pro")
    world.walk.go_to("mapping")
    return world
