"""The recycle bin: what was deleted, and how long it can still be brought back."""

from __future__ import annotations

import math
from typing import Any

from workbench.sandbox.page.look import PER_PAGE, Look
from workbench.sandbox.page.reader import Found
from workbench.sandbox.page.values import NOTHING, name_record, show_clock
from workbench.sandbox.purge import KEPT
from workbench.sandbox.store import BINNED

DAY = 86_400


def show_bin(look: Look) -> tuple[str, dict[str, Any]]:
    """A page of the recycle bin over all objects, or one of them."""
    counts = look.reader.count_states()
    kept = {kind.name: counts.get(kind.name, {}).get(BINNED, 0) for kind in look.kinds.values() if kind.keeps_deleted}
    asked = look.word("object")
    objects = [asked] if asked in kept else list(kept)
    found = look.reader.list_bin(objects, limit=PER_PAGE, offset=look.offset())
    return "bin.html", {
        "tabs": [_tab(look, name, count, asked) for name, count in kept.items() if count],
        "all": {"count": sum(kept.values()), "href": look.turn(object=None, page=None), "is_here": asked not in kept},
        "rows": [_describe(look, each) for each in found],
        "kept_days": int(KEPT / DAY),
        "slice": look.slice(len(found), total=sum(kept[name] for name in objects)),
    }


def _tab(look: Look, name: str, count: int, asked: str) -> dict[str, Any]:
    return {
        "label": look.label(look.find_kind(name)),
        "count": count,
        "href": look.turn(object=name, page=None),
        "is_here": name == asked,
    }


def _describe(look: Look, found: Found) -> dict[str, Any]:
    deleted = found.record.get("deleted_at")
    return {
        "name": name_record(found.record),
        "href": look.address(found),
        "label": look.label_one(look.find_kind(found.object)),
        "deleted": show_clock(deleted, look.tenant.zone) if deleted else NOTHING,
        "left": _count_days(look, deleted) if deleted else None,
    }


def _count_days(look: Look, deleted: float) -> int:
    """Days of tenant time until a record is purged, begun ones included."""
    passed = (look.tenant.clock() - deleted) * look.tenant.time_scale
    return max(math.ceil((KEPT - passed) / DAY), 0)
