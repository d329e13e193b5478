"""Invoices, their lines, payments, instalments and memberships of a made-up AeronaClinic export."""

from __future__ import annotations

from datetime import datetime

import polars as pl

from workbench.generate.aerona_care import PROCEDURES, draw_plan_patient, write_plan
from workbench.generate.aerona_people import (
    DAY,
    EXPORTED,
    OPENED,
    THERE,
    Columns,
    N,
    Sizes,
    find_sign,
    write_number,
    write_patient,
)
from workbench.generate.dice import Dice, look_up
from workbench.generate.written import draw_time, write_plain, write_time

SHOP = 19  # the last of so many lines is something the shop sold
METHODS = ("Card", "Cash", "GoCardless", "Cheque")


def make_invoices(dice: Dice, sizes: Sizes) -> Columns:
    """invoices.csv: most for a treatment plan, the others for whatever was done."""
    sign = _find_sign(dice, N, sizes)
    return {
        "invoiceId": write_invoice(N),
        "patientId": write_patient(_draw_patient(dice, N, sizes)),
        "planId": pl.when(_is_planned(dice, N)).then(write_plan(_draw_plan(dice, N, sizes))),
        "date": write_time(draw_time(dice, N, "invoiced", since=OPENED, until=EXPORTED), DAY),
        "total": sign + write_plain(_draw_total(dice, N)),
        "balance": sign + write_plain(_draw_balance(dice, N)),
    }


def make_lines(dice: Dice, sizes: Sizes) -> Columns:
    """invoice_lines.csv: two to an invoice, together its total; what the shop sold has no code."""
    invoice, place, is_sold = N // 2, _draw_procedure(dice, N), N % SHOP == SHOP - 1
    is_paid = _draw_balance(dice, invoice) == 0
    return {
        "lineId": write_number(650_001, N),
        "invoiceId": write_invoice(invoice),
        "procedureCode": pl.when(~is_sold).then(look_up(place, [each[0] for each in PROCEDURES])),
        "description": pl.when(is_sold)
        .then(pl.lit("Electric toothbrush"))
        .otherwise(look_up(place, [each[1] for each in PROCEDURES])),
        "fee": _find_sign(dice, invoice, sizes) + write_plain(_draw_fee(dice, N)),
        "paymentStatus": pl.when(is_paid).then(pl.lit("Paid")).otherwise(
            pl.when(_draw_balance(dice, invoice) < _draw_total(dice, invoice)).then(pl.lit("Part paid"))
            .otherwise(pl.lit("Unpaid"))
        ),
    }  # fmt: skip


def make_payments(dice: Dice, sizes: Sizes) -> Columns:
    """payments.csv: what was paid of each invoice; the last are deposits that no invoice was chosen for."""
    is_deposit, method = sizes.invoices <= N, dice.pick(N, "method", METHODS)
    paid = _draw_total(dice, N) - _draw_balance(dice, N)
    return {
        "paymentId": write_number(700_001, N),
        "method": method,
        "amount": pl.when(is_deposit).then(pl.lit("€100.00")).otherwise(_find_sign(dice, N, sizes) + write_plain(paid)),
        "allocatedTo": pl.when(~is_deposit).then(write_invoice(N)),
        "allocationDate": pl.when(~is_deposit).then(
            write_time(draw_time(dice, N, "paid", since=OPENED, until=EXPORTED), DAY)
        ),
        "gocardlessRef": pl.when(method == "GoCardless").then("PM" + write_number(800_001, N)),
        THERE: is_deposit | (paid > 0),
    }


def make_instalments(dice: Dice, sizes: Sizes) -> Columns:
    """payment_plans.csv: every fifth treatment plan is paid in three parts."""
    plan = N * 5
    sign = find_sign(dice, draw_plan_patient(dice, plan, sizes), sizes)
    first = draw_time(dice, N, "first part", since=EXPORTED, until=datetime(2026, 6, 1))
    parts = [
        pl.format(
            '{{"due": "{}", "amount": "{}", "status": "{}"}}',
            write_time(first + pl.duration(days=30 * place), DAY),
            sign + pl.lit("120.00"),
            pl.lit("paid" if place == 0 else "due"),
        )
        for place in range(3)
    ]
    return {
        "planId": write_plan(plan),
        "patientId": write_patient(draw_plan_patient(dice, plan, sizes)),
        "instalments": "[" + pl.concat_str(parts, separator=", ") + "]",
    }


def make_memberships(dice: Dice, sizes: Sizes) -> Columns:
    """care_plans.csv: monthly memberships, some patients with two."""
    patient = N - (N % 7 == 6).cast(pl.Int64)
    return {
        "carePlanId": write_number(880_001, N),
        "patientId": write_patient(patient * 8),
        "name": dice.pick(N, "membership", ("Essential care", "Family care", "Hygiene plus")),
        "monthlyFee": find_sign(dice, patient * 8, sizes) + "15.00",
        "startDate": write_time(draw_time(dice, N, "joined", since=OPENED, until=EXPORTED), DAY),
        "status": dice.pick(N, "membership status", ("Active", "Active", "Cancelled")),
        "gocardlessRef": "MD" + write_number(100_001, N),
    }


def tell_invoices(dice: Dice, sizes: Sizes) -> Columns:
    """Truth about invoices: total and balance as plain numbers, and the currency."""
    sign = _find_sign(dice, N, sizes)
    return {
        "id": write_invoice(N),
        "total": write_plain(_draw_total(dice, N)),
        "balance": write_plain(_draw_balance(dice, N)),
        "currency": pl.when(sign == "£").then(pl.lit("GBP")).otherwise(pl.lit("EUR")),
    }


def write_invoice(number: pl.Expr) -> pl.Expr:
    """The id of an invoice."""
    return write_number(600_001, number)


def _is_planned(dice: Dice, number: pl.Expr) -> pl.Expr:
    return dice.happens(number, "for a plan", 0.6)


def _draw_plan(dice: Dice, number: pl.Expr, sizes: Sizes) -> pl.Expr:
    return dice.below(number, "of plan", max(sizes.plans, 1))


def _draw_patient(dice: Dice, number: pl.Expr, sizes: Sizes) -> pl.Expr:
    planned = draw_plan_patient(dice, _draw_plan(dice, number, sizes), sizes)
    return pl.when(_is_planned(dice, number)).then(planned).otherwise(dice.below(number, "invoice of", sizes.patients))


def _find_sign(dice: Dice, invoice: pl.Expr, sizes: Sizes) -> pl.Expr:
    return find_sign(dice, _draw_patient(dice, invoice, sizes), sizes)


def _draw_procedure(dice: Dice, line: pl.Expr) -> pl.Expr:
    return dice.below(line, "billed", len(PROCEDURES))


def _draw_fee(dice: Dice, line: pl.Expr) -> pl.Expr:
    fees = look_up(_draw_procedure(dice, line), [str(each[3] * 100) for each in PROCEDURES])
    return fees.cast(pl.Int64) + dice.pick(line, "cents", ("0", "50")).cast(pl.Int64)


def _draw_total(dice: Dice, invoice: pl.Expr) -> pl.Expr:
    return _draw_fee(dice, invoice * 2) + _draw_fee(dice, invoice * 2 + 1)


def _draw_balance(dice: Dice, invoice: pl.Expr) -> pl.Expr:
    total = _draw_total(dice, invoice)
    return look_up(dice.below(invoice, "owed", 4), ("0", "0", "1", "2")).cast(pl.Int64) * total // 2
