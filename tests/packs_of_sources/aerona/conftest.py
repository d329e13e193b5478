"""One made-up AeronaClinic export, loaded once on every plan for all tests of its pack."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import polars as pl
import pytest

from tests.packs_of_sources.world import Record, World, engage
from tests.stages.walk import Walk
from workbench.generate.aerona_files import ENCODINGS, add_large_document
from workbench.generate.registry import generate
from workbench.sandbox.users import User

PATIENTS, SEED = 80, 7
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


@dataclass
class Aerona(World):
    """An export of AeronaClinic and its tenant."""

    def rows(self, name: str) -> list[Record]:
        """The records of a file of the export; an empty cell is null."""
        text = (self.source / f"{name}.csv").read_bytes().decode(ENCODINGS.get(name, "utf-8"))
        return pl.read_csv(text.encode(), infer_schema=False).to_dicts()

    def by(self, name: str, key: str) -> dict[str, Record]:
        """The records of a file by their id."""
        return {row[key]: row for row in self.rows(name)}

    def truth(self, name: str) -> dict[str, Record]:
        """What the maker of the export knows to be true of each record, by id."""
        return {row["id"]: row for row in self.read_truth(name)}

    def survivor(self, patient: str | None) -> str | None:
        """The patient who stands for one in the end; null for one who is not in the export."""
        return self._survivors.get(patient)

    @cached_property
    def _survivors(self) -> dict[str, str]:
        return {id: row["survivor"] for id, row in self.truth("patients").items()}

    def contact_of(self, patient: str) -> int:
        """The id in the tenant of the contact who stands for a patient."""
        return self.contacts[self.survivor(patient)]["id"]

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


def begin(folder: Path, source: Path, plan: str) -> Walk:
    """An engagement for an export on a fresh tenant of that plan."""
    return engage(folder, source, pack="aerona", plan=plan, country="IE", time_zone="Europe/Dublin", staff=STAFF)


def load_world(folder: Path, plan: str, *, stages: Iterable[str], patients: int = PATIENTS) -> Aerona:
    """A made-up export on a fresh tenant of that plan, taken through the stages, each approved."""
    source = generate("aerona", records=patients, out=folder / "made", seed=SEED)
    add_large_document(source, patient="100001")
    world = Aerona(walk=begin(folder, source, plan), source=source)
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
def world(tmp_path_factory) -> Aerona:
    """Loaded, cut over and handed off on the largest plan."""
    folder = tmp_path_factory.mktemp("aerona-enterprise")
    return load_world(folder, "enterprise", stages=("mapping", "sample", "load", "cutover", "handoff"))


@pytest.fixture(scope="session", params=["growth", "pro"])
def smaller(request, tmp_path_factory) -> Aerona:
    """Loaded on a smaller plan."""
    folder = tmp_path_factory.mktemp(f"aerona-{request.param}")
    return load_world(folder, request.param, stages=("mapping", "sample", "load"))
