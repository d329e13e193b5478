"""A second export of a clinic, a day later: what changed and what is new goes to the tenant, and nothing else."""

from __future__ import annotations

import shutil
from pathlib import Path

import polars as pl
import pytest

from tests.packs_of_sources.clinic.conftest import SEED, Clinic, begin
from workbench.generate.clinic_forms import LARGE, add_large_document
from workbench.generate.registry import generate

MOVED, PAID, NEW = "1 New Street", "INV-20001", "514810972999999999"


@pytest.fixture(scope="module")
def world(tmp_path_factory) -> Clinic:
    """Loaded from one export and cut over with the next."""
    folder = tmp_path_factory.mktemp("delta")
    source = generate("clinic", records=20, out=folder / "made", seed=SEED)
    later = folder / "later"
    shutil.copytree(source, later)
    write_later(later)
    world = begin(folder, source, "enterprise", cutover_source=later)
    world.walk.go_to("cutover")
    return world


def write_later(later: Path) -> None:
    """One patient has moved, one open invoice is paid, there is a new appointment and a scan of 26 MB."""
    patients, invoices, visits = (
        pl.read_csv(later / f"{name}.csv", infer_schema=False) for name in ("patients", "invoices", "appointments")
    )
    is_first = pl.int_range(pl.len()) == 0
    patients = patients.with_columns(street=pl.when(is_first).then(pl.lit(MOVED)).otherwise("street"))
    is_paid = pl.col("number") == PAID
    invoices = invoices.with_columns(
        paid=pl.when(is_paid).then("billed").otherwise("paid"),
        balance=pl.when(is_paid).then(pl.lit("0.00")).otherwise("balance"),
    )
    new = visits.head(1).with_columns(
        id=pl.lit(NEW),
        pid=pl.lit(patients["pid"][0]),
        type=pl.lit("Consultation"),
        starts_at=pl.lit("2026-03-02 09:00:00"),
        ends_at=pl.lit("2026-03-02 09:30:00"),
    )
    for name, frame in (("patients", patients), ("invoices", invoices), ("appointments", pl.concat([visits, new]))):
        frame.write_csv(later / f"{name}.csv")
    add_large_document(later, patient=patients["pid"][0])


@pytest.mark.covers("C-09", "C-69")
def test_changed_and_new_records_are_in_the_tenant(world):
    """The patient has the new address, the bill is paid, and the appointment stands on its patient."""
    first = world.rows("patients")[0]["pid"]
    bill = next(row["bill"] for row in world.read_truth("invoices") if row["number"] == PAID)
    deal = world.own("deal")[bill]
    visit = world.marked("appointment", "appointments")[NEW]

    assert world.contacts[first]["address"] == MOVED
    assert (deal["custom_field"]["cf_payment_state"], float(deal["custom_field"]["cf_outstanding"])) == ("Paid", 0)
    assert [link["id"] for link in visit["targetables"]] == [world.contacts[first]["id"]]


@pytest.mark.covers("C-36")
def test_a_file_above_25_megabytes_is_uploaded_whole(world):
    """A scan larger than many an upload form takes hangs on its patient with every byte of it."""
    first = world.contacts[world.rows("patients")[0]["pid"]]
    with world.walk.connect() as tenant:
        sizes = [
            each["file_size"] for each in tenant.documents_of("contact", first["id"]) if "Scan" in each["file_name"]
        ]

    assert sizes == [LARGE * 1024**2]


@pytest.mark.covers("C-69")
def test_nothing_else_is_sent_again(world):
    """Records that are as they were keep the time of their first load."""
    started = world.walk.results["load"].counts["loaded"].sum()
    cutover = world.walk.results["cutover"].counts

    assert started > 100
    assert dict(cutover.filter(pl.col("loaded") > 0).select("phase", "loaded").iter_rows()) == {
        "people": 1, "bills": 1, "appointments.visit": 1, "documents": 1
    }  # fmt: skip
