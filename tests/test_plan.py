"""Compiling phases: load order, capabilities, decisions, and the mapping as JSON."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.packs import PACK, write_pack
from workbench.engagement import TEMPLATES
from workbench.errors import UsageError
from workbench.layout import read_layout
from workbench.load_graph import break_circles
from workbench.model import Lookup, Phase
from workbench.pack import read_pack
from workbench.plan import compile_phases, phases_from_json, phases_to_json, read_decisions

PLAIN: frozenset[str] = frozenset()
MODULES = frozenset({"custom_fields", "custom_modules"})


@pytest.fixture
def clinic():
    layout = read_layout(TEMPLATES / "layouts" / "clinic.toml")
    return read_pack(TEMPLATES / "packs" / "clinic.toml", layout), layout


def compile_shop(folder: Path, text: str = PACK, *, capabilities=PLAIN, decisions: str = ""):
    pack, layout = write_pack(folder, text)
    path = folder / "decisions.toml"
    path.write_text(decisions, encoding="utf-8")
    return compile_phases(pack, layout=layout, capabilities=capabilities, decisions=read_decisions(path, pack, layout))


def rules_of(phases, name: str) -> dict:
    return {rule.to: rule for phase in phases if phase.name == name for rule in phase.fields}


@pytest.mark.covers("C-68")
def test_parents_load_before_what_points_at_them(clinic):
    """Lookups alone decide: accounts, then contacts, then everything that belongs to a contact."""
    pack, layout = clinic

    for capabilities in (PLAIN, MODULES):
        phases = compile_phases(pack, layout=layout, capabilities=capabilities)
        places = {phase.name: place for place, phase in enumerate(phases)}
        sources = {phase.name: phase.source for phase in phases}
        for phase in phases:
            for lookup in phase.lookups:
                parents = [places[name] for name, source in sources.items() if source == lookup.object]
                assert parents
                assert max(parents) < places[phase.name]


def test_independent_phases_keep_the_order_of_the_pack(tmp_path):
    """Where no lookup decides, the pack's order does; a child written first still loads last."""
    end = PACK.index('[[object]]\nsource = "visits"')
    text = PACK[: PACK.index("[[object]]")] + PACK[end:] + PACK[PACK.index("[[object]]") : end]

    assert [phase.name for phase in compile_shop(tmp_path)] == ["firms", "people", "visits.long", "visits.short"]
    assert [phase.name for phase in compile_shop(tmp_path, text)] == ["firms", "people", "visits.long", "visits.short"]


def test_capabilities_choose_between_rows_and_fields(clinic):
    """With custom modules care plans are records of their own; without them notes and fields of the contact."""
    pack, layout = clinic
    plain = compile_phases(pack, layout=layout, capabilities=PLAIN)
    full = compile_phases(pack, layout=layout, capabilities=MODULES)

    assert {p.destination for p in plain if p.source == "careplans"} == {"note"}
    assert {p.destination for p in full if p.source == "careplans"} == {"cm_care_plan"}
    assert [lookup.object for p in full if p.source == "careplans" for lookup in p.lookups] == ["patients"]
    assert "cf_care_plan" in rules_of(plain, "patients")
    assert "cf_care_plan" not in rules_of(full, "patients")


def test_the_source_id_and_policy_fields_are_added(tmp_path):
    """Contacts carry it in external_id, other records with custom fields in cf_source_id, activities nowhere."""
    phases = compile_shop(tmp_path)

    assert {"external_id", "cf_placeholder_email", "cf_source_owner"} <= rules_of(phases, "people").keys()
    assert "cf_source_id" not in rules_of(phases, "people")
    assert rules_of(phases, "firms")["cf_source_id"].type == "text"
    assert rules_of(phases, "people")["cf_placeholder_email"].type == "checkbox"
    assert not [to for to in rules_of(phases, "visits.long") if to.startswith(("cf_", "external"))]


def test_a_lookup_that_closes_a_circle_is_set_later(tmp_path):
    """Firms and people point at each other: the one link that may be empty waits until both sides stand."""
    text = PACK.replace(
        'destination = "sales_account"',
        'destination = "sales_account"\nlookups = { cf_chief = { object = "people", from = "ID" } }',
    )

    phases = compile_shop(tmp_path, text)

    late = [(phase.name, lookup.to) for phase in phases for lookup in phase.lookups if lookup.is_late]
    assert late == [("people", "sales_accounts")]
    assert [phase.name for phase in phases][:2] == ["people", "firms"]
    assert phases_from_json(phases_to_json(phases)) == phases


def test_lookups_in_a_circle_that_cannot_be_set_later_are_named():
    """What a record hangs on is fixed when it is made: nothing could load first, so the circle is spelled out."""
    about = {"fields": (), "external_id": ()}
    tasks = Phase(name="a", source="a", destination="task", lookups=(Lookup(to="targetable", object="b", source="B"),),
                  **about)  # fmt: skip
    notes = Phase(name="b", source="b", destination="note", lookups=(Lookup(to="targetable", object="a", source="A"),),
                  **about)  # fmt: skip

    with pytest.raises(UsageError, match="circle.*(a -> b -> a|b -> a -> b)"):
        break_circles([tasks, notes])


def test_another_layout_is_refused(clinic, tmp_path):
    """A pack compiled against a layout it was not checked with would lie."""
    pack, _ = clinic
    _, layout = write_pack(tmp_path)

    with pytest.raises(UsageError, match="written for the layout 'clinic', not for 'shop'"):
        compile_phases(pack, layout=layout, capabilities=PLAIN)


def test_the_mapping_survives_json(clinic):
    """What mapping writes, load reads back equal; equal phases give equal bytes."""
    pack, layout = clinic
    phases = compile_phases(pack, layout=layout, capabilities=MODULES)
    text = phases_to_json(phases)

    assert phases_from_json(text) == phases
    assert phases_to_json(phases_from_json(text)) == text
    assert phases_to_json((replace(phases[0], owner="X"), *phases[1:])) != text


@pytest.mark.parametrize("text", ["", "{}x", '[{"name": "a"}]', json.dumps([{"fields": None}])])
def test_a_broken_mapping_file_is_one_clear_message(text):
    """No traceback for a file somebody edited."""
    with pytest.raises(UsageError, match="not a compiled mapping"):
        phases_from_json(text)


def decide(object: str, field: str, action: str, **more: str) -> str:
    keys = {"object": object, "field": field, "action": action, "by": "Ada", **more}
    return "[[decision]]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in keys.items())


@pytest.mark.covers("F-07")
def test_a_mapped_field_takes_the_place_of_the_packs_rule(tmp_path):
    """The analyst's destination, transform and label win; the rule is tagged like its column."""
    decision = decide(
        "people", "BORN", "map", to="cf_birthday", type="date", label="Birthday", via="date_iso", format="%d/%m/%Y"
    )

    rules = rules_of(compile_shop(tmp_path, decisions=decision), "people")

    assert "cf_born" not in rules
    assert (rules["cf_birthday"].source, rules["cf_birthday"].via, rules["cf_birthday"].tag) == (
        "BORN",
        "date_iso",
        "birth",
    )
    assert rules["cf_birthday"].options == {"format": "%d/%m/%Y"}


def test_a_field_the_pack_leaves_behind_can_be_mapped(tmp_path):
    """A skipped column becomes a field once the analyst says so."""
    text = PACK.replace('{ from = "TOWN", to = "city" },', "")

    rules = rules_of(compile_shop(tmp_path, text, decisions=decide("firms", "TOWN", "map", to="state")), "firms")

    assert rules["state"].source == "TOWN"


def test_a_skipped_field_loses_its_rule_and_a_confirmed_one_keeps_it(tmp_path):
    """Skip takes the rule out, confirm changes nothing."""
    decisions = decide("people", "BORN", "skip", reason="not wanted") + decide("firms", "TOWN", "confirm")

    phases = compile_shop(tmp_path, decisions=decisions)

    assert "cf_born" not in rules_of(phases, "people")
    assert "city" in rules_of(phases, "firms")


def test_without_a_file_there_are_no_decisions(tmp_path):
    """decisions.toml is optional."""
    pack, layout = write_pack(tmp_path)

    assert read_decisions(tmp_path / "decisions.toml", pack, layout) == ()


WRONG = [
    (decide("people", "BORN", "drop"), "action = 'drop': use one of confirm, skip, map"),
    (decide("people", "BORN", "skip"), "reason is missing"),
    (decide("people", "BORN", "map"), "to is missing"),
    (decide("people", "BRON", "confirm"), "no column 'BRON'; did you mean BORN?"),
    (decide("person", "BORN", "confirm"), "no object 'person'"),
    (decide("firms", "PIN", "map", to="city"), "PIN is secret"),
    (decide("people", "BORN", "confirm", by=""), "name who decided"),
    (decide("people", "BORN", "confirm") * 2, "decided twice"),
    (decide("people", "LAST", "skip", reason="x"), "contact needs last_name, which is made of it"),
    (decide("people", "BORN", "map", to="last_name"), "last_name of contact is filled from another column already"),
    (decide("people", "BORN", "map", to="cf_born", via="date_ios"), "no transform 'date_ios'"),
    (decide("people", "BORN", "map", to="cf_x"), "type = '': use one of"),
    (decide("people", "BORN", "confirm", reasn="x"), "reasn is not a key here; did you mean reason?"),
    (decide("firms", "TOWN", "skip", reason="x"), "name is made of it and other columns"),
    ("[[decisions]]\n", "decisions is not a key here; did you mean decision?"),
]


@pytest.mark.parametrize(("decisions", "said"), WRONG)
def test_a_wrong_decision_is_refused(tmp_path, decisions, said):
    """A decision that cannot be carried out is named, never passed over."""
    with pytest.raises(UsageError) as caught:
        compile_shop(tmp_path, decisions=decisions)

    assert said in str(caught.value)
    assert "decisions.toml" in str(caught.value)
