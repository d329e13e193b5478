"""Q36: files of an export, from the row that names one to the tenant that takes it or does not."""

import hashlib
import os
from dataclasses import replace

import pytest

from tests.load.world import make_world
from workbench.ledger import Ledger
from workbench.load.phases import load_phases
from workbench.load.shelf import MEGABYTE, Shelf
from workbench.plan import compile_phases
from workbench.records import account_rows, build_records, derive_columns
from workbench.sources.files import read_staged

PACK = """
[[object]]
source = "people"
destination = "contact"
fidelity = "1:1"
external_id = ["Id"]
fields = [{ from = "Name", to = "last_name" }]
[[object]]
source = "scans"
destination = "document"
fidelity = "1:1"
external_id = ["Id"]
lookups = { targetable = { object = "people", from = "Person" } }
fields = [{ from = "Path", to = "path" }]
"""


@pytest.fixture
def world(tmp_path):
    """A tenant whose plan takes files of 150 MB."""
    world = make_world(tmp_path / "ledger.sqlite")
    yield world
    world.tenant.close()


def test_q36_a_file_above_25_mb(export, world):
    """Q36: a file of 26 MB arrives byte for byte; one above what the plan takes is held: its row, why, what helps."""
    layout = export.layout(
        {"columns": {"Id": "id", "Name": "text"}},
        {"name": "scans", "file": "scans.csv", "columns": {"Id": "id", "Person": "id", "Path": "text"}},
        beside=["scans"],
    )
    export.write("people.csv", "Id,Name\np1,Roe\n")
    export.write("scans.csv", "Id,Person,Path\nf1,p1,scans/big.pdf\nf2,p1,scans/huge.pdf\n")
    for name, size in (("big", 26), ("huge", 151)):
        os.truncate(export.write(f"scans/{name}.pdf", "%PDF"), size * MEGABYTE)
    assert export.stage(layout).unlisted == ()
    pack = export.pack(layout, PACK)
    frames = derive_columns(read_staged(export.out), pack)
    phases = compile_phases(pack, layout=layout, capabilities=frozenset())
    records = {phase.name: build_records(phase, frames) for phase in phases}

    with Ledger.open(world.path) as ledger:
        setup = replace(world.setup(ledger), shelf=Shelf(folder=export.folder))
        counts = load_phases(setup, phases, records, on_phase=lambda counted: None)
        held = ledger.held().select("phase", "external_id", "field", "reason", "release").rows()

    (stored,) = world.store.records("document")
    assert stored["sha256"] == hashlib.sha256(b"%PDF" + bytes(26 * MEGABYTE - 4)).hexdigest()
    assert counts.filter(phase="scans").select("attempted", "loaded", "skipped", "held").rows() == [(2, 1, 0, 1)]
    assert held == [
        (
            "scans", "f2", "path", "158,334,976 bytes; Freshsales takes files up to 157,286,400",
            "store it elsewhere and load a link to it, or leave the row out",
        )
    ]  # fmt: skip
    assert account_rows(pack, phases, frames).filter(object="scans")["outcome"].to_list() == ["migrate", "migrate"]
