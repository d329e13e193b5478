"""Products with their prices, and the lines of deals: in one request with their deal, and never apart from it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import polars as pl
import pytest

from tests.load.lossy import Lossy
from tests.load.world import PHASES as CLINIC
from tests.load.world import POLICIES, World, make_records, make_world, open_tenant, shape_records
from workbench.budget.requests import plan_requests
from workbench.errors import RetryLater
from workbench.ledger import Ledger
from workbench.line_items import add_lines
from workbench.load.held import group_held
from workbench.load.proof import prove_rollback
from workbench.load.rollback import roll_back
from workbench.load.scope import Scope
from workbench.model import FieldRule, Lines, Phase
from workbench.reconcile.diff import diff_records, read_back
from workbench.sandbox import in_process

PRODUCTS = Phase(
    name="treatments", source="treatments", destination="product", external_id=("Id",),
    fields=(
        FieldRule(to="name"), FieldRule(to="sku_number"), FieldRule(to="description"),
        FieldRule(to="product_pricings", tag="money"),
    ),
)  # fmt: skip
SOLD = Lines(
    object="sold", match={"CLAIM": "external_id"}, products="treatments", product="TREATMENT", quantity="QTY",
    unit_price="PRICE", discount="OFF", tag="money",
)  # fmt: skip
PHASES = (*CLINIC[:2], PRODUCTS, replace(CLINIC[2], lines=SOLD))
CATALOG = [
    {"external_id": "t1", "name": "Filling", "sku_number": "F-1", "product_pricings": "CAD 129.16; USD 99"},
    {"external_id": "t2", "name": "Check-up", "description": "Half an hour", "product_pricings": "CAD 40"},
]
# Claim, treatment, quantity, price of one, money off the line.
LINES_SOLD = [
    ("k0", "t1", "1", "129.16", None), ("k1", "t1", "3", "33.33", "0.50"), ("k1", "t2", "1.5", "40", None),
    ("k2", "t2", "3", "10.00", "10.00"),
]  # fmt: skip
# What the deals come to in the source; the last one says another amount than its line.
AMOUNTS = {"k0": 129.16, "k1": 159.49, "k2": 25.0}


@pytest.fixture
def world(tmp_path):
    world = make_world(tmp_path / "ledger.sqlite")
    yield replace(world, phases=PHASES)
    world.tenant.close()


@pytest.fixture
def ledger(world):
    with world.ledger() as ledger:
        yield ledger


def make_sold(
    sold: list[tuple[str | None, ...]] = LINES_SOLD, catalog: list[dict] = CATALOG
) -> dict[str, pl.DataFrame]:
    """The clinic with three claims and what was sold with each."""
    clinic = make_records(patients=3)
    clinic = {name: clinic[name] for name in ("clinics", "patients", "claims")}
    schema = dict.fromkeys(("CLAIM", "TREATMENT", "QTY", "PRICE", "OFF"), pl.String)
    rows = pl.DataFrame(sold, schema=schema, orient="row").with_row_index("_row")
    amount = pl.col("external_id").replace_strict(AMOUNTS)
    claims = add_lines(clinic["claims"].with_columns(amount=amount), {"sold": rows}, SOLD)
    return clinic | make_catalog(catalog) | {"claims": claims}


def make_catalog(catalog: list[dict] = CATALOG) -> dict[str, pl.DataFrame]:
    """What can be sold."""
    return {"treatments": shape_records(PRODUCTS, catalog)}


def load(world: World, ledger: Ledger, records: dict[str, pl.DataFrame], **more: Any) -> dict[str, dict[str, int]]:
    """Load everything; returns the balance of each phase."""
    counts = world.load(records, ledger, **more)
    kept = ("attempted", "loaded", "skipped", "held", "requests")
    return {row["phase"]: {name: row[name] for name in kept} for row in counts.iter_rows(named=True)}


def deals(world: World) -> dict[str, dict[str, Any]]:
    """The deals of the tenant by their source id."""
    return {each["custom_field"]["cf_source_id"]: each for each in world.store.records("deal")}


def diff(world: World, ledger: Ledger, records: dict[str, pl.DataFrame]) -> dict[tuple[str, str, str], tuple[Any, Any]]:
    """What differs: phase, id and field, with both sides."""
    keys = [{"phase": p.name, "external_id": id} for p in PHASES for id in records[p.name]["external_id"]]
    returned = read_back(world.tenant, ledger, pl.DataFrame(keys))
    found, _ = diff_records(PHASES, records, returned, ledger=ledger, schema=world.schema, owners=world.owners())
    rows = found.iter_rows(named=True)
    return {(r["phase"], r["external_id"], r["field"]): (r["expected"], r["returned"]) for r in rows}


def test_lines_go_in_the_body_of_their_deal_and_cost_no_request(world, ledger):
    """Three deals with four lines cost what three deals cost; every line is in the balance."""
    records = make_sold()
    planned = plan_requests(PHASES, records, schema=world.schema, holds={})
    counts = load(world, ledger, records)

    plain = {"attempted": 2, "loaded": 2, "skipped": 0, "held": 0}
    # A list of what the catalog holds before the first is made, and a request each.
    assert counts["treatments"] == plain | {"requests": 3}
    of_products = planned.filter(destination="product").select("kind", "least", "planned").rows()
    assert of_products == [("existing", 1, 1), ("records", 2, 2)]
    assert counts["claims"]["loaded"] == 3
    assert counts["claims.lines"] == {"attempted": 4, "loaded": 4, "skipped": 0, "held": 0, "requests": 0}
    items = {id: deal.get("products") or [] for id, deal in deals(world).items()}
    assert [(each["quantity"], each["unit_price"]) for each in items["k0"]] == [(1, 129.16)]
    assert [(each["quantity"], each["unit_price"]) for each in items["k1"]] == [(3, 33.163), (1.5, 40.0)]
    assert deals(world)["k1"]["amount"] == "159.49"


def test_products_keep_their_price_in_every_currency(world, ledger):
    """A product has its prices, its text and the line that names its source record."""
    load(world, ledger, make_sold())

    found = {each["name"]: each for each in world.store.records("product")}
    prices = [(each["currency_code"], each["unit_price"]) for each in found["Filling"]["product_pricings"]]
    assert prices == [("CAD", 129.16), ("USD", 99.0)]
    assert found["Check-up"]["description"] == "Half an hour\n[source treatments t2]"


def test_the_diff_compares_quantity_price_and_total_to_the_cent(world, ledger):
    """Only the deal differs whose source says another amount than its lines come to."""
    records = make_sold()
    load(world, ledger, records)
    assert diff(world, ledger, records) == {("claims", "k2", "amount"): ("25.0", "20.0")}

    id = ledger.destination_id("claims", "k0", destination="deal")
    other = {"id": ledger.destination_id("treatments", "t1"), "quantity": 1, "unit_price": 129.17}
    world.tenant.update("deal", id, {"products": [other]})

    found = diff(world, ledger, records)
    assert {name for _, key, name in found if key == "k0"} == {"amount", "products"}
    assert found["claims", "k0", "amount"] == ("129.16", "129.17")


def test_deals_with_lines_go_by_the_hundred(world, ledger):
    """The body of a batch carries them too: forty deals with a line each cost what forty deals cost."""
    clinic = make_records(patients=40)
    claims = clinic["claims"]
    sold = [(id, "t1", "1", str(amount), None) for id, amount in claims.select("external_id", "amount").iter_rows()]
    rows = pl.DataFrame(sold, schema=["CLAIM", "TREATMENT", "QTY", "PRICE", "OFF"], orient="row").with_row_index("_row")
    records = {name: clinic[name] for name in ("clinics", "patients")} | make_catalog()
    records["claims"] = add_lines(claims, {"sold": rows.with_columns(pl.col("OFF").cast(pl.String))}, SOLD)

    counts = load(world, ledger, records)
    assert counts["claims.lines"]["loaded"] == 40
    # The views and the tenant's own deals, a batch, its job and a list.
    assert counts["claims"]["requests"] == 5
    assert all(len(deal["products"]) == 1 for deal in deals(world).values())
    assert diff(world, ledger, records) == {}


def test_a_deal_waits_with_its_lines_for_a_product_that_is_held(world, ledger):
    """A product the catalog seems to hold already is held, its deals with all their lines behind it, and released."""
    stranger = world.tenant.create("product", {"name": "check-UP"})
    records = make_sold()

    counts = load(world, ledger, records)
    assert counts["treatments"] == {"attempted": 2, "loaded": 1, "skipped": 0, "held": 1, "requests": 2}
    assert counts["claims"]["held"] == 2
    assert counts["claims.lines"] == {"attempted": 4, "loaded": 1, "skipped": 0, "held": 3, "requests": 0}
    groups = group_held(ledger, PHASES, records)
    assert groups.roots.select("phase", "external_id", "code", "waiting").rows() == [
        ("treatments", "t2", "existing_match", 2)
    ]
    world.tenant.delete("product", stranger["id"])
    assert load(world, ledger, records)["claims.lines"]["loaded"] == 4
    assert len(world.store.records("product")) == 2


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (("k0", "t1", "x", "129.16", None), "missing_required"),
        (("k0", "t1", None, "129.16", None), "missing_required"),
        (("k0", "t1", "1", "129.16", "some"), "missing_required"),
        (("k0", None, "1", "129.16", None), "parent_missing"),
        (("k0", "t9", "1", "129.16", None), "parent_missing"),
        (("k0", "t1", "0", "129.16", "5"), "rejected_by_tenant"),
    ],
)
def test_a_line_that_cannot_be_read_holds_its_deal(world, ledger, line, code):
    """No deal goes with fewer lines, or other numbers, than the source says."""
    counts = load(world, ledger, make_sold([line]))

    assert counts["claims.lines"] == {"attempted": 1, "loaded": 0, "skipped": 0, "held": 1, "requests": 0}
    assert ledger.held().select("external_id", "code", "field").rows() == [("k0", code, "products")]


def test_what_stands_costs_nothing_and_a_changed_line_one_change(world, ledger):
    """The same again sends nothing; another quantity is one look and one change, and lines that left are taken off."""
    load(world, ledger, make_sold())
    before = world.tenant.requests
    assert load(world, ledger, make_sold())["claims"]["requests"] == 0
    assert world.tenant.requests == before

    changed = make_sold([("k0", "t1", "2", "129.16", None), *LINES_SOLD[2:]])
    assert load(world, ledger, changed)["claims"]["requests"] == 4
    assert deals(world)["k0"]["amount"] == "258.32"
    assert [each["quantity"] for each in deals(world)["k1"]["products"]] == [1.5]

    none = make_sold(LINES_SOLD[1:])
    assert load(world, ledger, none)["claims"]["loaded"] == 3
    assert deals(world)["k0"]["products"] == []
    assert deals(world)["k0"]["amount"] == "129.16"


def test_a_line_somebody_changed_is_not_written_over(world, ledger):
    """Source then, source now, tenant now: the products of a deal are a field like any other."""
    load(world, ledger, make_sold())
    id = ledger.destination_id("claims", "k0", destination="deal")
    other = {"id": ledger.destination_id("treatments", "t2"), "quantity": 9, "unit_price": 1}
    world.tenant.update("deal", id, {"products": [other]})

    load(world, ledger, make_sold([("k0", "t1", "2", "129.16", None), *LINES_SOLD[1:]]))
    assert ledger.held().select("external_id", "code").rows() == [("k0", "edited_in_tenant")]
    assert deals(world)["k0"]["products"][0]["quantity"] == 9


def test_a_rollback_takes_back_products_and_lines(world, ledger):
    """The tenant is as it was, by proof; a deal that was there before has its own lines and amount again."""
    mine = world.tenant.create("product", {"name": "Mine"})
    own = {"name": "Old", "amount": 7, "custom_field": {"cf_source_id": "k0"}}
    deal = world.tenant.create("deal", own | {"products": [{"id": mine["id"], "quantity": 2, "unit_price": 3.5}]})
    before = world.count_all()
    load(world, ledger, make_sold())
    assert deals(world)["k0"]["amount"] == "129.16"

    roll_back(ledger, world.tenant, run_label="90_rollback/test")
    assert world.count_all() == before
    assert prove_rollback(ledger, world.tenant).holds
    [found] = world.store.records("deal")
    assert (found["id"], found["name"], found["amount"]) == (deal["id"], "Old", "7.0")
    assert [(each["id"], each["quantity"], each["unit_price"]) for each in found["products"]] == [(mine["id"], 2, 3.5)]


def test_products_taken_back_alone_take_the_deals_they_stand_on_along(world, ledger):
    """A deal is not left with a product that is gone."""
    load(world, ledger, make_sold())
    roll_back(ledger, world.tenant, run_label="90_rollback/test", scope=Scope(parts=(("record", "treatments/t1"),)))

    assert list(deals(world)) == ["k2"]
    assert [each["name"] for each in world.store.records("product")] == ["Check-up"]


def test_a_product_whose_answer_was_lost_is_found_by_its_name_and_mark(world, ledger):
    """Nothing stands twice, however many answers get lost, and no two products of one name are taken for each other."""
    catalog = [{"external_id": f"t{n}", "name": "Filling" if n % 2 else f"Part {n}"} for n in range(1, 13)]
    lossy = Lossy(in_process(world.app), seed=7, lost_answers=0.4, lost_requests=0.2)
    tenant = open_tenant(lossy)
    records = make_sold(catalog=catalog)
    for _ in range(20):
        try:
            load(world, ledger, records, tenant=tenant)
            break
        except RetryLater:
            continue
    assert lossy.lost > 3
    marks = [each["description"] for each in world.store.records("product")]
    assert sorted(marks) == sorted(f"[source treatments t{n}]" for n in range(1, 13))
    assert len(deals(world)) == 3
    assert {name for _, _, name in diff(world, ledger, records)} == {"amount"}


def test_the_plan_counts_what_products_not_for_sale_take(world, ledger):
    """Made, looked at and changed: three requests each, and one for a product that is for sale."""
    phases = (replace(PRODUCTS, fields=(*PRODUCTS.fields, FieldRule(to="is_active"))),)
    shaped = shape_records(phases[0], [{"external_id": f"t{n}", "name": f"Item {n}"} for n in range(3)])
    records = {"treatments": shaped.with_columns(is_active=pl.Series([False, True, False]))}
    planned = plan_requests(phases, records, schema=world.schema, holds={}).filter(destination="product")

    assert planned.select("kind", "least", "planned").rows() == [("existing", 1, 1), ("records", 3, 7)]
    assert load(world, ledger, records, phases=phases)["treatments"]["requests"] == 1 + 7


def test_a_product_not_for_sale_is_found_again_when_its_answer_was_lost(world, ledger):
    """No list names it: it is made for sale and taken off the shelf, and stands once whatever gets lost."""
    phases = (replace(PRODUCTS, fields=(*PRODUCTS.fields, FieldRule(to="is_active"))),)
    old = [{"external_id": f"t{n}", "name": f"Old {n}"} for n in range(6)]
    records = {"treatments": shape_records(phases[0], old).with_columns(is_active=False)}
    lossy = Lossy(in_process(world.app), seed=3, lost_answers=0.5)

    load(world, ledger, records, tenant=open_tenant(lossy), phases=phases)
    assert lossy.lost > 2
    found = world.store.records("product")
    assert len(found) == 6
    assert not any(each["is_active"] for each in found)
    assert load(world, ledger, records, phases=phases)["treatments"]["requests"] == 0


def test_prices_follow_the_source_and_go_back(world, ledger):
    """A product that was there before gets our prices beside its own, and only its own again; one that left goes."""
    own = {"name": "FILLING", "product_pricings": [{"currency_code": "EUR", "unit_price": 7}]}
    theirs = world.tenant.create("product", own)
    digest = world.store.digest()
    policies = replace(POLICIES, existing_match="update")
    load(world, ledger, make_sold(), policies=policies)
    assert prices(world, theirs["id"]) == {"CAD": 129.16, "EUR": 7.0, "USD": 99.0}

    fewer = make_sold(catalog=[CATALOG[0] | {"product_pricings": "CAD 130"}, CATALOG[1]])
    assert load(world, ledger, fewer, policies=policies)["treatments"]["requests"] == 2
    assert prices(world, theirs["id"]) == {"CAD": 130.0, "EUR": 7.0}

    roll_back(ledger, world.tenant, run_label="90_rollback/test")
    assert prices(world, theirs["id"]) == {"EUR": 7.0}
    assert prove_rollback(ledger, world.tenant).holds
    assert world.store.digest() == digest


def prices(world: World, id: int) -> dict[str, float]:
    """What a product costs, by currency."""
    found = next(each for each in world.store.records("product") if each["id"] == id)
    return {each["currency_code"]: each["unit_price"] for each in found["product_pricings"]}
