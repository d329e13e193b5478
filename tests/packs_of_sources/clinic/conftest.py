"""One made-up EHI export of a clinic, loaded once for all tests of its pack."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests.packs_of_sources.world import Record, World, engage
from workbench.generate.registry import generate

PATIENTS, SEED = 80, 7


@dataclass
class Clinic(World):
    """An EHI export of a clinic and its tenant."""

    def rows(self, name: str) -> list[Record]:
        """The records of a file of the export; an empty cell is null."""
        return pl.read_csv(self.source / f"{name}.csv", infer_schema=False).to_dicts()

    def by(self, name: str, key: str = "id") -> dict[str, Record]:
        """The records of a file by their id."""
        return {row[key]: row for row in self.rows(name)}

    @cached_property
    def accounts(self) -> dict[str, Record]:
        """By the name."""
        return {record["name"]: record for record in self.walk.records("sales_account")}


def make_world(folder: Path, plan: str) -> Clinic:
    """An engagement on a fresh tenant of that plan, with a made-up export."""
    source = generate("clinic", records=PATIENTS, out=folder / "made", seed=SEED)
    return begin(folder, source, plan)


def begin(folder: Path, source: Path, plan: str, **settings: Any) -> Clinic:
    """An engagement on a fresh tenant of that plan."""
    walk = engage(folder, source, pack="clinic_ehi", plan=plan, time_zone="America/New_York", **settings)
    return Clinic(walk=walk, source=source)


@pytest.fixture(scope="session")
def world(tmp_path_factory) -> Clinic:
    """Loaded, cut over and handed off on the largest plan."""
    world = make_world(tmp_path_factory.mktemp("clinic"), "enterprise")
    world.walk.go_to("handoff")
    return world


@pytest.fixture(scope="session", params=["growth", "pro"])
def smaller(request, tmp_path_factory) -> Clinic:
    """Loaded on a smaller plan."""
    world = make_world(tmp_path_factory.mktemp(f"clinic-{request.param}"), request.param)
    world.walk.go_to("load")
    return world
