"""The tenant's schema: read, planned, completed, compared, checked."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from tests.freshsales.conftest import lose_answer
from workbench.engagement import Policies
from workbench.errors import UsageError
from workbench.freshsales.schema import create_missing, from_json, plan_schema, preflight, read_schema
from workbench.freshsales.schema.reading import count_schema_requests
from workbench.freshsales.schema.values import SchemaField
from workbench.model import OWNERS, SCHEMA_PLAN, FieldRule, Lookup, Phase, empty, frame
from workbench.own_fields import list_own_rules

FALLBACK = Policies(missing_identifier="placeholder", unmatched_owner="fallback", fallback_owner="admin@tenant.example")
NOBODY = empty(OWNERS)
GENDER = FieldRule(to="cf_gender", source="GENDER", type="dropdown", label="Gender", choices=("F", "M"))


def make_phase(name: str, destination: str, *rules: FieldRule, **more) -> Phase:
    fields = (*rules, *list_own_rules(destination))
    return Phase(name=name, source=name, destination=destination, external_id=("Id",), fields=fields, **more)


PATIENTS = make_phase("patients", "contact", FieldRule(to="first_name", source="FIRST"), GENDER)
CLINICS = make_phase("clinics", "sales_account", FieldRule(to="name", source="NAME"))
PLANS = make_phase(
    "careplans", "cm_care_plan", FieldRule(to="name", source="NAME"),
    FieldRule(to="cf_reason", source="R", type="textarea", label="Reason"),
    label="Care plan", plural="Care plans",
    lookups=(Lookup(to="cf_patient", object="patients", source="PATIENT"),),
)  # fmt: skip


def states(plan: pl.DataFrame) -> dict[str, str]:
    return {f"{row['destination']}.{row['name']}": f"{row['how']} {row['state']}" for row in plan.to_dicts()}


def complete(bench, plan: str, *phases: Phase) -> pl.DataFrame:
    """Plan and create; the frame has its schema."""
    made = create_missing(bench.client, plan_schema(phases, read_schema(bench.client, plan=plan)))
    assert made.schema == SCHEMA_PLAN
    return made


# --- reading -------------------------------------------------------------------------------------------------------


def test_a_schema_holds_fields_lists_and_users(bench):
    """What the settings and selectors of the tenant say, by the names the mapping uses."""
    schema = read_schema(bench.client, plan="enterprise")
    assert set(schema.fields) == {"sales_account", "contact", "deal", "product"}
    assert schema.fields["sales_account"]["name"].is_required
    assert "USD" in [choice.name for choice in schema.selectors["currencies"]]
    assert {choice.parent_id for choice in schema.selectors["contact_statuses"]} <= {
        choice.id for choice in schema.selectors["lifecycle_stages"]
    }
    assert all(choice.parent_id for choice in schema.selectors["deal_stages"])
    assert ("owen.marsh@tenant.example", False) in [(user.email, user.is_active) for user in schema.users]


@pytest.mark.covers("N-34")
@pytest.mark.parametrize(("plan", "has_modules"), [("enterprise", True), ("growth", False)])
def test_custom_modules_are_probed_whatever_plan_was_declared(make_bench, plan, has_modules):
    """The tenant's answer outweighs the plan's name; the rest is the declared plan's."""
    bench = make_bench(plan=plan)
    schema = read_schema(bench.client, plan="pro")
    assert ("custom_modules" in schema.capabilities) is has_modules
    assert "products" in schema.capabilities and "custom_activities" not in schema.capabilities


@pytest.mark.parametrize(
    ("plan", "declared", "shown", "has_fields"),
    [("pro", "pro", True, True), ("pro", "pro", False, False), ("growth", "pro", True, False),
     ("growth", "growth", True, False)],
)  # fmt: skip
def test_fields_of_products_are_probed_where_the_plan_has_products(make_bench, plan, declared, shown, has_fields):
    """A tenant that refuses to show them, or does not know them, has products without fields of its own."""
    bench = make_bench(plan=plan, switches={"product_fields": shown})
    schema = read_schema(bench.client, plan=declared)

    assert ("product_fields" in schema.capabilities) is ("product" in schema.fields) is has_fields
    assert count_schema_requests(schema) == bench.client.requests


def test_an_address_without_the_api_is_a_setting_to_fix(bench):
    """A forgotten /api is told as such, and not as a missing record."""
    client = bench.connect(url="http://127.0.0.1:8765/crm/elsewhere")
    with pytest.raises(UsageError, match=r"\[tenant\] url should look like"):
        read_schema(client, plan="growth")


def test_an_unknown_plan_is_refused(bench):
    """Before any request."""
    with pytest.raises(UsageError, match="known: free, growth, pro, enterprise"):
        read_schema(bench.client, plan="platinum")
    assert bench.client.requests == 0


# --- planning and creating -----------------------------------------------------------------------------------------


@pytest.mark.covers("N-35", "A-41", "C-38", "R-43", "O-42")
def test_everything_missing_is_created_and_proved_by_reading_back(bench):
    """Modules, fields with their options, lookups, and the workbench's own fields."""
    made = complete(bench, "enterprise", CLINICS, PATIENTS, PLANS)
    assert set(states(made).values()) == {"api created"}
    schema = read_schema(bench.client, plan="enterprise")
    assert schema.modules == {"cm_care_plan": "Care plan"}
    assert schema.fields["contact"]["cf_gender"].choices == ("F", "M")
    assert schema.fields["cm_care_plan"]["cf_reason"].type == "textarea"
    assert schema.fields["cm_care_plan"]["cf_patient"].type == "auto_complete"
    assert schema.fields["sales_account"]["cf_source_id"].is_unique
    assert set(states(plan_schema([CLINICS, PATIENTS, PLANS], schema)).values()) == {"api present"}


def test_the_second_time_creates_nothing(bench):
    """What is there is left alone, and costs no request."""
    complete(bench, "enterprise", CLINICS, PATIENTS, PLANS)
    schema = read_schema(bench.client, plan="enterprise")
    before = bench.client.requests
    create_missing(bench.client, plan_schema([CLINICS, PATIENTS, PLANS], schema))
    assert bench.client.requests == before


@pytest.mark.covers("R-44")
def test_on_growth_a_module_is_for_the_admin_and_fields_are_made(make_bench):
    """What the plan lacks is said where it stands; the rest goes on."""
    bench = make_bench(plan="growth")
    made = complete(bench, "growth", PATIENTS, PLANS)
    assert states(made)["contact.cf_gender"] == "api created"
    assert states(made)["cm_care_plan.cm_care_plan"] == "admin missing"
    note = made.filter(pl.col("kind") == "module")["note"][0]
    assert note == "this tenant (plan growth) has no custom modules"


@pytest.mark.covers("C-62")
def test_where_the_api_creates_no_fields_the_admin_gets_the_list(make_bench):
    """A tenant without the forms endpoint: every field is listed to be made by hand."""
    bench = make_bench(switches={"core_forms": False})
    made = complete(bench, "enterprise", PATIENTS)
    assert set(states(made).values()) == {"admin missing"}
    assert all(note for note in made["note"])


def test_a_field_created_although_its_answer_was_lost_counts_as_created(bench):
    """Reading back settles the doubt; nothing is created twice."""
    plan = plan_schema([PATIENTS], read_schema(bench.client, plan="enterprise"))

    bench.line.where = lambda request: request.method == "POST"
    bench.line.faults = [lose_answer]
    assert set(states(create_missing(bench.client, plan)).values()) == {"api created"}


@pytest.mark.covers("R-42", "R-44", "F-24")
def test_fields_beyond_the_plan_are_left_to_decide_and_never_sent(make_bench):
    """Growth has room for 20 text fields on an object; the workbench's own come first."""
    bench = make_bench(plan="growth")
    rules = [FieldRule(to=f"cf_t{n}", source="T", type="text", label=f"T{n}") for n in range(25)]
    made = complete(bench, "growth", make_phase("patients", "contact", *rules))
    missing = made.filter(pl.col("state") == "missing")
    assert missing["name"].to_list() == [f"cf_t{n}" for n in range(19, 25)]
    assert set(missing["note"]) == {
        "plan growth allows 20 custom text fields on an object, and they are used up; decide which are needed"
    }


def test_a_field_of_another_type_is_a_conflict(bench):
    """The type of a field cannot be changed, so the rule has to."""
    complete(bench, "enterprise", PATIENTS)
    other = make_phase("patients", "contact", replace(GENDER, type="number", choices=()))
    row = plan_schema([other], read_schema(bench.client, plan="enterprise")).filter(pl.col("name") == "cf_gender")
    assert row["state"].to_list() == ["missing"]
    assert "the tenant has it as dropdown" in row["note"][0]


def test_two_phases_that_disagree_about_a_field_are_told(bench):
    """One field cannot be both."""
    other = make_phase("leads", "contact", replace(GENDER, type="number", choices=()))
    plan = plan_schema([PATIENTS, other], read_schema(bench.client, plan="enterprise"))
    assert "both dropdown and number" in plan.filter(pl.col("name") == "cf_gender")["note"][0]


def test_two_phases_that_share_a_field_share_its_options(bench):
    """The field gets the options of both."""
    other = make_phase("leads", "contact", replace(GENDER, choices=("M", "X")))
    plan = plan_schema([PATIENTS, other], read_schema(bench.client, plan="enterprise"))
    assert plan.filter(pl.col("name") == "cf_gender")["options"].to_list() == [["F", "M", "X"]]


def test_options_a_field_lacks_are_for_the_admin(bench):
    """The field is there; only the new option has to be added."""
    complete(bench, "enterprise", PATIENTS)
    wider = make_phase("patients", "contact", replace(GENDER, choices=("F", "M", "X")))
    plan = plan_schema([wider], read_schema(bench.client, plan="enterprise")).filter(pl.col("name") == "cf_gender")
    assert plan.select("kind", "state", "options").rows() == [
        ("field", "present", ["F", "M", "X"]), ("options", "missing", ["X"]),
    ]  # fmt: skip


# --- digest --------------------------------------------------------------------------------------------------------


def test_the_digest_is_that_of_the_schema_and_not_of_the_people(bench):
    """Reading twice, or hiring somebody, changes nothing; text and back is the same schema."""
    schema = read_schema(bench.client, plan="enterprise")
    assert read_schema(bench.client, plan="enterprise").digest() == schema.digest()
    bench.inside.selectors["owners"].append({"id": 9, "display_name": "New", "email": "new@tenant.example"})
    later = read_schema(bench.client, plan="enterprise")
    assert len(later.users) == len(schema.users) + 1
    assert (later.digest(), schema.describe_change(later)) == (schema.digest(), [])
    assert from_json(schema.to_json()) == schema
    assert from_json(schema.to_json()).digest() == schema.digest()


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"plan": 1}'])
def test_a_kept_schema_that_cannot_be_read_says_so(text):
    """A file somebody edited is no crash."""
    with pytest.raises(UsageError, match="run the mapping again"):
        from_json(text)


def test_changes_of_the_schema_are_named(bench):
    """What an approval no longer fits is said in words, a line each."""
    schema = read_schema(bench.client, plan="enterprise")
    contact = dict(schema.fields["contact"])
    removed = contact.pop("medium")
    contact["cf_x"] = SchemaField(name="cf_x", label="X", type="text")
    contact["city"] = replace(contact["city"], is_required=True)
    first, *others = schema.selectors["currencies"]
    currencies = (replace(first, name="AUD"), *others)
    later = replace(
        schema,
        fields={**schema.fields, "contact": contact},
        modules={"cm_a": "A"},
        selectors={**schema.selectors, "currencies": currencies},
    )
    assert removed and later.digest() != schema.digest()
    assert schema.describe_change(later) == [
        "modules cm_a added",
        "contact: field cf_x added",
        "contact: field city changed: is_required False is now True",
        "contact: field medium removed",
        "list currencies: USD changed: name 'USD' is now 'AUD'",
    ]
    assert schema.describe_change(schema) == []


def test_options_are_part_of_the_schema(bench):
    """An option taken away in the tenant closes the gate, and is named."""
    complete(bench, "enterprise", PATIENTS)
    schema = read_schema(bench.client, plan="enterprise")
    fields = dict(schema.fields["contact"])
    fields["cf_gender"] = replace(fields["cf_gender"], choices=("F",))
    later = replace(schema, fields={**schema.fields, "contact": fields})
    assert schema.describe_change(later) == ["contact: field cf_gender changed: choices F, M is now F"]
    assert schema.digest() != later.digest()


# --- preflight -----------------------------------------------------------------------------------------------------


def test_a_complete_tenant_passes(bench):
    """Nothing to say is an empty list."""
    complete(bench, "enterprise", CLINICS, PATIENTS, PLANS)
    schema = read_schema(bench.client, plan="enterprise")
    assert preflight([CLINICS, PATIENTS, PLANS], schema, policies=FALLBACK, owners=NOBODY) == []


@pytest.mark.covers("A-25", "N-66", "R-71")
def test_every_problem_is_told_at_once(make_bench):
    """Fields, modules, required fields, constants and owners, in one list."""
    bench = make_bench(plan="growth")
    schema = read_schema(bench.client, plan="growth")
    fields = {**schema.fields["contact"], "city": replace(schema.fields["contact"]["city"], is_required=True)}
    schema = replace(schema, fields={**schema.fields, "contact": fields})
    deals = make_phase("deals", "deal", FieldRule(to="currency_id", constant="GBP"), FieldRule(to="amount", source="A"))
    rows = [
        {"source_id": "p1", "name": "Dr A", "records": 12, "resolution": "unresolved"},
        {"source_id": None, "records": 0, "resolution": "unresolved"},
    ]
    owners = frame(rows, OWNERS)
    policies = replace(FALLBACK, fallback_owner="owen.marsh@tenant.example")
    problems = preflight([PATIENTS, PLANS, deals], schema, policies=policies, owners=owners)
    for part in (
        "contact: field cf_gender (dropdown) is missing: create it in Freshsales",
        "cm_care_plan: module cm_care_plan (module) is missing: this tenant (plan growth) has no custom modules",
        "patients: the tenant requires city (City) of every contact; no rule fills it",
        "deals: the tenant requires name (Name) of every deal; no rule fills it",
        "deals: currency_id = 'GBP' is on no list of the tenant; known: USD",
        "fallback_owner = 'owen.marsh@tenant.example' is no active user of the tenant; active: admin@tenant.example,",
        "12 records belong to Dr A, who is no active user of the tenant",
        "some records name no owner, or are notes or files, which have none, and no user takes them",
    ):
        assert any(part in problem for problem in problems), part
