"""`workbench tenant` as a person types it."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

ROOT = Path(__file__).resolve().parent.parent
SETTINGS = 'plan = "growth"\nkey = "file-key"\n[switches]\nupsert_created_status = 201\nlanguage = "nl"\n'
USERS = "name,email,is_active,key\nAda,ada@x.example,yes,\nBo,bo@x.example,no,bo-key\n"


HALF_UPLOAD = (
    b"POST /crm/sales/api/documents HTTP/1.1\r\nHost: x\r\nAuthorization: Token token=local-tenant-key\r\n"
    b"Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 5000000\r\n\r\n"
    b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.bin"\r\n\r\n' + b"x" * 100_000
)


def run_tenant(*words: str) -> subprocess.CompletedProcess:
    """The command in a process of its own, with what it printed."""
    command = [sys.executable, "-m", "workbench", "tenant", *words]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=60)


@contextmanager
def serving(*words: str) -> Iterator[tuple[str, str]]:
    """A tenant served until the block ends: its base address and its key, as the command tells them."""
    command = [sys.executable, "-m", "workbench", "tenant", "serve", "--port", "0", *words]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=ROOT)
    try:
        told = process.stderr.readline()
        pattern = r"Freshsales \w+ at (\S+), look at it at http://127.0.0.1:\d+/, key (\S+); stop with Ctrl-C\n"
        yield tuple(re.fullmatch(pattern, told).groups())
    finally:
        process.terminate()
        process.communicate(timeout=20)


def wait_until(is_so: Callable[[], object]) -> None:
    """Until it is so, or ten seconds are over."""
    for _ in range(200):
        if is_so():
            return
        time.sleep(0.05)


def test_switches_are_listed_for_a_terminal():
    """By part, no line longer than a hundred characters."""
    lines = run_tenant("switches").stdout.splitlines()

    assert "quota" in lines and any(line.startswith("  note_limit=0 ") for line in lines)
    assert max(map(len, lines)) <= 100


def test_switches_are_listed_for_a_program():
    """One part of them, as JSON."""
    listed = json.loads(run_tenant("switches", "--about", "notes", "--json").stdout)

    assert [(each["name"], each["default"]) for each in listed] == [("note_limit", 0)]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("switches", "--about", "quotas"), "no part 'quotas'; did you mean quota?"),
        (("serve", "--switch", "note_limi=1"), "nearest: note_limit"),
        (("serve", "--switch", "note_limit"), "write NAME=VALUE"),
        (("serve", "--switch", "note_limit=long"), "takes a whole number, not 'long'"),
        (("serve", "--edition", "suit"), "'suit' is not one of"),
        (("serve", "--calls-per-hour", "0"), "calls_per_hour is 0; use a whole number above 0"),
        (("serve", "--time-scale", "-1"), "time_scale is -1.0; use a number above 0"),
        (("serve", "--settings", "no/such.toml"), "no/such.toml: cannot be read"),
        (("serve", "--users", "no/such.csv"), "no/such.csv: cannot be read"),
        (("digest", "--url", "http://[::bad"), "is no address"),
        (("digest", "--url", "ftp://x"), "is no address of a tenant"),
        (("digest", "--url", ""), "is no address of a tenant"),
        (("digest", "--key", "ké"), "--key can be no tenant's key"),
    ],
)
def test_a_bad_word_is_one_message(words, said):
    """With exit code 2 and no traceback."""
    result = run_tenant(*words)

    assert result.returncode == 2
    assert said in result.stderr and "Traceback" not in result.stderr


def test_a_tenant_is_served_as_it_was_described(tmp_path):
    """By a file, a list of users and words of the command line, which win."""
    for name, text in (("tenant.toml", SETTINGS), ("users.csv", USERS)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    words = (
        "--settings",
        str(tmp_path / "tenant.toml"),
        "--users",
        str(tmp_path / "users.csv"),
        "--switch",
        "language=es",
    )
    with serving(*words, "--calls-per-hour", "7") as (url, key):
        headers = {"Authorization": f"Token token={key}", "Accept": "application/json"}
        with httpx.Client(base_url=url, headers=headers, trust_env=False) as http:
            users = http.get("/selector/owners").json()["users"]
            body = {"unique_identifier": {"emails": "a@x.example"}, "contact": {"first_name": "A"}}
            made = http.post("/contacts/upsert", json=body)
            refused = http.get("/custom_module/cm_x/1")

    assert (url.endswith("/crm/sales/api"), key) == (True, "file-key")
    assert [(user["email"], user["is_active"]) for user in users] == [("ada@x.example", True), ("bo@x.example", False)]
    assert (made.status_code, made.headers["x-ratelimit-remaining"]) == (201, "5")
    assert (refused.status_code, refused.json()["errors"]["message"][0][:8]) == (403, "No tiene")


@pytest.mark.parametrize("presses", [1, 2])
def test_ctrl_c_in_the_middle_of_an_upload_is_one_line(tmp_path, presses):
    """Pressed again while the upload has its time to end, too; nothing of the upload stays."""
    data = tmp_path / "clinic.sqlite"
    command = [sys.executable, "-m", "workbench", "tenant", "serve", "--port", "0", "--data", str(data)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=ROOT) as process:
        address = urlsplit(process.stderr.readline().split()[3].rstrip(","))
        with socket.create_connection((address.hostname, address.port)) as client:
            client.sendall(HALF_UPLOAD)
            wait_until(lambda: list(tmp_path.glob("*.files/arriving/*")))
            for _ in range(presses):
                process.send_signal(signal.SIGINT)
                time.sleep(0.3)
            _, said = process.communicate(timeout=20)

    assert said == f"stopped; {data} keeps the tenant\n"
    assert (process.returncode, list(tmp_path.glob("*.files/arriving/*"))) == (130, [])


def test_classic_has_its_own_address():
    """And its key is the tenant's."""
    with serving("--edition", "classic") as (url, key):
        answer = httpx.get(f"{url}/selector/owners", headers={"Authorization": f"Token token={key}"}, trust_env=False)

    assert (url.endswith("/api"), "/crm/sales" in url, answer.status_code) == (True, False, 200)
