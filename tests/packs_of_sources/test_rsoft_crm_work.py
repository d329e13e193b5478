"""What becomes of the deals, the history and the owners of RSoft CRM on the tenant, and whether the balance closes."""

from __future__ import annotations

import json
from datetime import datetime
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from tests.packs_of_sources.rsoft import names_of

INDIA = ZoneInfo("Asia/Kolkata")


class TestWork:
    """Deals, activities and tickets."""

    @pytest.mark.covers("R-21", "R-22")
    def test_deals_keep_amount_and_expected_close(self, rsoft):
        """₹12,50,000.50 is 1250000.50, dd-mm-yyyy a day, and the probability of the source stands beside."""
        truth, staged, deals = rsoft.truth("deals"), rsoft.staged("deals"), rsoft.records("deal")

        assert deals.keys() == {id for id, row in staged.items() if row["Amount"]}
        assert any(row["Amount"].count(",") > 1 for row in staged.values() if row["Amount"])
        for id, record in deals.items():
            assert float(record["amount"]) == float(truth[id]["amount"])
            day = datetime.strptime(staged[id]["Expected Close"], "%d-%m-%Y").date().isoformat()
            assert record["expected_close"][:10] == day
            assert record["custom_field"]["cf_source_probability"] == int(staged[id]["Probability"].rstrip("%"))
            assert record["owner_id"]

    @pytest.mark.covers("R-68")
    def test_a_deal_without_amount_is_held_and_says_why(self, rsoft):
        """What lacks a required field is not sent; the list of held records names the field and what releases it."""
        without = {id for id, row in rsoft.staged("deals").items() if not row["Amount"]}
        held = rsoft.walk.results["load"].held.filter(pl.col("phase") == "deals")

        assert without and set(held["external_id"]) == without
        assert set(held["field"]) == {"amount"}

    @pytest.mark.covers("R-23", "R-26")
    def test_stages_are_mapped_by_name(self, rsoft):
        """Each stage of each pipeline becomes the stage it is mapped to; `Won` and `Closed Won` are one."""
        stages, staged = names_of(rsoft, "deal_stages"), rsoft.staged("deals")
        wanted = {"New": "New", "Application": "New", "Site Visit": "Follow-up", "Documents": "Follow-up"}
        wanted |= {"Proposal": "Under review", "Negotiation": "Negotiation", "Won": "Won", "Lost": "Lost"}
        seen = set()
        for id, record in rsoft.records("deal").items():
            word = staged[id]["Stage"]
            assert stages[record["deal_stage_id"]] == wanted[word.removeprefix("Closed ")]
            assert record["custom_field"]["cf_source_stage"] == word
            assert record["custom_field"]["cf_source_pipeline"] == staged[id]["Pipeline"]
            seen.add(word)
        assert {"Won", "Closed Won", "Site Visit"} <= seen

    @pytest.mark.covers("R-24")
    def test_closed_reasons_are_the_reason_of_the_deal(self, rsoft):
        """The reason in the source's column is the deal's reason, and stands word for word beside it."""
        reasons, staged = names_of(rsoft, "deal_reasons"), rsoft.staged("deals")
        wanted = {"Price": "Price", "Too expensive": "Price", "Competitor": "Competition"}
        closed = {id: record for id, record in rsoft.records("deal").items() if staged[id]["Closed Reason"]}

        assert len(closed) > 5
        for id, record in closed.items():
            word = staged[id]["Closed Reason"]
            assert reasons[record["deal_reason_id"]] == wanted.get(word, "Other")
            assert record["custom_field"]["cf_closed_reason"] == word

    @pytest.mark.covers("R-08", "R-28", "R-30")
    def test_activities_hang_on_their_parents(self, rsoft):
        """Each activity is a task or note on its contact, lead or deal; that of a merged parent on the survivor."""
        parents = {"Contact": rsoft.records("contact"), "Lead": rsoft.records("contact"), "Deal": rsoft.records("deal")}
        known, notes, tasks = set(), rsoft.records("note"), rsoft.records("task")
        for id, row in rsoft.staged("activities").items():
            record, parent = (tasks if row["Type"] == "Task" else notes).get(id), rsoft.survivor(row["Related Id"])
            if record:
                links = record.get("targetables") or [{"id": record["targetable_id"]}]
                assert [int(link["id"]) for link in links] == [parents[row["Related To"]][parent]["id"]]
                known.add((row["Related To"], row["Type"]))
        assert len(known) == 15

    @pytest.mark.covers("R-28", "R-30")
    def test_history_opens_with_its_own_time_kind_and_author(self, rsoft):
        """A note begins with the original time in UTC and its kind, and names its author."""
        notes, checked = rsoft.records("note"), 0
        for id, row in rsoft.staged("activities").items():
            if id in notes:
                time = datetime.strptime(row["Date"], "%d-%m-%Y %I:%M %p").replace(tzinfo=INDIA)
                lines = notes[id]["description"].split("\n")
                assert lines[0] == f"{time.astimezone(ZoneInfo('UTC')):%Y-%m-%dT%H:%M:%SZ} {row['Type']}"
                assert not row["Owner"] or f"Author: {row['Owner'].strip()}" in lines
                checked += 1
        assert checked > 200

    @pytest.mark.covers("R-30", "R-73")
    def test_an_activity_without_a_parent_is_held(self, rsoft):
        """Activities that point at a record the export does not hold are held, and nothing else is by that reason."""
        held = rsoft.walk.results["load"].held.filter(pl.col("code") == "parent_missing")

        orphans = {id for id, row in rsoft.truth("activities").items() if row["is_orphan"]}
        assert set(held["external_id"]) >= orphans and len(orphans) == 10

    @pytest.mark.covers("R-31", "R-32")
    def test_tickets_are_records_of_a_module(self, rsoft):
        """Subject, status, priority, channel, assignee and the conversation, whichever way it was written."""
        tickets, staged = rsoft.records("cm_ticket"), rsoft.staged("tickets")

        assert tickets.keys() == staged.keys()
        for id, record in tickets.items():
            row, own = staged[id], record["custom_field"]
            assert (own["cf_subject"], own["cf_status"]) == (row["Subject"], row["Status"])
            assert (own["cf_priority"], own["cf_channel"]) == (row["Priority"], row["Channel"])
            assert own.get("cf_assignee") == (row["Assignee"].strip() if row["Assignee"] else None)
            assert "When will my order" in own["cf_thread"] and "-----" not in own["cf_thread"]
            assert "[{" not in own["cf_thread"]

    @pytest.mark.covers("R-41", "R-43", "R-12")
    def test_custom_fields_are_created_and_filled(self, rsoft):
        """All seven custom columns are fields of the tenant, the two above the cap as well once they were confirmed."""
        staged, merged = rsoft.staged("contacts"), set(rsoft.merged("contacts").values())
        filled = dict.fromkeys(range(1, 8), 0)
        for id, record in rsoft.records("contact").items():
            if id in staged and id not in merged:
                for number in (1, 3, 4, 5, 6, 7):
                    assert record["custom_field"].get(f"cf_custom_{number}") == staged[id][f"Custom {number}"]
                    filled[number] += staged[id][f"Custom {number}"] is not None
                amount = staged[id]["Custom 2"]
                plain = amount and amount.replace("₹", "").replace(",", "")
                assert record["custom_field"].get("cf_custom_2") == plain
        assert all(filled[number] for number in (1, 3, 4, 5, 6, 7))


class TestBalance:
    """What was attempted, loaded, skipped and held."""

    @pytest.mark.covers("R-73")
    def test_the_balance_closes_and_counts_the_merged(self, rsoft):
        """attempted = loaded + skipped + held in every phase; skipped are exactly the rows that repeat another."""
        load = rsoft.walk.results["load"]
        rows = load.row_outcomes.filter(pl.col("reason").str.starts_with("repeats "))
        by_phase = dict(rows.group_by("phase").len().iter_rows())

        assert load.counts.filter(
            pl.col("attempted") != pl.col("loaded") + pl.col("skipped") + pl.col("held")
        ).is_empty()
        skipped = dict(load.counts.filter(pl.col("skipped") > 0).select("phase", "skipped").iter_rows())
        assert skipped == {phase: count for phase, count in by_phase.items() if phase}
        assert set(skipped) == {"companies", "contacts", "leads.open"}

    @pytest.mark.covers("R-64")
    def test_every_row_of_every_file_has_one_outcome(self, rsoft):
        """Rows read, staged and accounted for are those of the export's own manifest."""
        manifest = json.loads((rsoft.source / "manifest.json").read_text())["files"]
        files = rsoft.walk.results["discovery"].files
        outcomes = dict(rsoft.walk.results["mapping"].row_outcomes.group_by("object").len().iter_rows())

        for row in files.filter(pl.col("file") != "account.json").iter_rows(named=True):
            assert row["staged"] == manifest[row["file"]]["rows"] == outcomes[row["object"]]

    def test_the_sample_comes_back_as_expected(self, rsoft):
        """Every field of every sampled record is compared, and none differs."""
        sample = rsoft.walk.results["sample"]

        assert sample.diff.rows() == []
        assert sample.compared["compared"].sum() > 1000

    @pytest.mark.covers("R-05", "R-20", "R-72", "R-74")
    def test_the_order_of_the_load(self, rsoft):
        """Accounts, contacts, leads, deals; activities and tickets after everything they point at."""
        order = rsoft.walk.results["load"].counts["phase"].to_list()

        assert order[:4] == ["companies", "contacts", "leads.open", "deals"]
        assert {phase.split(".")[0] for phase in order[4:]} == {"activities", "tickets"}

    @pytest.mark.covers("R-63")
    def test_the_order_of_the_extraction(self, rsoft):
        """Companies, contacts, deals, activities, tickets and tags are read in this order."""
        order = [name for name in rsoft.walk.results["discovery"].files["object"] if name not in ("users", "leads")]

        assert order[:6] == ["companies", "contacts", "deals", "activities", "tickets", "tags"]


class TestOwners:
    """Owners are named, not addressed."""

    @pytest.mark.covers("R-37", "R-38", "R-40")
    def test_a_name_of_one_leads_to_that_user(self, rsoft):
        """Records of all kinds whose owner has a name of his own and an e-mail in the tenant belong to that user."""
        users = {user["email"]: user["id"] for user in rsoft.walk.app.state.tenant.selectors["owners"]}
        kinds = {"contact": ("contacts", "leads"), "deal": ("deals",), "sales_account": ("companies",)}
        for object, names in kinds.items():
            rows = {id: row for name in names for id, row in rsoft.staged(name).items()}
            owned = [
                (record, rows[id]) for id, record in rsoft.records(object).items() if rows[id]["Owner"]
                and rows[id]["Owner"].strip() == "Arjun Iyer"
            ]  # fmt: skip
            assert owned
            assert {record["owner_id"] for record, _ in owned} == {users["arjun.iyer@tenant.example"]}
        assigned = [
            r for id, r in rsoft.records("cm_ticket").items() if r["custom_field"].get("cf_assignee") == "Asha Menon"
        ]
        assert {record["owner_id"] for record in assigned} == {users["asha.menon@tenant.example"]}

    @pytest.mark.covers("R-39", "R-69")
    def test_shared_departed_and_unknown_names_are_queued(self, rsoft):
        """A name of two, one who left and one nobody knows lead to no user: fallback, with the name kept."""
        owners = rsoft.walk.results["mapping"].owners
        queued = set(owners.filter(pl.col("resolution") == "fallback")["source_id"])
        users = {user["email"]: user["id"] for user in rsoft.walk.app.state.tenant.selectors["owners"]}
        rows = rsoft.staged("deals")
        kept = {
            (record["owner_id"], record["custom_field"]["cf_source_owner"])
            for id, record in rsoft.records("deal").items()
            if (rows[id]["Owner"] or "").strip() in ("Rahul Sharma", "Vikram Chauhan", "Sunita Bose")
        }

        assert {"Rahul Sharma", "Vikram Chauhan", "Sunita Bose", "Meera Patel"} <= queued
        assert kept == {(users["admin@tenant.example"], name) for _, name in kept} and len(kept) == 3

    @pytest.mark.covers("R-64")
    def test_owner_references_are_checked_before_anything_is_mapped(self, rsoft):
        """Discovery counts per object how many records name an owner that leads to somebody, and the sums close."""
        checked = rsoft.walk.results["discovery"].owner_references
        deals = checked.filter(pl.col("object") == "deals").row(0, named=True)
        named = [(row["Owner"] or "").strip() for row in rsoft.staged("deals").values()]

        assert deals["unknown"] == named.count("Sunita Bose") and deals["without_email"] == named.count("Rahul Sharma")
        assert deals["empty"] == named.count("")
        total = pl.sum_horizontal("valid", "without_email", "unknown", "empty")
        assert checked.filter(pl.col("records") != total).is_empty()
