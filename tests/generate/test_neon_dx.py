"""The made-up export of NEON-dX: its files, its quirks, and the truth beside it."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from workbench.drafting import draft_templates
from workbench.engagement import TEMPLATES
from workbench.generate.registry import generate
from workbench.layout import read_layout
from workbench.sources.files import read_staged, stage_folder

PROFILES = 1_200


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """The folder with the export."""
    return generate("neon_dx", records=PROFILES, out=tmp_path_factory.mktemp("made") / "x", seed=3)


@pytest.fixture(scope="module")
def staged(made, tmp_path_factory) -> dict[str, pl.DataFrame]:
    """Read by the layout with what the export says of itself."""
    folder = tmp_path_factory.mktemp("engagement")
    for name in ("layout", "pack"):
        (folder / f"{name}.toml").write_bytes((TEMPLATES / f"{name}s" / "neon_dx.toml").read_bytes())
    draft_templates(folder, made)
    stage_folder(made, read_layout(folder / "layout.toml"), folder / "staged")
    return read_staged(folder / "staged")


def test_the_same_seed_writes_the_same_files(made, tmp_path):
    """Every byte of every file is the same, and another seed gives another export."""
    again = generate("neon_dx", records=PROFILES, out=tmp_path / "again", seed=3)
    other = generate("neon_dx", records=PROFILES, out=tmp_path / "other", seed=4)

    files = [json.loads((folder / "manifest.json").read_text())["files"] for folder in (made, again, other)]
    assert files[0] == files[1]
    assert files[0]["customer_profiles.jsonl"] != files[2]["customer_profiles.jsonl"]


def test_every_quirk_is_there(staged):
    """Each thing that goes wrong in real exports goes wrong for a share of the records."""
    profiles, devices, tiers = staged["customer_profiles"], staged["co_device"], staged["co_loyalty_tier"]
    shares = {
        "number with +": profiles["msisdn"].str.starts_with("+"),
        "comma inside an option": profiles["products_held"].str.contains("Voice, Data & SMS"),
        "comma inside a benefit": tiers["benefits"].str.contains("Calls, abroad"),
        "milliseconds": profiles["last_recharge_at"].str.contains(r"^1\d{12}$"),
        "computed completeness": profiles["profile_completeness_source"] == "computed",
        "formula without a value": devices["monthly_rate"].is_null(),
        "of another country": profiles["msisdn"].str.contains(r"^\+?447"),
    }

    assert [name for name, happens in shares.items() if not 0 < happens.sum() < len(happens)] == []
    assert 0.3 < profiles["email"].is_null().mean() < 0.5


def test_what_the_export_says_of_itself_is_true(made, staged):
    """Counts of records, names of fields, and the number of members of every segment that was counted when exported."""
    for row in staged["schema_objects"].iter_rows(named=True):
        lines = (made / f"{row['name']}.jsonl").read_text().splitlines()
        said = staged["schema_fields"].filter(pl.col("object") == row["name"])["name"].to_list()
        assert len(lines) == int(row["record_count"]) and list(json.loads(lines[0])) == said
    members = dict(staged["segment_members"].group_by("segment_id").len().iter_rows())
    told = dict(staged["segments"].select("segment_id", pl.col("member_count").cast(pl.Int64)).iter_rows())
    assert {id for id, count in told.items() if count != members[id]} == {"S-3"}


def test_the_truth_knows_the_values_behind_the_spellings(made, staged):
    """Repeats have the number of the one they repeat, and formulas make what is exported where it is not stale."""
    profiles = pl.read_parquet(made.parent / "truth" / "customer_profiles.parquet")
    mobile = dict(profiles.select("id", "mobile").iter_rows())
    repeats = dict(profiles.drop_nulls("repeats").select("id", "repeats").iter_rows())
    devices = staged["co_device"].join(
        pl.read_parquet(made.parent / "truth" / "co_device.parquet"), left_on="device_id", right_on="id", suffix="_true"
    )
    told = pl.col("monthly_rate").cast(pl.Float64)
    sound = devices.filter(~pl.col("is_stale_rate") & pl.col("has_rate"))

    assert len(repeats) == PROFILES // 20 and all(mobile[id] == mobile[other] for id, other in repeats.items())
    assert len(set(mobile.values())) == PROFILES - len(repeats)
    assert sound.height > 500 and sound.filter(told != pl.col("monthly_rate_true")).is_empty()
