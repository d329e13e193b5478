"""The tenant of an engagement, ready to be asked."""

from __future__ import annotations

from collections.abc import Callable

from workbench.engagement import Engagement, tenant_key
from workbench.freshsales.client import Tenant
from workbench.freshsales.pacing import Mood, Pacer
from workbench.freshsales.plans import read_plans
from workbench.progress import report_progress
from workbench.shown import say_hours

WORTH_SAYING = 2.0  # seconds; a shorter wait is over before it is read


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
    pacer = Pacer(engagement.share, plan=plan, mood=mood, on_wait=on_wait or _say_wait)
    return Tenant(engagement.tenant_url, tenant_key(engagement), pacer=pacer)


def _say_wait(seconds: float, reason: str) -> None:
    if seconds >= WORTH_SAYING:
        report_progress(f"{reason}; the next request goes in {say_hours(seconds / 3600)}")
