"""A clinic's real export, from its files to a loaded tenant and back, on the largest plan and on a small one."""

from __future__ import annotations

import re
from collections import Counter
from datetime import datetime

import polars as pl
import pytest

from tests.stages.part import copy_part, read_file
from tests.stages.walk import Walk, start_walk
from workbench.engagement import ROOT
from workbench.sources.files import read_staged

EXPORT = ROOT.parent / "shared" / "data" / "synthea_ca"
MARK = re.compile(r"\[source [^\]]+\]$")
OBJECTS = ("sales_account", "contact", "deal", "task", "appointment", "note", "cm_care_plan", "cm_medication")
# How many of its patients, each with all that hangs on them, and the plan; the whole goes with the slow ones.
WHOLE = 59
CLINICS = [
    pytest.param((12, "enterprise"), id="twelve patients"),
    pytest.param((WHOLE, "enterprise"), id="enterprise", marks=pytest.mark.slow),
    pytest.param((WHOLE, "growth"), id="growth", marks=pytest.mark.slow),
]


@pytest.fixture(scope="module", params=CLINICS)
def loaded(request, tmp_path_factory) -> Walk:
    """The export, loaded; the digest of the tenant before the first record is kept beside it."""
    if not EXPORT.exists():
        pytest.skip("the shared data set ../shared/data/synthea_ca is not here")
    (patients, plan), folder = request.param, tmp_path_factory.mktemp("clinic")
    source = EXPORT if patients == WHOLE else copy_part(EXPORT, folder / "export", patients=patients)
    walk = start_walk(folder, source=source, plan=plan)
    walk.go_to("mapping")
    walk.approve("mapping")
    walk.results["before"] = walk.digest()
    walk.run("sample")
    walk.approve("sample")
    walk.run("load")
    return walk


def name_source(object: str, record: dict) -> str | None:
    """What a record of the tenant says it came from."""
    if object in ("task", "appointment", "note"):
        found = MARK.search(record["description"] or "")
        return found[0] if found else None
    return record["external_id"] if object == "contact" else record["custom_field"]["cf_source_id"]


class TestRealClinic:
    """The tests share one load; they run in the order they stand here."""

    def test_every_row_read_is_staged_or_rejected(self, loaded):
        """read = staged + rejected for each of the 17 files, and the counts are those of the export."""
        files = loaded.results["discovery"].files
        rows = {path.stem: read_file(path).height for path in loaded.engagement.source.glob("*.csv")}

        assert files.filter(pl.col("read") != pl.col("staged") + pl.col("rejected")).is_empty()
        assert dict(files.select("object", "staged").iter_rows()) == rows and len(rows) == 17
        assert rows["patients"] < WHOLE or sum(rows.values()) == 41_407

    @pytest.mark.covers("F-02")
    def test_the_sample_comes_back_as_expected(self, loaded):
        """Every field of every sampled record is compared with what the tenant gives back, and none differs."""
        sample = loaded.results["sample"]

        assert sample.diff.rows() == []
        assert sample.compared["compared"].sum() > 2000

    @pytest.mark.covers("C-68")
    def test_phases_load_parents_first(self, loaded):
        """Accounts come before contacts, contacts before everything that points at them."""
        order = loaded.results["load"].counts["phase"].to_list()

        assert order.index("organizations") < order.index("patients") < order.index("claims")
        assert order.index("patients") < min(order.index("conditions"), order.index("encounters.visit"))

    @pytest.mark.covers("R-73", "C-72")
    def test_the_balance_closes_and_the_tenant_agrees(self, loaded):
        """attempted = loaded + skipped + held, and the tenant holds exactly the records counted as loaded."""
        counts = loaded.results["load"].counts
        in_tenant = sum(len(loaded.records(object)) for object in OBJECTS)

        assert counts.filter(pl.col("attempted") != pl.col("loaded") + pl.col("skipped") + pl.col("held")).is_empty()
        assert in_tenant == counts["loaded"].sum()
        assert loaded.results["load"].held.rows() == []

    def test_every_record_is_there_once(self, loaded):
        """Each record names its source, and no source record stands twice."""
        for object in OBJECTS:
            sources = Counter(name_source(object, record) for record in loaded.records(object))
            assert None not in sources
            assert [source for source, times in sources.items() if times > 1] == []

    @pytest.mark.covers("F-04")
    def test_nothing_is_an_orphan(self, loaded):
        """Every visit, task, note and deal hangs on a contact that is there, and contacts on an account."""
        contacts = {record["id"] for record in loaded.records("contact")}
        accounts = {record["id"] for record in loaded.records("sales_account")}

        for object in ("task", "appointment"):
            links = [link for record in loaded.records(object) for link in record["targetables"]]
            assert len(links) == len(loaded.records(object))
            assert {link["id"] for link in links} <= contacts
        for record in loaded.records("contact"):
            assert {link["id"] for link in record["sales_accounts"]} <= accounts
            assert len(record["sales_accounts"]) == 1

    @pytest.mark.covers("C-13", "C-14", "C-15")
    def test_each_visit_is_an_appointment_or_a_task_with_its_original_time(self, loaded):
        """Every encounter becomes one activity: the slots keep start and end, the check-ins their date."""
        encounters = read_staged(loaded.engagement.latest_run("discovery").path / "staged")["encounters"]
        starts = dict(encounters.select("Id", "START").iter_rows())
        appointments, tasks = loaded.records("appointment"), loaded.records("task")

        assert len(appointments) + len(tasks) == encounters.height
        for record in appointments[:50]:
            source = name_source("appointment", record).rpartition(" ")[2].rstrip("]")
            assert parse(record["from_date"]) == parse(starts[source])
        assert all(record["status"] == 1 for record in tasks)

    @pytest.mark.covers("A-32")
    def test_long_notes_are_split_and_numbered(self, loaded):
        """Texts above the limit stand in several notes, each with its number, and none is left out."""
        texts = [record["description"] for record in loaded.records("note")]
        numbered = [re.match(r"\((\d+) of (\d+)\) ", text) for text in texts]
        parts = Counter(int(found[2]) for found in numbered if found)

        assert max(map(len, texts)) <= 10_000
        assert parts and all(count % whole == 0 for whole, count in parts.items())

    @pytest.mark.covers("C-24", "C-26")
    def test_care_plans_go_where_the_plan_lets_them(self, loaded):
        """With custom modules each care plan is a record; without, the latest stands in fields of the contact."""
        fields = [record["custom_field"] for record in loaded.records("contact")]
        plans = read_file(loaded.engagement.source / "careplans.csv")
        if loaded.plan == "enterprise":
            assert len(loaded.records("cm_care_plan")) == plans.height > 20
        else:
            assert loaded.records("cm_care_plan") == []
            assert sum("cf_care_plan" in field for field in fields) == plans["PATIENT"].n_unique() == 53

    @pytest.mark.covers("C-20", "C-22")
    def test_each_billed_visit_is_one_deal_with_its_amount(self, loaded):
        """Claims become one deal per billed visit, and the amounts add up to what the visits cost, to the cent."""
        encounters = read_staged(loaded.engagement.latest_run("discovery").path / "staged")["encounters"]
        cents = encounters["TOTAL_CLAIM_COST"].str.replace(r"\.", "").cast(pl.Int64).sum()

        deals = loaded.records("deal")
        assert len(deals) == encounters.height
        assert sum(round(float(deal["amount"]) * 100) for deal in deals) == cents

    def test_contacts_without_an_address_get_a_marked_placeholder(self, loaded):
        """The export has no e-mail: each contact has one under a reserved domain, and is flagged."""
        for record in loaded.records("contact"):
            assert [email["value"].endswith("@placeholder.invalid") for email in record["emails"]] == [True]
            assert record["custom_field"]["cf_placeholder_email"] is True

    @pytest.mark.covers("C-64", "A-65")
    def test_no_record_is_without_an_owner(self, loaded):
        """Staff without an account in the tenant hand their records to the fallback owner, with their name kept."""
        for object in ("contact", "sales_account", "deal", "task", "appointment"):
            assert all(record["owner_id"] for record in loaded.records(object))
        assert all(record["custom_field"]["cf_source_owner"] for record in loaded.records("contact"))

    def test_a_second_load_sends_nothing(self, loaded):
        """Loading again writes no record: what stands and is unchanged is not sent."""
        content = loaded.digest()
        writes = count_writes(loaded)

        loaded.run("load")

        assert (loaded.digest(), count_writes(loaded)) == (content, writes)

    @pytest.mark.covers("C-71", "A-75")
    def test_the_rollback_leaves_the_tenant_as_it_was(self, loaded):
        """After the rollback the tenant's content is what it was before the first record."""
        result = loaded.run("rollback")

        assert loaded.digest() == loaded.results["before"]
        assert result.proof["holds"].all()


def count_writes(walk: Walk) -> int:
    """Requests of the tenant's journal that were meant to change a record."""
    return sum(
        entry["method"] in ("POST", "PUT", "DELETE") and "filtered_search" not in entry["path"]
        for entry in walk.app.state.tenant.journal()
    )


def parse(text: str):
    """A time of the tenant or the export, comparable."""
    return datetime.fromisoformat(text)
