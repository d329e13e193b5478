"""A made-up export of RSoft CRM on its way through the stages, on tenants of several plans."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from tests.packs_of_sources.world import MARK, World, engage
from workbench.generate.registry import generate
from workbench.sandbox.users import User
from workbench.sources.files import read_staged

RECORDS, SEED = 100, 7
# Of the source's staff these are users of the tenant; Meera Patel and the one who left are not.
STAFF = (
    User(name="Asha Menon", email="asha.menon@tenant.example"),
    User(name="Arjun Iyer", email="arjun.iyer@tenant.example"),
    User(name="Rahul Sharma", email="rahul.sharma@tenant.example"),
)


@dataclass
class Rsoft(World):
    """An export of RSoft CRM and its tenant."""

    def truth(self, name: str) -> dict[str, dict[str, Any]]:
        """What the generator knows of each record, by id."""
        return {row["id"]: row for row in self.read_truth(name)}

    def staged(self, name: str) -> dict[str, dict[str, Any]]:
        """The rows of the export as they were staged, by their first column but for leads."""
        frame = read_staged(self.walk.engagement.latest_run("discovery").path / "staged")[name]
        key = "Lead Id" if name == "leads" else frame.columns[0]
        return {row[key]: row for row in frame.iter_rows(named=True)}

    def records(self, object: str) -> dict[str, dict[str, Any]]:
        """What the tenant holds of an object, by the id of the source."""
        return {name_source(object, record): record for record in self.walk.records(object)}

    def tags_by_record(self) -> dict[str, set[str]]:
        """All tags of each record that stands in the end, in small letters: its own, its leads', and those listed."""
        found: dict[str, set[str]] = {}
        listed = read_staged(self.walk.engagement.latest_run("discovery").path / "staged")["tags"]
        cells = [(row["Record Id"], row["Tag"]) for row in listed.iter_rows(named=True)]
        for name in ("contacts", "leads", "deals"):
            cells += [(id, row["Tags"]) for id, row in self.staged(name).items()]
        for id, cell in cells:
            tags = {tag.strip().lower() for tag in (cell or "").split(",") if tag.strip()}
            found.setdefault(self.survivor(id), set()).update(tags)
        return found

    def survivor(self, id: str) -> str:
        """The record that stands for one of the source in the end: itself, what it was merged into, or its contact."""
        id = {**self.merged("contacts"), **self.merged("leads")}.get(id, id)
        return self.contact_of.get(id, id)

    @property
    def contact_of(self) -> dict[str, str]:
        """The contact of every lead that became one, or is one by address and name."""
        pairs = self.walk.results["discovery"].duplicates.filter(
            (pl.col("object") == "leads") & (pl.col("repeats_object") == "contacts") & (pl.col("state") == "merged")
        )
        merged = self.merged("contacts")
        named = {
            id: merged.get(row["Converted Contact Id"], row["Converted Contact Id"])
            for id, row in self.staged("leads").items()
            if row["Converted Contact Id"]
        }
        return dict(pairs.select("external_id", "repeats").iter_rows()) | named

    def merged(self, name: str) -> dict[str, str]:
        """The records of an object that were merged, with the one each was merged into."""
        pairs = self.walk.results["discovery"].duplicates.filter(
            (pl.col("object") == name) & (pl.col("repeats_object") == name) & (pl.col("state") == "merged")
        )
        return dict(pairs.select("external_id", "repeats").iter_rows())


def name_source(object: str, record: dict[str, Any]) -> str:
    """The id in the source that a record of the tenant carries."""
    if object in ("task", "note"):
        return MARK.search(record["description"])[2]
    return record["external_id"] if object == "contact" else record["custom_field"]["cf_source_id"]


def start(folder: Path, *, plan: str, users: tuple[User, ...] = STAFF, **settings: Any) -> Rsoft:
    """A new engagement for a made-up export, on a fresh tenant of that plan."""
    source = generate("rsoft_crm", records=RECORDS, out=folder / "made", seed=SEED)
    walk = engage(
        folder, source, pack="rsoft_crm", plan=plan, country="IN", time_zone="Asia/Kolkata", staff=users, **settings
    )
    return Rsoft(walk=walk, source=source)


def decide(rsoft: Rsoft, *blocks: str) -> None:
    """Confirm the columns that wait for the customer, and write down further decisions."""
    confirmed = (
        f'[[decision]]\nobject = "contacts"\nfield = "Custom {number}"\naction = "confirm"\nby = "Ada"\n'
        for number in (6, 7)
    )
    (rsoft.walk.folder / "decisions.toml").write_text("\n".join([*confirmed, *blocks]))


def go_to_load(rsoft: Rsoft, *blocks: str) -> None:
    """Discover, decide, map, sample and load, approving each."""
    walk = rsoft.walk
    walk.run("discovery")
    walk.approve("discovery")
    decide(rsoft, *blocks)
    for stage in ("mapping", "sample"):
        walk.run(stage)
        walk.approve(stage)
    walk.run("load")


def names_of(rsoft: Rsoft, selector: str) -> dict[int, str]:
    """The names behind the ids of a list of the tenant."""
    items = rsoft.walk.app.state.tenant.selectors[selector]
    return {item["id"]: item.get("name") or item.get("value") for item in items}
