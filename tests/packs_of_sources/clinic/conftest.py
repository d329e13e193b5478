"""One made-up EHI export of a clinic, loaded once for all tests of its pack."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests.stages.walk import URL, Walk
from workbench.freshsales.schema import TenantSchema, read_schema
from workbench.generate.registry import generate
from workbench.new_engagement import create_engagement
from workbench.sandbox import TenantSettings, build_app

PATIENTS, SEED = 80, 7
MARK = re.compile(r"\[source (\S+) (.+)\]$")
Record = dict[str, Any]


@dataclass
class World:
    """The export, what is true of it, and the tenant it was loaded into."""

    walk: Walk
    source: Path

    def rows(self, name: str) -> list[Record]:
        """The records of a file of the export; an empty cell is null."""
        return pl.read_csv(self.source / f"{name}.csv", infer_schema=False).to_dicts()

    def by(self, name: str, key: str = "id") -> dict[str, Record]:
        """The records of a file by their id."""
        return {row[key]: row for row in self.rows(name)}

    def truth(self, name: str) -> list[Record]:
        """What the maker of the export knows to be true."""
        return pl.read_parquet(self.source.parent / "truth" / f"{name}.parquet").to_dicts()

    @cached_property
    def contacts(self) -> dict[str, Record]:
        """By the id of the patient or referrer."""
        return {record["external_id"]: record for record in self.walk.records("contact")}

    @cached_property
    def accounts(self) -> dict[str, Record]:
        """By the name."""
        return {record["name"]: record for record in self.walk.records("sales_account")}

    def own(self, object: str) -> dict[str, Record]:
        """Records of the tenant by the source's id, for objects that keep it in a field."""
        return {record["custom_field"]["cf_source_id"]: record for record in self.walk.records(object)}

    def marked(self, object: str, source: str) -> dict[str, Record]:
        """Activities of the tenant by the id in their last line, of one source object."""
        found = ((MARK.search(record["description"] or ""), record) for record in self.walk.records(object))
        return {mark[2]: record for mark, record in found if mark and mark[1] == source}

    @cached_property
    def schema(self) -> TenantSchema:
        """The tenant's fields and lists as they are after the load."""
        with self.walk.connect() as tenant:
            return read_schema(tenant, plan=self.walk.plan)

    def find(self, stage: str, name: str) -> pl.DataFrame:
        """A CSV that a stage wrote."""
        return pl.read_csv(self.walk.engagement.latest_run(stage).path / f"{name}.csv", infer_schema=False)

    def text(self, stage: str, name: str) -> str:
        """A text that a stage wrote."""
        return (self.walk.engagement.latest_run(stage).path / name).read_text(encoding="utf-8")


def make_world(folder: Path, plan: str) -> World:
    """An engagement on a fresh tenant of that plan, with a made-up export."""
    source = generate("clinic", records=PATIENTS, out=folder / "made", seed=SEED)
    return begin(folder, source, plan)


def begin(folder: Path, source: Path, plan: str, **settings: Any) -> World:
    """An engagement on a fresh tenant of that plan."""
    made = create_engagement(
        "harbour", source=source, pack="clinic_ehi", url=URL, plan=plan, runs=folder / "runs", **settings
    )
    path = made.folder / "engagement.toml"
    path.write_text(path.read_text().replace('time_zone = "UTC"', 'time_zone = "America/New_York"', 1))
    app = build_app(TenantSettings(plan=plan, time_scale=36_000.0))
    return World(walk=Walk(folder=made.folder, plan=plan, home=folder / "home", app=app), source=source)


@pytest.fixture(scope="session")
def world(tmp_path_factory) -> World:
    """Loaded, cut over and handed off on the largest plan."""
    world = make_world(tmp_path_factory.mktemp("clinic"), "enterprise")
    world.walk.go_to("handoff")
    return world


@pytest.fixture(scope="session", params=["growth", "pro"])
def smaller(request, tmp_path_factory) -> World:
    """Loaded on a smaller plan."""
    world = make_world(tmp_path_factory.mktemp(f"clinic-{request.param}"), request.param)
    world.walk.go_to("load")
    return world
