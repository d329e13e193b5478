"""What a rollback is said to cost, from the ledger alone, is what it costs."""

from dataclasses import replace

import pytest

from tests.load.world import POLICIES, make_records, make_world, open_tenant
from workbench.ledger import Ledger
from workbench.load.proof import prove_rollback
from workbench.load.rollback import roll_back
from workbench.load.rollback_preview import LOOKING, PROVING, preview_rollback
from workbench.load.scope import parse_scope
from workbench.sandbox import in_process

UPDATE = replace(POLICIES, existing_match="update")


@pytest.mark.parametrize("patients", [3, 130])
@pytest.mark.parametrize("scope", ["", "phase=remarks", "object=contact", "record=patients/p2"])
def test_the_requests_are_those_previewed(tmp_path, patients, scope):
    """Looking, changing and proving together: within three per cent, and two requests, of what was said before."""
    world = make_world(tmp_path / "l.sqlite")
    with world.ledger() as ledger:
        world.load(make_records(patients=patients), ledger)
    with Ledger.open_read_only(world.path) as ledger:
        preview = preview_rollback(ledger, parse_scope(scope))
    with world.ledger() as ledger, open_tenant(in_process(world.app)) as tenant:
        roll_back(ledger, tenant, run_label="x", scope=parse_scope(scope))
        prove_rollback(ledger, tenant)

        assert tenant.requests == pytest.approx(preview["requests"].sum(), rel=0.03, abs=2)
        journal = [row for row in world.store.journal() if row["path"].startswith("/crm/sales/api")]
        assert preview["phase"][0] == LOOKING and preview["phase"][-1] == PROVING and len(journal) > tenant.requests
    world.tenant.close()


def test_a_tenant_full_of_others_costs_no_more(tmp_path):
    """Six hundred records that were there before, untouched since, are passed over: at most one page a list."""
    world = make_world(tmp_path / "l.sqlite")
    for n in range(300):
        world.tenant.create("sales_account", {"name": f"Other {n}"})
        world.tenant.create("contact", {"emails": f"other{n}@mail.example"})
    before = world.store.digest()
    with world.ledger() as ledger:
        world.load(make_records(), ledger)
        preview = preview_rollback(ledger)
        with open_tenant(in_process(world.app)) as tenant:
            roll_back(ledger, tenant, run_label="x")
            assert prove_rollback(ledger, tenant).holds
            assert tenant.requests == preview["requests"].sum()
    assert world.store.digest() == before
    world.tenant.close()


def test_restored_records_cost_one_request_each(tmp_path):
    """What was there before is compared on list pages and written back in one request."""
    world = make_world(tmp_path / "l.sqlite")
    for n in range(20):
        world.tenant.create("contact", {"emails": f"p{n}@mail.example", "first_name": "Pre"})
    with world.ledger() as ledger:
        world.load(make_records(patients=20), ledger, policies=UPDATE)
        preview = preview_rollback(ledger)
        done = roll_back(ledger, world.tenant, run_label="x").counts

        assert dict(preview.select("phase", "restore").iter_rows())["patients"] == 20
        assert dict(done.select("phase", "requests").iter_rows())["patients"] == 20
    world.tenant.close()


def test_nothing_standing_previews_nothing(world, ledger):
    """Before the first load, and after a rollback, there are no rows and no requests."""
    assert preview_rollback(ledger).is_empty()
    world.load(make_records(), ledger)
    roll_back(ledger, world.tenant, run_label="x")

    assert preview_rollback(ledger).is_empty()
    assert preview_rollback(ledger, parse_scope("phase=patients")).is_empty()
