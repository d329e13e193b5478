"""Links of circles: records first, links after them, each once, by the hundred where that is cheaper."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import httpx
import polars as pl
import pytest

from tests.load.world import World, make_world, open_tenant, prepare_schema, shape_records
from workbench.budget.requests import plan_requests
from workbench.errors import RetryLater
from workbench.load.phases import load_phases
from workbench.load.review import Decision, Review, name_case
from workbench.load.rollback import roll_back
from workbench.load_graph import break_circles
from workbench.model import FieldRule, Lookup, Phase
from workbench.sandbox import in_process


def make_phases() -> tuple[Phase, ...]:
    """Clinics that name a patient as their contact, patients of a clinic who were sent by another patient."""
    clinics = Phase(
        name="clinics", source="clinics", destination="sales_account", external_id=("Id",),
        fields=(FieldRule(to="name"),),
        lookups=(Lookup(to="cf_chief", object="patients", source="CHIEF", is_required=False),),
    )  # fmt: skip
    patients = Phase(
        name="patients", source="patients", destination="contact", external_id=("Id",),
        fields=(FieldRule(to="last_name"), FieldRule(to="email")),
        lookups=(
            Lookup(to="sales_accounts", object="clinics", source="CLINIC"),
            Lookup(to="cf_referrer", object="patients", source="REFERRER", is_required=False),
        ),
    )  # fmt: skip
    return tuple(break_circles((clinics, patients)))


PHASES = make_phases()


def make_clinics(clinics: int, patients: int, *, referrers: dict[int, int | str] | None = None) -> dict[str, Any]:
    """Clinic n is led by patient n; by default patients 0 and 1 sent each other, 2 came by himself."""
    referrers = {0: 1, 1: 0, 2: 2} if referrers is None else referrers
    rows = {
        "clinics": [
            {"external_id": f"c{n}", "name": f"Clinic {n}", "CHIEF": f"p{n}" if n < patients else None}
            for n in range(clinics)
        ],
        "patients": [
            {
                "external_id": f"p{n}", "last_name": f"N{n}", "email": f"p{n}@mail.example",
                "CLINIC": f"c{n % clinics}",
                "REFERRER": f"p{referrers[n]}" if n in referrers else None,
            }
            for n in range(patients)
        ],
    }  # fmt: skip
    return {phase.name: shape_records(phase, rows[phase.name]) for phase in PHASES}


@pytest.fixture
def world(tmp_path):
    world = make_world(tmp_path / "ledger.sqlite")
    yield replace_world(world)
    world.tenant.close()


def replace_world(world: World) -> World:
    """The same world for these phases."""
    return replace(world, schema=prepare_schema(world.tenant, PHASES), phases=PHASES)


def balance(counts: pl.DataFrame) -> dict[str, tuple[int, int, int]]:
    """Attempted, loaded and held by phase."""
    return {row["phase"]: (row["attempted"], row["loaded"], row["held"]) for row in counts.iter_rows(named=True)}


def stored(world: World, object: str) -> dict[str, dict[str, Any]]:
    """The tenant's records of an object by external id."""
    records = world.store.records(object)
    return {each.get("external_id") or each["custom_field"]["cf_source_id"]: each for each in records}


def assert_linked(world: World, records: dict[str, pl.DataFrame]) -> None:
    """Every link of the source stands in the tenant."""
    clinics, patients = stored(world, "sales_account"), stored(world, "contact")
    assert len(clinics) == records["clinics"].height and len(patients) == records["patients"].height
    for row in records["clinics"].iter_rows(named=True):
        chief = row["lookup.cf_chief"]
        wanted = patients[chief]["id"] if chief else None
        assert clinics[row["external_id"]]["custom_field"].get("cf_chief") == wanted, row
    for row in records["patients"].iter_rows(named=True):
        referrer = row["lookup.cf_referrer"]
        wanted = patients[referrer]["id"] if referrer else None
        assert patients[row["external_id"]]["custom_field"].get("cf_referrer") == wanted, row


def test_the_compiled_order_says_which_lookup_comes_later():
    """Clinics go first without their chief, for that link may be empty; patients name their clinic at once."""
    assert [phase.name for phase in PHASES] == ["clinics", "patients"]
    assert [lookup.to for phase in PHASES for lookup in phase.lookups if lookup.is_late] == ["cf_chief"]


@pytest.mark.covers("F-04")
def test_records_of_a_circle_load_first_and_are_linked_after(world):
    """Two clinics and their chiefs, two patients who sent each other, one his own referrer: one request a late link."""
    records = make_clinics(2, 5)
    with world.ledger() as ledger:
        counts = world.load(records, ledger)

        assert balance(counts) == {
            "clinics": (2, 2, 0), "patients": (5, 5, 0), "clinics.links": (2, 2, 0), "patients.links": (2, 2, 0),
        }  # fmt: skip
        assert counts["requests"].to_list()[2:] == [2, 2]  # p0 by p1's circle, p2 by itself; p1 went with its link
        assert_linked(world, records)
        assert ledger.held().is_empty() and ledger.in_doubt() == []
        before = world.tenant.requests
        again = world.load(records, ledger)
        assert world.tenant.requests == before
        assert balance(again) == balance(counts)


def test_many_links_go_by_the_hundred(world):
    """250 clinics: three requests that hand in, one look at the job, three pages of the last changed, as planned."""
    records = make_clinics(250, 250)
    with world.ledger() as ledger:
        plan = plan_requests(PHASES, records, schema=world.schema, holds={}, ledger=ledger)
        planned = plan.row(by_predicate=pl.col("phase") == "clinics.links", named=True)
        assert (planned["records"], planned["least"], planned["planned"]) == (250, 3, 3 + 1 + 3)
        counts = world.load(records, ledger)

        assert balance(counts)["clinics.links"] == (250, 250, 0)
        assert counts.row(by_predicate=pl.col("phase") == "clinics.links", named=True)["requests"] <= 3 + 1 + 3
        assert_linked(world, records)
        before = world.tenant.requests
        world.load(records, ledger)
        assert world.tenant.requests == before
        plan = plan_requests(PHASES, records, schema=world.schema, holds={}, ledger=ledger)
        assert plan.filter(pl.col("phase").str.ends_with(".links"))["planned"].to_list() == [0, 0]


def test_a_link_to_a_held_record_is_held_by_name_and_set_once_that_is_released(world):
    """The clinic stays loaded; the link waits, and the load after the release sets it after a look."""
    records = make_clinics(2, 3, referrers={})
    broken = records | {
        "patients": records["patients"].with_columns(
            email=pl.when(pl.col("external_id") == "p1").then(pl.lit("no address")).otherwise("email")
        )
    }
    with world.ledger() as ledger:
        counts = world.load(broken, ledger)
        assert balance(counts) == {"clinics": (2, 2, 0), "patients": (3, 2, 1), "clinics.links": (2, 1, 1)}
        links = ledger.held().filter(pl.col("phase") == "clinics.links")
        assert links.select("external_id", "code", "field").rows() == [("c1 cf_chief", "parent_held", "cf_chief")]
        assert "p1" in links["release"][0]

        before = world.tenant.requests
        counts = world.load(records, ledger)
        assert balance(counts)["clinics.links"] == (2, 2, 0)
        assert ledger.held().is_empty()
        assert_linked(world, records)
        assert counts["requests"].to_list()[-1] == 2  # one look, one update
        assert world.tenant.requests - before >= 3


def test_a_link_set_by_hand_while_it_was_held_is_not_overwritten(world):
    """Somebody named another chief meanwhile: both sides are for a person to compare."""
    records = make_clinics(2, 3, referrers={})
    broken = records | {
        "patients": records["patients"].with_columns(
            email=pl.when(pl.col("external_id") == "p1").then(pl.lit("no address")).otherwise("email")
        )
    }
    with world.ledger() as ledger:
        world.load(broken, ledger)
        other = stored(world, "contact")["p0"]["id"]
        account = stored(world, "sales_account")["c1"]["id"]
        world.tenant.update("sales_account", account, {"custom_field": {"cf_chief": other}})

        counts = world.load(records, ledger)
        assert balance(counts)["clinics.links"] == (2, 1, 1)
        assert ledger.held()["code"].to_list() == ["edited_in_tenant"]
        assert stored(world, "sales_account")["c1"]["custom_field"]["cf_chief"] == other


def test_a_required_link_to_nothing_is_held(world):
    """The source names a chief that is no record: the clinic stands, the link is held."""
    clinics, patients = PHASES
    strict = replace(clinics, lookups=(replace(clinics.lookups[0], is_required=True),))
    records = make_clinics(2, 1, referrers={})
    with world.ledger() as ledger:
        counts = world.load(records, ledger, phases=(strict, patients))
        assert balance(counts)["clinics.links"] == (2, 1, 1)
        assert ledger.held().select("external_id", "code").rows() == [("c1 cf_chief", "parent_missing")]


def test_a_rollback_takes_linked_records_back_whole(world):
    """Links in both directions hold nothing back: the tenant is what it was."""
    digest = world.store.digest()
    with world.ledger() as ledger:
        world.load(make_clinics(120, 130), ledger)
        rolled = roll_back(ledger, world.tenant, run_label="90_rollback/test")
        assert rolled.held.is_empty()
    assert world.store.digest() == digest


class Losing(httpx.BaseTransport):
    """Loses the answers, or the requests, of writes that set links from the n-th on, so many times."""

    def __init__(self, inner: httpx.BaseTransport, *, at: int, times: int = 1, arrives: bool = True) -> None:
        self.inner, self.at, self.times, self.arrives = inner, at, times, arrives

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        sets_links = b"cf_chief" in request.content or b"cf_referrer" in request.content
        if request.method not in ("POST", "PUT") or not sets_links:
            return self.inner.handle_request(request)
        self.at -= 1
        is_lost = self.at < 0 and self.times > 0
        if is_lost:
            self.times -= 1
            if not self.arrives:
                raise httpx.ReadTimeout("lost on the way there", request=request)
        response = self.inner.handle_request(request)
        if is_lost:
            raise httpx.ReadTimeout("lost on the way back", request=request)
        return response


@pytest.mark.parametrize("arrives", [True, False])
@pytest.mark.parametrize("size", [2, 130])
def test_a_lost_answer_to_a_link_is_looked_up(world, arrives, size):
    """Whether the update arrived or not, the link stands once and the ledger knows it."""
    records = make_clinics(size, size)
    losing = Losing(in_process(world.app), at=1, arrives=arrives)
    with world.ledger() as ledger, open_tenant(losing) as tenant:
        counts = world.load(records, ledger, tenant=tenant)
        assert (counts["attempted"] == counts["loaded"]).all()
        assert_linked(world, records)
        assert ledger.in_doubt() == [] and ledger.verify_chain() is None


@pytest.mark.parametrize("size", [3, 130])
def test_a_pass_that_ended_early_goes_on_without_reading_what_is_known(world, size):
    """The tenant is lost in the middle of the links: the next load settles what is in doubt and sets the rest."""
    records = make_clinics(size, size)
    losing = Losing(in_process(world.app), at=1, times=100, arrives=False)
    with world.ledger() as ledger:
        with open_tenant(losing) as tenant, pytest.raises(RetryLater):
            world.load(records, ledger, tenant=tenant)
        counts = world.load(records, ledger)
        assert (counts["attempted"] == counts["loaded"]).all()
        assert_linked(world, records)
        assert ledger.in_doubt() == []


def test_a_sample_that_leaves_the_other_side_out_holds_nothing(world):
    """What is yet to be attempted is nothing to hold a link for; the load sets it."""
    records = make_clinics(2, 3, referrers={})
    only = pl.DataFrame({"phase": ["clinics"], "external_id": ["c0"]})
    with world.ledger() as ledger:
        counts = world.load(records, ledger, only=only)
        assert balance(counts)["clinics.links"] == (0, 0, 0) and ledger.held().is_empty()
        world.load(records, ledger)
        assert_linked(world, records)


def test_a_resumed_load_sends_links_of_records_written_before(world):
    """A record that stood before its chief did is not read again to be given its link."""
    records = make_clinics(2, 3, referrers={})
    with world.ledger() as ledger:
        world.load(records, ledger, only=pl.DataFrame({"phase": ["clinics"] * 2, "external_id": ["c0", "c1"]}))
        counts = world.load(records, ledger)
        assert counts.select("phase", "requests").rows()[2] == ("clinics.links", 2)


def test_a_late_link_forgets_no_decision(world):
    """A name that was left to the tenant stays through a link set in the second pass, and through changes after it."""
    records = make_clinics(1, 1, referrers={})
    alone = records | {"clinics": records["clinics"].with_columns(pl.lit(None, pl.String).alias("lookup.cf_chief"))}
    renamed = {name: rows.with_columns(name=pl.lit("Ours")) if name == "clinics" else rows
               for name, rows in alone.items()}  # fmt: skip
    linked = renamed | {"clinics": renamed["clinics"].with_columns(records["clinics"]["lookup.cf_chief"])}
    with world.ledger() as ledger:
        world.load(alone, ledger)
        id = ledger.destination_id("clinics", "c0")
        world.tenant.update("sales_account", id, {"name": "Theirs"})
        said = {"phase": "clinics", "record": "c0", "field": "name"}
        case = name_case({"name": ("Clinic 0", "Ours", "Theirs")})
        review = Review(decisions=(Decision(**said, keep="tenant", case=case, by="Ada"),))
        setup = replace(world.setup(ledger), review=review)
        for export in (renamed, linked, renamed):
            load_phases(setup, PHASES, export, on_phase=lambda count: None)
            clinic = stored(world, "sales_account")["c0"]
            chief = ledger.destination_id("patients", "p0") if export is linked else None
            assert (clinic["name"], clinic["custom_field"].get("cf_chief")) == ("Theirs", chief)
        assert ledger.held().is_empty()
