"""One record: its fields, what happened around it, its files, and what the API says of it."""

from __future__ import annotations

import json
from typing import Any

from workbench.sandbox.objects.include import show_one
from workbench.sandbox.objects.kind import Kind
from workbench.sandbox.objects.registry import ACTIVITIES
from workbench.sandbox.page.html import build_url
from workbench.sandbox.page.journal import list_calls, naming
from workbench.sandbox.page.look import HOME, PER_PAGE, STATES, Look, NotHere
from workbench.sandbox.page.reader import Found
from workbench.sandbox.page.values import (
    Shown,
    label_attribute,
    name_record,
    shorten,
    show_attribute,
    show_moment,
)
from workbench.sandbox.store import LIVE, Record
from workbench.sandbox.wire import read_id

MOST_RELATED = 10
MOST_CALLS = 20
# A longer text is folded after so many characters.
LONG = 300
# Where an activity keeps what was said, the first of these it has.
TEXTS = ("description", "notes", "call_notes", "note", "content")


def show_record(look: Look) -> tuple[str, dict[str, Any]]:
    """A record's page.

    Raises:
        NotHere: The tenant has no such record, live or deleted.
    """
    kind = look.kinds.get(look.path["plural"])
    found = look.reader.locate(read_id(look.path["id"]))
    if kind is None or found is None or found.object != kind.name:
        raise NotHere(f"There is no record {look.path['id']} among the {look.path['plural']}, live or deleted.")
    related = _count_related(look, found)
    timeline = [each for each in related if each["is_activity"]]
    return "record.html", {
        "kind": kind,
        "label": look.label(kind),
        "label_one": look.label_one(kind),
        "name": name_record(found.record),
        "id": found.record["id"],
        "state": STATES.get(found.state, "") if found.state != LIVE else "",
        "tags": [str(tag) for tag in found.record.get("tags") or []],
        "groups": _group_fields(look, kind, found.record),
        "timeline": [_describe_activity(look, each) for each in _read_timeline(look, found, timeline)],
        "slice": look.slice(
            min(max(sum(each["count"] for each in timeline) - look.offset(), 0), PER_PAGE),
            total=sum(each["count"] for each in timeline),
        ),
        "related": [_describe_related(look, found, each) for each in related if not each["is_activity"]],
        "api": _describe_api(look, kind, found),
        "calls": list_calls(look, where=naming(found.record["id"]), limit=MOST_CALLS),
    }


def _group_fields(look: Look, kind: Kind, record: Record) -> list[dict[str, Any]]:
    """What the record holds: the object's own fields, the tenant's, and what no field describes."""
    fields = kind.fields(look.tenant)
    own = {name: field.label for name, field in fields.items() if not field.is_custom and name != "tags"}
    custom = {name: field.label for name, field in fields.items() if field.is_custom}
    rest = [name for name in record if name not in fields and name not in ("custom_field", "tags")]
    groups = [
        ("Fields", own),
        ("Custom fields", custom),
        ("Set by the tenant", {name: label_attribute(name) for name in rest}),
    ]
    return [_read_group(look, kind, record, title, labels) for title, labels in groups]


def _read_group(look: Look, kind: Kind, record: Record, title: str, labels: dict[str, str]) -> dict[str, Any]:
    rows = [
        {"name": name, "label": label, "value": show_attribute(look.tenant, kind, record, name, named=look.name)}
        for name, label in labels.items()
    ]
    for row in rows:
        row["fold"] = fold_text(row["value"].text)
    return {
        "title": title,
        "filled": [row for row in rows if row["value"]],
        "empty": [row for row in rows if not row["value"]],
    }


def fold_text(text: str) -> dict[str, Any] | None:
    """The beginning of a long text and its length; null where it is short enough to stand as it is."""
    return {"start": shorten(text, LONG), "length": len(text)} if len(text) > LONG else None


def _count_related(look: Look, found: Found) -> list[dict[str, Any]]:
    activities = {kind.name for kind in ACTIVITIES}
    counts: dict[str, int] = {}
    for object, _, count in look.reader.count_related(found.record["id"]):
        counts[object] = counts.get(object, 0) + count
    return [
        {"object": object, "count": count, "is_activity": object in activities}
        for object, count in counts.items()
        if look.find_kind(object)
    ]


def _read_timeline(look: Look, found: Found, groups: list[dict[str, Any]]) -> list[Found]:
    objects = [each["object"] for each in groups]
    return look.reader.list_related(found.record["id"], objects, limit=PER_PAGE, offset=look.offset())


def _describe_activity(look: Look, found: Found) -> dict[str, Any]:
    kind, record = look.find_kind(found.object), found.record
    text = next((str(record[name]) for name in TEXTS if isinstance(record.get(name), str) and record[name]), "")
    said = [_label(look, kind, record, name) for name in ("sales_activity_type_id", "owner_id", "location")]
    if "status" in kind.fields(look.tenant) and isinstance(record.get("status"), int):
        said.append("done" if record["status"] else "open")
    title = str(record.get("title") or record.get("name") or "")
    return {
        "object": found.object,
        "label": look.label_one(kind),
        "when": show_moment(found.moment, look.tenant.zone),
        "title": title,
        "text": text,
        "fold": fold_text(text),
        "said": [each for each in said if each],
        "state": STATES.get(found.state, "") if found.state != LIVE else "",
        "href": look.address(found),
        "id": record["id"],
    }


def _label(look: Look, kind: Kind, record: Record, name: str) -> str:
    return show_attribute(look.tenant, kind, record, name, named=look.name).text if record.get(name) else ""


def _describe_related(look: Look, found: Found, group: dict[str, Any]) -> dict[str, Any]:
    """Records of another object that point at this one; files with their size and hash."""
    kind = look.find_kind(group["object"])
    shown = look.reader.list_related(found.record["id"], [kind.name], limit=MOST_RELATED)
    rows = [_describe_child(look, each) for each in shown]
    return {
        "label": look.label(kind),
        "count": group["count"],
        "rows": rows,
        "all": build_url(f"{HOME}/{kind.plural}", about=found.record["id"]),
    }


def _describe_child(look: Look, found: Found) -> dict[str, Any]:
    record = found.record
    return {
        "name": name_record(record),
        "href": look.address(found),
        "size": show_size(record["file_size"]) if "file_size" in record else "",
        "hash": record.get("sha256", ""),
        "state": STATES.get(found.state, "") if found.state != LIVE else "",
        "when": show_moment(record["created_at"], look.tenant.zone) if record.get("created_at") else Shown(),
    }


def show_size(size: int) -> str:
    """A number of bytes as a person reads it."""
    amount, units = float(size), ["bytes", "kB", "MB", "GB"]
    while amount >= 1000 and len(units) > 1:
        amount, units = amount / 1000, units[1:]
    return f"{amount:,.0f} {units[0]}" if units[0] == "bytes" else f"{amount:,.1f} {units[0]}"


def _describe_api(look: Look, kind: Kind, found: Found) -> dict[str, Any]:
    """How the API reads this record, and what it answers; what it would, where no call reads it now."""
    read, id, include = look.find_read(kind), found.record["id"], ",".join(sorted(kind.references))
    if read and found.state == LIVE:
        shown = look.ask_api(read, kind, id, include=include)
    else:
        shown = show_one(look.tenant, kind, found.record, frozenset(kind.references))
    path = read.path.replace("{id}", str(id)).replace("{entity}", kind.name) if read else ""
    return {
        "path": path and build_url(look.prefix + path, include=include),
        "is_gone": found.state != LIVE,
        "json": json.dumps(shown, indent=2, ensure_ascii=False),
    }
