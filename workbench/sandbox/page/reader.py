"""What the pages ask the store: bounded questions that stay quick among a hundred thousand records."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from workbench.sandbox.content import Content
from workbench.sandbox.store import BINNED, LIVE, Record, Where

# When something took or takes place: the first of these an activity has.
MOMENTS = ("from_date", "start_date", "due_date", "created_at")
MOMENT = "COALESCE(" + ", ".join(f"json_extract(r.body, '$.{name}')" for name in MOMENTS) + ")"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A record with what it is and where it is.

    Attributes:
        state: `live`, `binned` or `dormant`.
        moment: When it took place, as the store keeps times; empty where nobody asked.
    """

    object: str
    state: str
    record: Record
    moment: str = ""


class Reader:
    """Questions to what a tenant holds at one moment; none of them writes."""

    def __init__(self, content: Content) -> None:
        self.ask = content.ask

    def count_states(self) -> dict[str, dict[str, int]]:
        """How many records there are, by object and state."""
        counts: dict[str, dict[str, int]] = defaultdict(dict)
        for object, state, records in self.ask("SELECT object, state, count(*) FROM records GROUP BY object, state"):
            counts[object][state] = records
        return counts

    def locate(self, id: int) -> Found | None:
        """The record of that id, whatever it is and wherever it is; null where there is none."""
        rows = self.ask("SELECT object, state, body FROM records WHERE id = ?", (id,))
        return Found(object=rows[0][0], state=rows[0][1], record=json.loads(rows[0][2])) if rows else None

    def list_page(
        self, object: str, where: Where, *, state: str = LIVE, order: str = "id", limit: int, offset: int
    ) -> list[Record]:
        """A page of records; `where` and `order` are SQL of our own making, never text from outside."""
        sql = f"SELECT id FROM records WHERE object = ? AND state = ? AND {where[0]} ORDER BY {order} LIMIT ? OFFSET ?"
        # Whole records are fetched only when it is known which: sorting them all would carry them all along.
        ids = [id for (id,) in self.ask(sql, (object, state, *where[1], limit, offset))]
        bodies = dict(self.ask(f"SELECT id, body FROM records WHERE id IN ({_marks(ids)})", ids))
        return [json.loads(bodies[id]) for id in ids]

    def count(self, object: str, where: Where, *, state: str = LIVE) -> int:
        """How many records a list has."""
        sql = f"SELECT count(*) FROM records WHERE object = ? AND state = ? AND {where[0]}"
        return self.ask(sql, (object, state, *where[1]))[0][0]

    def list_bin(self, objects: list[str], *, limit: int, offset: int) -> list[Found]:
        """A page of the recycle bin, what was made last first."""
        sql = (
            f"SELECT object, state, body FROM records WHERE object IN ({_marks(objects)}) AND state = ? "
            "ORDER BY id DESC LIMIT ? OFFSET ?"
        )
        rows = self.ask(sql, (*objects, BINNED, limit, offset))
        return [Found(object=object, state=state, record=json.loads(body)) for object, state, body in rows]

    def count_related(self, id: int) -> list[tuple[str, str, int]]:
        """Object, state and number of the records that point at one."""
        return self.ask(
            "SELECT r.object, r.state, count(*) FROM links l JOIN records r ON r.id = l.id "
            "WHERE l.parent_id = ? GROUP BY r.object, r.state ORDER BY r.object, r.state DESC",
            (id,),
        )

    def list_related(self, id: int, objects: list[str], *, limit: int, offset: int = 0) -> list[Found]:
        """Records of some objects that point at one, by when they took place, the latest first."""
        rows = self.ask(
            f"SELECT r.object, r.state, r.body, {MOMENT} AS moment FROM links l JOIN records r ON r.id = l.id "
            f"WHERE l.parent_id = ? AND l.object IN ({_marks(objects)}) ORDER BY moment DESC, r.id DESC "
            "LIMIT ? OFFSET ?",
            (id, *objects, limit, offset),
        )
        return [
            Found(object=object, state=state, record=json.loads(body), moment=moment or "")
            for object, state, body, moment in rows
        ]

    def list_jobs(self, *, limit: int, offset: int) -> list[Record]:
        """A page of bulk jobs without the rows handed in, the latest first."""
        rows = self.ask(
            "SELECT json_set(body, '$.handed_in', json_array_length(body, '$.rows'), '$.rows', NULL) FROM facts "
            "WHERE name >= 'job:' AND name < 'job;' ORDER BY length(name) DESC, name DESC LIMIT ? OFFSET ?",
            (limit, offset),
        )
        return [json.loads(body) for (body,) in rows]

    def find_job(self, id: int) -> Record | None:
        """One bulk job with its rows; null where there is none."""
        rows = self.ask("SELECT body FROM facts WHERE name = ?", (f"job:{id}",))
        return json.loads(rows[0][0]) if rows else None


def about(id: int) -> Where:
    """The records that point at one."""
    return "id IN (SELECT id FROM links WHERE parent_id = ?)", [id]


def containing(text: str) -> Where:
    """The records that have a text in one of their values; case does not count."""
    # The database knows the two cases of plain letters only.
    forms = {text} if text.isascii() else {text, text.lower(), text.upper(), text.title()}
    plain = [f"%{_escape(form)}%" for form in sorted(forms)]
    raw = [f"%{_escape(json.dumps(form, ensure_ascii=False)[1:-1])}%" for form in sorted(forms)]
    # Looking through whole records, names of fields and all, is quick; only what is found so is taken apart.
    sql = f"{_any_like('body', raw)} AND EXISTS (SELECT 1 FROM json_tree(body) v WHERE {_any_like('v.atom', plain)})"
    return sql, [*raw, *plain]


def _any_like(column: str, patterns: list[str]) -> str:
    return "(" + " OR ".join(f"{column} LIKE ? ESCAPE '\\'" for _ in patterns) + ")"


def _escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _marks(values: list[Any]) -> str:
    return ", ".join("?" * len(values))
