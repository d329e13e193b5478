"""One made-up AeronaClinic export, loaded once on every plan for all tests of its pack."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests.stages.walk import URL, Walk
from workbench.freshsales.schema import TenantSchema, read_schema
from workbench.generate.aerona_files import ENCODINGS, add_large_document
from workbench.generate.registry import generate
from workbench.new_engagement import create_engagement
from workbench.sandbox import TenantSettings, build_app
from workbench.sandbox.users import DEFAULT_USERS, User

PATIENTS, SEED = 80, 7
MARK = re.compile(r"\[source (\S+) ([^\]]+)\]$")
PART = re.compile(r"^\((\d+) of (\d+)(?:, continued)?\) ")
# Of the source's staff these are users of the tenant.
STAFF = (
    User(name="Aoife Byrne", email="aoife.byrne@tenant.example"),
    User(name="Conor Walsh", email="conor.walsh@tenant.example"),
    User(name="Ruth Kerr", email="ruth.kerr@tenant.example"),
)
# What the analyst says about the two fields of the clinic that no layout knows of.
DECIDED = """
[[decision]]
object = "patients"
field = "customFields.anxietyLevel"
action = "map"
to = "cf_anxiety_level"
type = "dropdown"
label = "Anxiety level"
choices = ["None felt", "Mild", "High"]
by = "Ada"

[[decision]]
object = "patients"
field = "customFields.sedationConsent"
action = "map"
to = "cf_sedation_consent"
type = "date"
label = "Sedation consent"
via = "date_iso"
format = "%d/%m/%Y"
by = "Ada"
"""
Record = dict[str, Any]


@dataclass
class World:
    """The export, what is true of it, and the tenant it was loaded into."""

    walk: Walk
    source: Path

    def rows(self, name: str) -> list[Record]:
        """The records of a file of the export; an empty cell is null."""
        text = (self.source / f"{name}.csv").read_bytes().decode(ENCODINGS.get(name, "utf-8"))
        return pl.read_csv(text.encode(), infer_schema=False).to_dicts()

    def by(self, name: str, key: str) -> dict[str, Record]:
        """The records of a file by their id."""
        return {row[key]: row for row in self.rows(name)}

    def truth(self, name: str) -> dict[str, Record]:
        """What the maker of the export knows to be true of each record, by id."""
        frame = pl.read_parquet(self.source.parent / "truth" / f"{name}.parquet")
        return {row["id"]: row for row in frame.iter_rows(named=True)}

    def survivor(self, patient: str | None) -> str | None:
        """The patient who stands for one in the end; null for one who is not in the export."""
        return self._survivors.get(patient)

    @cached_property
    def _survivors(self) -> dict[str, str]:
        return {id: row["survivor"] for id, row in self.truth("patients").items()}

    @cached_property
    def contacts(self) -> dict[str, Record]:
        """By the id of the patient."""
        return {record["external_id"]: record for record in self.walk.records("contact")}

    def contact_of(self, patient: str) -> int:
        """The id in the tenant of the contact who stands for a patient."""
        return self.contacts[self.survivor(patient)]["id"]

    @cached_property
    def accounts(self) -> dict[str, Record]:
        """By the id of the practice."""
        return {record["custom_field"]["cf_source_id"]: record for record in self.walk.records("sales_account")}

    @cached_property
    def deals(self) -> dict[str, Record]:
        """By the key of the bill."""
        return {record["custom_field"]["cf_source_id"]: record for record in self.walk.records("deal")}

    def marked(self, object: str, source: str) -> dict[str, Record]:
        """Activities of the tenant by the id in their last line, of one source object."""
        found = ((MARK.search(record["description"]), record) for record in self.walk.records(object))
        return {mark[2]: record for mark, record in found if mark[1] == source}

    @cached_property
    def activities(self) -> dict[str, Record]:
        """Tasks and appointments of the tenant by the id of the source's appointment."""
        return self.marked("task", "appointments") | self.marked("appointment", "appointments")

    def name_of(self, selector: str, id: int | None) -> str | None:
        """The name behind the id of a list of the tenant."""
        items = self.walk.app.state.tenant.selectors[selector]
        return next((item.get("name") or item.get("value") for item in items if item["id"] == id), None)

    def user(self, id: int) -> str:
        """The e-mail of a user of the tenant."""
        return next(user.email for user in self.schema.users if user.id == id)

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


def engage(folder: Path, source: Path, plan: str) -> Walk:
    """An engagement for an export on a fresh tenant of that plan."""
    made = create_engagement("dental", source=source, pack="aerona", url=URL, plan=plan, runs=folder / "runs")
    settings = made.folder / "engagement.toml"
    text = settings.read_text().replace('country = "US"', 'country = "IE"')
    settings.write_text(text.replace('time_zone = "UTC"', 'time_zone = "Europe/Dublin"', 1))
    app = build_app(TenantSettings(plan=plan, time_scale=36_000.0, users=(*DEFAULT_USERS, *STAFF)))
    return Walk(folder=made.folder, plan=plan, home=folder / "home", app=app)


def load_world(folder: Path, plan: str, *, stages: Iterable[str], patients: int = PATIENTS) -> World:
    """A made-up export on a fresh tenant of that plan, taken through the stages, each approved."""
    source = generate("aerona", records=patients, out=folder / "made", seed=SEED)
    add_large_document(source, patient="100001")
    world = World(walk=engage(folder, source, plan), source=source)
    walk = world.walk
    walk.run("discovery")
    walk.approve("discovery")
    walk.results["first mapping"] = walk.run("mapping")
    (walk.folder / "decisions.toml").write_text(DECIDED)
    for stage in stages:
        walk.run(stage)
        walk.approve(stage)
    return world


@pytest.fixture(scope="session")
def world(tmp_path_factory) -> World:
    """Loaded, cut over and handed off on the largest plan."""
    folder = tmp_path_factory.mktemp("aerona-enterprise")
    return load_world(folder, "enterprise", stages=("mapping", "sample", "load", "cutover", "handoff"))


@pytest.fixture(scope="session", params=["growth", "pro"])
def smaller(request, tmp_path_factory) -> World:
    """Loaded on a smaller plan."""
    folder = tmp_path_factory.mktemp(f"aerona-{request.param}")
    return load_world(folder, request.param, stages=("mapping", "sample", "load"))
