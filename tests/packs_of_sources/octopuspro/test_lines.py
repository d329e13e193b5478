"""Services of OctopusPro as products, and what was quoted, booked and invoiced as the products on deals."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

import polars as pl
import pytest

CENT = Decimal("0.01")
COUNTED = ("Open", "Overdue", "Closed")
Sold = tuple[str, str, Decimal]  # name of the product, how many, what the line comes to


def list_sold(world) -> dict[str, list[Sold]]:
    """What each job should have sold, by the files alone: its invoices' lines, else its bookings', else its quotes'."""
    names = {row["id"]: row["name"] for row in world.rows("services")}
    sold: dict[str, dict[str, list[Sold]]] = defaultdict(lambda: defaultdict(list))
    for kind, job, row, total in _list_lines(world):
        sold[job][kind].append((names.get(row["service_id"], ""), row["qty"], total.quantize(CENT)))
    return {job: next(kinds[kind] for kind in ("invoice", "booking", "quote") if kind in kinds)
            for job, kinds in sold.items()}  # fmt: skip


def _list_lines(world):
    invoices, jobs = world.by("invoices", "invoice_id"), world.jobs
    booked = {row["quote_id"]: row["booking_id"] for row in world.rows("bookings")}
    quotes = world.by("quotes", "quote_id")
    for row in world.rows("invoice_lines"):
        invoice = invoices[row["invoice_id"]]
        if invoice["status"] in COUNTED:
            job = jobs.get(invoice["booking_id"], f"invoice-{invoice['invoice_id']}")
            yield "invoice", job, row, Decimal(row["amount"])
    for row in world.rows("booking_services"):
        yield "booking", jobs[row["booking_id"]], row, _net(row)
    for row in world.rows("quote_lines"):
        booking = booked.get(row["quote_id"]) or quotes[row["quote_id"]]["booking_id"]
        yield "quote", jobs.get(booking, f"quote-{row['quote_id']}"), row, _net(row)


def _net(row) -> Decimal:
    return Decimal(row["qty"]) * Decimal(row["unit_price"]) - Decimal(row["discount"] or 0)


def read_sold(world, deal) -> list[Sold]:
    """The products on a deal, as the tenant has them."""
    names = {product["id"]: product["name"] for product in world.walk.records("product")}
    return [
        (names[each["id"]], str(each["quantity"]),
         (Decimal(str(each["unit_price"])) * each["quantity"]).quantize(CENT))
        for each in deal.get("products") or []
    ]  # fmt: skip


class TestCatalogue:
    @pytest.mark.covers("O-38")
    def test_every_service_is_a_product(self, world):
        """Name and category stand on it, and it is for sale; there are no products beside them."""
        products = world.marked("product", "services")

        assert len(world.walk.records("product")) == len(products)
        for id, row in world.by("services", "id").items():
            product = products.pop(id)
            assert (product["name"], product["category"]) == (row["name"], row["category"])
            assert product["is_active"] is True
        assert not products

    @pytest.mark.covers("O-39")
    def test_a_fixed_price_is_the_unit_price(self, world):
        """What is charged by the job or piece has its price; what is charged by time has none that could mislead."""
        products, models = world.marked("product", "services"), set()
        for row in world.rows("services"):
            prices = products[row["id"]].get("product_pricings") or []
            found = [(each["currency_code"], Decimal(str(each["unit_price"]))) for each in prices]
            assert found == ([] if row["pricing_model"] == "time" else [("AUD", Decimal(row["price"]))])
            models.add(row["pricing_model"])
        assert models == {"time", "job", "unit"}

    @pytest.mark.covers("O-38", "O-39")
    def test_what_varies_and_how_long_it_takes_are_custom_fields(self, world):
        """Rules, the least price, the price an hour and the minutes are fields of the product, typed and filled."""
        products, fields = world.marked("product", "services"), world.schema.fields["product"]
        types = {name: fields[name].type for name in ("cf_minutes", "cf_least_price", "cf_price_rules")}
        timed = 0

        assert types == {"cf_minutes": "number", "cf_least_price": "decimal", "cf_price_rules": "textarea"}
        for row in world.rows("services"):
            own = products[row["id"]]["custom_field"]
            is_timed = row["pricing_model"] == "time"
            assert own.get("cf_price_rules") == row["variable_rules"]
            assert own["cf_charged_by"] == {"time": "hour", "job": "job", "unit": "piece"}[row["pricing_model"]]
            assert own.get("cf_price_an_hour") == (float(row["price"]) if is_timed else None)
            assert (own["cf_minutes"], own["cf_least_price"]) == (int(row["duration_min"]), float(row["min_price"]))
            timed += is_timed
        assert timed

    @pytest.mark.covers("O-39")
    def test_where_products_take_no_fields_their_text_says_it(self, bare):
        """Without custom fields of products the same stands in the description, line by line."""
        products = bare.marked("product", "services")

        assert products
        for row in bare.rows("services"):
            text = products[row["id"]]["description"]
            assert f"Minutes: {row['duration_min']}\n" in text and f"Least price: {row['min_price']}\n" in text
            assert ("Variable: " in text) == (row["variable_rules"] is not None)
            assert not products[row["id"]]["custom_field"]


class TestLines:
    @pytest.mark.covers("O-18", "O-25", "O-26")
    def test_each_line_is_a_product_on_the_deal_of_its_job(self, world):
        """Invoiced lines count before booked ones, those before quoted ones; each is one item, right to the cent."""
        apart, checked = 0, 0
        for job, wanted in list_sold(world).items():
            deal = world.deals[job]
            if not all(name for name, *_ in wanted) or sum(total for *_, total in wanted) != Decimal(deal["amount"]):
                apart += 1
                continue
            assert sorted(read_sold(world, deal)) == sorted(wanted), job
            checked += len(wanted)
        assert checked > 100 and apart

    @pytest.mark.covers("O-25")
    def test_an_invoice_is_its_deal_with_its_products(self, world):
        """An invoice sent alone or for a booking gives a deal with its number, its total and something sold."""
        seen = {True: 0, False: 0}
        for row in world.rows("invoices"):
            if row["status"] not in COUNTED:
                continue
            deal = world.deals[world.jobs.get(row["booking_id"], f"invoice-{row['invoice_id']}")]
            assert deal["custom_field"]["cf_invoice_number"] == row["number"]
            assert Decimal(deal["amount"]) == Decimal(row["total"])
            assert bool(deal.get("products")) != bool(deal["custom_field"].get("cf_lines_apart"))
            seen[row["booking_id"] in world.jobs] += bool(deal.get("products"))
        assert all(seen.values())

    @pytest.mark.covers("O-18")
    def test_a_discount_is_taken_off_its_line(self, world):
        """A booked line with a discount comes to less than its price, and its deal to that."""
        invoiced = {row["booking_id"] for row in world.rows("invoices") if row["status"] in COUNTED}
        services = world.by("services", "id")
        found = [row for row in world.rows("booking_services") if row["discount"] and row["booking_id"] not in invoiced]

        assert found
        for row in found:
            deal = world.deals[world.jobs[row["booking_id"]]]
            assert (services[row["service_id"]]["name"], row["qty"], _net(row)) in read_sold(world, deal)

    @pytest.mark.covers("O-26")
    def test_the_amount_of_the_source_is_never_replaced_by_the_sum_of_other_lines(self, world):
        """A fee on no line, or a deleted service, leaves the lines as text beside the amount, and the deal says so."""
        deleted = {row["invoice_id"] for row in world.rows("invoice_lines") if row["service_id"] == "99"}
        lines = defaultdict(Decimal)
        for row in world.rows("invoice_lines"):
            lines[row["invoice_id"]] += Decimal(row["amount"])
        kinds = set()
        for row in world.rows("invoices"):
            has_fee = lines[row["invoice_id"]] != Decimal(row["total"])
            if row["status"] in COUNTED and (has_fee or row["invoice_id"] in deleted):
                deal = world.deals[world.jobs.get(row["booking_id"], f"invoice-{row['invoice_id']}")]
                assert Decimal(deal["amount"]) == Decimal(row["total"]) and not deal.get("products")
                assert f"the amount is {row['total']}" in deal["custom_field"]["cf_lines_apart"]
                assert (
                    deal["custom_field"]["cf_invoice_lines"].count("\n- ")
                    == sum(each["invoice_id"] == row["invoice_id"] for each in world.rows("invoice_lines")) - 1
                )
                kinds.add("fee" if has_fee else "deleted")
        assert kinds == {"fee", "deleted"}

    @pytest.mark.covers("O-18", "O-26")
    def test_lines_are_counted_and_every_row_is_accounted_for(self, world):
        """The load counts each product on a deal; invoices' rows that are none say what they were folded into."""
        [counted] = world.walk.results["load"].counts.filter(pl.col("phase") == "jobs.lines").to_dicts()
        on_deals = sum(len(deal.get("products") or []) for deal in world.deals.values())

        assert (counted["attempted"], counted["loaded"], counted["held"]) == (on_deals, on_deals, 0)


class TestSmallerPlans:
    @pytest.mark.covers("O-18", "O-26", "O-38")
    def test_without_a_catalogue_services_are_a_list_and_lines_text(self, mapped):
        """Growth has no products: nothing of them is planned, the services are on a list; Pro has both."""
        mapping, has_catalogue = mapped.walk.results["mapping"], mapped.walk.plan == "pro"
        jobs = next(phase for phase in mapping.phases if phase.source == "jobs")
        outcomes = mapping.row_outcomes.filter(pl.col("object") == "services")["outcome"].unique().to_list()

        assert any(phase.destination == "product" for phase in mapping.phases) is has_catalogue
        assert (jobs.lines is not None) is has_catalogue
        assert outcomes == (["migrate"] if has_catalogue else ["inventory"])
        assert {"cf_booked_services", "cf_invoice_lines", "cf_quoted_services"} <= {rule.to for rule in jobs.fields}
