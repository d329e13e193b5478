"""Records by the hundred: the fewest requests, each record once, whatever the tenant's jobs make of them."""

import httpx
import polars as pl
import pytest

from tests.load.lossy import Lossy
from tests.load.world import PHASES, change, make_records, make_world, open_tenant
from workbench.freshsales.costs import count_batch_requests
from workbench.model import FieldRule, Lookup, Phase
from workbench.sandbox import in_process

PATIENTS = 230


def only(*names):
    """The phases of these names."""
    return tuple(phase for phase in PHASES if phase.name in names)


def calls(world, part):
    """Calls the tenant answered whose path holds this part."""
    return [call for call in world.store.journal() if part in call["path"]]


def ids_of(world, object):
    """External ids in the tenant, sorted."""
    records = world.store.records(object)
    return sorted(record.get("external_id") or record["custom_field"].get("cf_source_id") for record in records)


def test_a_phase_costs_its_batches_one_question_and_its_pages(world, ledger):
    """230 contacts are three batches, one look at the last job and three pages of a hundred, after one sweep before."""
    records = make_records(patients=PATIENTS)
    counts = world.load(records, ledger, phases=only("clinics", "patients"))

    requests = dict(counts.select("phase", "requests").iter_rows())
    sweep_before = 2  # the list of views, and the one page of the records that were there
    assert requests["patients"] == count_batch_requests(PATIENTS) + sweep_before == 7 + sweep_before
    assert counts["loaded"].to_list() == [2, PATIENTS]
    assert ids_of(world, "contact") == sorted(records["patients"]["external_id"])


def test_what_a_batch_brought_is_known_as_well_as_what_went_alone(world, ledger):
    """The crosswalk names the tenant's ids, and the ledger the values the tenant holds, links and owner included."""
    world.load(make_records(patients=PATIENTS), ledger, phases=only("clinics", "patients"))

    known = dict(ledger.crosswalk().filter(phase="patients").select("external_id", "destination_id").iter_rows())
    assert known == {record["external_id"]: record["id"] for record in world.store.records("contact")}
    answer = ledger.last_answer(ledger.standing("patients", "p7"))
    clinic = ledger.standing("clinics", "c1").destination_id
    assert (answer["emails"], answer["sales_accounts"]) == (["p7@mail.example"], [clinic])
    assert answer["owner_id"] and answer["cf_born"].startswith("1957-02-03") and answer["updated_at"]


def test_a_row_the_job_refuses_is_held_with_its_words(world, ledger):
    """One bad row in a batch holds that record with the tenant's reason and the field, and no other."""
    records = change(make_records(patients=PATIENTS), "patients", "p120", email="not an address")
    counts = world.load(records, ledger, phases=only("clinics", "patients"))

    assert counts.row(1, named=True)["held"] == 1
    held = ledger.held().row(0, named=True)
    assert (held["external_id"], held["code"], held["field"]) == ("p120", "rejected_by_tenant", "email")
    assert "email" in held["reason"]
    assert len(calls(world, "upsert")) == 2 + 3  # two clinics and three batches: nothing was sent twice


def test_a_second_load_sends_no_batch(world, ledger):
    """What stands unchanged costs no request, however it came."""
    records = make_records(patients=PATIENTS)
    world.load(records, ledger, phases=only("clinics", "patients"))
    requests = world.tenant.requests

    world.load(records, ledger, phases=only("clinics", "patients"))
    assert world.tenant.requests == requests


def test_a_batch_whose_answer_is_lost_is_looked_for_and_not_repeated(world, ledger):
    """The sweep shows that it arrived: no record is sent again, none is doubled."""
    lossy = Lossy(in_process(world.app), seed=1, lost_answers=1)
    records = make_records(patients=PATIENTS)
    world.load(records, ledger, phases=only("clinics"))
    counts = world.load(records, ledger, phases=only("clinics", "patients"), tenant=open_tenant(lossy))

    assert lossy.lost == 3
    assert counts["loaded"].to_list() == [2, PATIENTS]
    assert ids_of(world, "contact") == sorted(records["patients"]["external_id"])
    assert len(calls(world, "/contacts/upsert")) == 0
    lossy._inner.close()


class Death(BaseException):
    """What no handler catches, as SIGKILL."""


class Dying(httpx.BaseTransport):
    """Passes requests on and dies at the n-th bulk write, before or after the tenant got it."""

    def __init__(self, inner, *, at, after):
        self.inner, self.left, self.after = inner, at, after

    def handle_request(self, request):
        if request.url.path.endswith("bulk_upsert"):
            self.left -= 1
            if self.left == 0 and not self.after:
                raise Death
        response = self.inner.handle_request(request)
        if request.url.path.endswith("bulk_upsert") and self.left == 0:
            raise Death
        return response


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("at", [1, 2, 3])
def test_a_death_between_batches_is_settled_by_one_sweep(world, at, after):
    """Resumed, every record stands once; what had arrived is listed, not sent again."""
    records, phases = make_records(patients=PATIENTS), only("clinics", "patients")
    dying = Dying(in_process(world.app), at=at, after=after)
    with pytest.raises(Death), world.ledger() as ledger:
        world.load(records, ledger, phases=phases, tenant=open_tenant(dying))
    dying.inner.close()
    before = len(world.store.journal())

    with world.ledger() as ledger:
        counts = world.load(records, ledger, phases=phases)
        assert ledger.in_doubt() == [] and ledger.held().is_empty() and ledger.verify_chain() is None
    assert counts["loaded"].to_list() == [2, PATIENTS]
    assert ids_of(world, "contact") == sorted(records["patients"]["external_id"])
    sent_again = [call for call in world.store.journal()[before:] if "upsert" in call["path"]]
    assert len(sent_again) == 3 - at + (not after)


def test_a_job_that_takes_its_time_is_waited_for(tmp_path):
    """The load asks again with growing waits, and lists only when the job has ended."""
    slow = make_world(tmp_path / "slow.sqlite", job_seconds=40)
    with slow.ledger() as ledger:
        counts = slow.load(make_records(patients=PATIENTS), ledger, phases=only("clinics", "patients"))

    assert counts["loaded"].to_list() == [2, PATIENTS]
    assert len(calls(slow, "/job_statuses/")) > 1
    assert len(calls(slow, "/contacts/upsert")) == 0
    slow.tenant.close()


def test_a_tenant_that_takes_no_batches_gets_the_records_one_by_one(tmp_path):
    """A batch refused as a whole is not tried again in that phase; every record has its outcome."""
    small = make_world(tmp_path / "small.sqlite", bulk_cap=20)
    with small.ledger() as ledger:
        counts = small.load(make_records(patients=PATIENTS), ledger, phases=only("clinics", "patients"))

    assert counts["loaded"].to_list() == [2, PATIENTS]
    assert len(calls(small, "/contacts/bulk_upsert")) == 1
    small.tenant.close()


def test_children_of_the_same_phase_wait_for_their_parents(world, ledger):
    """A phase that points at itself goes level by level: parents are found before their children are sent."""
    chain = Phase(
        name="clinics", source="clinics", destination="sales_account", external_id=("Id",),
        fields=(FieldRule(to="name"),),
        lookups=(Lookup(to="parent_sales_account_id", object="clinics", source="PARENT", is_required=False),),
    )  # fmt: skip
    rows = [
        {"external_id": f"c{n}", "_rows": [n], "owner": None, "name": f"Clinic {n}",
         "lookup.parent_sales_account_id": None if n < 10 else f"c{n % 10}"}
        for n in range(150)
    ]  # fmt: skip
    frame = pl.DataFrame(rows, schema_overrides={"owner": pl.String, "lookup.parent_sales_account_id": pl.String})
    counts = world.load({"clinics": frame}, ledger, phases=(chain,))

    assert counts["loaded"].to_list() == [150]
    by_name = {record["name"]: record for record in world.store.records("sales_account")}
    assert by_name["Clinic 147"]["parent_sales_account_id"] == by_name["Clinic 7"]["id"]
    assert len(calls(world, "bulk_upsert")) == 1 + 2  # ten parents, then 140 children
