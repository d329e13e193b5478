"""The tenant is killed while others write to it, again and again; what it answered stands."""

import json
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from tests.sandbox.conftest import HEADERS
from workbench.sandbox import TenantSettings, build_app

ROOT = Path(__file__).parents[2]
SERVE = """
import sys
from pathlib import Path
from workbench.sandbox import TenantSettings, serve
serve(TenantSettings(calls_per_hour=10**7), path=Path(sys.argv[1]), port=0,
      ready=lambda address: print(address, flush=True))
"""
WRITERS = 3


class Writer(threading.Thread):
    """Upserts contacts and adds notes to them until the tenant is gone; knows what it was answered."""

    def __init__(self, address: str, name: str) -> None:
        super().__init__()
        self._address, self._name = address, name
        self.contacts: dict[str, int] = {}
        self.notes: list[int] = []

    def run(self) -> None:
        """Write until nobody answers."""
        with httpx.Client(base_url=self._address, headers=HEADERS, trust_env=False) as client:
            number = 0
            try:
                while True:
                    number += 1
                    key = f"{self._name}-{number}"
                    sent = {"email": f"{key}@example.org", "city": "Graz"}
                    body = {"unique_identifier": {"external_id": key}, "contact": sent}
                    made = client.post("/contacts/upsert", json=body).raise_for_status().json()["contact"]
                    self.contacts[key] = made["id"]
                    note = {"description": key, "targetable_type": "Contact", "targetable_id": made["id"]}
                    self.notes.append(
                        client.post("/notes", json={"note": note}).raise_for_status().json()["note"]["id"]
                    )
            except httpx.TransportError:
                return


def run_until_killed(path: Path, *, after: float, name: str) -> list[Writer]:
    """Let writers write for that many seconds, then kill the tenant under them."""
    command = [sys.executable, "-c", SERVE, str(path)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=ROOT)
    address = process.stdout.readline().strip()
    writers = [Writer(address, f"{name}{number}") for number in range(WRITERS)]
    for each in writers:
        each.start()
    time.sleep(after)
    process.send_signal(signal.SIGKILL)
    for each in writers:
        each.join(30)
    process.communicate(timeout=20)
    return writers


def check(path: Path, writers: list[Writer]) -> int:
    """Every answered write is there once and in the journal; the file is sound. Returns how many there were."""
    with closing(sqlite3.connect(path)) as file:
        assert file.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    tenant = build_app(TenantSettings(), path=path).state.tenant
    contacts = {record["external_id"]: record["id"] for record in tenant.records("contact")}
    notes = {record["id"] for record in tenant.records("note")}
    journalled = {id for row in tenant.journal() for id in row["records"]}
    for writer in writers:
        assert writer.contacts.items() <= contacts.items()
        assert set(writer.notes) <= notes
        assert set(writer.notes) | set(writer.contacts.values()) <= journalled
    assert len(contacts) == tenant.count("contact")
    tenant.close()
    return sum(len(writer.contacts) + len(writer.notes) for writer in writers)


@pytest.mark.parametrize("kills", [2, pytest.param(15, marks=pytest.mark.slow)])
def test_what_was_answered_survives_being_killed(tmp_path, kills):
    """Contacts, notes and the journal, however often it is killed; the digest is that of a copy made afterwards."""
    path, draw, writers = tmp_path / "tenant.sqlite", random.Random(5), []
    for kill in range(kills):
        writers += run_until_killed(path, after=draw.uniform(0.2, 0.7), name=f"k{kill}-")
        assert check(path, writers) > 0

    tenant = build_app(TenantSettings(), path=path).state.tenant
    digest = tenant.digest(with_schema=True)
    tenant.snapshot(tmp_path / "copy.sqlite")
    tenant.close()
    copy = build_app(TenantSettings(), path=tmp_path / "copy.sqlite").state.tenant
    assert copy.digest(with_schema=True) == digest
    copy.close()


def test_the_digest_is_that_of_the_same_writes_done_in_peace(tmp_path):
    """One writer, killed: the content is that of its answered writes, or of one more that was not answered any more."""
    path = tmp_path / "tenant.sqlite"
    command = [sys.executable, "-c", SERVE, str(path)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=ROOT)
    writer = Writer(process.stdout.readline().strip(), "one")
    writer.start()
    time.sleep(0.4)
    process.send_signal(signal.SIGKILL)
    writer.join(30)
    process.communicate(timeout=20)

    killed = build_app(TenantSettings(), path=path).state.tenant
    peaceful = build_app(TenantSettings()).state.tenant
    digests = replay(peaceful, len(writer.contacts) + 1)

    answered = len(writer.contacts) + len(writer.notes)
    assert answered > 0
    assert killed.digest() in digests[answered : answered + 2]
    killed.close()
    peaceful.close()


def replay(tenant, contacts: int) -> list[str]:
    """Digests of the tenant before and after each write the one writer would do."""
    from workbench.sandbox.life import create_record
    from workbench.sandbox.objects.registry import KINDS

    digests = [tenant.digest()]
    for number in range(1, contacts + 1):
        key = f"one-{number}"
        sent = {"email": f"{key}@example.org", "city": "Graz", "external_id": key}
        made = create_record(tenant, KINDS["contact"], sent)
        digests.append(tenant.digest())
        note = {"description": key, "targetable_type": "Contact", "targetable_id": made["id"]}
        create_record(tenant, KINDS["note"], json.loads(json.dumps(note)))
        digests.append(tenant.digest())
    return digests
