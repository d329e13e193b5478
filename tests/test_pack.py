"""Reading packs: the clinic pack as it ships, and every way a pack can be wrong."""

import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from tests.packs import LAYOUT, PACK, write_layout, write_pack
from workbench.engagement import TEMPLATES
from workbench.errors import UsageError
from workbench.layout import read_layout
from workbench.pack import read_pack
from workbench.pack.coverage import find_silent_columns

CASES = Path(__file__).parent / "cases" / "pack"


def problems_of(folder: Path, text: str) -> list[str]:
    with pytest.raises(UsageError) as caught:
        write_pack(folder, text)
    title, *lines = str(caught.value).split("\n  - ")
    assert title.startswith(str(folder / "pack.toml"))
    return lines


def changed(old: str, new: str) -> str:
    assert old in PACK
    return PACK.replace(old, new, 1)


@pytest.fixture
def clinic():
    layout = read_layout(TEMPLATES / "layouts" / "clinic.toml")
    return read_pack(TEMPLATES / "packs" / "clinic.toml", layout), layout


def test_the_clinic_pack_says_what_becomes_of_every_object(clinic):
    """Every object of the layout has a row with outcome and, where records are made, destination and fidelity."""
    pack, layout = clinic

    active = pack.active(frozenset({"custom_modules"}))

    assert {row.source for row in active} == set(layout.objects)
    assert {row.source: row.destinations for row in active if row.destinations} == {
        "organizations": ("sales_account",),
        "payers": ("sales_account",),
        "patients": ("contact",),
        "payer_transitions": ("note",),
        "encounters": ("appointment", "task"),
        "claims": ("deal",),
        "careplans": ("cm_care_plan",),
        "conditions": ("note",),
        "procedures": ("note",),
        "medications": ("cm_medication",),
        "observations": ("note",),
        "immunizations": ("note",),
        "allergies": ("note",),
    }
    assert all(route.fidelity for row in active for route in row.routes if route.destination)
    assert all(route.reason for row in active for route in row.routes if route.outcome != "migrate")


def test_the_clinic_pack_says_what_becomes_of_every_column(clinic):
    """A pack that ships leaves nothing to guess; a customer's own column is named, and gets a proposal."""
    pack, layout = clinic
    patients = layout.objects["patients"]
    column = replace(patients.columns["CITY"], name="SHOE_SIZE")
    wider = replace(patients, columns={**patients.columns, "SHOE_SIZE": column})

    assert find_silent_columns(pack, layout) == []
    assert find_silent_columns(pack, replace(layout, objects={**layout.objects, "patients": wider})) == [
        "patients.SHOE_SIZE"
    ]


def test_the_clinic_pack_lists_what_is_rebuilt_by_hand(clinic):
    """Workflows and reports never migrate; each says what, why and how it is rebuilt."""
    pack, _ = clinic

    assert {"Workflow rules", "Reports and dashboards", "Schedule templates"} <= {item.name for item in pack.inventory}
    assert all(item.what and item.why and item.rebuild and item.requirement for item in pack.inventory)
    assert all(gap.gap and gap.consequence and gap.remedy and gap.requirement for gap in pack.gaps)


def test_the_clinic_pack_defines_its_custom_fields(clinic):
    """The fields the admin has to expect exist with their types."""
    pack, _ = clinic
    made = {
        (route.destination, field.rule.to): field.rule.type
        for row in pack.objects
        for route in row.routes
        for field in route.fields
        if field.rule.to.startswith("cf_")
    }

    assert made["contact", "cf_patient_status"] == "dropdown"
    assert made["contact", "cf_insurance_carrier"] == "text"
    assert made["contact", "cf_policy_number"] == "text"
    assert made["deal", "cf_claim_status"] == "dropdown"
    assert made["deal", "cf_outstanding"] == "decimal"
    assert made["cm_care_plan", "cf_status"] == "dropdown"


def test_field_rules_carry_the_strictest_tag_of_what_they_read(clinic):
    """A text made of a diagnosis and an author is health data; a bill is money; derived columns keep their tag."""
    pack, _ = clinic
    tags = {
        (row.phase_name(route), field.rule.to): field.rule.tag
        for row in pack.objects
        for route in row.routes
        for field in route.fields
    }

    assert tags["conditions", "description"] == "health"
    assert tags["procedures", "description"] == "health"
    assert tags["claims", "amount"] == "money"
    assert tags["claims", "name"] == "health"
    assert tags["patients", "cf_policy_holder"] == "name"
    assert tags["patients", "cf_date_of_birth"] == "birth"
    assert tags["organizations", "city"] == "none"


def test_engagement_defaults_reach_the_transforms_that_know_them(tmp_path):
    """A pack that names no time zone reads times in the engagement's; what it names itself stands."""
    layout = write_layout(tmp_path)
    text = changed(
        'to = "from_date", via = "datetime_utc"', 'to = "from_date", via = "datetime_utc", time_zone = "Asia/Tokyo"'
    )
    (tmp_path / "pack.toml").write_text(text)

    pack = read_pack(tmp_path / "pack.toml", layout, defaults={"country": "IE", "time_zone": "Europe/Dublin"})

    fields = {field.rule.to: field.rule.options for field in pack.objects[2].routes[0].fields}
    assert fields["from_date"] == {"time_zone": "Asia/Tokyo"}
    assert fields["end_date"] == {"time_zone": "Europe/Dublin"}
    assert fields["title"] == {}


def test_columns_are_ordered_by_what_they_read(tmp_path):
    """A computed column may feed a derived one and the other way round, wherever they stand in the file."""
    text = (
        PACK
        + """
[[derive]]
object = "firms"
column = "LONGEST"
from = "people"
match = { FIRM = "ID" }
take = "LATEST"
pick = "most_frequent"
[[derive]]
object = "people"
column = "LATEST"
from = "visits"
match = { PERSON = "ID" }
take = "MINUTES_TEXT"
pick = "last"
order = "AT"
[[compute]]
object = "visits"
column = "MINUTES_TEXT"
from = "MINUTES"
via = "as_text"
"""
    )
    pack, _ = write_pack(tmp_path, text)

    names = [column.column for column in pack.columns]
    assert names.index("MINUTES") < names.index("MINUTES_TEXT") < names.index("LATEST") < names.index("LONGEST")


def read_cases() -> list:
    cases = tomllib.loads((CASES / "wrong.toml").read_text(encoding="utf-8"))["case"]
    return [pytest.param(case, id=case["name"].replace(" ", "-")) for case in cases]


@pytest.mark.parametrize("case", read_cases())
def test_a_wrong_pack_is_refused_with_where_and_what(tmp_path, case):
    """One thing wrong gives a message that names it."""
    text = PACK
    for old, new in case.get("edits", []):
        assert old in text
        text = text.replace(old, new, 1)

    with pytest.raises(UsageError) as caught:
        write_pack(tmp_path, text + case.get("append", ""))

    assert case["said"] in str(caught.value)


def test_every_problem_is_named_at_once(tmp_path):
    """The analyst reads the whole list, not the first line of it."""
    text = (
        changed('to = "city"', 'to = "town"')
        .replace('"date_iso"', '"date_ios"')
        .replace('owner = "BOSS"', 'owner = "CHEF"')
    )
    text = text.replace('reason = "Short visits of a person are one note"\n', "")

    assert len(problems_of(tmp_path, text)) == 4


def test_a_file_that_is_not_there_is_one_clear_message(tmp_path):
    """No traceback for a wrong path."""
    layout = write_layout(tmp_path, LAYOUT)

    with pytest.raises(UsageError, match="cannot be read"):
        read_pack(tmp_path / "absent.toml", layout)
