"""What every tool is put through: faults of the local tenant, kills, a second run."""

from __future__ import annotations

from dataclasses import dataclass

PATIENCE = 2.0  # seconds every tool waits for an answer, so that a slow one is slow for all
HOUR = 6.0  # seconds an hour of quota takes where there is one


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One row of trouble.

    Attributes:
        faults: As `workbench tenant serve --fault` takes them; their odds are per request.
        kills: How often the tool is killed by SIGKILL and started again.
        is_second: The figures are those of a second run after a whole first one.
        hours: Quota hours that one request a record would take; 0 for no quota.
        has_bad: One record in a thousand is none the tenant takes.
        lag: Seconds after the tool's end until everything under way has arrived.
    """

    name: str
    about: str
    faults: tuple[str, ...] = ()
    kills: int = 0
    is_second: bool = False
    hours: int = 0
    has_bad: bool = False
    lag: float = 0.0


_ALL = (
    Case(name="clean", about="nothing goes wrong"),
    Case(name="kills", about="SIGKILL at five random moments, each time started again", kills=5),
    Case(name="second", about="a second run after a whole first one; its requests and times alone", is_second=True),
    Case(
        name="lost",
        about="2 in 100 writes are done but never answered",
        faults=("lost_answer:odds=0.02,only=writes",),
    ),
    Case(
        name="resets",
        about="1 in 100 connections is reset before the tenant saw the request, 1 in 100 after it did the work",
        faults=("reset_before:odds=0.01", "reset_after:odds=0.01"),
    ),
    Case(
        name="quota",
        about=f"an hourly quota of one request for every six records, and 429 beyond it; an hour lasts {HOUR:g} s",
        hours=6,
    ),
    Case(
        name="5xx",
        about="1 in 100 answers is a 503, bursts of six 502, and 5 in 1,000 writes are done and answered by a 500",
        faults=(
            "server_error:status=503,odds=0.01",
            "server_error:status=502,from=60,until=65",
            "server_error:status=502,from=600,until=605",
            "server_error:status=500,odds=0.005,done=true,only=writes",
        ),
    ),
    Case(name="bad", about="one record in a thousand is none the tenant takes", has_bad=True),
    Case(
        name="slow",
        about=f"3 in 1,000 answers come after 3 s, when every tool has given up waiting ({PATIENCE:g} s)",
        faults=("slow:seconds=3,odds=0.003",),
    ),
    Case(
        name="late",
        about=f"3 in 1,000 writes are done only after 3 s, when every tool has given up waiting ({PATIENCE:g} s)",
        faults=("late:seconds=3,odds=0.003,only=writes",),
        lag=4.0,
    ),
)
CASES = {case.name: case for case in _ALL}
