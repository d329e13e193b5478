"""Refusals that are no record's fault cost it nothing; those that are name the field, whatever the language."""

import httpx
import pytest

from tests.load.lossy import Lossy
from tests.load.test_bad_days import PATIENTS, day  # noqa: F401
from tests.load.world import PHASES, make_records, make_world, open_tenant
from workbench.errors import RetryLater
from workbench.freshsales.answers import guess_field, is_passing
from workbench.load import batches
from workbench.load.rollback import roll_back
from workbench.sandbox import in_process


def calls(world, ending):
    return [call for call in world.store.journal() if call["path"].endswith(ending) and call["method"] != "JOB"]


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ("Geschlecht ist ungültig", "cf_gender"),
        ("Geschlecht: Wien", "cf_gender"),
        ("'Praxis am Ring' is al in gebruik", "name"),
        ("El valor de Praxis am Ring ya existe", "name"),
        ("cf_gender n'est pas valide", "cf_gender"),
        ("first_name can't be blank", "first_name"),
        ("Der Datensatz konnte nicht gespeichert werden.", ""),
        ("The record could not be saved. Try again later.", ""),
    ],
)
def test_a_field_is_found_in_any_language(said, field):
    """By its name, by what the tenant calls it, or by the value it repeats."""
    record = {"name": "Praxis am Ring", "city": "Wien", "first_name": "Ada", "custom_field": {"cf_gender": "F"}}

    assert guess_field([said], record, {"cf_gender": "Geschlecht", "city": "City"}) == field
    assert is_passing(field) == (field == "")


@pytest.mark.parametrize("share", [0.1, 0.4, 0.9])
def test_rows_that_fail_for_no_fault_of_theirs_go_again(day, share):  # noqa: F811
    """Jobs that fail rows by chance hold nobody: a row goes twice by the hundred and then alone."""
    day.befall(f"job_partial:share={share}")

    loaded, held, _ = day.load(make_records(patients=PATIENTS))

    assert held == {} and sum(loaded.values()) == 2 + 6 * PATIENTS
    assert len(calls(day.world, "contacts/bulk_upsert")) <= 2 + 1


def test_a_refusal_without_a_reason_costs_one_more_request(tmp_path):
    """Where the tenant never says why, the record goes alone once and is held with its words."""
    world = make_world(tmp_path / "ledger.sqlite", language="nl")
    records = make_records(patients=30)
    records["patients"] = records["patients"].with_columns(
        email=records["patients"]["email"].replace("p7@mail.example", "nope")
    )
    with world.ledger() as ledger:
        counts = world.load(records, ledger, phases=PHASES[:2])
        (held,) = ledger.held().iter_rows(named=True)

    assert (held["external_id"], held["reason"]) == ("p7", "ongeldig e-mailadres")
    assert counts["held"].to_list() == [0, 1]
    assert len(calls(world, "contacts/bulk_upsert")) == 1 and len(calls(world, "contacts/upsert")) == 1


def test_a_field_deleted_in_mid_phase_is_noticed_by_batches_too(day, monkeypatch):  # noqa: F811
    """The first lot that is refused has the fields read again: no further record that fills it costs a request."""
    monkeypatch.setattr(batches, "MOST_UNSETTLED", 1)
    day.befall("field_deleted:of=contact,field=cf_born,path=/contacts/bulk_upsert,at=2")

    loaded, held, _ = day.load(make_records(patients=430))

    mine = [row for (phase, _), row in held.items() if phase == "patients"]
    assert {(row["code"], row["field"]) for row in mine} == {("rejected_by_tenant", "cf_born")}
    assert (loaded["patients"], len(mine)) == (100, 330)
    assert len(calls(day.world, "contacts/bulk_upsert")) == 2 and calls(day.world, "contacts/upsert") == []


def test_a_create_that_only_a_lagging_search_hid_is_ours(tmp_path):
    """Given up after three lost answers, it is found by the next load and known as created, so that it can go again."""
    world = make_world(tmp_path / "ledger.sqlite", index_lag_seconds=10**7)
    empty, lossy = world.store.digest(), Lossy(in_process(world.app), seed=1, lost_answers=1.0)
    records = make_records(clinics=1, patients=1)
    with world.ledger() as ledger:
        with pytest.raises(RetryLater):
            world.load(records, ledger, phases=PHASES[:1], tenant=open_tenant(lossy))
        assert world.store.count("sales_account") == 1 and ledger.in_doubt() == []
        counts = world.load(records, ledger, phases=PHASES[:1])

        assert counts["loaded"].to_list() == [1] and ledger.standing("clinics", "c0").created
        roll_back(ledger, world.tenant, run_label="90_rollback/test")
    assert world.store.digest() == empty


@pytest.mark.parametrize("day", [{"index_lag_seconds": 20}, {"index_lag_seconds": 400}], indirect=True)
def test_module_records_that_search_does_not_show_yet_are_not_held(day):  # noqa: F811
    """A second write refused as not unique is waited for until the search shows the first."""
    day.befall("lost_answer:odds=0.2,only=writes,object=cm_care_plan")

    loaded, held, _ = day.load(make_records(patients=PATIENTS))

    assert held == {} and loaded["plans"] == PATIENTS


def test_a_change_is_not_sent_again_over_an_edit(world, ledger):
    """Where a change was lost on its way and somebody edited the record meanwhile, theirs stays and it is held."""
    records = make_records()
    world.load(records, ledger)
    id, inner = ledger.standing("clinics", "c1").destination_id, in_process(world.app)

    def lose(request):
        if request.method == "PUT":
            world.tenant.update("sales_account", id, {"city": "Linz"})
            raise httpx.ReadTimeout("lost", request=request)
        return inner.handle_request(request)

    records["clinics"] = records["clinics"].with_columns(city=records["clinics"]["city"].replace("Graz", "Wels"))
    world.load(records, ledger, tenant=open_tenant(httpx.MockTransport(lose)))

    assert world.store.store.read("sales_account", id)["city"] == "Linz"
    assert ledger.held().select("external_id", "code").rows() == [("c1", "edited_in_tenant")]
    inner.close()
