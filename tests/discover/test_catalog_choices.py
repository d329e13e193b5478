"""Lists of choices grow by what the export says of itself."""

from __future__ import annotations

import json

import polars as pl

from tests.packs import LAYOUT, PACK
from workbench.destinations import MAX_CHOICES
from workbench.layout import read_layout
from workbench.pack import read_pack
from workbench.pack.catalog_choices import add_catalog_choices

DESCRIBED = """
[[object]]
name = "fields"
file = "fields.csv"
key = []
[object.columns]
of = { type = "text" }
name = { type = "text" }
type = { type = "text" }
options = { type = "text" }
"""
CATALOG = """
[catalog]
file = "{name}.csv"
format = "csv"
objects = { object = "fields", name = "of", label = "of" }
fields = { object = "fields", of = "of", name = "name", label = "name", type = "type", options = "options" }
kinds = {}

[[object]]
source = "fields"
outcome = "inventory"
reason = "What the export says of itself"
"""
TOWN = (
    '{ from = "TOWN", to = "cf_town", type = "multiselect", label = "Town", choices = ["Ulm"], via = "multi_select", '
    'options = ["Ulm"] }'
)
CITY = '{ from = "TOWN", to = "city" }'


def widen(tmp_path, options: list[str], towns: list[str | None]):
    """The rule for towns, once the export was read."""
    (tmp_path / "layout.toml").write_text(LAYOUT + DESCRIBED, encoding="utf-8")
    (tmp_path / "pack.toml").write_text(PACK.replace(CITY, TOWN, 1) + CATALOG, encoding="utf-8")
    pack = read_pack(tmp_path / "pack.toml", read_layout(tmp_path / "layout.toml"))
    said = {"of": ["firms"], "name": ["TOWN"], "type": ["multiselect"], "options": [json.dumps(options)]}
    frames = {"fields": pl.DataFrame(said), "firms": pl.DataFrame({"TOWN": towns}, schema={"TOWN": pl.String})}
    (row,) = (row for row in add_catalog_choices(pack, frames).objects if row.source == "firms")
    return next(field.rule for field in row.routes[0].fields if field.rule.label == "Town")


def test_a_list_offers_what_the_source_offers_and_what_stands_in_its_values(tmp_path):
    """Options in the source's order, then what nobody offers but records hold, so that no record is refused."""
    rule = widen(tmp_path, ["Ulm", "Bath, Avon"], ["Bath, Avon,Ulm", "Rome", None])

    assert rule.choices == ("Ulm", "Bath, Avon", "Rome")
    assert rule.options["options"] == ["Ulm", "Bath, Avon"]


def test_a_list_too_long_for_a_tenant_is_text(tmp_path):
    """More choices than a tenant takes lose no value: the field holds them as they stand."""
    rule = widen(tmp_path, [f"T{number}" for number in range(MAX_CHOICES + 1)], ["T1"])

    assert (rule.type, rule.choices) == ("text", ())
