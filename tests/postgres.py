"""A PostgreSQL server of our own for as long as the tests run: its data in a temporary folder, reached by a socket."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

USER = "workbench"
DATABASE = "postgres"
# Debian keeps the programs where no search path leads.
PLACES = (*os.environ.get("PATH", "").split(os.pathsep), *map(str, Path("/usr/lib/postgresql").glob("*/bin")))


@contextmanager
def serve_postgres() -> Iterator[str]:
    """The URL of a server that ends with the block; skips where there is none to start."""
    programs = {name: shutil.which(name, path=os.pathsep.join(PLACES)) for name in ("initdb", "postgres")}
    if missing := [name for name, path in programs.items() if path is None]:
        pytest.skip(f"no PostgreSQL here: {', '.join(missing)} not found")
    folder = Path(tempfile.mkdtemp(prefix="wb-pg-"))
    how = _as_whom(folder)
    data = folder / "data"
    subprocess.run(
        [programs["initdb"], "-D", data, "-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C", "-N"],
        check=True, stdout=subprocess.DEVNULL, cwd=folder, **how,
    )  # fmt: skip
    with (folder / "log").open("w") as log:
        server = subprocess.Popen(
            [programs["postgres"], "-D", data, "-k", folder, "-c", "listen_addresses="], stderr=log, cwd=folder, **how
        )
    try:
        yield _await(f"postgresql://{USER}@/{DATABASE}?host={folder}", server, folder / "log")
    finally:
        server.terminate()  # a smart shutdown would wait for whoever a test left connected
        server.send_signal(2)
        server.wait(30)
        shutil.rmtree(folder, ignore_errors=True)


def _as_whom(folder: Path) -> dict:
    """PostgreSQL refuses to be root; then it is the user its package made for it, or nobody."""
    if os.geteuid() != 0:
        return {}
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    who = known.get("postgres") or known["nobody"]
    os.chown(folder, who.pw_uid, who.pw_gid)
    return {"user": who.pw_uid, "group": who.pw_gid, "extra_groups": []}


def _await(url: str, server: subprocess.Popen, log: Path) -> str:
    psycopg = pytest.importorskip("psycopg", reason="psycopg is not installed: pip install '.[postgres]'")
    for _ in range(300):
        if server.poll() is not None:
            pytest.fail(f"PostgreSQL did not start:\n{log.read_text()}")
        try:
            psycopg.connect(url).close()
            return url
        except psycopg.OperationalError:
            time.sleep(0.1)
    pytest.fail(f"PostgreSQL does not answer:\n{log.read_text()}")


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """URL of a PostgreSQL server of our own."""
    with serve_postgres() as url:
        yield url
