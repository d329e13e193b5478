"""What becomes of the people and companies of RSoft CRM on the tenant, record by record."""

from __future__ import annotations

from datetime import datetime

import polars as pl
import pytest

from tests.packs_of_sources.rsoft import names_of


class TestPeople:
    """Contacts, leads and companies."""

    @pytest.mark.covers("R-10", "R-13")
    def test_each_contact_is_one_contact(self, rsoft):
        """Every contact of the export stands once, but those merged on their own and those a shared address holds."""
        merged, contacts = rsoft.merged("contacts"), rsoft.records("contact")
        held = set(rsoft.walk.results["load"].held.filter(pl.col("phase") == "contacts")["external_id"])
        wanted = rsoft.staged("contacts").keys() - merged.keys() - held

        assert {id for id in contacts if id.startswith("CON-")} == wanted
        assert len(merged) == 9 and len(held) == 3

    @pytest.mark.covers("R-13", "R-65")
    def test_contacts_with_the_same_address_and_name_are_merged(self, rsoft):
        """Exactly the contacts made as repeats with an address are merged, each into the one it repeats."""
        truth = rsoft.truth("contacts")
        repeats = {id: row["repeats"] for id, row in truth.items() if row["repeats"] and row["email"]}

        assert rsoft.merged("contacts") == repeats

    @pytest.mark.covers("R-13")
    def test_an_address_two_people_share_is_left_to_a_person(self, rsoft):
        """Who shares an address with somebody of another name is on the list to confirm and not merged."""
        duplicates = rsoft.walk.results["discovery"].duplicates
        is_keyed = ~pl.col("evidence").str.contains("likeness")
        waiting = duplicates.filter((pl.col("object") == "contacts") & (pl.col("state") == "open") & is_keyed)
        truth = rsoft.truth("contacts")

        assert waiting.height > 0
        assert all(truth[id]["is_shared"] for id in waiting["external_id"])
        assert set(waiting["evidence"]) == {"same Email, another Name"}

    @pytest.mark.covers("R-11", "R-66")
    def test_names_addresses_and_numbers_are_as_they_were_meant(self, rsoft):
        """Given and family name, e-mail without capitals and blanks, and the mobile as +91 and ten digits."""
        truth, staged, merged = rsoft.truth("contacts"), rsoft.staged("contacts"), rsoft.merged("contacts")
        single = {id: record for id, record in rsoft.records("contact").items() if id in truth}
        indian = 0
        for id, record in single.items():
            told = truth[id]
            assert (record["first_name"], record["last_name"]) == (told["first_name"], told["last_name"])
            if told["email"]:
                assert [each["value"] for each in record["emails"]] == [told["email"]]
            if staged[id]["Phone"] and told["mobile"].isdigit() and not told["mobile"].startswith("0"):
                assert record["mobile_number"] == f"+91{told['mobile']}"
                indian += 1
        assert indian > 40 and len(single) + len(merged) > 90

    @pytest.mark.covers("R-66")
    def test_a_second_number_of_a_cell_is_kept(self, rsoft):
        """Of two numbers in one cell the first is the mobile, and the second the number at work."""
        two = {id for id, row in rsoft.staged("contacts").items() if row["Phone"] and "080-2" in row["Phone"]}
        records = {id: record for id, record in rsoft.records("contact").items() if id in two}

        assert len(records) > 3
        assert all(record["work_number"].startswith("+91802") for record in records.values())
        assert all(record["mobile_number"] != record["work_number"] for record in records.values())

    @pytest.mark.covers("R-11", "R-67")
    def test_addresses_have_no_holes(self, rsoft):
        """An address that was typed with empty parts stands without them."""
        staged = rsoft.staged("contacts")
        holed = [
            id for id in rsoft.records("contact") if id in staged and (staged[id]["Address"] or "").startswith(",")
        ]

        assert holed
        for id in holed:
            assert rsoft.records("contact")[id]["address"] == staged[id]["Address"].strip(", ")

    @pytest.mark.covers("R-11")
    def test_the_lifecycle_stage_is_kept(self, rsoft):
        """Customers are customers and prospects sales qualified, in any spelling; the source's word stands beside."""
        stages, staged = names_of(rsoft, "lifecycle_stages"), rsoft.staged("contacts")
        wanted = {"customer": "Customer", "prospect": "Sales Qualified Lead", "lead": "Lead", "subscriber": "Lead"}
        seen = set()
        for id, record in rsoft.records("contact").items():
            if id in staged:
                word = staged[id]["Lifecycle Stage"].strip().lower()
                assert stages[record["lifecycle_stage_id"]] == wanted[word]
                assert record["custom_field"]["cf_source_stage"] == word.capitalize()
                seen.add(word)
        assert seen == set(wanted)

    @pytest.mark.covers("R-14", "R-15", "R-17")
    def test_an_open_lead_is_a_contact_in_the_stage_lead(self, rsoft):
        """Source, status, score and number of the enquiry stand on a contact of the lifecycle stage Lead."""
        leads = {id: record for id, record in rsoft.records("contact").items() if id.startswith("LED-")}
        stages, statuses = names_of(rsoft, "lifecycle_stages"), names_of(rsoft, "contact_statuses")
        staged = rsoft.staged("leads")

        assert len(leads) == 29
        for id, record in leads.items():
            row, own = staged[id], record["custom_field"]
            assert stages[record["lifecycle_stage_id"]] == "Lead"
            word = row["Status"].strip().lower()
            wanted = "Unqualified" if word in ("not interested", "junk") else word.capitalize()
            assert statuses[record["contact_status_id"]] == wanted
            assert own["cf_lead_source"] == row["Source"] and own["cf_enquiry_number"] == row["Enquiry No"]
            if row["Score"] or id not in rsoft.merged("leads").values():
                assert own.get("cf_lead_score") == (int(row["Score"]) if row["Score"] else None)

    @pytest.mark.covers("R-16", "R-13")
    def test_a_converted_lead_is_a_line_on_its_contact(self, rsoft):
        """Who became a contact, or is one by address and name, is no other besides; the enquiry stands on that one."""
        merged, contacts = rsoft.merged("contacts"), rsoft.records("contact")
        converted = {id: row for id, row in rsoft.staged("leads").items() if row["Converted Contact Id"]}
        told = 0
        for id, row in converted.items():
            contact = merged.get(row["Converted Contact Id"], row["Converted Contact Id"])
            assert id not in contacts
            if contact in contacts:
                day = datetime.strptime(row["Converted On"], "%d-%m-%Y").date()
                line = f"{id} ({row['Enquiry No']}), {row['Source']}, {row['Status']}, converted {day}"
                assert line in contacts[contact]["custom_field"]["cf_converted_from"].split("\n")
                told += 1
        assert told > 5

    @pytest.mark.covers("R-18", "R-19")
    def test_companies_are_accounts(self, rsoft):
        """Name, industry, size, address and owner of each company that is not merged."""
        accounts, staged, merged = rsoft.records("sales_account"), rsoft.staged("companies"), rsoft.merged("companies")
        industries = names_of(rsoft, "industry_types")

        assert accounts.keys() == staged.keys() - merged.keys()
        for id, record in accounts.items():
            row, own = staged[id], record["custom_field"]
            assert record["name"].startswith(row["Company Name"])
            assert own["cf_company_size"] == row["Size"]
            assert record.get("address") == row["Address"] or id in merged.values()
            if row["Industry"]:
                assert own["cf_industry"] == row["Industry"]
                same = row["Industry"] if row["Industry"] in ("Healthcare", "Education", "Retail") else None
                known = same or {"IT Services": "Software"}.get(row["Industry"], "Other")
                assert industries[record["industry_type_id"]] == known
            assert record["owner_id"]

    @pytest.mark.covers("R-65")
    def test_companies_with_one_domain_and_one_name_are_merged(self, rsoft):
        """The same web site and, case and legal form aside, the same name: merged; another name waits for a person."""
        truth, merged = rsoft.truth("companies"), rsoft.merged("companies")
        pairs = rsoft.walk.results["discovery"].duplicates.filter(pl.col("object") == "companies")
        waiting = dict(pairs.filter(pl.col("state") == "open").select("external_id", "repeats").iter_rows())

        assert merged and waiting
        assert merged | waiting == {id: row["repeats"] for id, row in truth.items() if row["repeats"]}

    def test_what_a_merged_record_had_is_not_lost(self, rsoft):
        """A cell the one that stays lacks is filled from the one merged into it, and the list says from which."""
        filled = rsoft.walk.results["discovery"].merged_fields
        staged, contacts = rsoft.staged("contacts"), rsoft.records("contact")
        own = filled.filter((pl.col("object") == "contacts") & (pl.col("field") == "Custom 1"))

        assert own.height
        for row in own.iter_rows(named=True):
            assert staged[row["external_id"]]["Custom 1"] is None
            wanted = staged[row["taken_from"]]["Custom 1"]
            assert contacts[row["external_id"]]["custom_field"]["cf_custom_1"] == wanted

    @pytest.mark.covers("R-20")
    def test_contacts_hang_on_their_accounts(self, rsoft):
        """Who has a company is linked to its account, that of the survivor where the company was merged."""
        accounts, merged = rsoft.records("sales_account"), rsoft.merged("companies")
        linked = moved = 0
        for id, row in rsoft.staged("contacts").items():
            record = rsoft.records("contact").get(id)
            if record and row["Company Id"] and id not in rsoft.merged("contacts").values():
                account = accounts[merged.get(row["Company Id"], row["Company Id"])]
                assert [link["id"] for link in record["sales_accounts"]] == [account["id"]]
                linked, moved = linked + 1, moved + (row["Company Id"] in merged)
        assert linked > 40 and moved

    @pytest.mark.covers("R-34", "R-35", "R-36")
    def test_tags_stand_once_whatever_their_spelling(self, rsoft):
        """Tags of the record's own cell and of the list of tags stand on it, each once, in one spelling for all."""
        listed = rsoft.tags_by_record()
        spellings = set()
        for object, name in (("contact", "contacts"), ("deal", "deals")):
            survivors = set(rsoft.merged(name).values())
            for id in rsoft.staged(name).keys() & rsoft.records(object).keys() - survivors:
                tags = rsoft.records(object)[id].get("tags", [])
                assert sorted(tag.lower() for tag in tags) == sorted(listed.get(id, ()))
                spellings |= set(tags)
        assert len(spellings) == len({tag.lower() for tag in spellings}) == 6
