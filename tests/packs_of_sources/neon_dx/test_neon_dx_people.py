"""Profiles and companies of NEON-dX, on the tenant."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl
import pytest

from workbench.values import is_same


def sum_exactly(values: list[float]) -> float:
    """The sum without the noise of floating point."""
    return round(sum(values), 4)


WORDS = ("score", "ltv", "band", "index", "nba", "propensity")


class TestProfiles:
    @pytest.mark.covers("N-10", "N-11", "N-73")
    def test_every_person_is_one_contact_and_every_company_one_account(self, world):
        """One profile is a contact, the company it belongs to an account; people stand on no account as themselves."""
        accounts, companies = world.own("sales_account"), {row["company_id"] for row in world.rows("companies")}

        assert world.contacts.keys() == world.profiles.keys()
        assert accounts.keys() == companies
        assert len(world.profiles) == world.facts["counts"]["customer_profiles"] - 5

    @pytest.mark.covers("N-10", "N-11")
    def test_corporate_users_hang_on_their_account_and_individuals_on_none(self, world):
        """The kind of customer decides whether there is an account."""
        accounts, seen = world.own("sales_account"), set()
        for id, row in world.profiles.items():
            linked = [link["id"] for link in world.contacts[id].get("sales_accounts") or []]
            wanted = [accounts[row["company_id"]]["id"]] if row["customer_kind"] == "corporate_user" else []
            assert linked == wanted
            seen.add(row["customer_kind"])
        assert seen == {"corporate_user", "individual"}

    @pytest.mark.covers("N-12", "N-28")
    def test_signals_of_a_person_stand_on_the_contact(self, world):
        """Usage, tenure, payment and each channel's opt-in are fields of the contact."""
        checked = 0
        for id, row in world.profiles.items():
            own = world.contacts[id]["custom_field"]
            assert own["cf_arpu_30_days"] == row["arpu_30d"] and own["cf_tenure_months"] == row["tenure_months"]
            assert own["cf_data_mb_30_days"] == row["data_mb_30d"]
            assert own["cf_voice_minutes_30_days"] == row["voice_min_30d"]
            assert own["cf_payment_method"] == row["payment_method"]
            for channel in ("sms", "email", "push", "whatsapp"):
                assert bool(own.get(f"cf_opt_in_{channel}")) == row[f"optin_{channel}"]
                checked += row[f"optin_{channel}"]
        assert checked > 100

    @pytest.mark.covers("N-12", "N-28")
    def test_signals_of_a_company_stand_on_its_account(self, world):
        """What the corporate users of a company add up to is on the account, each person counted once."""
        first = {row["profile_id"]: row for row in world.rows("customer_profiles")}
        filled = 0
        for id, account in world.own("sales_account").items():
            users = [first[each] for each, row in world.profiles.items() if row["company_id"] == id]
            own = account["custom_field"]
            assert own["cf_known_users"] == len(users)
            for field, name in (("arpu_30d", "arpu_30_days"), ("data_mb_30d", "data_mb_30_days")):
                assert is_same(field, own.get(f"cf_{name}") or 0, sum_exactly([user[field] for user in users]))
            filled += bool(users)
        assert filled > 5

    @pytest.mark.covers("N-13")
    def test_completeness_is_kept_only_where_it_was_stored(self, world):
        """What the source computes anew each time is no value to keep."""
        kept = {id for id, record in world.contacts.items() if record["custom_field"].get("cf_profile_completeness")}

        assert kept == {id for id in world.profiles if world.truth[id]["is_stored"]}
        for id in kept:
            value = world.contacts[id]["custom_field"]["cf_profile_completeness"]
            assert value == world.profiles[id]["profile_completeness"]

    @pytest.mark.covers("N-68")
    def test_types_are_those_of_freshsales(self, world):
        """Numbers with and without + become +code, milliseconds a moment, a birthday a day, money a number."""
        spellings = set()
        for id, row in world.profiles.items():
            record, own = world.contacts[id], world.contacts[id]["custom_field"]
            assert record["mobile_number"] == world.truth[id]["mobile"]
            assert own["cf_date_of_birth"][:10] == row["dob"]
            if row["last_recharge_at"]:
                meant = datetime.fromtimestamp(row["last_recharge_at"] / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
                assert is_same("at", own["cf_last_recharge_at"], meant) and meant == world.truth[id]["last_recharge"]
            spellings.add(row["msisdn"][0] == "+")
        assert spellings == {True, False}

    @pytest.mark.covers("N-69")
    def test_lists_behind_commas_become_multi_selects(self, world):
        """Also where an option holds a comma itself: it stays one value, and the field offers every option."""
        held = [world.contacts[id]["custom_field"].get("cf_products_held") for id in world.profiles]
        wanted = [world.truth[id]["products"] for id in world.profiles]

        assert [set((text or "").split(";")) for text in held] == [set((text or "").split(";")) for text in wanted]
        assert sum("Voice, Data & SMS" in (text or "").split(";") for text in held) > 10
        plan = world.walk.results["mapping"].schema_plan.filter(pl.col("name") == "cf_products_held")
        assert set(plan["options"][0]) == {
            "DSL", "Streaming TV", "Voice, Data & SMS", "Roaming Pass", "Device Insurance"
        }  # fmt: skip

    @pytest.mark.covers("N-76")
    def test_the_same_number_is_the_same_person(self, world):
        """A profile whose number another has, with or without +, is merged into it, and what pointed at it follows."""
        found = world.walk.results["discovery"].duplicates.filter(pl.col("state") == "merged")
        repeats = {id: row["repeats"] for id, row in world.truth.items() if row["repeats"]}

        assert dict(found.select("external_id", "repeats").iter_rows()) == repeats and len(repeats) == 5
        moved = [row for row in world.rows("co_device") if row["profile_id"] in repeats]
        links = {row["device_id"]: world.own("cm_device")[row["device_id"]] for row in moved}
        assert moved
        for row in moved:
            survivor = world.contacts[repeats[row["profile_id"]]]
            assert links[row["device_id"]]["custom_field"]["cf_owner"] == survivor["id"]

    @pytest.mark.covers("N-14")
    def test_the_names_of_the_segments_stand_on_the_contact(self, world):
        """Every segment the person was in is named once, those of a merged profile among them."""
        names = {row["segment_id"]: row["name"] for row in world.rows("segments")}
        members = pl.read_csv(world.source / "segment_members.csv", infer_schema=False)
        wanted: dict[str, set[str]] = {}
        for segment, profile in members.iter_rows():
            wanted.setdefault(world.survivor(profile), set()).add(names[segment])

        for id, record in world.contacts.items():
            lines = (record["custom_field"].get("cf_source_segments") or "").split("\n")
            assert sorted(filter(None, lines)) == sorted(wanted.get(id, set()))

    def test_managers_own_accounts_and_the_people_on_them(self, world):
        """A manager who is a user owns the account and its people; of another the name is kept, and the admin owns."""
        users = {user["email"]: user["id"] for user in world.walk.app.state.tenant.selectors["owners"]}
        accounts, kept = world.own("sales_account"), 0
        managers = {row["company_id"]: row["account_manager_email"] for row in world.rows("companies")}
        for id, row in world.profiles.items():
            manager = managers.get(row["company_id"])
            wanted = users.get(manager, users["admin@tenant.example"])
            assert world.contacts[id]["owner_id"] == wanted
            if manager and manager not in users:
                assert world.contacts[id]["custom_field"]["cf_source_owner"] == manager
                kept += 1
            if row["company_id"]:
                assert accounts[row["company_id"]]["owner_id"] == wanted
        assert kept


class TestScores:
    @pytest.mark.covers("N-04", "N-26", "N-27", "N-50")
    def test_no_score_is_staged_or_loaded_whatever_it_is_called(self, world):
        """What is tagged a score is dropped while the file is read, also the two whose names do not say so."""
        scores = set(world.facts["scores"])
        staged = world.staged_columns("customer_profiles")
        row = world.rows("customer_profiles")[0]
        texts = {
            str(row[name]) for row in world.rows("customer_profiles") for name in ("churn_score", "x_cust_index_7")
        }
        losing = {text for text in texts if len(text) > 4}  # figures that stand nowhere by chance

        assert scores == {"churn_score", "propensity_upsell", "ltv", "value_band", "x_cust_index_7", "x_nba_rank"}
        assert scores <= row.keys() and not scores & staged and losing
        for record in world.contacts.values():
            own = {name for name, value in record["custom_field"].items() if value is not None}
            assert not [name for name in own if any(word in name for word in WORDS)]
            assert not losing & {str(value) for value in record["custom_field"].values()}

    @pytest.mark.covers("N-04", "N-27", "N-29", "N-50")
    def test_every_score_is_in_the_register_of_gaps(self, world):
        """With the number of cells that stay behind, and the time Freddy needs."""
        register = {row["field"]: row for row in world.gaps if "prediction" in row["gap"]}
        filled = sum(row["churn_score"] is not None for row in world.rows("customer_profiles"))

        assert set(register) == set(world.facts["scores"])
        assert f"{filled:,} filled cells" in register["churn_score"]["gap"]
        assert any("four to eight weeks" in row["consequence"] for row in world.gaps)
        assert "four to eight weeks" in world.text("handoff", "rebuild.md")
