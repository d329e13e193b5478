"""One record as the JSON the tenant takes."""

from __future__ import annotations

import pytest

from workbench.errors import HoldRecord
from workbench.freshsales.bodies import build_body, mark_source
from workbench.freshsales.selectors import Choice
from workbench.model import FieldRule, Phase

SELECTORS = {
    "lifecycle_stages": (Choice(id=1, name="Lead"), Choice(id=2, name="Customer")),
    "contact_statuses": (
        Choice(id=11, name="New", parent_id=1),
        Choice(id=12, name="Lost", parent_id=1),
        Choice(id=21, name="Won", parent_id=2),
        Choice(id=22, name="Lost", parent_id=2),
    ),
    "deal_pipelines": (Choice(id=5, name="Default"), Choice(id=6, name="Renewals")),
    "deal_stages": (Choice(id=51, name="Won", parent_id=5), Choice(id=61, name="Won", parent_id=6)),
    "currencies": (Choice(id=9, name="USD"),),
}


def make_phase(destination: str, *fields: FieldRule) -> Phase:
    return Phase(name="rows", source="rows", destination=destination, external_id=("Id",), fields=fields)


def build(
    destination: str, record: dict, *rules: FieldRule, links=None, parents=None, owner_id: int | None = 77
) -> dict:
    fields = rules or tuple(FieldRule(to=name, source=name) for name in record)
    row = {"external_id": "x-1", "_rows": [1], "owner": "p1", "lookup.sales_accounts": "o-1"} | record
    phase = make_phase(destination, *fields)
    return build_body(phase, row, links=links or {}, parents=parents or {}, owner_id=owner_id, selectors=SELECTORS)


def test_a_contact_has_its_external_id_accounts_and_custom_fields():
    """Standard and custom values part, the account is primary, nothing of the frame's own columns is sent."""
    body = build("contact", {"first_name": "Ada", "cf_gender": "F"}, links={"sales_accounts": 5})
    assert body == {
        "first_name": "Ada",
        "custom_field": {"cf_gender": "F"},
        "sales_accounts": [{"id": 5, "is_primary": True}],
        "external_id": "x-1",
        "owner_id": 77,
    }


@pytest.mark.parametrize("destination", ["sales_account", "deal", "cm_care_plan"])
def test_where_there_are_custom_fields_the_source_id_is_one(destination: str):
    """Accounts, deals and modules carry `cf_source_id`."""
    assert build(destination, {"name": "A"}) == {"name": "A", "custom_field": {"cf_source_id": "x-1"}, "owner_id": 77}


def test_lookups_become_what_each_object_calls_them():
    """A deal's account and contacts, a module's lookup field."""
    deal = build("deal", {"name": "A"}, links={"sales_account_id": 5, "contacts": 6})
    assert (deal["sales_account_id"], deal["contacts_added_list"]) == (5, [6])
    module = build("cm_x", {"name": "A"}, links={"cf_patient": 6})
    assert module["custom_field"] == {"cf_patient": 6, "cf_source_id": "x-1"}


@pytest.mark.parametrize(
    ("parent", "type_"), [("contact", "Contact"), ("sales_account", "SalesAccount"), ("deal", "Deal")]
)
def test_an_activity_hangs_on_its_parent_and_ends_with_its_source(parent: str, type_: str):
    """Notes have no field for the external id, and no owner."""
    body = build("note", {"description": "Seen."}, links={"targetable": 6}, parents={"targetable": parent})
    assert body == {"description": "Seen.\n[source rows x-1]", "targetable_type": type_, "targetable_id": 6}


def test_an_appointment_names_a_time_zone_rails_knows_and_has_a_text_for_its_source():
    """Times are sent in UTC; without any text of its own the description is the source line."""
    body = build("appointment", {"title": "Visit", "from_date": "2020-01-01T00:00:00Z", "description": None})
    assert (body["time_zone"], body["description"]) == ("UTC", mark_source(make_phase("appointment"), "x-1"))


def test_empty_values_are_left_out():
    """A null would clear a field, and an empty e-mail refuses the whole contact; false and zero are values."""
    body = build("deal", {"name": "A", "amount": 0.0, "closed_date": None, "cf_a": "", "cf_b": False}, owner_id=None)
    assert body == {"name": "A", "amount": 0.0, "custom_field": {"cf_b": False, "cf_source_id": "x-1"}}


def test_values_the_caller_sets_beside_the_record_are_sent():
    """The loader adds the original owner's name and the mark of a placeholder address."""
    body = build("contact", {"cf_source_owner": "Dr A"}, FieldRule(to="first_name", source="FIRST"))
    assert body["custom_field"] == {"cf_source_owner": "Dr A"}


def test_names_on_the_tenants_lists_become_ids():
    """Upper and lower case are alike, and an id is taken as it is."""
    body = build("deal", {"currency_id": "usd", "deal_pipeline_id": "6", "deal_stage_id": "won"})
    assert (body["currency_id"], body["deal_pipeline_id"], body["deal_stage_id"]) == (9, 6, 61)


def test_a_status_brings_its_stage_and_a_deal_stage_its_pipeline():
    """The tenant refuses a status of another stage, so both are always sent together."""
    contact = build("contact", {"contact_status_id": "Won"})
    assert (contact["contact_status_id"], contact["lifecycle_stage_id"]) == (21, 2)
    deal = build("deal", {"deal_stage_id": "Won"})
    assert (deal["deal_stage_id"], deal["deal_pipeline_id"]) == (51, 5)


def test_a_status_of_the_same_name_is_that_of_the_records_stage():
    """`Lost` of a customer is not `Lost` of a lead."""
    assert build("contact", {"contact_status_id": "Lost", "lifecycle_stage_id": "Customer"})["contact_status_id"] == 22


@pytest.mark.parametrize(
    ("record", "field", "known"),
    [
        ({"currency_id": "EUR"}, "currency_id", "USD"),
        ({"contact_status_id": "Won", "lifecycle_stage_id": "Lead"}, "contact_status_id", "New, Lost"),
    ],
)
def test_a_name_on_no_list_holds_the_record_and_says_what_is_known(record: dict, field: str, known: str):
    """The analyst reads what could have been meant."""
    with pytest.raises(HoldRecord, match=f"known: {known}$") as held:
        build("contact", record)
    assert (held.value.code, held.value.field) == ("rejected_by_tenant", field)


@pytest.mark.parametrize(("type_", "longest"), [("text", 256), ("textarea", 10_000)])
def test_a_text_longer_than_its_field_is_held_before_it_costs_a_request(type_: str, longest: int):
    """The last character that fits is sent; one more holds the record."""
    rule = FieldRule(to="cf_a", source="A", type=type_)
    assert build("contact", {"cf_a": "x" * longest}, rule)["custom_field"]["cf_a"] == "x" * longest
    with pytest.raises(HoldRecord) as held:
        build("contact", {"cf_a": "x" * (longest + 1)}, rule)
    assert (held.value.code, held.value.field) == ("too_long", "cf_a")


@pytest.mark.parametrize(("type_", "value"), [("dropdown", "C"), ("dropdown", "A;B"), ("multiselect", "A;C")])
def test_a_value_outside_the_options_is_held(type_: str, value: str):
    """Every option must exist before a value can be sent."""
    rule = FieldRule(to="cf_a", source="A", type=type_, choices=("A", "B"))
    with pytest.raises(HoldRecord, match="none of its options: A, B"):
        build("contact", {"cf_a": value}, rule)


def test_several_options_are_sent_joined():
    """A multi-select takes its options with semicolons."""
    rule = FieldRule(to="cf_a", source="A", type="multiselect", choices=("A", "B"))
    assert build("contact", {"cf_a": "A;B"}, rule)["custom_field"]["cf_a"] == "A;B"


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_number_json_cannot_write_is_held(value: float):
    """A source that says `NaN` for an amount does not stop the load."""
    with pytest.raises(HoldRecord, match="amount"):
        build("deal", {"amount": value})


def test_tags_are_sent_as_a_list():
    """Tags come joined with semicolons, and the tenant takes them apart only as a list."""
    assert build("contact", {"tags": "vip; diabetic"})["tags"] == ["vip", "diabetic"]


@pytest.mark.covers("R-35")
def test_a_tag_that_stands_twice_is_sent_once():
    """In its first spelling and place, for the tenant tells tags apart by their letters only."""
    assert build("contact", {"tags": "VIP;diabetic; vip ;;new"})["tags"] == ["VIP", "diabetic", "new"]
