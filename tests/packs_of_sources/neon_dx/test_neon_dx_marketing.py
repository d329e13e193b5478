"""Segments, campaigns, offers, journeys, channels, dashboards and templates of NEON-dX: on the tenant and on paper."""

from __future__ import annotations

import json

import polars as pl
import pytest

SAID = ("type", "lookup_to", "formula")


class TestSegments:
    @pytest.mark.covers("N-05", "N-16", "N-65")
    def test_every_rule_is_written_down_with_the_filter_it_becomes(self, world):
        """The mapping document names each segment, its rule in words, and the conditions on fields of Freshsales."""
        text = world.text("handoff", "document_segment_mapping.md")

        for row in world.rows("segments"):
            assert f"## {row['name']} ({row['segment_id']})" in text
        assert "Rule of the source: arpu_30d is at least 40 and payment_method is Prepaid" in text
        assert "- ARPU 30 days is at least 40; Payment method is Prepaid\n" in text
        # Alternatives in one field are one condition, alternatives in several are several lists.
        assert "Language is in Hindi, Tamil" in text
        assert "- Tenure months is greater than 60\n- Payment method is Wallet\n" in text

    @pytest.mark.covers("N-17")
    def test_what_cannot_be_asked_is_flagged_with_an_approximation(self, world):
        """A rule over events or scores says which condition is missing, and what comes nearest."""
        listed = {row["segment_id"]: row for row in world.find("handoff", "inventory_segments").to_dicts()}

        assert [id for id, row in listed.items() if row["missing"]] == ["S-5", "S-6", "S-7"]
        assert listed["S-5"]["state"] == "not reproducible"
        assert "call_dropped within 30 days" in listed["S-5"]["missing"]
        assert listed["S-6"]["state"] == "approximate" and listed["S-6"]["conditions"] == "Tenure months is at least 24"
        assert listed["S-7"]["missing"].startswith("churn_score")
        assert all("Freddy" in listed[id]["advice"] for id in ("S-5", "S-6", "S-7"))
        assert sum("asks what Freshsales cannot" in row["gap"] for row in world.gaps) == 3

    @pytest.mark.covers("N-18", "N-53")
    def test_the_customer_is_warned_of_other_counts(self, world):
        """Both the document and the register of gaps say that membership is evaluated anew."""
        assert "member counts differ right after the migration" in world.text("handoff", "document_segment_mapping.md")
        assert any("evaluates segments anew" in row["gap"] for row in world.gaps)

    @pytest.mark.covers("N-75")
    def test_filters_find_as_many_contacts_in_the_tenant_as_in_the_source(self, world):
        """Counted over the tenant's records, against the rule evaluated on the source's own rows."""
        rows, found = world.profiles.values(), world.find("cutover", "segments").to_dicts()
        wanted = {
            "S-1": sum(row["arpu_30d"] >= 40 and row["payment_method"] == "Prepaid" for row in rows),
            "S-2": sum("Streaming TV" in (row["products_held"] or "") for row in rows),
            "S-3": sum(row["optin_sms"] and row["language"] in ("Hindi", "Tamil") for row in rows),
            "S-4": sum(row["tenure_months"] > 60 or row["payment_method"] == "Wallet" for row in rows),
        }

        assert {row["segment_id"]: int(row["in_tenant"]) for row in found} == wanted and all(wanted.values())
        assert {row["agrees"] for row in found} == {"true"}
        told = {row["segment_id"]: int(row["source_count"]) for row in found}
        assert told["S-3"] == world.facts["members"]["S-3"] + 2


class TestOffers:
    @pytest.mark.covers("N-06", "N-19", "N-20")
    def test_campaigns_and_offers_are_records(self, world):
        """Objective, status, channels and period; name, text, eligibility in words, channel and the campaign."""
        campaigns, offers = world.own("cm_campaign"), world.own("cm_offer")
        for row in world.rows("campaigns"):
            own = campaigns[row["campaign_id"]]["custom_field"]
            assert campaigns[row["campaign_id"]]["name"] == row["name"]
            assert (own["cf_objective"], own["cf_status"]) == (row["objective"], row["status"])
            assert own["cf_channels"] == row["channels"].replace(",", ";")
            assert own["cf_starts_at"][:10] == row["start_at"][:10]
        for row in world.rows("offers"):
            own = offers[row["offer_id"]]["custom_field"]
            assert offers[row["offer_id"]]["name"] == row["name"] and own["cf_description"] == row["description"]
            assert own["cf_eligibility"] == f"arpu_30d is at least {row['eligibility']['value']}"
            assert own["cf_channel"] == row["channel"]
            assert own["cf_campaign"] == campaigns[row["campaign_id"]]["id"]

    @pytest.mark.covers("N-22")
    def test_formats_freshsales_cannot_send_are_flagged_and_listed(self, world):
        """USSD, flash SMS and WAP push are marked on the record and written down for redesign; no other is."""
        unsupported = {row["offer_id"] for row in world.rows("offers") if row["format"] not in ("sms", "email", "push")}
        offers = world.own("cm_offer")
        flags = {id: record["custom_field"]["cf_format_in_freshsales"] for id, record in offers.items()}
        text = world.text("handoff", "document_offers_to_redesign.md")

        assert {id for id, flag in flags.items() if flag == "Redesign"} == unsupported and len(unsupported) == 12
        assert {id for id in flags if f"({id})" in text} == unsupported
        assert text.count("Format, unsupported: ussd") == 4

    @pytest.mark.covers("N-21")
    def test_media_are_listed_for_transfer(self, world):
        """Each offer with files is in the list with their names, and the register says they do not come along."""
        text = world.text("handoff", "document_media_of_offers.md")
        with_media = {row["offer_id"]: row["media"] for row in world.rows("offers") if row["media"]}

        assert with_media and text.count("- [ ] banner.png,clip.mp4") == len(with_media)
        assert all(f"({id})" in text for id in with_media)
        assert any("does not hold them" in row["gap"] and row["object"] == "offers" for row in world.gaps)


class TestPapers:
    @pytest.mark.covers("N-07", "N-23", "N-24", "N-25", "N-81", "N-83")
    def test_journeys_are_written_down_step_by_step(self, world):
        """Trigger, every step with what is known of its channel, its wait and what comes next, and every branch."""
        text = world.text("handoff", "document_customer_journeys.md")

        assert "Begins with: profile.created" in text and "Begins with: segment.entered" in text
        assert "- 1. send, channel SMS, then 2\n" in text
        assert "- 2. wait, waits 3 days, then 3\n" in text
        assert "branches when: opened, next: 4; when: otherwise, next: 5" in text
        assert text.count("\n- ") == sum(len(journey["steps"]) for journey in read_json(world, "journeys"))
        assert "Freshmarketer (several channels)" in text
        work = world.text("handoff", "rebuild.md")
        assert "- [ ] Rebuild each as a workflow" in work and "Score pipelines" in work

    @pytest.mark.covers("N-36", "N-37", "N-38", "N-39", "N-51", "N-81")
    def test_every_channel_has_its_boxes_to_tick_and_no_credential(self, world):
        """Type, provider, parameters and environment; credentials are dropped while the file is read."""
        text, channels = world.text("handoff", "document_channels_to_connect_again.md"), read_json(world, "channels")

        assert text.count("- [ ] Credentials entered anew") == len(channels) == 3
        assert "before any automation runs: with invalid ones sends fail silently" in text
        for channel in channels:
            assert f"## {channel['type']}: {channel['provider']} ({channel['id']})" in text
        assert "Parameters: sender: NEONTEL, rate: 50" in text and "Environment: staging" in text
        assert "***" not in text and "credential_ref" not in world.find("handoff", "inventory_channels").to_dicts()[0]
        assert any(row["field"] == "credential_ref" for row in world.gaps)

    @pytest.mark.covers("N-40", "N-41", "N-42")
    def test_dashboards_keep_their_structure(self, world):
        """Columns, filters, grouping and metric are written down, and an alert says that it does not migrate."""
        text = world.text("handoff", "document_dashboards_and_reports.md")

        assert "Columns: segment; arpu_30d" in text and "Grouped by: segment" in text
        assert "Filters: customer_kind = individual" in text and "Metric: avg(arpu_30d)" in text
        assert text.count("Anomaly alert, does not migrate: ") == 1 and "3 sigma" in text
        assert any("Alerts on anomalies do not migrate" in row["gap"] for row in world.gaps)

    @pytest.mark.covers("N-43", "N-44")
    def test_the_vendors_templates_are_kept_apart_from_the_customers(self, world):
        """Those the customer made are described with their parameters; the vendor's are flagged as not portable."""
        own = world.text("handoff", "document_templates_the_customer_made.md")
        native = world.text("handoff", "document_templates_of_the_vendor.md")

        assert "## Festival greeting (TP-2)" in own and "Parameters: limit_mb: 200" in own
        assert "## Churn rescue (TP-1)" in native and "Not portable" in native
        assert "TP-1" not in own and "TP-2" not in native

    @pytest.mark.covers("N-62")
    def test_the_schema_is_written_down(self, world):
        """Every object and field the source describes, with type, lookup and formula."""
        listed = {
            (row["object"], row["name"]): row for row in world.find("handoff", "inventory_schema_fields").to_dicts()
        }
        described = [json.loads(line) for line in (world.source / "schema" / "fields.jsonl").read_text().splitlines()]

        assert listed.keys() == {(row["object"], row["name"]) for row in described} and len(described) > 50
        for row in described:
            shown = listed[row["object"], row["name"]]
            assert {name: shown[name] for name in SAID} == {name: row[name] for name in SAID}

    @pytest.mark.covers("N-67")
    def test_the_field_map_pairs_every_field_with_a_typed_one(self, world):
        """Each staged field of the records stands there with the field it becomes and the type of that."""
        rows = {(row["object"], row["field"]): row for row in world.find("mapping", "field_map").to_dicts()}

        assert rows["customer_profiles", "arpu_30d"]["type"].split(", ")[0] == "number"
        assert rows["customer_profiles", "dob"]["type"] == "date"
        assert rows["customer_profiles", "products_held"]["type"] == "multiselect"
        assert rows["customer_profiles", "first_name"]["to"] == "first_name"
        bought = rows["co_device", "bought_on"]
        assert (bought["to"], bought["type"]) == ("cf_bought_on", "date")
        kept = world.staged_columns("co_device")
        assert {field for object, field in rows if object == "co_device"} == kept

    @pytest.mark.covers("N-70")
    def test_fields_without_counterpart_are_listed_with_the_reason(self, world):
        """What becomes no field of Freshsales stands in the loss ledger and says why."""
        losses = world.find("handoff", "losses").to_dicts()

        assert {"journeys", "channels", "dashboards", "templates", "segments"} <= {row["object"] for row in losses}
        assert all(row["reason"] for row in losses)
        becomes = {(row["object"], row["field"]): row["to"] for row in world.find("mapping", "field_map").to_dicts()}
        lost = {(row["object"], row["field"]) for row in losses}
        nowhere = {key for key, to in becomes.items() if not to}
        # Memberships have no field of their own: they are the names of segments on the contact.
        assert lost <= nowhere and {object for object, _ in nowhere - lost} == {"segment_members"}


class TestBalance:
    @pytest.mark.covers("N-73", "N-78")
    def test_the_counts_of_every_phase_close(self, world, small):
        """attempted = loaded + skipped + held in each phase; nothing is held, and merged profiles are skipped."""
        for each in (world, small):
            counts = each.walk.results["load"].counts
            total = pl.col("loaded") + pl.col("skipped") + pl.col("held")
            assert counts.filter(pl.col("attempted") != total).is_empty() and counts["held"].sum() == 0
            assert dict(counts.filter(pl.col("skipped") > 0).select("phase", "skipped").iter_rows()) == {
                "customer_profiles": 5
            }
        assert world.walk.results["cutover"].validation["agrees"].all()

    @pytest.mark.covers("N-77")
    def test_the_order_of_the_load(self, world):
        """Accounts, contacts, the customer's own objects, then campaigns and offers."""
        order = [name for name in world.walk.results["load"].counts["phase"] if not name.endswith(".links")]

        assert order == [
            "companies", "customer_profiles", "co_device", "co_household", "co_loyalty_tier", "campaigns", "offers"
        ]  # fmt: skip

    @pytest.mark.covers("N-74")
    def test_the_sample_comes_back_as_sent(self, world, small):
        """Every field of the sampled records is compared with what the tenant gives back, and none differs."""
        for each in (world, small):
            sample = each.walk.results["sample"]
            assert sample.diff.rows() == [] and sample.compared["compared"].sum() > 1000
            assert sample.sample.height >= 30 and sample.sample["phase"].n_unique() > 2

    @pytest.mark.covers("N-80")
    def test_what_changed_after_the_load_arrives_with_the_delta(self, world):
        """One profile pays in another way in the last export: that contact is changed, and nothing else is."""
        changed = world.walk.results["cutover"].delta.filter(pl.col("change") != "unchanged")
        (first,) = changed.filter(pl.col("phase") == "customer_profiles")["external_id"]

        assert world.contacts[first]["custom_field"]["cf_payment_method"] == "Wallet"
        assert {row["profile_id"]: row["payment_method"] for row in world.rows("customer_profiles")}[first] != "Wallet"
        assert changed.height == 1


def read_json(world, name: str) -> list[dict]:
    """A JSON document of the export."""
    return json.loads((world.source / f"{name}.json").read_text())
