"""The layouts of sources with an API: what is extracted is what the export would have held."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from tests.sources.api.world import HOST, Clock, World, make_engagement
from tests.stages.walk import Walk
from workbench.engagement import read_engagement
from workbench.errors import UsageError
from workbench.generate.registry import generate
from workbench.layout import read_layout
from workbench.new_engagement import create_engagement, draft_engagement
from workbench.sandbox import TenantSettings, build_app
from workbench.sandbox.sources import Source, read_profile
from workbench.sources.api.extracted import check_extracted
from workbench.sources.files import read_staged, stage_folder

# Columns that say where a file lies: in an extraction that is its place there.
PLACES = {("documents", "path")}


def make_source(tmp_path: Path, name: str) -> World:
    """A made-up export of that source, served, and an engagement with the product's own layout."""
    made = generate(name, records=60, out=tmp_path / "made", seed=3)
    clock = Clock()
    source = Source(read_profile(name), made, clock=clock)
    made_engagement = create_engagement(
        "acme", source=f"{HOST}{source.profile.prefix}", pack=name, url=f"{HOST}/crm/sales/api", plan="enterprise",
        runs=tmp_path / "runs",
    )  # fmt: skip
    settings = made_engagement.folder / "engagement.toml"
    settings.write_text(settings.read_text() + '[source]\nsettings = { username = "local" }\n')
    return World(folder=made_engagement.folder, source=source, clock=clock)


def list_rows(frame: pl.DataFrame, name: str) -> list[tuple]:
    """Distinct rows in an order of their own."""
    left = [column for column in frame.columns if column != "_row" and (name, column) not in PLACES]
    return frame.select(sorted(left)).unique().sort(sorted(left), nulls_last=True).rows()


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("aerona", marks=pytest.mark.covers("A-05")),
        pytest.param("neon_dx", marks=pytest.mark.covers("N-32", "N-52", "N-60")),
        "octopuspro",
    ],
)
def test_an_extraction_holds_what_the_export_holds(tmp_path, name):
    """Every object, every column and every value, whichever way the records came."""
    world = make_source(tmp_path, name)
    world.extract()
    if drafted := draft_engagement(world.engagement):
        assert any(each.startswith("co_") for each in drafted)
        world.extract()
    layout = read_layout(world.folder / "layout.toml")
    stage_folder(world.source.data, layout, tmp_path / "handed")
    stage_folder(world.out, layout.as_extracted(), tmp_path / "asked")

    handed, asked = read_staged(tmp_path / "handed"), read_staged(tmp_path / "asked")

    assert handed.keys() == asked.keys()
    for object_, frame in handed.items():
        assert list_rows(asked[object_], object_) == list_rows(frame, object_), object_
    assert world.count_over() == 0
    assert sum(frame.height for frame in asked.values()) > 300


def test_a_source_that_is_an_address_is_extracted_first(tmp_path):
    """Discovery names the command that is missing, and the one that goes on with what was begun."""
    make_engagement(tmp_path / "acme", "aerona", f"{HOST}/api")
    engagement = read_engagement(tmp_path / "acme")

    with pytest.raises(
        UsageError, match="the source is an address; extract it to files first: workbench extract acme$"
    ):
        check_extracted(engagement, engagement.source)
    (tmp_path / "acme/.source-extraction").mkdir()
    (tmp_path / "acme/.source-extraction/plan.json").write_text("{}")
    with pytest.raises(UsageError, match="extracted in part; go on with it first: workbench extract acme$"):
        check_extracted(engagement, engagement.source)


def test_discovery_reads_what_was_extracted(tmp_path):
    """Before it refuses with the command to run; afterwards it counts what the source holds, as from files."""
    world = make_source(tmp_path, "octopuspro")
    app = build_app(TenantSettings(plan="enterprise", time_scale=36_000.0))
    walk = Walk(folder=world.folder, plan="enterprise", home=tmp_path / "home", app=app)
    with pytest.raises(UsageError, match="workbench extract acme"):
        walk.run("discovery")
    world.extract()

    result = walk.run("discovery")

    held = read_staged(walk.engagement.latest_run("discovery").path / "staged")
    assert held["customers"].height == 60
    assert result.facts["Rows read"] == result.facts["Rows staged"] == sum(frame.height for frame in held.values())
    assert result.facts["Export"] == "source"
