"""Products and lines under SIGKILL: every product once, every deal with exactly its lines, and all of it taken back."""

from __future__ import annotations

import json

import httpx
import pytest

from tests.load.killed_lines import CATALOG, SIZE, make_all
from tests.load.test_kills import ask, served, start
from tests.load.test_line_items import PHASES
from tests.load.world import World, open_tenant, prepare_schema
from workbench.line_items import read_lines, write_number
from workbench.load.rollback import roll_back

assert served


@pytest.mark.parametrize("kills", [10, pytest.param(200, marks=pytest.mark.slow)])
def test_products_and_lines_killed_at_any_instant_are_whole_in_the_end(served, tmp_path, kills):
    """Nothing is in doubt, doubled or lost, also of products of the same name."""
    with open_tenant(httpx.HTTPTransport(), base=served) as tenant:
        schema = prepare_schema(tenant)
        digest = ask(served, "digest")["digest"]
        loader = start("tests.load.killed_lines", served, tmp_path / "ledger.sqlite", kills, 11)
        told = loader.communicate()[0]
        assert loader.returncode == 0 and sum(json.loads(told).values()) == kills

        world = World(app=None, tenant=tenant, schema=schema, path=tmp_path / "ledger.sqlite", phases=PHASES)
        with world.ledger() as ledger:
            assert ledger.in_doubt() == [] and ledger.held().is_empty() and ledger.verify_chain() is None
            assert_whole(served, ledger)
            assert roll_back(ledger, tenant, run_label="90_rollback/test").held.is_empty()
    assert ask(served, "digest")["digest"] == digest


def assert_whole(served, ledger):
    """What the tenant holds is what the source says, each once."""
    stored = {object: ask(served, f"records/{object}")["records"] for object in ("product", "deal")}
    assert {object: len(found) for object, found in stored.items()} == {"product": CATALOG, "deal": SIZE}
    by_id = {each["id"]: each for each in stored["deal"]}
    for record in make_all()["claims"].iter_rows(named=True):
        deal = by_id[ledger.destination_id("claims", record["external_id"])]
        wanted = [
            (ledger.destination_id("treatments", line.product), write_number(line.unit_price))
            for line in read_lines(record)
        ]
        assert [(each["id"], write_number(each["unit_price"])) for each in deal["products"]] == wanted
