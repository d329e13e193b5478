"""The money of a made-up clinic export: invoices, payments, claims, and the truth about each bill."""

from __future__ import annotations

import polars as pl

from workbench.generate.clinic_around import draw_payer, write_payer
from workbench.generate.clinic_care import draw_seen, draw_start, write_encounter
from workbench.generate.clinic_sizes import NO_DATE, THERE, Columns, N, Sizes, write_patient
from workbench.generate.dice import Dice
from workbench.generate.quirks import sometimes
from workbench.generate.written import draw_cents, write_plain, write_time

DENIALS = ("CO-50", "CO-97", "PR-1")
METHODS = ("Card", "Cash", "Check", "Insurance")


def make_invoices(dice: Dice, sizes: Sizes) -> Columns:
    """invoices.csv: most encounters have one, some two; some have lost the encounter they were written for."""
    billed, paid = draw_billed(dice, N), draw_paid(dice, N)
    encounter = find_encounter(N, sizes)
    return {
        "number": write_invoice(N),
        "pid": write_patient(draw_seen(dice, encounter, sizes)),
        "encounter_id": pl.when(~is_orphan(dice, N)).then(write_encounter(encounter)),
        "issue_date": write_time(_draw_day(dice, N), "%Y-%m-%d"),
        "billed": write_plain(billed),
        "paid": write_plain(paid),
        "balance": write_plain(billed - paid),
        "status": pl.when(paid == 0)
        .then(pl.lit("Open"))
        .when(paid < billed)
        .then(pl.lit("Partially paid"))
        .otherwise(pl.lit("Paid")),
        THERE: has_invoice(dice, N, sizes),
    }


def make_payments(dice: Dice, sizes: Sizes) -> Columns:
    """payments.csv: what was paid of an invoice, in one or in two parts; a few name an invoice that is gone."""
    invoice, is_second = N // 2, N % 2 == 1
    paid, parts = draw_paid(dice, invoice), _draw_parts(dice, invoice)
    day = _draw_day(dice, invoice) + pl.duration(days=5 + 20 * (N % 2))
    first = pl.when(parts == 2).then(paid // 2).otherwise(paid)
    return {
        "id": "PAY-" + (N + 1).cast(pl.String),
        "invoice_number": sometimes(dice, N, "gone", 0.01, pl.lit("INV-0"), write_invoice(invoice)),
        "date": sometimes(dice, N, "undated", 0.02, pl.lit(NO_DATE), write_time(day, "%Y-%m-%d")),
        "method": dice.pick(N, "method", METHODS),
        "amount": write_plain(pl.when(is_second).then(paid - first).otherwise(first)),
        "reference": "T" + dice.below(N, "reference", 10**8).cast(pl.String).str.zfill(8),
        THERE: has_invoice(dice, invoice, sizes) & (paid > 0) & (~is_second | (parts == 2)),
    }


def make_claims(dice: Dice, sizes: Sizes) -> Columns:
    """claims.csv: what insurers were asked for, and their answer."""
    status = draw_answer(dice, N)
    return {
        "id": "CLM-" + (N + 1).cast(pl.String),
        "encounter_id": write_encounter(N),
        "payer_id": write_payer(draw_payer(dice.of("claims"), N)),
        "submitted": write_time(_draw_day(dice, N) + pl.duration(days=1), "%Y-%m-%d"),
        "billed": write_plain(draw_billed(dice, N)),
        "status": status,
        "denial_code": pl.when(status == "DENIED").then(dice.pick(N, "denial", DENIALS)),
        THERE: has_claim(dice, N, sizes),
    }


def tell_invoices(dice: Dice, sizes: Sizes) -> Columns:
    """Truth about invoices: the deal each belongs to, and its amounts in cents."""
    encounter = find_encounter(N, sizes)
    is_denied = has_claim(dice, encounter, sizes) & (draw_answer(dice, encounter) == "DENIED")
    return {
        "number": write_invoice(N),
        "bill": pl.when(is_orphan(dice, N)).then("invoice-" + write_invoice(N)).otherwise(write_encounter(encounter)),
        "pid": write_patient(draw_seen(dice, encounter, sizes)),
        "billed": draw_billed(dice, N),
        "paid": draw_paid(dice, N),
        "is_denied": is_denied & ~is_orphan(dice, N),
        THERE: has_invoice(dice, N, sizes),
    }


def find_encounter(number: pl.Expr, sizes: Sizes) -> pl.Expr:
    """The encounter an invoice is for: of the same number, and for those behind the last one begun anew."""
    return number % sizes.encounters


def has_invoice(dice: Dice, number: pl.Expr, sizes: Sizes) -> pl.Expr:
    """Whether there is an invoice of that number; only what has a first one has a second."""
    return ~dice.happens(find_encounter(number, sizes), "unbilled", 0.2)


def has_claim(dice: Dice, encounter: pl.Expr, sizes: Sizes) -> pl.Expr:
    """Whether an insurer was asked for the encounter."""
    return has_invoice(dice, encounter, sizes) & ~dice.happens(encounter, "no claim", 0.4)


def is_orphan(dice: Dice, number: pl.Expr) -> pl.Expr:
    """Whether the invoice has lost its encounter."""
    return dice.happens(number, "lost encounter", 0.04)


def draw_answer(dice: Dice, encounter: pl.Expr) -> pl.Expr:
    """What the insurer answered."""
    return dice.pick(encounter, "answer", ("PAID", "PAID", "PENDING", "DENIED"))


def draw_billed(dice: Dice, number: pl.Expr) -> pl.Expr:
    """Cents of the invoice of that number."""
    return draw_cents(dice, number, "billed", least=40, most=2_000)


def draw_paid(dice: Dice, number: pl.Expr) -> pl.Expr:
    """Cents paid of it: nothing, a half, or all."""
    billed, way = draw_billed(dice, number), dice.below(number, "paid", 4)
    return pl.when(way == 0).then(0).when(way == 1).then(billed // 2).otherwise(billed)


def write_invoice(number: pl.Expr) -> pl.Expr:
    """The number on an invoice."""
    return "INV-" + (number + 20_001).cast(pl.String)


def _draw_parts(dice: Dice, invoice: pl.Expr) -> pl.Expr:
    return dice.below(invoice, "parts", 2) + 1


def _draw_day(dice: Dice, number: pl.Expr) -> pl.Expr:
    return draw_start(dice.of("invoices"), number)
