"""The load brings every record to exactly one outcome, in lookup order, without a needless request."""

import dataclasses

import polars as pl
import pytest

from tests.load.world import ADMIN, NOOR, PHASES, POLICIES, change, make_records
from workbench.engagement import Policies
from workbench.errors import UsageError
from workbench.load.phases import print_count, select_records
from workbench.model import COUNTS, FieldRule, Lookup, Phase, PhaseCount


def outcome(counts, phase):
    row = counts.row(by_predicate=pl.col("phase") == phase, named=True)
    return {name: row[name] for name in ("attempted", "loaded", "skipped", "held")}


def held(ledger):
    return {(row["phase"], row["external_id"]): row["code"] for row in ledger.held().iter_rows(named=True)}


def find(world, object, external_id):
    """The tenant's record that carries an external id."""
    for record in world.store.records(object):
        if external_id in (record.get("external_id"), record["custom_field"].get("cf_source_id")):
            return record
    return None


@pytest.mark.covers("C-68")
def test_every_record_arrives_with_its_links_and_owner(world, ledger):
    """Accounts, contacts, deals, modules and activities stand in the tenant once, linked and owned as resolved."""
    counts = world.load(make_records(), ledger)

    assert counts.schema == COUNTS
    assert (counts["attempted"] == counts["loaded"]).all()
    assert world.count_all() == {
        "sales_account": 2, "contact": 5, "deal": 5, "cm_care_plan": 5, "appointment": 5, "task": 5, "note": 5
    }  # fmt: skip
    users = {user.email: user.id for user in world.schema.users}
    patient, clinic, deal = find(world, "contact", "p1"), find(world, "sales_account", "c1"), find(world, "deal", "k1")
    assert [account["id"] for account in patient["sales_accounts"]] == [clinic["id"]]
    assert (deal["sales_account_id"], deal["contacts"]) == (clinic["id"], [{"id": patient["id"]}])
    assert find(world, "cm_care_plan", "t1")["custom_field"]["cf_patient"] == patient["id"]
    assert {record["targetables"][0]["id"] for record in world.store.records("note")} == {
        record["id"] for record in world.store.records("contact")
    }
    assert (patient["owner_id"], find(world, "contact", "p0")["owner_id"]) == (users[NOOR], users[ADMIN])
    assert find(world, "contact", "p0")["custom_field"]["cf_source_owner"] == "Old Doctor"
    assert "cf_source_owner" not in patient["custom_field"]


@pytest.mark.covers("N-78", "O-71", "R-73")
def test_each_phase_is_reported_before_the_next_begins(world, ledger):
    """The balance of a phase is told while nothing of the next one is in the tenant."""
    told = []
    world.load(make_records(), ledger, on_phase=lambda count: told.append((count.phase, world.count_all())))

    assert [phase for phase, _ in told] == [phase.name for phase in PHASES]
    after_clinics = told[0][1]
    assert (after_clinics["sales_account"], after_clinics["contact"]) == (2, 0)


def test_a_second_load_sends_nothing(world, ledger):
    """What stands unchanged costs no request and no entry, and counts as loaded."""
    records = make_records()
    world.load(records, ledger)
    requests, digest = world.tenant.requests, ledger.digest()

    counts = world.load(records, ledger)
    assert counts["loaded"].sum() == 32
    assert (world.tenant.requests, ledger.digest()) == (requests, digest)


def test_new_records_cost_the_fewest_requests(world, ledger):
    """Two core records cost one write each, seven a batch, its job and one page; activities cost one each."""
    counts = world.load(make_records(patients=7), ledger)
    requests = dict(counts.select("phase", "requests").iter_rows())
    sweep_before = 2  # the list of views, and the one page of the records that were there
    assert requests["clinics"] == 2 + sweep_before
    assert requests["patients"] == 3 + sweep_before
    assert requests["remarks"] == 7


def test_a_refused_record_is_held_and_the_rest_goes_on(world, ledger):
    """One record the tenant refuses is held with its words; its children are held naming it; the others load."""
    records = change(make_records(), "patients", "p2", email="not an address")
    counts = world.load(records, ledger)

    assert outcome(counts, "patients") == {"attempted": 5, "loaded": 4, "skipped": 0, "held": 1}
    assert held(ledger)["patients", "p2"] == "rejected_by_tenant"
    assert held(ledger)["claims", "k2"] == "parent_held"
    reason = ledger.held().filter(pl.col("phase") == "remarks")["reason"].to_list()
    assert reason == ["it waits for patients p2, which is held"]
    assert (
        counts.select((pl.col("attempted") - pl.col("loaded") - pl.col("skipped") - pl.col("held")).sum()).item() == 0
    )


def test_a_corrected_record_is_released_with_its_children(world, ledger):
    """The next load sends what was held, and only that."""
    records = make_records()
    world.load(change(records, "patients", "p2", email="not an address"), ledger)
    requests = world.tenant.requests

    counts = world.load(records, ledger)
    assert ledger.held().is_empty()
    assert counts["loaded"].sum() == 32
    # p2, its claim, plan, visit, check and remark, and the sweeps of contacts and deals.
    assert world.tenant.requests - requests == 6 + 4 - 2  # the views' ids are known by now


@pytest.mark.covers("R-20")
def test_a_missing_parent_holds_where_the_lookup_is_required(world, ledger):
    """A required parent that is nowhere holds the child; an optional one is left out and linked once it exists."""
    records = make_records()
    without_clinic = records | {"clinics": records["clinics"].filter(pl.col("external_id") != "c1")}
    orphan = change(without_clinic, "remarks", "r0", **{"lookup.targetable": "p99"})
    orphan = change(orphan, "remarks", "r1", **{"lookup.targetable": None})
    world.load(orphan, ledger)

    assert held(ledger) == {("remarks", "r0"): "parent_missing", ("remarks", "r1"): "parent_missing"}
    assert find(world, "contact", "p1").get("sales_accounts") in (None, [])

    world.load(change(records, "remarks", "r0", **{"lookup.targetable": "p0"}), ledger)
    assert len(find(world, "contact", "p1")["sales_accounts"]) == 1


@pytest.mark.covers("A-65", "C-64", "R-39")
def test_no_record_lands_without_an_owner(world, ledger):
    """Under the policy to block, only records of a known owner go; the others are held, whatever they would become."""
    blocking = Policies(missing_identifier="hold", unmatched_owner="block", existing_match="hold")
    counts = world.load(make_records(), ledger, policies=blocking)

    assert set(held(ledger).values()) == {"owner_unresolved"}
    assert outcome(counts, "clinics")["held"] == 2  # they name nobody, and nobody is the fallback
    assert {record["owner_id"] for record in world.store.records("contact")} == {
        user.id for user in world.schema.users if user.email == NOOR
    }
    assert outcome(counts, "remarks") == {"attempted": 5, "loaded": 2, "skipped": 0, "held": 3}


@pytest.mark.parametrize(("policy", "code"), [("hold", "missing_identifier"), ("placeholder", None)])
def test_a_contact_without_identifier_goes_by_policy(world, ledger, policy, code):
    """It is held, or goes with a marked placeholder address that can never be delivered to."""
    records = change(make_records(), "patients", "p1", email=None)
    world.load(records, ledger, policies=dataclasses.replace(POLICIES, missing_identifier=policy))

    assert held(ledger).get(("patients", "p1")) == code
    if code is None:
        contact = find(world, "contact", "p1")
        assert contact["emails"][0]["value"] == "p1@placeholder.invalid"
        assert contact["custom_field"]["cf_placeholder_email"] is True


@pytest.mark.parametrize(
    ("phase", "external_id", "values", "code", "field"),
    [
        ("remarks", "r0", {"description": "x" * 10_001}, "too_long", "description"),
        ("clinics", "c0", {"name": "x" * 256}, "too_long", "name"),
        ("clinics", "c0", {"name": None}, "missing_required", "name"),
        ("clinics", "c0", {"name": "   "}, "missing_required", "name"),
        ("encounters.check", "f0", {"due_date": None}, "missing_required", "due_date"),
        ("claims", "k0", {"amount": None}, "missing_required", "amount"),
        ("patients", "p0", {"cf_gender": "X"}, "rejected_by_tenant", "cf_gender"),
    ],
)
def test_what_the_tenant_cannot_take_costs_no_request(world, ledger, phase, external_id, values, code, field):
    """A record known to be refused is held before it is sent, with the field that is the reason."""
    world.load(change(make_records(), phase, external_id, **values), ledger)

    row = ledger.held().row(
        by_predicate=(pl.col("phase") == phase) & (pl.col("external_id") == external_id), named=True
    )
    assert (row["code"], row["field"]) == (code, field)
    assert row["release"]
    posted = [call for call in world.store.journal() if call["status"] == 400]
    assert posted == []


def test_a_repeated_row_is_skipped_and_counted(world, ledger):
    """The same record twice is one record: attempted twice, loaded once, skipped once."""
    records = make_records()
    twice = records | {"remarks": pl.concat([records["remarks"], records["remarks"].head(1)])}
    counts = world.load(twice, ledger)

    assert outcome(counts, "remarks") == {"attempted": 6, "loaded": 5, "skipped": 1, "held": 0}
    assert world.count_all()["note"] == 5


def test_one_id_for_two_records_stops_before_any_write(world, ledger):
    """Ids that do not tell records apart are named, all at once, and nothing is sent."""
    records = make_records()
    other = records["remarks"].head(1).with_columns(description=pl.lit("another"))
    clash = records | {"remarks": pl.concat([records["remarks"], other])}
    staff = dataclasses.replace(PHASES[1], name="staff", source="staff")

    with pytest.raises(UsageError, match=r"remarks: 1 external ids(?s:.*)patients and staff both become contact"):
        world.load(clash | {"staff": records["patients"].head(2)}, ledger, phases=(*PHASES, staff))
    assert ledger.digest()["entries"] == 0
    assert world.count_all()["contact"] == 0


def test_only_the_sampled_records_are_attempted(world, ledger):
    """`only` bounds the load; a record outside of it is no parent."""
    sample = pl.DataFrame({"phase": ["clinics", "patients", "remarks"], "external_id": ["c0", "p0", "r1"]})
    counts = world.load(make_records(), ledger, only=sample)

    assert counts["attempted"].sum() == 3
    assert held(ledger) == {("remarks", "r1"): "parent_missing"}


def test_parents_of_the_same_object_go_first(world, ledger):
    """A phase that points at itself loads parents before children, whatever the order of its rows."""
    chain = Phase(
        name="units", source="units", destination="sales_account", external_id=("Id",), fields=(FieldRule(to="name"),),
        lookups=(Lookup(to="parent_sales_account_id", object="units", source="PARENT", is_required=False),),
    )  # fmt: skip
    rows = [("u3", "u2"), ("u2", "u1"), ("u1", None), ("loop1", "loop2"), ("loop2", "loop1"), ("u0", "gone")]
    units = pl.DataFrame(
        [{"external_id": id, "_rows": [1], "owner": None, "lookup.parent_sales_account_id": up, "name": id}
         for id, up in rows]
    )  # fmt: skip
    order = select_records(chain, units, None)["external_id"].to_list()
    assert order.index("u1") < order.index("u2") < order.index("u3")
    counts = world.load({"units": units}, ledger, phases=(chain,))

    assert outcome(counts, "units")["loaded"] == 6
    assert find(world, "sales_account", "u3")["parent_sales_account_id"] == find(world, "sales_account", "u2")["id"]


class TestExisting:
    """Records the tenant held before us."""

    @pytest.fixture
    def before(self, world):
        account = world.tenant.create("sales_account", {"name": "clinic 0", "city": "Wien"})
        other = world.tenant.create("sales_account", {"name": "Another"})
        contact = world.tenant.create(
            "contact",
            {"emails": "P1@mail.example", "first_name": "Pre", "job_title": "Chef",
             "sales_accounts": [{"id": other["id"], "is_primary": True}]},
        )  # fmt: skip
        return {"account": account["id"], "other": other["id"], "contact": contact["id"]}

    def test_a_likeness_is_held_by_policy(self, world, ledger, before):
        """Same e-mail or same account name: held, the tenant's record untouched."""
        digest = world.store.digest()
        sample = pl.DataFrame({"phase": ["clinics", "patients"], "external_id": ["c0", "p1"]})
        world.load(make_records(), ledger, only=sample)

        assert held(ledger) == {("clinics", "c0"): "existing_match", ("patients", "p1"): "existing_match"}
        assert world.store.digest() == digest

    def test_a_likeness_is_updated_by_policy_with_its_before_image(self, world, ledger, before):
        """Under the policy to update, the tenant's record changes, keeps what is not ours, and can be restored."""
        world.load(make_records(), ledger, policies=dataclasses.replace(POLICIES, existing_match="update"))

        standing = ledger.standing("patients", "p1")
        assert (standing.destination_id, standing.created) == (before["contact"], False)
        image = ledger.before_image(standing)
        assert (image["first_name"], image["sales_accounts"]) == ("Pre", [before["other"]])
        contact = find(world, "contact", "p1")
        assert (contact["first_name"], contact["job_title"]) == ("Zoë 1", "Chef")
        accounts = {account["id"]: account["is_primary"] for account in contact["sales_accounts"]}
        assert accounts[before["other"]] is False and len(accounts) == 2

    def test_an_exact_match_is_updated_under_any_policy(self, world, ledger):
        """A record that carries our external id is the same record."""
        id = world.tenant.create("contact", {"emails": "x@y.example", "external_id": "p1"})["id"]
        world.load(make_records(), ledger)

        standing = ledger.standing("patients", "p1")
        assert (standing.destination_id, standing.created, standing.state) == (id, False, "loaded")

    def test_the_id_of_another_system_is_never_overwritten(self, world, ledger, before):
        """A likeness that carries somebody else's external id is held."""
        world.tenant.update("contact", before["contact"], {"external_id": "erp-77"})
        world.load(make_records(), ledger, policies=dataclasses.replace(POLICIES, existing_match="update"))

        assert held(ledger)["patients", "p1"] == "existing_match"
        assert world.store.records("contact")[0]["external_id"] == "erp-77"

    def test_two_of_ours_never_share_one_of_theirs(self, world, ledger, before):
        """A household: the second source record with the same e-mail is held, not written over the first."""
        records = change(make_records(), "patients", "p2", email="p1@mail.example")
        world.load(records, ledger, policies=dataclasses.replace(POLICIES, existing_match="update"))

        assert held(ledger)["patients", "p2"] == "existing_match"
        assert "patients p1 was written to it" in ledger.held()["reason"].to_list()[0]
        assert find(world, "contact", "p1")["first_name"] == "Zoë 1"


@pytest.mark.parametrize(("requests", "said"), [(1, "1 request"), (0, "0 requests"), (1_234, "1,234 requests")])
def test_a_balance_is_printed_in_words_that_fit_its_numbers(capsys, requests, said):
    """One request is one; more have their thousands apart."""
    row = {"phase": "a", "source": "a", "destination": "contact", "attempted": 2, "loaded": 1, "skipped": 1, "held": 0}
    print_count(PhaseCount(**row, requests=requests))
    assert capsys.readouterr().out == f"a: attempted 2 = loaded 1 + skipped 1 + held 0; {said}\n"
