"""How long writes whose answers get lost are tried again: a quarter of an hour, ever more rarely."""

from __future__ import annotations

from collections.abc import Iterator

from workbench.errors import RetryLater
from workbench.freshsales.client import Tenant

# Seconds after which a write whose answer was lost is done, or never will be; nobody waits longer for an answer.
LATEST = 30.0
WAITS = (LATEST, 60.0, 120.0, 240.0, 480.0)
LOST = "answers of the tenant get lost"


def try_patiently(tenant: Tenant, name: str) -> Iterator[None]:
    """The tries of one write whose answer may get lost each time.

    The second comes at once, for most answers that get lost do so once; those after it after ever longer waits. What
    was tried has to be looked up before the next try: see `workbench.load.recovery`.

    Args:
        name: What is tried, for the message.

    Raises:
        RetryLater: The answer to every try was lost.
    """
    for seconds in (0.0, 0.0, *WAITS):
        if seconds:
            tenant.pause(seconds, LOST)
        yield
    raise say_lost(name)


def say_lost(name: str) -> RetryLater:
    """Why a load ends where answers get lost over and over."""
    return RetryLater(f"{name}: answers get lost over and over, for {sum(WAITS) / 60:.0f} minutes; run again later")
