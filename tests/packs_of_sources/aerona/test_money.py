"""Invoices, payments, memberships and instalments of AeronaClinic, on the tenant."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import datetime
from decimal import Decimal

import pytest

ACTIVE = "Active"


def amount(text: str) -> Decimal:
    """An amount of the source without its sign."""
    return Decimal(text[1:])


def read(moment: str) -> datetime:
    """A time of the source."""
    return datetime.strptime(moment, "%d/%m/%Y %H:%M")


def name_product(line: dict) -> str:
    """What a line of an invoice is called in the catalogue; what the shop sold has no code."""
    return " ".join(filter(None, (line["procedureCode"], line["description"])))


def find_active_plans(world) -> dict[str, str]:
    """The active plan of each patient, the latest of several."""
    active = [row for row in world.rows("treatment_plans") if row["status"] == ACTIVE]
    active.sort(key=lambda row: read(row["createdAt"]))
    return {world.survivor(row["patientId"]): row["planId"] for row in active}


def group_invoices(world) -> dict[str, list[dict]]:
    """The invoices of each bill: those of a plan, those of a patient's active plan, or one alone."""
    plans, bills = find_active_plans(world), defaultdict(list)
    for row in world.rows("invoices"):
        plan = row["planId"] or plans.get(world.survivor(row["patientId"]))
        bills[f"plan-{plan}" if plan else f"invoice-{row['invoiceId']}"].append(row)
    return bills


class TestBills:
    @pytest.mark.covers("A-35")
    def test_a_deal_is_named_after_the_treatment_plan(self, world):
        """The invoices of a plan are one deal with its name; one without a plan takes the patient's active plan."""
        bills, plans = group_invoices(world), find_active_plans(world)
        lent = [row for row in world.rows("invoices")
                if not row["planId"] and world.survivor(row["patientId"]) in plans]  # fmt: skip

        assert lent and any(len(rows) > 1 for rows in bills.values())
        assert world.deals.keys() == bills.keys()
        for key, rows in bills.items():
            kind, _, id = key.partition("-")
            patient = world.contacts[world.survivor(rows[0]["patientId"])]
            whole = f"{patient['first_name']} {patient['last_name']}"
            assert world.deals[key]["name"].startswith(
                f"Treatment plan {id}: {whole}" if kind == "plan" else f"Invoice {id}: {whole}"
            )

    @pytest.mark.covers("A-35", "A-36")
    def test_amount_and_outstanding_balance_add_up(self, world):
        """The deal's amount is the sum of its invoices to the cent, in euros and pounds; what is open stands beside."""
        truth, currencies = world.truth("invoices"), set()
        for key, rows in group_invoices(world).items():
            deal, own = world.deals[key], world.deals[key]["custom_field"]
            assert Decimal(deal["amount"]) == sum(Decimal(truth[row["invoiceId"]]["total"]) for row in rows)
            assert Decimal(str(own["cf_outstanding"])) == sum(Decimal(truth[r["invoiceId"]]["balance"]) for r in rows)
            assert own["cf_currency"] == truth[rows[0]["invoiceId"]]["currency"]
            currencies.add(own["cf_currency"])
        assert currencies == {"EUR", "GBP"}

    @pytest.mark.covers("A-34")
    def test_the_state_of_payment_decides_the_stage(self, world):
        """What is paid is won, what is open is in negotiation, and the tenant's own list says how far it is paid."""
        seen = set()
        for key, rows in group_invoices(world).items():
            total, open_ = sum(amount(r["total"]) for r in rows), sum(amount(r["balance"]) for r in rows)
            state = "Paid" if not open_ else "Not paid" if open_ == total else "Partly paid"
            deal = world.deals[key]
            assert world.name_of("deal_payment_statuses", deal["deal_payment_status_id"]) == state
            stage = next(
                each.name for each in world.schema.selectors["deal_stages"] if each.id == deal["deal_stage_id"]
            )
            assert stage == ("Won" if state == "Paid" else "Negotiation")
            seen.add(state)
        assert len(seen) == 3

    @pytest.mark.covers("A-34")
    def test_line_items_stand_in_the_deal(self, world):
        """Procedure, fee with its sign and payment status of every line, one a line; so do the payments."""
        lines, payments = defaultdict(list), defaultdict(list)
        for row in world.rows("invoice_lines"):
            lines[row["invoiceId"]].append(row)
        for row in world.rows("payments"):
            payments[row["allocatedTo"]].append(row)
        paid = 0
        for key, rows in group_invoices(world).items():
            own = world.deals[key]["custom_field"]
            wanted = {
                f"- {each['invoiceId']}: {each['procedureCode'] or ''} {each['description']}, {each['fee']}, "
                f"{each['paymentStatus']}" for row in rows for each in lines[row["invoiceId"]]
            }  # fmt: skip
            assert set(own["cf_line_items"].split("\n")) == wanted
            told = own.get("cf_payments", "") or ""
            for each in (each for row in rows for each in payments[row["invoiceId"]]):
                assert f"{each['amount']} by {each['method']}" in told
                paid += 1
        assert paid > 10

    @pytest.mark.covers("A-33", "A-34")
    def test_line_items_are_the_products_of_the_deal(self, world):
        """Each line of the deal's invoices is a product on it, with its fee; the procedures are the catalogue."""
        names = {product["id"]: product["name"] for product in world.walk.records("product")}
        lines = defaultdict(list)
        for row in world.rows("invoice_lines"):
            lines[row["invoiceId"]].append(row)

        assert set(names.values()) == {name_product(row) for row in world.rows("invoice_lines")}
        assert "Electric toothbrush" in names.values()
        for key, rows in group_invoices(world).items():
            found = [(names[each["id"]], Decimal(str(each["unit_price"]))) for each in world.deals[key]["products"]]
            wanted = [(name_product(each), amount(each["fee"])) for row in rows for each in lines[row["invoiceId"]]]
            assert sorted(found) == sorted(wanted)

    @pytest.mark.covers("A-33", "A-34")
    def test_without_a_catalogue_the_lines_stand_as_text(self, smaller):
        """Growth has no products: the deal has none, and its lines all the same, one for each of its invoices'."""
        has_catalogue = smaller.walk.plan == "pro"
        lines = sum(len(deal["custom_field"]["cf_line_items"].split("\n")) for deal in smaller.deals.values())

        assert bool(smaller.walk.records("product")) is has_catalogue
        assert all(bool(deal.get("products")) is has_catalogue for deal in smaller.deals.values())
        assert lines == len(smaller.rows("invoice_lines"))

    @pytest.mark.covers("A-67", "A-43")
    def test_deals_hang_on_contact_and_practice(self, world):
        """Each deal has the patient it is for, the survivor of those merged, and that patient's account."""
        for key, rows in group_invoices(world).items():
            deal, patient = world.deals[key], world.survivor(rows[0]["patientId"])
            contact = world.contacts[patient]
            assert [each["id"] for each in deal["contacts"]] == [contact["id"]]
            assert deal["sales_account_id"] == contact["sales_accounts"][0]["id"]


class TestWhatStaysOut:
    @pytest.mark.covers("A-36", "A-52", "A-63")
    def test_instalments_are_a_list_to_sign_off(self, world):
        """Every schedule is on the list with its parts and the flag; the contact says how many there are."""
        text, counted = world.text("handoff", "document_instalment_schedules.md"), defaultdict(int)
        for row in world.rows("payment_plans"):
            counted[world.survivor(row["patientId"])] += 1
            assert f"## Treatment plan {row['planId']}, patient {world.survivor(row['patientId'])}: sign-off" in text
            for part in json.loads(row["instalments"]):
                assert f"{part['due']}: {part['amount']}, {part['status']}" in text
        listed = world.find("handoff", "inventory_payment_plans")

        assert set(listed["Sign-off"]) == {"needed"} and len(listed) == sum(counted.values()) > 5
        for id, record in world.contacts.items():
            assert record["custom_field"]["cf_instalment_plans"] == counted[id]

    def test_memberships_stand_on_the_contact_also_where_there_are_two(self, world):
        """Each membership of a patient is a line with its fee and the reference it is collected by."""
        held = defaultdict(list)
        for row in world.rows("care_plans"):
            held[world.survivor(row["patientId"])].append(row)
        assert max(map(len, held.values())) > 1
        for id, rows in held.items():
            lines = world.contacts[id]["custom_field"]["cf_memberships"].split("\n")
            assert len(lines) == len(rows)
            for line, row in zip(lines, rows, strict=True):
                assert all(row[name] in line for name in ("name", "monthlyFee", "gocardlessRef", "status"))

    @pytest.mark.covers("A-63")
    def test_deposits_without_an_invoice_are_listed(self, world):
        """A payment no invoice was chosen for says nobody's name: it is on a list and in no deal."""
        loose = {row["paymentId"] for row in world.rows("payments") if row["allocatedTo"] is None}

        assert loose and set(world.find("handoff", "inventory_payments_unallocated")["paymentId"]) == loose
        assert not any("€100.00 by" in str(deal["custom_field"].get("cf_payments")) for deal in world.deals.values())

    @pytest.mark.covers("A-37", "A-38")
    def test_recalls_are_a_reference_for_workflows(self, world):
        """Each recall with type, day and way is on the list and in the document; nothing of it is a record."""
        listed, text = world.find("handoff", "inventory_recalls"), world.text("handoff", "document_recalls.md")
        rows = world.rows("recalls")

        assert listed.select("type", "method").rows() == [(row["type"], row["method"]) for row in rows]
        assert "## Recalls" in world.text("handoff", "rebuild.md") and "Freshmarketer" in text
        for kind in {row["type"] for row in rows}:
            assert text.count(f"## {kind} for patient") == sum(row["type"] == kind for row in rows)
        for row in rows:
            day = datetime.strptime(row["dueDate"], "%d/%m/%Y").date()
            patient = world.survivor(row["patientId"])
            assert f"## {row['type']} for patient {patient}\n\nBy {row['method']}, due {day}" in text
        assert all("recalls" not in record["description"] for record in world.walk.records("task"))
