"""A ledger that cannot be written any more ends the load before anything unrecorded is sent; with room it goes on."""

import resource
import subprocess
import sys

import httpx
import pytest

from tests.load.test_kills import ROOT, ask, assert_whole, served  # noqa: F401
from tests.load.world import PHASES, World, make_records, open_tenant, prepare_schema
from workbench.ledger import Ledger

LOADER = """
import sys
from pathlib import Path
import httpx
from tests.load.world import World, make_records, open_tenant
from workbench.errors import WorkbenchError
from workbench.freshsales.schema import read_schema
tenant = open_tenant(httpx.HTTPTransport(), base=sys.argv[1])
world = World(app=None, tenant=tenant, schema=read_schema(tenant, plan="enterprise"), path=Path(sys.argv[2]))
try:
    with world.ledger() as ledger:
        world.load(make_records(patients=int(sys.argv[3])), ledger)
except WorkbenchError as error:
    print(error, file=sys.stderr)
    sys.exit(error.exit_code)
"""
PATIENTS = 60


def load_within(bytes, served, path):  # noqa: F811
    """A load in a process whose files may not grow beyond that, as on a disk that is full."""
    return subprocess.run(
        [sys.executable, "-c", LOADER, served, str(path), str(PATIENTS)], cwd=ROOT, capture_output=True, text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (bytes, bytes)),
    )  # fmt: skip


@pytest.mark.covers("C-70")
@pytest.mark.parametrize("kilobytes", [30, 200, 500])
def test_a_full_disk_ends_the_load_before_anything_unrecorded_is_sent(served, tmp_path, kilobytes):  # noqa: F811
    """One message and exit code 3; every record of the tenant has its intent; the next run brings the rest."""
    path, records = tmp_path / "ledger.sqlite", make_records(patients=PATIENTS)
    with open_tenant(httpx.HTTPTransport(), base=served) as tenant:
        schema = prepare_schema(tenant)
        ended = load_within(kilobytes * 1024, served, path)

        assert (ended.returncode, "Traceback" in ended.stderr) in ((3, False), (2, False)), ended.stderr
        assert "ledger" in ended.stderr and ended.stderr.count("\n") == 1
        world = World(app=None, tenant=tenant, schema=schema, path=path)
        if count_stored(served):
            with Ledger.open_read_only(path) as ledger:
                meant = sum(entry.kind == "intent" for entry in ledger.entries())
            assert count_stored(served) <= meant
        with world.ledger() as ledger:
            counts = world.load(records, ledger)
            assert (counts["attempted"] == counts["loaded"]).all()
            assert_whole(served, ledger, PHASES, records)


def count_stored(served):  # noqa: F811
    """Records the tenant holds of what is loaded."""
    return sum(len(ask(served, f"records/{phase.destination}")["records"]) for phase in PHASES)
