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


@pytest.mark.parametrize("switches", [{"all_deals_view": False}, {"bulk_over_cap": "cut", "bulk_cap": 0}])
def test_batches_that_cannot_be_seen_are_given_up(tmp_path, switches):
    """Where no list shows what went by the hundred, or nothing comes of it, the records go alone and none is lost."""
    world = make_world(tmp_path / "unseen.sqlite", **switches)
    records = make_records(patients=PATIENTS)
    with world.ledger() as ledger:
        counts = world.load(records, ledger, phases=only("clinics", "patients", "claims"))
    world.tenant.close()

    assert counts["loaded"].to_list() == [2, PATIENTS, PATIENTS]
    assert ids_of(world, "deal") == sorted(records["claims"]["external_id"])
    assert len(calls(world, "/deals/bulk_upsert")) in (0, 2 * 3)
    assert len(calls(world, "/deals/upsert")) == PATIENTS


def load_people(tmp_path, records=None, **switches):
    """A world after a load of clinics and patients into a tenant with these switches; its ledger is read only."""
    world = make_world(tmp_path / "switched.sqlite", **switches)
    records = make_records(patients=PATIENTS) if records is None else records
    with world.ledger() as ledger:
        counts = world.load(records, ledger, phases=only("clinics", "patients"))
        held = dict(ledger.held().select("external_id", "code").iter_rows())
    world.tenant.close()
    assert (counts["attempted"] == counts["loaded"] + counts["held"]).all()
    return world, held


def test_a_batch_larger_than_the_tenant_takes_is_halved(tmp_path):
    """A cap of 20 is found with three refusals, and everything goes by twelve from there on."""
    world, held = load_people(tmp_path, bulk_cap=20)

    sent = [call["status"] for call in calls(world, "/contacts/bulk_upsert")]
    assert held == {} and len(ids_of(world, "contact")) == PATIENTS
    assert (sent.count(400), sent.count(200)) == (3, 20)
    assert len(calls(world, "/contacts/upsert")) == 0


def test_a_tenant_that_takes_no_batches_gets_the_records_one_by_one(tmp_path):
    """Refused down to a dozen, batches are not tried again; every record has its outcome."""
    world, held = load_people(tmp_path, bulk_cap=5)

    assert held == {} and len(ids_of(world, "contact")) == PATIENTS
    assert len(calls(world, "/contacts/bulk_upsert")) == 4
    assert len(calls(world, "/contacts/upsert")) == PATIENTS


def test_a_tenant_that_takes_the_first_of_too_many_gets_the_rest_again(tmp_path):
    """Rows a tenant cut off without a word go by the hundred once more before they go alone."""
    world, held = load_people(tmp_path, bulk_cap=60, bulk_over_cap="cut")

    assert held == {} and len(ids_of(world, "contact")) == PATIENTS
    assert len(calls(world, "/contacts/upsert")) == 0


def test_a_tenant_that_knows_no_external_id_in_bulk_gets_emails_and_names(tmp_path):
    """One batch and one record alone show it; then contacts go by e-mail, accounts by name, and deals alone."""
    world = make_world(tmp_path / "documented.sqlite", bulk_by_external_id=False)
    records = make_records(clinics=120, patients=PATIENTS)
    with world.ledger() as ledger:
        counts = world.load(records, ledger, phases=only("clinics", "patients", "claims"))
        known = dict(ledger.crosswalk().filter(phase="patients").select("external_id", "destination_id").iter_rows())
    world.tenant.close()

    assert counts["held"].sum() == 0
    assert known == {record["external_id"]: record["id"] for record in world.store.records("contact")}
    batches = {
        object: len(calls(world, f"/{object}/bulk_upsert")) for object in ("sales_accounts", "contacts", "deals")
    }
    alone = {object: len(calls(world, f"/{object}/upsert")) for object in batches}
    assert batches == {"sales_accounts": 1 + 2, "contacts": 1 + 3, "deals": 1}
    assert alone == {"sales_accounts": 1, "contacts": 1, "deals": PATIENTS}


def test_an_email_two_records_share_is_never_a_key(tmp_path):
    """In a household the second contact is held, by whatever key batches go; none is written over the other."""
    records = make_records(patients=PATIENTS)
    for external_id in ("p30", "p150", "p229"):
        records = change(records, "patients", external_id, email="p7@Mail.example ")
    world, held = load_people(tmp_path, records, bulk_by_external_id=False)

    assert held == dict.fromkeys(("p30", "p150", "p229"), "rejected_by_tenant")
    stored = {record["external_id"]: record["first_name"] for record in world.store.records("contact")}
    assert len(stored) == PATIENTS - 3 and stored["p7"] == "Zoë 7"


def test_an_email_that_stands_already_is_never_a_key(tmp_path):
    """What an earlier load brought is not written over by a bulk row with the same e-mail."""
    world = make_world(tmp_path / "twice.sqlite", bulk_by_external_id=False)
    records = make_records(patients=PATIENTS)
    few = pl.DataFrame({"phase": ["clinics", "patients"], "external_id": ["c1", "p7"]})
    with world.ledger() as ledger:
        world.load(records, ledger, phases=only("clinics", "patients"), only=few)
    with world.ledger() as ledger:
        counts = world.load(
            change(records, "patients", "p30", email="p7@mail.example"), ledger, phases=only("clinics", "patients")
        )
        assert ledger.held()["external_id"].to_list() == ["p30"]
    world.tenant.close()

    assert counts["loaded"].to_list() == [2, PATIENTS - 1]
    assert {record["external_id"] for record in world.store.records("contact")} == set(
        records["patients"]["external_id"]
    ) - {"p30"}


def test_a_batch_whose_values_are_the_reason_is_held_and_sent_once(tmp_path):
    """Where the record sent alone is refused too, the others are held in the job's words and cost no request."""
    records = make_records(patients=PATIENTS)
    records["patients"] = records["patients"].with_columns(email=pl.lit("not an address"))
    world, held = load_people(tmp_path, records)

    assert held == {f"p{n}": "rejected_by_tenant" for n in range(PATIENTS)}
    assert len(calls(world, "/contacts/bulk_upsert")) == 3
    assert len(calls(world, "/contacts/upsert")) == 3


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
