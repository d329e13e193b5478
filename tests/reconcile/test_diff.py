"""The diff names every field that came back different, and why, and counts the ones that agree."""

import httpx
import polars as pl
import pytest

from tests.load.world import PHASES, change, make_records, open_tenant
from workbench.model import COMPARED, DIFF, DIFF_CAUSES
from workbench.reconcile.diff import diff_records, find_cause, read_back
from workbench.reconcile.population import read_population
from workbench.sandbox import in_process


@pytest.fixture
def records():
    return make_records()


@pytest.fixture
def loaded(world, ledger, records):
    world.load(records, ledger)
    return pl.concat([frame.select(pl.lit(name).alias("phase"), "external_id") for name, frame in records.items()])


def diff(world, ledger, records, returned):
    return diff_records(PHASES, records, returned, ledger=ledger, schema=world.schema, owners=world.owners())


def edit(world, ledger, phase, external_id, values):
    standing = ledger.standing(phase, external_id)
    world.tenant.update(standing.destination, standing.destination_id, values)


@pytest.mark.covers("C-66", "A-70")
def test_a_faithful_load_has_no_difference(world, ledger, records, loaded):
    """Fields, links, owners and ids of every object agree, and what is only written differently is counted apart."""
    differences, compared = diff(world, ledger, records, read_back(world.tenant, ledger, loaded))

    assert differences.schema == DIFF and compared.schema == COMPARED
    assert differences.is_empty()
    assert (compared["compared"] == compared["equal"] + compared["normalised"]).all()
    fields = set(compared.select("phase", "field").iter_rows())
    assert {("claims", "contacts"), ("plans", "cf_patient"), ("patients", "sales_accounts"), ("plans", "owner_id"),
            ("patients", "external_id"), ("claims", "cf_source_id"), ("remarks", "targetable")} <= fields  # fmt: skip
    born = compared.row(by_predicate=pl.col("field") == "cf_born", named=True)
    assert (born["tag"], born["compared"], born["normalised"]) == ("birth", 5, 5)


@pytest.mark.covers("A-71", "C-65")
@pytest.mark.parametrize(
    ("phase", "external_id", "values", "field", "cause"),
    [
        ("patients", "p1", {"first_name": "Anna"}, "first_name", "changed_by_tenant"),
        ("patients", "p1", {"first_name": "Zo"}, "first_name", "truncated"),
        ("patients", "p1", {"last_name": None}, "last_name", "dropped"),
        ("patients", "p1", {"custom_field": {"cf_gender": None}}, "cf_gender", "dropped"),
        ("clinics", "c0", {"city": "Wien"}, "city", "changed_by_tenant"),
        ("claims", "k1", {"amount": 130}, "amount", "coerced"),
        ("claims", "k1", {"custom_field": {"cf_paid": 11}}, "cf_paid", "coerced"),
        ("plans", "t1", {"custom_field": {"cf_start": "2021-03-03"}}, "cf_start", "changed_by_tenant"),
        ("encounters.visit", "e1", {"from_date": "2021-03-02T10:00:00Z"}, "from_date", "changed_by_tenant"),
        ("remarks", "r1", {"description": "remark 1"}, "description", "truncated"),
        ("patients", "p1", {"sales_accounts": []}, "sales_accounts", "lookup_differs"),
    ],
)
def test_a_changed_value_shows_both_sides_and_the_cause(
    world, ledger, records, loaded, phase, external_id, values, field, cause
):
    """One field tampered with is one row: phase, record, field, expected, returned, cause."""
    edit(world, ledger, phase, external_id, values)
    differences, compared = diff(world, ledger, records, read_back(world.tenant, ledger, loaded))

    row = differences.row(0, named=True)
    assert differences.height == 1
    assert (row["phase"], row["external_id"], row["field"], row["cause"]) == (phase, external_id, field, cause)
    assert row["expected"] != row["returned"]
    assert compared["different"].sum() == 1


def test_a_wrong_owner_and_a_wrong_parent_are_lookups(world, ledger, records, loaded):
    """Owner and parent are compared by the record they point at."""
    users = [user.id for user in world.schema.users]
    edit(world, ledger, "patients", "p1", {"owner_id": users[2]})
    other = ledger.destination_id("patients", "p3")
    edit(world, ledger, "plans", "t1", {"custom_field": {"cf_patient": other}})

    differences, _ = diff(world, ledger, records, read_back(world.tenant, ledger, loaded))
    assert differences.select("external_id", "field", "cause").rows() == [
        ("p1", "owner_id", "lookup_differs"), ("t1", "cf_patient", "lookup_differs")
    ]  # fmt: skip


def test_a_lost_record_is_a_difference(world, ledger, records, loaded):
    """A record the tenant no longer holds is one row about the whole record."""
    for phase in ("claims", "remarks"):
        standing = ledger.standings(phase)[0]
        world.tenant.delete(standing.destination, standing.destination_id)

    differences, _ = diff(world, ledger, records, read_back(world.tenant, ledger, loaded))
    assert differences.select("external_id", "field", "cause").rows() == [
        ("k0", "(the record)", "dropped"), ("r0", "(the record)", "dropped")
    ]  # fmt: skip


def test_a_tenant_that_loses_fields_is_found_out(world, ledger, records):
    """A tenant that drops a field from every write without a word is caught by the diff, not believed."""

    def forget_gender(request: httpx.Request) -> httpx.Response:
        content = request.read().replace(b'"cf_gender":"M"', b'"cf_gender":null')
        headers = {name: value for name, value in request.headers.items() if name != "content-length"}
        return inner.handle_request(httpx.Request(request.method, request.url, headers=headers, content=content))

    inner = in_process(world.app)
    world.load(records, ledger, tenant=open_tenant(httpx.MockTransport(forget_gender)))
    population = read_population(world.tenant, ledger, PHASES)

    differences, _ = diff(world, ledger, records, {k: v for k, v in population.items() if k[0] == "patients"})
    assert differences.select("external_id", "field", "cause").rows() == [
        ("p1", "cf_gender", "dropped"), ("p3", "cf_gender", "dropped")
    ]  # fmt: skip
    inner.close()


def test_a_placeholder_is_expected_where_one_was_due(world, ledger, records):
    """A contact without an identifier is expected with its placeholder, and differs only if that is not what came."""
    world.load(change(records, "patients", "p1", email=None), ledger)
    sample = pl.DataFrame({"phase": ["patients"], "external_id": ["p1"]})

    differences, _ = diff(
        world, ledger, change(records, "patients", "p1", email=None), read_back(world.tenant, ledger, sample)
    )
    assert differences.is_empty()


@pytest.mark.parametrize(
    ("expected", "returned", "cause"),
    [
        ("a", "a", "equal"),
        (None, "", "equal"),
        (None, False, "equal"),
        ("2020-01-01T06:00:00Z", "2020-01-01T00:00:00-06:00", "normalised"),
        ("A@B.example", "a@b.example", "normalised"),
        ("a;b", "b;a", "normalised"),
        ("long text", "long", "truncated"),
        ("02139", "2139", "coerced"),
        ("02139", 2139, "coerced"),
        (12.345, 12.35, "coerced"),
        ("+61 (2) 55", "+61255", "coerced"),
        ("x", None, "dropped"),
        (0, None, "dropped"),
        (None, "New", "changed_by_tenant"),
        ("Ann", "Bea", "changed_by_tenant"),
    ],
)
def test_causes(expected, returned, cause):
    """Each cause by the smallest example of it."""
    assert find_cause(expected, returned, field="cf_x") == cause
    assert cause in DIFF_CAUSES
