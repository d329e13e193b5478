"""A made-up NEON-dX export: what it says of its own schema, records as JSON lines, marketing as JSON documents.

What goes wrong in it, as it does in real ones: lists whose values stand behind commas while an option holds a comma
itself, numbers with and without +, the same person twice by it, no e-mail for two of five, moments as milliseconds
since 1970, formulas that need each other in a circle, a lookup to an object nobody knows, scores under names that do
not say so, formula values that are out of date, a member count from before somebody left.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import polars as pl

from workbench.generate import neon_dx_marketing as marketing
from workbench.generate import neon_dx_modules as modules
from workbench.generate import neon_dx_people as people
from workbench.generate import neon_dx_schema as schema
from workbench.generate.dice import Dice
from workbench.generate.export import Export, Settings, number_parts
from workbench.generate.neon_dx_people import Sizes

SETTINGS = Settings(source="neon_dx", exported_at="2026-03-01T02:00:00Z", time_zone="UTC", plan="Enterprise CVM")


def write_files(export: Export, *, records: int, seed: int) -> None:
    """Write all files of the export and the truth beside them.

    Args:
        records: Profiles; a company for ten of them, four devices for five.
    """
    sizes = Sizes(profiles=records)
    files = {
        "companies": (people.make_companies, sizes.companies),
        "customer_profiles": (people.make_profiles, sizes.profiles),
        "co_device": (modules.make_devices, sizes.devices),
        "co_household": (modules.make_households, sizes.households),
        "co_loyalty_tier": (modules.make_tiers, sizes.households),
    }
    (export.path / "schema").mkdir()
    export.write_objects("schema/objects.jsonl", schema.list_objects(sizes))
    export.write_objects("schema/fields.jsonl", schema.list_fields())
    for name, (make, total) in files.items():
        dice = Dice(seed=seed, kind=name)
        export.write_lines(f"{name}.jsonl", (make(part, dice, sizes) for part in number_parts(total)))
    counts: Counter[str] = Counter()
    export.write_csv("segment_members.csv", _draw_members(seed, sizes, counts))
    export.write_objects("segments.jsonl", marketing.list_segments(counts))
    export.write_objects("campaigns.jsonl", marketing.list_campaigns())
    export.write_objects("offers.jsonl", marketing.list_offers())
    for name in ("journeys", "channels", "dashboards", "templates"):
        export.write_json(f"{name}.json", getattr(marketing, name.upper()))
    _note_truth(export, sizes, seed, counts)


def _draw_members(seed: int, sizes: Sizes, counts: Counter[str]) -> Iterator[pl.DataFrame]:
    """Who is in which segment, part by part; counted while it is drawn."""
    dice = Dice(seed=seed, kind="customer_profiles")
    for part in number_parts(sizes.profiles):
        members = marketing.list_members(people.make_profiles(part, dice, sizes), dice.of("segments"))
        counts.update(dict(members.group_by("segment_id").len().iter_rows()))
        yield members


def _note_truth(export: Export, sizes: Sizes, seed: int, counts: Counter[str]) -> None:
    """Which profile repeats which, what key values mean, what formulas make, and how many are in each segment."""
    for name, tell, total in (
        ("customer_profiles", people.tell_profiles, sizes.profiles),
        ("co_device", modules.tell_devices, sizes.devices),
    ):
        dice = Dice(seed=seed, kind=name)
        export.note_truth(name, (tell(part, dice, sizes) for part in number_parts(total)))
    facts = {
        "counts": sizes.count(),
        "members": dict(counts),
        "scores": list(people.SCORES),
        "formula_cycle": ["co_household.weight", "co_loyalty_tier.bonus"],
        "missing_lookup": {"co_device.store_id": "co_store"},
    }
    export.note_facts(facts)
