"""The tenant of an engagement, ready to be asked."""

from __future__ import annotations

import random
from collections.abc import Callable
from urllib.parse import urlsplit

from workbench.engagement import Engagement, home_folder, is_local, tenant_key
from workbench.freshsales.client import Tenant
from workbench.freshsales.pacing import SPREADING, Mood, Pacer
from workbench.freshsales.plans import read_plans
from workbench.freshsales.sent import SentLog, SharedLog
from workbench.progress import report_wait

WORTH_SAYING = 10.0  # seconds; a shorter wait is over before it is read


def connect(
    engagement: Engagement, *, mood: Mood = "polite", on_wait: Callable[[float, str], None] | None = None
) -> Tenant:
    """A client with the engagement's address, key, share and plan; nothing is sent yet.

    Args:
        mood: `cutover` where the switch is more urgent than an even use of the quota.
        on_wait: Told the seconds and the reason before each wait; shows the long ones where it is null.

    Raises:
        UsageError: The environment holds no key for a tenant that is not local, or one that cannot be used.
    """
    plan = read_plans()[engagement.plan]
    key = tenant_key(engagement)
    sent = _open_log(engagement.tenant_url)
    pacer = Pacer(engagement.share, plan=plan, mood=mood, on_wait=on_wait or _say_wait, sent=sent, draw=random.random)
    return Tenant(engagement.tenant_url, key, pacer=pacer)


def _open_log(url: str) -> SentLog | None:
    """What every process of this analyst's sent to an account; a local tenant's hours are nobody else's."""
    if is_local(url):
        return None
    return SharedLog(home_folder() / "sent" / f"{urlsplit(url).hostname}.sqlite")


def _say_wait(seconds: float, reason: str) -> None:
    # Requests that are spread show by themselves: the count of records moves with each.
    if seconds >= WORTH_SAYING and reason != SPREADING:
        report_wait(reason, seconds=seconds)
