"""A rollback killed at any instant goes on where it died, and leaves the tenant as it was before the load."""

import json
import random
import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from tests.load.world import KEY, POLICIES, World, make_records, open_tenant, prepare_schema
from workbench.ledger import Ledger
from workbench.load.proof import prove_rollback
from workbench.load.rollback import roll_back
from workbench.sandbox.remote import ask_server, read_whole_journal

ROOT = Path(__file__).parents[2]
SEED = 20261123


def start(*arguments):
    command = [sys.executable, "-m", *map(str, arguments)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def digest(served):
    return ask_server(served, KEY.reveal(), "GET", "digest")["digest"]


@pytest.mark.covers("A-75", "C-71")
@pytest.mark.parametrize(
    ("kills", "patients", "switches"),
    [
        pytest.param(15, 40, {}, id="15 kills, 240 records"),
        pytest.param(6, 20, {"async_destroy_from": 5, "job_seconds": 0.3}, id="6 kills, deleted after the answer"),
        pytest.param(200, 330, {}, id="200 kills, 2,000 records", marks=pytest.mark.slow),
    ],
)
def test_a_rollback_killed_at_any_instant_goes_on_where_it_died(tmp_path, kills, patients, switches):
    """Killed between any two lines, before and after answers: the tenant is as before, nothing is deleted twice."""
    server = start("tests.load.served_tenant", tmp_path / "tenant.sqlite", json.dumps(switches))
    served, path = server.stdout.readline().strip(), tmp_path / "ledger.sqlite"
    try:
        with open_tenant(httpx.HTTPTransport(), base=served) as tenant:
            world = World(app=None, tenant=tenant, schema=prepare_schema(tenant), path=path)
            tenant.create("sales_account", {"name": "Clinic 0", "city": "Wien"})
            tenant.create("contact", {"emails": ["p1@mail.example", "other@mail.example"], "first_name": "Pre"})
            before = digest(served)
            with world.ledger() as ledger:
                world.load(make_records(patients=patients), ledger, policies=replace(POLICIES, existing_match="update"))
            killer = start("tests.load.killed_rollback", served, path, kills, SEED)
            said = killer.communicate(timeout=600)[0]

            assert killer.returncode == 0, said
            assert sum(json.loads(said).values()) == kills
            with Ledger.open(path) as ledger:
                assert ledger.in_doubt() == [] and ledger.crosswalk().is_empty() and ledger.verify_chain() is None
                assert prove_rollback(ledger, tenant).holds
        assert digest(served) == before
        deleted = Counter(
            id for row in read_whole_journal(served, KEY.reveal()) if is_delete(row) for id in row["records"]
        )
        assert max(deleted.values()) == 1 and len(deleted) >= 3 * patients  # activities at least; jobs are not counted
    finally:
        server.terminate()
        server.wait(20)


@pytest.mark.covers("A-75", "C-71")
def test_half_a_killed_load_is_taken_back_as_it_stands(tmp_path):
    """A load killed in any phase need not be finished first: the ledger and the tenant are enough to undo it."""
    server = start("tests.load.served_tenant", tmp_path / "tenant.sqlite")
    served, path, draw = server.stdout.readline().strip(), tmp_path / "ledger.sqlite", random.Random(SEED)
    try:
        with open_tenant(httpx.HTTPTransport(), base=served) as tenant:
            prepare_schema(tenant)
            before, states = digest(served), Counter()
            for record in sorted(draw.sample(range(2, 2 + 6 * 12), 4)):
                loader = start("tests.load.told_loader", served, path, 12)
                for _ in range(record):
                    loader.stdout.readline()
                time.sleep(draw.uniform(0, 0.01))
                loader.kill()
                loader.wait(20)
                loader.stdout.close()
                with Ledger.open(path) as ledger:
                    states.update(in_doubt=len(ledger.in_doubt()), loaded=ledger.crosswalk().height)
                    roll_back(ledger, tenant, run_label="90_rollback/x")
                    assert prove_rollback(ledger, tenant).holds and ledger.verify_chain() is None
                assert digest(served) == before
            assert states["loaded"] > 50 and states["in_doubt"] > 0
    finally:
        server.terminate()
        server.wait(20)


def is_delete(row):
    return row["method"] == "DELETE" or row["path"].endswith("bulk_destroy")
