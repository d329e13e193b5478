"""A load killed at any instant goes on where it died: no duplicate, no loss, no orphan, and its balance closes."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import polars as pl
import pytest

from tests.load.world import KEY, PHASES, World, make_records, open_tenant, prepare_schema
from workbench.ledger import Ledger
from workbench.load.rollback import roll_back
from workbench.model import Phase
from workbench.sandbox.remote import ask_server

ROOT = Path(__file__).parents[2]
SEED = 20261122
A_DAY_LATER = datetime(2026, 1, 2, tzinfo=UTC)  # than the ledgers of `World.ledger` begin
CORE = PHASES[:3]  # contacts, accounts and deals


def start(*arguments: Any) -> subprocess.Popen[str]:
    """A module of the tests in a process of its own."""
    command = [sys.executable, "-m", *map(str, arguments)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


@pytest.fixture
def served(tmp_path) -> Iterator[str]:
    """Address of a tenant that runs in another process."""
    server = start("tests.load.served_tenant", tmp_path / "tenant.sqlite")
    yield server.stdout.readline().strip()
    server.terminate()
    server.wait(20)


@pytest.mark.covers("C-70", "A-74")
@pytest.mark.parametrize(
    ("kills", "phases", "clinics", "patients"),
    [
        pytest.param(50, PHASES, 38, 327, id="50 kills, 2,000 mixed records"),
        pytest.param(10, CORE, 40, 480, id="10 kills, 1,000 records in batches"),
        pytest.param(1_000, PHASES, 38, 327, id="1,000 kills, 2,000 mixed records", marks=pytest.mark.slow),
        pytest.param(300, CORE, 40, 1_980, id="300 kills, 4,000 records in batches", marks=pytest.mark.slow),
    ],
)
def test_a_load_killed_at_any_instant_goes_on_where_it_died(served, tmp_path, kills, phases, clinics, patients):
    """Killed between any two lines, in commits, before and after answers: every record stands once, rightly linked."""
    path, records = tmp_path / "ledger.sqlite", make_records(clinics=clinics, patients=patients)
    with open_tenant(httpx.HTTPTransport(), base=served) as tenant:
        schema = prepare_schema(tenant)
        digest = ask(served, "digest")["digest"]
        loader = start("tests.load.killed_loader", served, path, kills, SEED, len(phases), clinics, patients)
        told = json.loads(loader.communicate()[0])
        assert loader.returncode == 0 and told["kills"] == kills

        world = World(app=None, tenant=tenant, schema=schema, path=path, phases=phases)
        with Ledger.open(path, clock=lambda: A_DAY_LATER) as ledger:
            print(told | count_settled(ledger))
            assert_whole(served, ledger, phases, records)
            world.load(records, ledger)  # has a last look at what was sent again, should the first have come after all
            requests = tenant.requests
            counts = world.load(records, ledger)
            assert (counts["attempted"] == counts["loaded"]).all() and tenant.requests == requests
            roll_back(ledger, tenant, run_label="90_rollback/test")
            assert ledger.verify_chain() is None
    assert ask(served, "digest")["digest"] == digest


def ask(served: str, path: str) -> Any:
    """What the tenant tells beside its API."""
    return ask_server(served, KEY.reveal(), "GET", path)


def count_settled(ledger: Ledger) -> dict[str, int]:
    """How many writes a later attempt found done, and how many it found not done."""
    runs, counted = {}, Counter()
    for entry in ledger.entries():
        if entry.kind == "intent":
            runs[entry.seq] = entry.run
        elif entry.kind in ("answer", "withdrawal") and runs[entry.payload["intent"]] != entry.run:
            counted[f"{entry.kind} by recovery"] += 1
    return dict(counted)


def assert_whole(served: str, ledger: Ledger, phases: tuple[Phase, ...], records: dict[str, pl.DataFrame]) -> None:
    """Each record stands once under the id the crosswalk says, its links lead where the source's do, all is settled."""
    assert ledger.in_doubt() == [] and ledger.held().is_empty() and ledger.verify_chain() is None
    crosswalk = ledger.crosswalk()
    ids = {
        (source, external_id): id
        for source, external_id, id in crosswalk.select("source", "external_id", "destination_id").iter_rows()
    }
    assert len(set(ids.values())) == len(ids) == crosswalk.height
    for phase in phases:
        stored = {record["id"]: record for record in ask(served, f"records/{phase.destination}")["records"]}
        known = dict(crosswalk.filter(phase=phase.name).select("external_id", "destination_id").iter_rows())
        assert sorted(known) == sorted(records[phase.name]["external_id"]), phase.name
        assert sorted(stored) == sorted(known.values()), phase.name
        for row in records[phase.name].iter_rows(named=True):
            assert_linked(phase, row, stored[known[row["external_id"]]], ids)


def assert_linked(phase: Phase, row: dict[str, Any], stored: dict[str, Any], ids: dict[tuple[str, str], int]) -> None:
    """Every lookup of a record leads to what its parent became, and it carries its own external id."""
    for lookup in phase.lookups:
        wanted = ids[lookup.object, row[f"lookup.{lookup.to}"]]
        assert wanted in read_links(stored, lookup.to), (phase.name, row["external_id"], lookup.to)
    text = str(stored.get("description"))
    marks = (stored.get("external_id"), stored["custom_field"].get("cf_source_id"), text.rpartition(" ")[2].strip("]"))
    assert row["external_id"] in marks


def read_links(stored: dict[str, Any], to: str) -> list[int]:
    """Ids a stored record points at by a lookup."""
    if to == "targetable":
        return [each["id"] for each in stored["targetables"]]
    value = stored["custom_field"].get(to) if to.startswith("cf_") else stored.get(to)
    return [each["id"] if isinstance(each, dict) else each for each in (value if isinstance(value, list) else [value])]
