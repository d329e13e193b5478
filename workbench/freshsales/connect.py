"""The tenant of an engagement, ready to be asked."""

from __future__ import annotations

from collections.abc import Callable

from workbench.engagement import Engagement, tenant_key
from workbench.freshsales.client import Tenant
from workbench.freshsales.pacing import Mood, Pacer
from workbench.freshsales.plans import read_plans


def connect(
    engagement: Engagement, *, mood: Mood = "polite", on_wait: Callable[[float, str], None] | None = None
) -> Tenant:
    """A client with the engagement's address, key, share and plan; nothing is sent yet.

    Args:
        mood: `cutover` where the switch is more urgent than an even use of the quota.
        on_wait: Told the seconds and the reason before each wait.

    Raises:
        UsageError: The environment holds no key for a tenant that is not local, or one that cannot be used.
    """
    pacer = Pacer(engagement.share, plan=read_plans()[engagement.plan], mood=mood, on_wait=on_wait)
    return Tenant(engagement.tenant_url, tenant_key(engagement), pacer=pacer)
