"""The made-up export of OctopusPro: its files, its quirks, and the truth beside it."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from workbench.engagement import TEMPLATES
from workbench.generate.registry import generate
from workbench.layout import read_layout
from workbench.sources.files import read_staged, stage_folder

CUSTOMERS = 2_600


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """The folder with an export large enough for two pieces of the customer file."""
    return generate("octopuspro", records=CUSTOMERS, out=tmp_path_factory.mktemp("made") / "x", seed=3)


@pytest.fixture(scope="module")
def staged(made, tmp_path_factory) -> dict[str, pl.DataFrame]:
    """Read by the layout as it ships."""
    out = tmp_path_factory.mktemp("staged")
    stage_folder(made, read_layout(TEMPLATES / "layouts" / "octopuspro.toml"), out)
    return read_staged(out)


def test_customers_come_in_pieces_of_2500_rows(made, staged):
    """The pieces are numbered, each has the header, and together they are all customers."""
    rows = {path.name: pl.read_csv(path, infer_schema=False).height for path in made.glob("customers_*.csv")}

    assert rows == {"customers_1.csv": 2_500, "customers_2.csv": CUSTOMERS - 2_500}
    assert staged["customers"]["customer_id"].n_unique() == CUSTOMERS


def test_the_same_seed_writes_the_same_files(made, tmp_path):
    """Every byte of every file is the same, and another seed gives another export."""
    again = generate("octopuspro", records=CUSTOMERS, out=tmp_path / "again", seed=3)
    other = generate("octopuspro", records=CUSTOMERS, out=tmp_path / "other", seed=4)

    files = [json.loads((folder / "manifest.json").read_text())["files"] for folder in (made, again, other)]
    assert files[0] == files[1]
    assert files[0]["bookings.csv"] != files[2]["bookings.csv"]


def test_every_quirk_is_there(staged):
    """Each thing that goes wrong in real exports goes wrong for a share of the records."""
    customers, bookings, invoices = staged["customers"], staged["bookings"], staged["invoices"]
    known = customers["customer_id"].implode()
    values, fields = staged["custom_values"], staged["custom_fields"]
    refunds = staged["refunds"].join(staged["payments"], on="payment_id", suffix="_paid")
    shares = {
        "business without a name": (customers["customer_type"] == "Business") & customers["business_name"].is_null(),
        "second person": customers["last_name2"].is_not_null(),
        "state in capitals": customers["state"] == "VICTORIA",
        "deleted customer": ~bookings["customer_id"].is_in(known),
        "no total": bookings["total"].is_null(),
        "status of the account's own": bookings["status"] == "Waiting for parts",
        "booking gone": ~invoices["booking_id"].is_in(bookings["booking_id"].implode()),
        "void invoice": invoices["status"] == "Void",
        "lost invoice": ~staged["payments"]["invoice_id"].is_in(invoices["invoice_id"].implode()),
        "refund too large": refunds["amount"].cast(pl.Float64) > refunds["amount_paid"].cast(pl.Float64),
        "several workers": staged["booking_appointments"]["fieldworker_ids"].str.contains(","),
        "worker without e-mail": staged["fieldworkers"]["email"].is_null(),
        "signature as data": values["value"].str.starts_with("data:image/png"),
        "photo as address": values["value"].str.starts_with("https://"),
        "comma inside an option": values["value"].str.contains("Dog, large"),
        "number that is none": values["value"].str.starts_with("about "),
    }

    assert [name for name, happens in shares.items() if not 0 < happens.sum() < len(happens)] == []
    assert set(fields["scope"]) == {"customer", "booking", "fieldworker", "inquiry"}


def test_the_money_adds_up(staged):
    """What an invoice says was paid is the sum of its payments, unless it was voided."""
    paid = staged["payments"].group_by("invoice_id").agg(pl.col("amount").cast(pl.Decimal(12, 2)).sum())
    sums = dict(paid.iter_rows())
    lost = {row["invoice_id"] for row in _lost(staged)}

    checked = 0
    for row in staged["invoices"].iter_rows(named=True):
        if row["status"] == "Closed" and row["invoice_id"] not in lost:
            checked += sums.get(row["invoice_id"]) == Decimal(row["paid"]) == Decimal(row["total"])
    assert checked > 500


def _lost(staged: dict[str, pl.DataFrame]) -> list[dict[str, str]]:
    """Invoices of which a payment names another that is not there."""
    numbers = (
        staged["payments"]
        .filter(~pl.col("invoice_id").is_in(staged["invoices"]["invoice_id"].implode()))["payment_id"]
        .cast(pl.Int64)
    )
    ids = ((numbers - 6_700_001) // 2 + 6_000_001).cast(pl.String)
    return staged["invoices"].filter(pl.col("invoice_id").is_in(ids.implode())).to_dicts()


def test_the_truth_names_every_customer_and_job(made, staged):
    """There is a line of truth for each customer and each booking, with keys the files have."""
    truth = {
        name: pl.read_parquet(made.parent / "truth" / f"{name}.parquet") for name in ("customers", "jobs", "payments")
    }

    assert truth["customers"]["id"].to_list() == staged["customers"]["customer_id"].to_list()
    assert truth["jobs"]["booking"].to_list() == staged["bookings"]["booking_id"].to_list()
    assert truth["payments"]["id"].to_list() == staged["payments"]["payment_id"].to_list()
