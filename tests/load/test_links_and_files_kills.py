"""Circles and files under SIGKILL: every link set, every file once; and a large file that fits in little memory."""

from __future__ import annotations

import json
import subprocess
import sys

import httpx
import pytest

from tests.load.killed_links import PHASES, SIZE, make_all
from tests.load.test_kills import ask, served, start
from tests.load.world import World, open_tenant, prepare_schema
from workbench.load.rollback import roll_back

assert served
MEGABYTE = 1024**2


@pytest.mark.covers("C-70")
@pytest.mark.parametrize("kills", [12, pytest.param(300, marks=pytest.mark.slow)])
def test_circles_and_files_killed_at_any_instant_are_whole_in_the_end(served, tmp_path, kills):
    """Each link leads where the source's does, each file stands once, nothing is in doubt, and it can be taken back."""
    export = tmp_path / "export"
    export.mkdir()
    for n in range(SIZE):
        (export / f"{n}.txt").write_text(f"the file of patient {n}\n" * 2000)
    with open_tenant(httpx.HTTPTransport(), base=served) as tenant:
        schema = prepare_schema(tenant, PHASES[:2])
        digest = ask(served, "digest")["digest"]
        loader = start("tests.load.killed_links", served, tmp_path / "ledger.sqlite", export, kills, 7)
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
    records = make_all()
    stored = {
        object: ask(served, f"records/{object}")["records"] for object in ("sales_account", "contact", "document")
    }
    assert {object: len(found) for object, found in stored.items()} == dict.fromkeys(stored, SIZE)
    by_id = {each["id"]: each for found in stored.values() for each in found}
    for phase in PHASES:
        for row in records[phase.name].iter_rows(named=True):
            found = by_id[ledger.destination_id(phase.source, row["external_id"])]
            for lookup in phase.lookups:
                wanted = ledger.destination_id(lookup.object, row[f"lookup.{lookup.to}"])
                links = {"targetable": [each["id"] for each in found.get("targetables") or []],
                         "sales_accounts": [each["id"] for each in found.get("sales_accounts") or []]}  # fmt: skip
                assert wanted in links.get(lookup.to, [found.get("custom_field", {}).get(lookup.to)]), row


def test_a_large_file_takes_little_memory(served, tmp_path):
    """150 MB go up in a process that has 60 MB to spare, hashed and sent piece by piece, and agree when read back."""
    with open_tenant(httpx.HTTPTransport(), base=served) as tenant:
        contact = tenant.create("contact", {"last_name": "Large", "emails": "large@mail.example"})["id"]
    path = tmp_path / "scan.bin"
    with path.open("wb") as file:
        file.truncate(150 * MEGABYTE)
        file.write(b"begins otherwise")
    told = subprocess.run(
        [sys.executable, "-c", UPLOAD, served, str(contact), str(path)], capture_output=True, text=True, timeout=120
    )

    assert told.returncode == 0, told.stderr[-2000:]
    facts = json.loads(told.stdout)
    assert facts["shown"] == path.stat().st_size and facts["same"]
    assert facts["grown"] < 60 * MEGABYTE


UPLOAD = """
import hashlib, json, resource, sys
from pathlib import Path
import httpx
from tests.load.world import open_tenant
from workbench.content import describe_content, hash_content
from workbench.freshsales.forms import Form
from workbench.load.documents import list_documents

address, contact, path = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])
with open_tenant(httpx.HTTPTransport(), base=address) as tenant:
    tenant.find_view("contact")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    sha256 = hash_content(describe_content(path))
    about = {"file_name": path.name, "targetable_type": "Contact", "targetable_id": str(contact)}
    form = Form(open_file=describe_content(path).open, name=path.name, fields=about)
    id = int(tenant.upload(form)["id"])
    found = list_documents(tenant, ("contact", contact))[id]
    digest = hashlib.sha256()
    for piece in tenant.download(found["url"]):
        digest.update(piece)
    grown = 1024 * (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
print(json.dumps({"shown": found["file_size"], "same": digest.hexdigest() == sha256, "grown": grown}))
"""
