"""The request plan: the least is really the least, ours is close to it, and what was used stands beside it."""

import pytest

from tests.load.world import PHASES, make_records, make_world
from workbench.budget.requests import Meter, plan_requests, sum_requests
from workbench.freshsales.costs import count_least_requests, count_requests
from workbench.model import REQUESTS


@pytest.fixture
def world(tmp_path):
    world = make_world(tmp_path / "ledger.sqlite")
    yield world
    world.tenant.close()


def search_least(records):
    """The fewest requests by trying every number of records sent alone and of batches."""
    return min(
        alone + 2 * -(-(records - alone) // 100) for alone in range(min(records, 200) + 1)
    )  # as many pages as batches: neither is of use without the other


def test_nobody_could_do_with_less():
    """Up to 450 records, trying every mixture of batches and single writes finds nothing cheaper."""
    assert [count_least_requests("contact", n) for n in range(451)] == [search_least(n) for n in range(451)]
    assert [count_least_requests("note", n) for n in (0, 1, 450)] == [0, 1, 450]
    assert all(count_least_requests("deal", n) <= count_requests("deal", n) for n in range(451))


def row(requests, **named):
    """One row of a plan."""
    found = requests.filter(**named)
    assert found.height == 1
    return found.row(0, named=True)


def test_a_plan_names_every_request_before_the_first_is_sent(world):
    """Settings, what is there already, and each phase by its cheapest way."""
    records = make_records(patients=230)
    requests = plan_requests(PHASES, records, schema=world.schema, holds={"contact": 1234})

    assert requests.schema == REQUESTS
    assert row(requests, kind="settings")["planned"] == 4 + 1 + 1 + 13 + 1  # objects, modules, the module, lists, users
    assert row(requests, kind="existing", destination="contact")["planned"] == 1 + 13
    assert row(requests, kind="existing", destination="deal")["planned"] == 1 + 1
    patients, plans, clinics = (row(requests, phase=name) for name in ("patients", "plans", "clinics"))
    assert (patients["method"], patients["least"], patients["planned"]) == ("by the hundred", 6, 7)
    assert (plans["method"], plans["least"], plans["planned"]) == ("one by one", 230, 230)
    assert (clinics["method"], clinics["planned"]) == ("one by one", 2)
    assert requests["used"].null_count() == requests.height


def load(world, ledger, records, *, holds):
    """Plan, load, and fill the plan with what was used."""
    planned = plan_requests(world.phases, records, schema=world.schema, holds=holds, ledger=ledger)
    meter = Meter(world.tenant, report=lambda count: None)
    world.load(records, ledger, on_phase=meter.note_phase)
    return meter.fill(planned)


def test_what_was_used_stands_beside_what_was_planned(world):
    """Every request the tenant answered is in one row; a second load plans and uses nothing but its settings."""
    records = make_records(patients=230)
    with world.ledger() as ledger:
        before = len(world.store.journal())
        asked = world.tenant.requests
        first = load(world, ledger, records, holds={})
        again = load(world, ledger, records, holds={"contact": 230})

    answered = [call for call in world.store.journal()[before:] if call["cost"]]
    assert first["used"].sum() - asked == len(answered)
    phases = first.filter(kind="records")
    assert phases["used"].to_list() == phases["planned"].to_list()
    assert first.filter(kind="existing")["used"].to_list() == first.filter(kind="existing")["planned"].to_list()
    assert again.filter(kind="existing").is_empty() and again.filter(kind="records")["used"].sum() == 0
    assert sum_requests(again.filter(kind="records")) == (0, 0)


def test_a_load_that_goes_on_plans_only_what_is_left(world):
    """What stands costs nothing; a phase that is whole is not even looked for."""
    records = make_records(patients=230)
    with world.ledger() as ledger:
        world.load(records, ledger, phases=PHASES[:2])
        rest = plan_requests(PHASES, records, schema=world.schema, holds={}, ledger=ledger)

    assert row(rest, phase="patients")["method"] == "nothing to send"
    assert row(rest, phase="claims")["planned"] == 7
    assert rest.filter(kind="existing")["destination"].to_list() == ["deal"]


def test_writes_in_doubt_are_part_of_the_plan(world):
    """A load that was killed looks its last writes up first, and the plan says so."""
    with world.ledger() as ledger:
        world.load(make_records(), ledger, phases=PHASES[:2])
        ledger.intend(PHASES[6], "r1", action="create", body={"description": "x"})
        requests = plan_requests(PHASES, make_records(), schema=world.schema, holds={}, ledger=ledger)

    doubt = row(requests, kind="in_doubt")
    assert (doubt["records"], doubt["least"], doubt["planned"]) == (1, 1, 2)
