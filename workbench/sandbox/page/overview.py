"""The first page: what this tenant is set up as, what it holds, and what became of its latest calls."""

from __future__ import annotations

from typing import Any

from workbench.sandbox.page.journal import count_faults, list_calls
from workbench.sandbox.page.look import Look
from workbench.sandbox.page.values import show_clock
from workbench.sandbox.store import BINNED, LIVE
from workbench.sandbox.switches import list_switches

LATEST_CALLS = 10
# Up to so many records the digest is there at once; for more it takes seconds, so it is asked for.
QUICK_DIGEST = 5_000


def show_overview(look: Look) -> tuple[str, dict[str, Any]]:
    """The tenant at a glance."""
    tenant = look.tenant
    counts = look.reader.count_states()
    rows = [_count(look, kind, counts.get(kind.name, {})) for kind in look.kinds.values()]
    live = sum(states.get(LIVE, 0) for states in counts.values())
    is_asked = "digest" in look.query
    return "overview.html", {
        "counts": rows,
        "live": live,
        "digest": tenant.digest() if is_asked or live <= QUICK_DIGEST else "",
        "quota": read_quota(look),
        "users": tenant.selectors["owners"],
        "calls": list_calls(look, limit=LATEST_CALLS),
        "faults": count_faults(look),
        "scenario": tenant.faults.scenario,
        "capabilities": sorted(name.replace("_", " ") for name in tenant.capabilities),
        "changed": [each for each in list_switches(tenant.settings.switches) if each.value != each.default],
        "switches": list_switches(tenant.settings.switches),
    }


def read_quota(look: Look) -> dict[str, Any]:
    """How much of this hour's quota is used, and until when it counts."""
    quota = look.tenant.quota
    return {
        "per_hour": quota.per_hour,
        "remaining": quota.remaining,
        "used": quota.per_hour - quota.remaining,
        "until": show_clock(look.tenant.clock() + quota.reset, look.tenant.zone) if quota.reset else None,
        "seconds": quota.reset,
    }


def _count(look: Look, kind: Any, states: dict[str, int]) -> dict[str, Any]:
    return {
        "kind": kind,
        "label": look.label(kind),
        "live": states.get(LIVE, 0),
        "binned": states.get(BINNED, 0),
        "keeps_deleted": kind.keeps_deleted,
    }
