"""Two processes on one engagement: the second is told so and does nothing; readers are always welcome."""

import os
import signal
import socket
import subprocess
import sys

import pytest

from tests.ledger.places import load
from workbench.errors import StopRun

SECOND = """
import sys
from pathlib import Path
from workbench.errors import WorkbenchError
from workbench.ledger import Ledger, SqliteStore
from workbench.ledger.postgres import PostgresStore
from workbench.model import Phase
try:
    with Ledger.open({code}) as ledger:
        phase = Phase(name="patients", source="patients", destination="contact", external_id=("Id",))
        ledger.intend(phase, "second", action="create", body={{}})
        print("writing", flush=True)
        sys.stdin.read()
except WorkbenchError as error:
    print(error, file=sys.stderr)
    sys.exit(error.exit_code)
"""


def start_second(place):
    """A process that writes to the ledger and keeps it until its input ends."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen([sys.executable, "-c", SECOND.format(code=place.code)], **pipes)


def test_only_one_process_may_write(place):
    """The second ends with code 3, names the first, and leaves ledger and checkpoint as they were."""
    with place.open() as ledger:
        load(ledger, "p1", 1)
        ledger.save()
        before = ledger.digest(), place.checkpoint.read_bytes()
        said, why = start_second(place).communicate("", timeout=60)

        assert said == ""
        assert f"another run holds the ledger, pid {os.getpid()} on {socket.gethostname()}; nothing was done" in why
        assert (ledger.digest(), place.checkpoint.read_bytes()) == before
        with place.read() as reader:
            assert reader.digest() == ledger.digest()


def test_the_second_ends_with_its_own_exit_code(place):
    """3: the run must end, nothing is lost."""
    with place.open():
        second = start_second(place)
        second.communicate("", timeout=60)
    assert second.returncode == 3


def test_this_very_session_is_named_as_such(place):
    """A notebook that opens the ledger twice is not told to wait for itself."""
    with place.open(), pytest.raises(StopRun, match="this very session"):
        place.open()


def test_what_is_free_is_said_to_be(place):
    """Asking whether a writer would be let in takes nothing from anybody."""
    with place.open(), pytest.raises(StopRun, match="this very session"):
        place.store.check_free()
    place.store.check_free()
    place.open().close()


def test_a_killed_writer_lets_the_next_one_in(place):
    """The right to write ends with its process, however that ends; what it meant to do is known."""
    second = start_second(place)
    assert second.stdout.readline() == "writing\n"
    with pytest.raises(StopRun, match=f"pid {second.pid}"):
        place.open()
    second.send_signal(signal.SIGKILL)
    second.communicate(timeout=60)

    ledger = open_patiently(place)
    assert [record.external_id for record in ledger.in_doubt()] == ["second"]
    assert ledger.verify_chain() is None
    ledger.close()


def open_patiently(place):
    """A server takes a moment to notice that a client is gone."""
    for _ in range(100):
        try:
            return place.open()
        except StopRun:
            subprocess.run(["sleep", "0.1"], check=True)
    return place.open()
