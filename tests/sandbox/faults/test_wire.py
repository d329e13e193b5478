"""Every fault of calls over a real connection: one tenant on a port, told before each test what goes wrong."""

import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx
import pytest

from tests.sandbox.conftest import HEADERS

ROOT = Path(__file__).parents[3]
SERVE = """
from workbench.sandbox import TenantSettings, serve
serve(TenantSettings(), path=None, port=0, ready=lambda address: print(address, flush=True))
"""


class Wire:
    """A client of the served tenant."""

    def __init__(self, address: str) -> None:
        self.http = httpx.Client(base_url=address, headers=HEADERS, trust_env=False)
        self.local = address.replace("/crm/sales/api", "/local")

    def go_wrong(self, *lines: str) -> int:
        """Let these faults strike from now on; returns the last row of the journal."""
        rows = self.http.get(f"{self.local}/journal").json()["journal"]
        self.http.post(f"{self.local}/faults", json={"lines": lines}).raise_for_status()
        return rows[-1]["seq"] if rows else 0

    def rows(self, since: int) -> list[dict]:
        """The journal after a row."""
        return self.http.get(f"{self.local}/journal", params={"since": since}).json()["journal"]

    def post_contact(self, email: str, **more) -> httpx.Response:
        """One write."""
        return self.http.post("/contacts", json={"contact": {"email": email}}, **more)

    def count(self, email: str) -> int:
        """How many contacts have that e-mail."""
        records = self.http.get(f"{self.local}/records/contact").json()["records"]
        return sum(record["emails"][0]["value"] == email for record in records)


@pytest.fixture(scope="module")
def wire():
    """One tenant for all tests here."""
    process = subprocess.Popen([sys.executable, "-c", SERVE], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT)
    client = Wire(process.stdout.readline().decode().strip())
    yield client
    client.go_wrong()
    client.http.close()
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=20)
    assert said == b"", "a fault made the server complain"


@pytest.mark.parametrize(
    ("line", "error", "said", "done"),
    [
        ("reset_before", httpx.ReadError, "reset by peer", 0),
        ("reset_after", httpx.ReadError, "reset by peer", 1),
        ("lost_answer", httpx.RemoteProtocolError, "without sending a response", 1),
        ("lost_answer:seconds=0.1", httpx.RemoteProtocolError, "without sending a response", 1),
        ("cut_answer:bytes=30", httpx.RemoteProtocolError, "received 30 bytes", 1),
        ("cut_answer:bytes=0", httpx.RemoteProtocolError, "received 0 bytes", 1),
    ],
)
def test_a_broken_connection_is_broken_for_real(wire, line, error, said, done):
    """The client's own words for what the network did; the connection after it is a new one."""
    kind = line.partition(":")[0]
    email = f"{line.replace(':', '.').replace('=', '.')}@example.org"
    since = wire.go_wrong(f"{line}{',' if ':' in line else ':'}count=1")

    with pytest.raises(error, match=said):
        wire.post_contact(email)

    (row,) = wire.rows(since)
    assert (row["fault"], row["meant"], len(row["records"])) == (kind, 200 if done else None, done)
    assert wire.count(email) == done
    assert wire.http.get("/selector/owners").status_code == 200


def test_silence_outlasts_the_client(wire):
    """A client that waits no longer than so does not learn that the work was done."""
    wire.go_wrong("lost_answer:seconds=5,count=1")

    with pytest.raises(httpx.ReadTimeout):
        wire.post_contact("silence@example.org", timeout=0.2)

    assert wire.count("silence@example.org") == 1


def test_a_slow_answer_outlasts_the_client(wire):
    """The work was done at once."""
    wire.go_wrong("slow:seconds=1.5,count=1")

    with pytest.raises(httpx.ReadTimeout):
        wire.post_contact("slow@example.org", timeout=0.2)

    assert wire.count("slow@example.org") == 1


def test_a_late_call_is_done_after_the_client_gave_up(wire):
    """Looked up at once it is not there; a moment later it is."""
    wire.go_wrong("late:seconds=0.6,count=1,method=POST")

    with pytest.raises(httpx.ReadTimeout):
        wire.post_contact("late@example.org", timeout=0.2)

    assert wire.count("late@example.org") == 0
    time.sleep(0.8)
    assert wire.count("late@example.org") == 1


def test_a_slow_call_keeps_no_other_waiting(wire):
    """Others are answered meanwhile."""
    wire.go_wrong("slow:seconds=1,path=/contacts,count=1")
    slow = threading.Thread(target=wire.post_contact, args=("slower@example.org",))
    slow.start()
    time.sleep(0.1)
    start = time.monotonic()

    with httpx.Client(base_url=wire.http.base_url, headers=HEADERS, trust_env=False) as other:
        assert other.get("/selector/owners").status_code == 200

    assert time.monotonic() - start < 0.8
    slow.join()


def test_a_trickling_answer_keeps_a_patient_client_busy(wire):
    """No wait between two bytes is long enough to give up."""
    wire.go_wrong("trickle:bytes=20,seconds=0.005,count=1")
    start = time.monotonic()

    response = wire.post_contact("trickle@example.org", timeout=0.5)

    assert response.json()["contact"]["email"] == "trickle@example.org"
    assert time.monotonic() - start > 0.2


@pytest.mark.parametrize(
    ("line", "status", "type"),
    [
        ("server_error", 500, "application/json"),
        ("server_error:status=503", 503, "text/html"),
        ("server_error:status=599,done=true", 599, "application/json"),
        ("html", 200, "text/html"),
        ("html:status=403", 403, "text/html"),
        ("too_many:retry_after=1", 429, "application/json"),
        ("too_many:wrapped=true", 400, "application/json"),
        ("expired_key", 401, "application/json"),
        ("status_flake:sending=email", 400, "application/json"),
    ],
)
def test_an_answer_in_the_place_of_the_tenants(wire, line, status, type):
    """Whole and with its length, so that the connection can be used again."""
    since = wire.go_wrong(line)

    response = wire.post_contact("instead@example.org")

    assert (response.status_code, response.headers["content-type"]) == (status, type)
    assert wire.rows(since)[0]["status"] == status


def test_busy_bulk(wire):
    """405 on bulk alone."""
    wire.go_wrong("busy")

    assert wire.http.post("/contacts/bulk_upsert", json={}).status_code == 405
    assert wire.post_contact("notbusy@example.org").status_code == 200


def test_calls_at_the_same_time_meet_as_many_faults_as_one_after_the_other(wire):
    """The n-th call is struck, whoever sends it; nothing is struck twice or left out."""
    since = wire.go_wrong("reset_after:every=5,path=/contacts")

    def work(number):
        with httpx.Client(base_url=wire.http.base_url, headers=HEADERS, trust_env=False) as client:
            for n in range(20):
                try:
                    client.post("/contacts", json={"contact": {"email": f"w{number}.{n}@example.org"}})
                except httpx.ReadError:
                    continue

    workers = [threading.Thread(target=work, args=(number,)) for number in range(5)]
    for each in workers:
        each.start()
    for each in workers:
        each.join()

    rows = wire.rows(since)
    assert (len(rows), sum(row["fault"] == "reset_after" for row in rows)) == (100, 20)
    assert all(row["meant"] == 200 and len(row["records"]) == 1 for row in rows)


def test_a_server_that_stops_holds_no_answer_back():
    """It ends in a moment, as a whole and not in an error; the connection of the client is reset."""
    process = subprocess.Popen([sys.executable, "-c", SERVE], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT)
    wire, seen = Wire(process.stdout.readline().decode().strip()), []
    wire.go_wrong("slow:seconds=600")

    def post():
        try:
            wire.post_contact("held@example.org", timeout=30)
        except httpx.TransportError as error:
            seen.append(error)

    client = threading.Thread(target=post)
    client.start()
    time.sleep(0.3)
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=20)
    client.join()

    assert b"Traceback" not in said
    assert [type(error) for error in seen] == [httpx.ReadError]
    wire.http.close()
