"""Notes: text about something. They carry no date of their own."""

from __future__ import annotations

import re

from workbench.sandbox.objects.activities.about import CREATER, link_activity, show_activity, take_parents
from workbench.sandbox.objects.kind import Draft, Kind
from workbench.sandbox.store import Record
from workbench.sandbox.tenant import Tenant

MARKUP = re.compile(r"</?[a-zA-Z][^<>]*>")


def shape_note(draft: Draft) -> None:
    """A note is about something, and no longer than the tenant stores."""
    take_parents(draft, is_required=True)
    limit = draft.tenant.settings.switches.note_limit
    text = draft.get("description") or ""
    if limit and len(text) > limit:
        if draft.tenant.settings.switches.refuse_long_text:
            draft.problems.append("Description is not in required length")
        draft.record["description"] = text[:limit]


def show_note(tenant: Tenant, record: Record, includes: frozenset[str]) -> Record:
    """A note as a client reads it; one written in HTML says so."""
    text = record.get("description") or ""
    return {
        **show_activity(tenant, NOTE, record, includes),
        "url": None,
        "duration": None,
        "has_access": True,
        "collab_context": {"hasSlackViewAccess": False, "messageId": ""},
        **({"html_content": text} if MARKUP.search(text) else {}),
    }


NOTE = Kind(
    name="note",
    plural="notes",
    model="Note",
    shape=shape_note,
    show=show_note,
    links=link_activity,
    keeps_deleted=False,
    references={"creater": CREATER},
)
