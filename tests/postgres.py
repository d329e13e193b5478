"""A PostgreSQL server of our own for as long as the tests run: its data in a temporary folder, reached by a socket."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

USER = "workbench"
DATABASE = "postgres"
# Debian keeps the programs where no search path leads.
PLACES = (*os.environ.get("PATH", "").split(os.pathsep), *map(str, Path("/usr/lib/postgresql").glob("*/bin")))


@dataclass(kw_only=True)
class Server:
    """A server that can be stopped as by a power cut, and started again on what it had flushed."""

    folder: Path
    command: list[Any]
    how: dict[str, Any]
    process: subprocess.Popen | None = None

    @property
    def url(self) -> str:
        """Where it is reached, while it runs."""
        return f"postgresql://{USER}@/{DATABASE}?host={self.folder}"

    def start(self) -> str:
        """Let it run; returns its URL once it answers."""
        with (self.folder / "log").open("a") as log:
            self.process = subprocess.Popen(self.command, stderr=log, cwd=self.folder, **self.how)
        return _await(self.url, self.process, self.folder / "log")

    def stop_at_once(self) -> None:
        """What `pg_ctl stop -m immediate` does: nobody is asked, nothing is written any more."""
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait(30)

    def stop(self) -> None:
        """End it, whoever a test left connected."""
        self.process.terminate()
        self.process.send_signal(signal.SIGINT)
        self.process.wait(30)


@contextmanager
def make_server() -> Iterator[Server]:
    """A server that was not started yet; skips where there is none."""
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
    command = [programs["postgres"], "-D", data, "-k", folder, "-c", "listen_addresses="]
    server = Server(folder=folder, command=command, how=how)
    try:
        yield server
    finally:
        if server.process and server.process.poll() is None:
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def serve_postgres() -> Iterator[str]:
    """The URL of a server that ends with the block; skips where there is none to start."""
    with make_server() as server:
        yield server.start()


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
