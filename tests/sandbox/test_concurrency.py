"""A tenant in a process of its own, asked by many at once and for a lot: no wrong answer, no more memory for it."""

import asyncio
import hashlib
import json
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from tests.sandbox.conftest import HEADERS
from workbench.sandbox import TenantSettings, build_app

ROOT = Path(__file__).parents[2]
MEGABYTE = 1024**2
MOST_MEMORY = 200 * MEGABYTE
SERVE = """
import json, sys
from pathlib import Path
from workbench.sandbox import Switches, TenantSettings, serve
settings, switches = json.loads(sys.argv[2])
settings = TenantSettings(calls_per_hour=10_000_000, switches=Switches(**switches), **settings)
serve(settings, path=Path(sys.argv[1]), port=0, ready=lambda address: print(address, flush=True))
"""


class Served:
    """A tenant on a port of its own."""

    def __init__(self, path, **settings):
        said = json.dumps([settings, settings.pop("switches", {})])
        command = [sys.executable, "-c", SERVE, str(path), said]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT)
        self.address = self.process.stdout.readline().strip()
        self.http = self.connect()

    def connect(self):
        """Another client."""
        return httpx.Client(base_url=self.address, headers=HEADERS, trust_env=False, timeout=60)

    def local(self, path):
        """An address that only a local tenant has."""
        return urlsplit(self.address)._replace(path=f"/local{path}").geturl()

    def digest(self):
        """The digest, asked over HTTP."""
        return self.http.get(self.local("/digest")).json()["digest"]

    def peak_memory(self):
        """Most bytes the process ever had in memory."""
        status = Path(f"/proc/{self.process.pid}/status")
        if not status.exists():
            pytest.skip("peak memory is read from /proc, which this system does not have")
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024

    def stop(self, how=signal.SIGTERM):
        """End the process; returns what it wrote to stderr."""
        self.http.close()
        if self.process.poll() is None:
            self.process.send_signal(how)
        return self.process.communicate(timeout=30)[1]


@pytest.fixture
def serve(tmp_path):
    """Starts tenants; each is stopped in the end."""
    started = []

    def start(path=tmp_path / "tenant.sqlite", **settings):
        started.append(Served(path, **settings))
        return started[-1]

    yield start
    for each in started:
        if each.process.poll() is None:
            each.stop(signal.SIGKILL)


def run_all(*works):
    """Do things at the same time; what goes wrong in one goes wrong here."""
    problems = []

    def run(work):
        try:
            work()
        except BaseException as problem:
            problems.append(problem)

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if problems:
        raise problems[0]


def test_two_clients_lose_and_double_nothing(serve):
    """Each gets ids of its own, and of one e-mail exactly one of them gets the contact."""
    served = serve()
    made, won = [], []

    def write(name):
        with served.connect() as http:
            for number in range(80):
                own = http.post("/contacts", json={"email": f"{name}{number}@example.org", "job_title": name})
                made.append((own.json()["contact"]["id"], name))
                race = http.post("/contacts", json={"email": f"race{number}@example.org", "job_title": name})
                assert race.status_code in (200, 400)
                won.extend([number] * (race.status_code == 200))

    run_all(lambda: write("a"), lambda: write("b"))

    found = served.http.get("/search", params={"q": "@example.org", "per_page": 100}).json()
    titles = {id: served.http.get(f"/contacts/{id}").json()["contact"]["job_title"] for id, _ in made[::10]}
    assert sorted(won) == list(range(80)), "an e-mail went to nobody, or to both"
    assert len({id for id, _ in made}) == 160 and len(found) == 100
    assert titles == dict(made[::10])


def test_one_upsert_from_two_clients_makes_one_record(serve):
    """However they interleave."""
    served = serve()

    def write(name):
        with served.connect() as http:
            for number in range(60):
                body = {"unique_identifier": {"emails": f"{number}@example.org"}, "contact": {"job_title": name}}
                assert http.post("/contacts/upsert", json=body).status_code == 200

    run_all(lambda: write("a"), lambda: write("b"))

    views = served.http.get("/contacts/filters").json()["filters"]
    everything = next(view["id"] for view in views if view["name"] == "All Contacts")
    assert served.http.get(f"/contacts/view/{everything}").json()["meta"]["total"] == 60


def test_a_reader_never_sees_half_a_bulk_write(serve):
    """Its jobs are in progress and show nothing, or are done and show every row whole."""
    rows, jobs = 100, 8
    served = serve(switches={"job_seconds": 0.4})
    view = next(
        each["id"] for each in served.http.get("/contacts/filters").json()["filters"] if each["name"] == "All Contacts"
    )
    urls, seen = [], []

    def write():
        with served.connect() as http:
            for job in range(jobs):
                names = [f"{job}x{row}" for row in range(rows)]
                sent = [{"emails": f"{name}@example.org", "data": {"first_name": name, "city": name}} for name in names]
                urls.append(http.post("/contacts/bulk_upsert", json={"contacts": sent}).json()["job_status_url"])

    def read():
        with served.connect() as http:
            until = time.monotonic() + 30
            while time.monotonic() < until:
                known = list(urls)
                states = [http.get(url).json()["status"] for url in known]
                page = http.get(f"/contacts/view/{view}", params={"per_page": 100, "page": 1 + len(seen) % jobs}).json()
                seen.append((states.count("SUCCESS"), page["meta"]["total"]))
                assert all(each["first_name"] == each["city"] != "" for each in page["contacts"])
                if states == ["SUCCESS"] * jobs:
                    return
            raise AssertionError(f"jobs never ended: {seen[-3:]}")

    run_all(write, read)

    totals = [total for _, total in seen]
    assert {total % rows for total in totals} == {0}, "half a bulk write was seen"
    assert totals == sorted(totals) and totals[-1] == rows * jobs
    assert all(total >= done * rows for done, total in seen), "a job was done before its records were there"
    assert any(done < jobs for done, _ in seen), "nothing was read while jobs were running"


async def ask(address, streams, method, path, body=None):
    """The JSON of an answer over a connection that stays open; the plain way, which costs a client the least."""
    reader, writer = streams
    content = b"" if body is None else json.dumps(body).encode()
    lines = [f"{method} {address.path}{path} HTTP/1.1", f"Host: {address.netloc}", f"Content-Length: {len(content)}"]
    lines += [*(f"{name}: {value}" for name, value in HEADERS.items()), "", ""]
    writer.write("\r\n".join(lines).encode() + content)
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    assert head.startswith(b"http/1.1 200"), head
    length = head.partition(b"content-length:")[2].split()[0]
    return json.loads(await reader.readexactly(int(length)))


def test_two_hundred_connections_get_their_own_answers(serve):
    """All open at once, each writing and reading back what is its own."""
    served = serve()
    address = urlsplit(served.address)

    async def talk(number, together):
        streams = await asyncio.open_connection(address.hostname, address.port)
        await together.wait()
        mail = f"{number}@example.org"
        contact = {"email": mail, "last_name": str(number)}
        id = (await ask(address, streams, "POST", "/contacts", contact))["contact"]["id"]
        note = {"description": mail, "targetable_type": "Contact", "targetable_id": id}
        await ask(address, streams, "POST", "/notes", {"note": note})
        read = (await ask(address, streams, "GET", f"/contacts/{id}"))["contact"]
        notes = (await ask(address, streams, "GET", f"/contacts/{id}/notes"))["notes"]
        streams[1].close()
        return id, read["email"] == mail, [each["description"] for each in notes] == [mail]

    async def talk_all():
        together = asyncio.Barrier(200)
        return await asyncio.gather(*(talk(number, together) for number in range(200)))

    answers = asyncio.run(talk_all())

    assert len({id for id, _, _ in answers}) == 200
    assert all(is_own and has_note for _, is_own, has_note in answers)
    assert served.peak_memory() < MOST_MEMORY


def stream_form(contact, pieces, *, end=True):
    """A form with a file, as it goes over the wire."""
    for name, value in (("targetable_type", "Contact"), ("targetable_id", contact["id"])):
        yield f'--edge\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
    yield b'--edge\r\nContent-Disposition: form-data; name="file"; filename="scan.bin"\r\n\r\n'
    yield from pieces
    if end:
        yield b"\r\n--edge--\r\n"


def test_a_file_of_150_megabytes_passes_through_little_memory(serve, tmp_path):
    """The largest a tenant takes goes in and comes out whole; others are answered meanwhile."""
    served = serve(tmp_path / "tenant.sqlite")
    contact = served.http.post("/contacts", json={"email": "ann@example.org"}).json()["contact"]
    # Looks like the edge of a form again and again, as a zip in a zip or a mail in a mail may.
    piece = (b"\r\n--edg" + bytes(range(256))) * 1_000
    piece = piece[: MEGABYTE // 4]
    size, waits = 150 * MEGABYTE, []

    def send():
        headers = {"content-type": "multipart/form-data; boundary=edge"}
        form = stream_form(contact, (piece for _ in range(size // len(piece))))
        answer = served.http.post("/documents", content=form, headers=headers)
        assert answer.status_code == 200, answer.text
        sent.update(answer.json())

    def ask():
        with served.connect() as http:
            while not sent:
                start = time.monotonic()
                assert http.get(f"/contacts/{contact['id']}").status_code == 200
                waits.append(time.monotonic() - start)
                time.sleep(0.01)

    sent = {}
    run_all(send, ask)
    received = hashlib.sha256()
    with served.http.stream("GET", sent["url"]) as response:
        for part in response.iter_raw():
            received.update(part)

    expected = hashlib.sha256()
    for _ in range(size // len(piece)):
        expected.update(piece)
    kept = list((tmp_path / "tenant.sqlite.files").glob("*"))
    assert received.hexdigest() == expected.hexdigest()
    assert sorted(each.name for each in kept) == sorted(["arriving", expected.hexdigest()])
    assert served.peak_memory() < MOST_MEMORY
    assert len(waits) > 10, "calls waited for the file"


def test_a_server_killed_while_a_file_arrives_leaves_nothing_for_long(serve, tmp_path):
    """One half file, gone with the next start; no record; what was there is there."""
    path = tmp_path / "tenant.sqlite"
    served = serve(path)
    contact = served.http.post("/contacts", json={"email": "ann@example.org"}).json()["contact"]
    before = served.digest()
    arriving = tmp_path / "tenant.sqlite.files" / "arriving"
    with begin_upload(served, contact):
        wait_until(lambda: any(each.stat().st_size for each in arriving.glob("*")))
        beside = build_app(TenantSettings(), path=path).state.tenant
        beside.close()
        assert len(list(arriving.glob("*"))) == 1, "a second reader swept a file that was still arriving"
        served.stop(signal.SIGKILL)
    assert len(list(arriving.glob("*"))) == 1

    again = serve(path)

    assert list(arriving.glob("*")) == []
    assert again.digest() == before


def test_a_client_that_leaves_in_the_middle_of_a_file_is_forgotten(serve, tmp_path):
    """The connection drops: no file, no record, and the tenant goes on without a word."""
    served = serve(tmp_path / "tenant.sqlite")
    contact = served.http.post("/contacts", json={"email": "ann@example.org"}).json()["contact"]
    before = served.digest()
    arriving = tmp_path / "tenant.sqlite.files" / "arriving"

    with begin_upload(served, contact):
        wait_until(lambda: any(each.stat().st_size for each in arriving.glob("*")))
    wait_until(lambda: not list(arriving.glob("*")))

    assert served.digest() == before
    assert served.stop() == ""


def begin_upload(served, contact):
    """A connection with half an upload in it."""
    address = urlsplit(served.address)
    connection = socket.create_connection((address.hostname, address.port))
    lines = [f"POST {address.path}/documents HTTP/1.1", f"Host: {address.netloc}", "Content-Length: 90000000"]
    lines += ["Content-Type: multipart/form-data; boundary=edge", *(f"{n}: {v}" for n, v in HEADERS.items()), "", ""]
    connection.sendall("\r\n".join(lines).encode())
    for piece in stream_form(contact, [b"x" * 500_000], end=False):
        connection.sendall(piece)
    return connection


def wait_until(is_so):
    """Until something has happened, at most some seconds."""
    until = time.monotonic() + 10
    while not is_so():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.01)


def test_a_body_without_end_is_refused_early(serve):
    """JSON of a hundred megabytes is not read into memory."""
    served = serve()

    answer = served.http.post("/contacts", content=(b'{"a": "' + b"x" * MEGABYTE for _ in range(100)))

    assert answer.status_code == 413 and answer.json()["errors"]["code"] == 413
    assert served.peak_memory() < MOST_MEMORY
    assert served.http.get("/selector/owners").status_code == 200


def test_the_digest_of_a_large_tenant_takes_little_memory_and_keeps_nobody_waiting(serve, tmp_path):
    """It is read record by record, beside the calls; far more than fits into the memory allowed."""
    path = tmp_path / "tenant.sqlite"
    tenant = build_app(TenantSettings(), path=path).state.tenant
    with tenant.store.transaction():
        for id in range(1, 25_001):
            tenant.store.insert("note", {"id": id, "description": "x" * 9000}, keys=[], links=[])
    tenant.close()
    served = serve(path)
    digests, waits = [], []

    def wait():
        while not digests:
            start = time.monotonic()
            assert served.http.get("/selector/owners").status_code == 200
            waits.append(time.monotonic() - start)
            time.sleep(0.01)

    def digest():
        with served.connect() as http:
            digests.append(http.get(served.local("/digest")).json()["digest"])

    run_all(digest, wait)

    assert len(digests[0]) == 64
    assert served.peak_memory() < MOST_MEMORY
    assert len(waits) > 5, "calls waited for the digest"
