"""Drafts of layout and pack from what an export says of its own schema."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from workbench.drafting import draft_templates
from workbench.engagement import TEMPLATES
from workbench.errors import UsageError
from workbench.generate.registry import generate
from workbench.layout import read_layout
from workbench.pack import read_pack
from workbench.pack.coverage import find_silent_columns


@pytest.fixture(scope="module")
def export(tmp_path_factory) -> Path:
    """A small export that describes itself."""
    return generate("neon_dx", records=20, out=tmp_path_factory.mktemp("made") / "x", seed=7)


@pytest.fixture
def folder(tmp_path) -> Path:
    """An engagement's copies of layout and pack."""
    for name in ("layout", "pack"):
        shutil.copyfile(TEMPLATES / f"{name}s" / "neon_dx.toml", tmp_path / f"{name}.toml")
    return tmp_path


def test_the_pack_is_silent_about_no_column():
    """As it ships, every staged column is mapped, read by another one, or left behind with a reason."""
    layout = read_layout(TEMPLATES / "layouts" / "neon_dx.toml")

    assert find_silent_columns(read_pack(TEMPLATES / "packs" / "neon_dx.toml", layout), layout) == []


def test_what_is_drafted_can_be_read_and_is_not_drafted_twice(folder, export):
    """The files hold every object and field of the export; a second draft finds nothing and changes nothing."""
    drafted = draft_templates(folder, export)
    after = {path.name: path.read_text() for path in folder.glob("*.toml")}

    assert drafted == [
        "customer_profiles.x_cust_index_7", "customer_profiles.x_nba_rank", "customer_profiles.x_preferred_store",
        "co_device", "co_household", "co_loyalty_tier",
    ]  # fmt: skip
    assert draft_templates(folder, export) == []
    assert {path.name: path.read_text() for path in folder.glob("*.toml")} == after
    layout = read_layout(folder / "layout.toml")
    silent = find_silent_columns(read_pack(folder / "pack.toml", layout), layout)
    assert silent == ["customer_profiles.x_preferred_store"]


def test_a_score_is_known_by_what_the_source_says_of_it_and_not_by_its_name(folder, export):
    """Fields of the category of predictions are drafted with the tag that keeps them from being staged."""
    draft_templates(folder, export)

    columns = read_layout(folder / "layout.toml").objects["customer_profiles"].columns
    assert {name for name, column in columns.items() if column.tag == "score"} >= {"x_cust_index_7", "x_nba_rank"}
    assert columns["x_preferred_store"].tag == "health"


def test_what_the_analyst_wrote_stays(folder, export):
    """A draft adds what is new in the export, and leaves a row that was corrected as it is."""
    draft_templates(folder, export)
    pack = folder / "pack.toml"
    pack.write_text(pack.read_text().replace('label = "Device", plural = "Dev', 'label = "Phone", plural = "Dev'))
    wider = shutil.copytree(export, folder / "wider")
    with (wider / "schema" / "objects.jsonl").open("a") as file:
        file.write(json.dumps({"name": "co_store", "label": "Store", "kind": "custom", "record_count": 0}) + "\n")
    with (wider / "schema" / "fields.jsonl").open("a") as file:
        for name, is_required in (("store_id", True), ("city", False)):
            said = {"object": "co_store", "name": name, "label": name, "type": "text", "required": is_required}
            said |= {"options": [], "lookup_to": None, "formula": None, "formula_refs": []}
            file.write(json.dumps(said) + "\n")

    assert draft_templates(folder, wider) == ["co_store"]
    rows = read_pack(pack, read_layout(folder / "layout.toml")).objects
    labels = {route.destination: route.label for row in rows for route in row.routes if route.label}
    assert labels["cm_device"] == "Phone" and labels["cm_store"] == "Store"


def test_hostile_names_cannot_break_the_files(folder, export):
    """Names and labels with quotes, line ends and brackets are texts of the drafted rows and nothing else."""
    hostile = shutil.copytree(export, folder / "hostile")
    fields = (hostile / "schema" / "fields.jsonl").read_text().splitlines()
    spoilt = [json.loads(line) for line in fields]
    for row in spoilt:
        if row["object"] == "co_device" and row["name"] == "model":
            row["label"] = 'Model"] }\n[[object]]\nsource = "x"'
    (hostile / "schema" / "fields.jsonl").write_text("\n".join(map(json.dumps, spoilt)) + "\n")
    objects = (hostile / "schema" / "objects.jsonl").read_text()
    label = json.dumps('Device\n[[object]]\nsource = "y"\n')
    (hostile / "schema" / "objects.jsonl").write_text(objects.replace('"Device"', label))
    draft_templates(folder, hostile)

    pack = read_pack(folder / "pack.toml", read_layout(folder / "layout.toml"))
    rules = [f.rule for row in pack.objects if row.source == "co_device" for r in row.routes for f in r.fields]
    assert any(rule.label.startswith('Model"] }') for rule in rules)
    assert not {"x", "y"} & {row.source for row in pack.objects}
    assert "Device" in next(r.label for row in pack.objects for r in row.routes if r.destination == "cm_device")


def test_an_object_with_a_name_no_layout_can_hold_is_left_for_the_register(folder, export):
    """It is not drafted, what points at it keeps the id as text, and its file is one the layout does not name."""
    odd = shutil.copytree(export, folder / "odd")
    for name in ("objects", "fields"):
        path = odd / "schema" / f"{name}.jsonl"
        path.write_text(path.read_text().replace('"co_loyalty_tier"', '"Loyalty tier"'))

    assert draft_templates(folder, odd)[-2:] == ["co_device", "co_household"]
    layout = read_layout(folder / "layout.toml")
    rows = [row for row in read_pack(folder / "pack.toml", layout).objects if row.source == "co_household"]
    assert not any("tier" in name.lower() for name in layout.objects)
    assert {lookup.source for row in rows for route in row.routes for lookup in route.lookups} == {"head_profile_id"}


def test_an_export_without_its_description_is_one_message(folder, tmp_path):
    """The missing file is named, and both files are as they were."""
    before = (folder / "pack.toml").read_text()
    (tmp_path / "empty").mkdir()

    with pytest.raises(UsageError, match=r"schema/fields\.jsonl"):
        draft_templates(folder, tmp_path / "empty")
    assert (folder / "pack.toml").read_text() == before
