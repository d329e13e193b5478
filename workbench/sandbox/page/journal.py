"""The journal of calls: what was asked, what was answered, and what it cost."""

from __future__ import annotations

from typing import Any

from workbench.sandbox.page.look import PER_PAGE, Look
from workbench.sandbox.page.values import show_clock

NAMES = ("at", "method", "path", "query", "status", "meant", "cost", "fault")
# The journal also has bulk jobs that were done, and what befell the tenant itself.
BESIDE = ("JOB", "EVENT")
IS_CALL = f"method NOT IN {BESIDE}"
CLASSES = {"2": "2xx done", "3": "3xx elsewhere", "4": "4xx refused", "5": "5xx failed", "429": "429 quota"}


def show_journal(look: Look) -> tuple[str, dict[str, Any]]:
    """A page of the journal, the latest call first."""
    sql, values = _read_filter(look)
    total, calls, cost, refused = look.reader.ask(
        f"SELECT count(*), coalesce(sum({IS_CALL}), 0), coalesce(sum(cost), 0), coalesce(sum(status >= 400), 0) "
        f"FROM journal WHERE {sql}",
        tuple(values),
    )[0]
    rows = list_calls(look, where=(sql, values), limit=PER_PAGE, offset=look.offset())
    return "journal.html", {
        "rows": rows,
        "calls": calls,
        "cost": cost,
        "refused": refused,
        "classes": CLASSES,
        "methods": [row[0] for row in look.reader.ask("SELECT DISTINCT method FROM journal ORDER BY method")],
        "asked": {name: look.word(name) for name in ("status", "method", "path", "fault")},
        "slice": look.slice(len(rows), total=total),
    }


def list_calls(
    look: Look, *, where: tuple[str, list[Any]] = ("1", []), limit: int, offset: int = 0
) -> list[dict[str, Any]]:
    """Calls with when they were, what they were and how they went, the latest first."""
    rows = look.reader.ask(
        f"SELECT {', '.join(NAMES)} FROM journal WHERE {where[0]} ORDER BY seq DESC LIMIT ? OFFSET ?",
        (*where[1], limit, offset),
    )
    return [_describe(look, dict(zip(NAMES, row, strict=True))) for row in rows]


def count_faults(look: Look) -> list[dict[str, Any]]:
    """The faults that struck, and how often."""
    rows = look.reader.ask("SELECT fault, count(*) FROM journal WHERE fault != '' GROUP BY fault ORDER BY 2 DESC, 1")
    return [{"name": name, "times": times} for name, times in rows]


def naming(id: int) -> tuple[str, list[Any]]:
    """The calls that wrote a record, or whose path names it."""
    return "(instr(records, ?) > 0 OR path GLOB ? OR path GLOB ?)", [str(id), f"*/{id}", f"*/{id}/*"]


def _describe(look: Look, call: dict[str, Any]) -> dict[str, Any]:
    path = call["path"] or ""
    return {
        "at": show_clock(call["at"], look.tenant.zone),
        "method": call["method"],
        "path": path.removeprefix(look.prefix) or path,
        "query": call["query"] or "",
        "fault": call["fault"] or "",
        "status": call["status"],
        "meant": call["meant"] if call["meant"] != call["status"] else None,
        "is_call": call["method"] not in BESIDE,
        "mood": _judge(call["status"]),
        "cost": call["cost"],
    }


def _judge(status: int | None) -> str:
    """How a call went, as a word for its colour; what was never answered went badly."""
    if status is None:
        return "bad"
    return "good" if status < 400 else "warn" if status == 429 else "bad" if status >= 500 else "odd"


def _read_filter(look: Look) -> tuple[str, list[Any]]:
    pieces, values = ["1"], []
    status, method, path = look.word("status"), look.word("method"), look.word("path")
    if status in CLASSES:
        low = int(status) if len(status) == 3 else int(status) * 100
        pieces.append("status BETWEEN ? AND ?")
        values += [low, low if len(status) == 3 else low + 99]
    if method:
        pieces.append("method = ?")
        values.append(method)
    if path:
        pieces.append("instr(lower(path), ?) > 0")
        values.append(path.lower())
    if look.word("fault"):
        pieces.append("fault != ''")
    return " AND ".join(pieces), values
