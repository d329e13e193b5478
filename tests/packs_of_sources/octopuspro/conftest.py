"""One made-up OctopusPro export, loaded once for all tests of its pack."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import polars as pl
import pytest

from tests.packs_of_sources.world import Record, World, engage
from workbench.generate.registry import generate
from workbench.sandbox.switches import Switches

CUSTOMERS, SEED = 80, 7


@dataclass
class Octopus(World):
    """An export of OctopusPro and its tenant."""

    def rows(self, name: str) -> list[Record]:
        """The records of a file of the export; an empty cell is null."""
        files = sorted(self.source.glob(f"{name}.csv")) or sorted(self.source.glob(f"{name}_*.csv"))
        return pl.concat([pl.read_csv(path, infer_schema=False) for path in files]).to_dicts()

    def by(self, name: str, key: str) -> dict[str, Record]:
        """The records of a file by their id."""
        return {row[key]: row for row in self.rows(name)}

    @cached_property
    def jobs(self) -> dict[str, str]:
        """The key of the job of every booking."""
        return {row["booking"]: row["job"] for row in self.read_truth("jobs")}

    def stage(self, deal: Record) -> str:
        """The name of a deal's stage."""
        return next(each.name for each in self.schema.selectors["deal_stages"] if each.id == deal["deal_stage_id"])


def make_world(folder: Path, plan: str, *, customers: int = CUSTOMERS, switches: Switches | None = None) -> Octopus:
    """An engagement on a fresh tenant of that plan, with a made-up export."""
    source = generate("octopuspro", records=customers, out=folder / "made", seed=SEED)
    walk = engage(
        folder,
        source,
        pack="octopuspro",
        plan=plan,
        country="AU",
        time_zone="Australia/Sydney",
        switches=switches,
    )
    return Octopus(walk=walk, source=source)


@pytest.fixture(scope="session")
def world(tmp_path_factory) -> Octopus:
    """Loaded, cut over and handed off on the largest plan."""
    world = make_world(tmp_path_factory.mktemp("octopuspro"), "enterprise")
    world.walk.go_to("handoff")
    return world


@pytest.fixture(scope="session", params=["growth", "pro"])
def mapped(request, tmp_path_factory) -> Octopus:
    """Mapped on a smaller plan."""
    world = make_world(tmp_path_factory.mktemp(f"octopuspro-{request.param}"), request.param)
    world.walk.go_to("mapping")
    return world


@pytest.fixture(scope="session")
def bare(tmp_path_factory) -> Octopus:
    """A small export, loaded on a plan with a catalogue whose products take no fields of the account's own."""
    switches = Switches(product_fields=False)
    world = make_world(tmp_path_factory.mktemp("octopuspro-bare"), "pro", customers=10, switches=switches)
    world.walk.go_to("load")
    return world
