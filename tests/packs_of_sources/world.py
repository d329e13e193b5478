"""A made-up export, what is true of it, and the tenant it is loaded into; each source adds how its files are read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import polars as pl

from tests.stages.walk import URL, Walk
from workbench.freshsales.schema import TenantSchema, read_schema
from workbench.new_engagement import create_engagement
from workbench.sandbox import TenantSettings, build_app
from workbench.sandbox.switches import Switches
from workbench.sandbox.users import DEFAULT_USERS, User

MARK = re.compile(r"\[source (\S+) ([^\]]+)\]$")
Record = dict[str, Any]


@dataclass
class World:
    """A walk through the stages, and where its export lies; the truth about it lies beside the export."""

    walk: Walk
    source: Path

    def read_truth(self, name: str) -> list[Record]:
        """What the maker of the export knows to be true."""
        return pl.read_parquet(self.source.parent / "truth" / f"{name}.parquet").to_dicts()

    def own(self, object: str) -> dict[str, Record]:
        """Records of the tenant by the source's id, for objects that keep it in a field."""
        return {record["custom_field"]["cf_source_id"]: record for record in self.walk.records(object)}

    @cached_property
    def contacts(self) -> dict[str, Record]:
        """By the id of the person in the source."""
        return {record["external_id"]: record for record in self.walk.records("contact")}

    @cached_property
    def accounts(self) -> dict[str, Record]:
        """By the id in the source."""
        return self.own("sales_account")

    @cached_property
    def deals(self) -> dict[str, Record]:
        """By the key in the source."""
        return self.own("deal")

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

    def check_gaps(self, expected: dict[str, tuple[str, str, str, str]]) -> None:
        """The register that the customer gets holds each gap once.

        Args:
            expected: By requirements: the object, and words of gap, consequence and remedy.
        """
        gaps = self.find("handoff", "gaps").drop_nulls("requirement").to_dicts()
        for ids, (object, gap, consequence, remedy) in expected.items():
            [row] = [row for row in gaps if set(ids.split()) <= set(row["requirement"].split(", "))]
            assert row["object"] == object and gap in row["gap"]
            assert consequence in row["consequence"] and remedy in row["remedy"]


def engage(
    folder: Path,
    source: Path,
    *,
    pack: str,
    plan: str,
    country: str = "US",
    time_zone: str = "UTC",
    staff: tuple[User, ...] = (),
    switches: Switches | None = None,
    **settings: Any,
) -> Walk:
    """An engagement for an export on a fresh tenant of that plan, whose users are the usual ones and the staff."""
    made = create_engagement("acme", source=source, pack=pack, url=URL, plan=plan, runs=folder / "runs", **settings)
    path = made.folder / "engagement.toml"
    text = path.read_text().replace('country = "US"', f'country = "{country}"', 1)
    path.write_text(text.replace('time_zone = "UTC"', f'time_zone = "{time_zone}"', 1))
    users = (*DEFAULT_USERS, *staff)
    app = build_app(TenantSettings(plan=plan, time_scale=36_000.0, users=users, switches=switches or Switches()))
    return Walk(folder=made.folder, plan=plan, home=folder / "home", app=app)
