"""The records every tool is given: seeded, linked, and some of them no tenant can take."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Row = dict[str, Any]
Name = tuple[str, str]  # object and source id
OBJECTS = ("sales_account", "contact", "deal", "note")
# Of every ten records; the rest are notes, for which no tenant has bulk writes.
SHARES = {"sales_account": 1, "contact": 4, "deal": 2}
# Columns that hold the source id of a parent, and what it is.
LINKS = {
    "sales_account": {},
    "contact": {"account": "sales_account"},
    "deal": {"account": "sales_account", "contact": "contact"},
    "note": {"contact": "contact"},
}
FIRST = ("Zoë", "Ana", "Björn", "Chen", "Dara", "Emre", "Fatima", "Grit")
LAST = ("O'Neil", "Muñoz", "Łukasz", "Quinn", "Ríos", "Søby", "Tran", "Ueda")
CITIES = ("Graz", "Porto", "Leeds", "Austin", "Pune")
TOO_MUCH = 9_007_199_254_740_993.0  # one more than the largest amount a tenant takes
PER_BAD = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The records of one run.

    Attributes:
        rows: By object, in load order; `row` counts from 1, `id` is the source's own.
        bad: Those a tenant refuses.
    """

    rows: dict[str, list[Row]]
    bad: frozenset[Name]

    @property
    def size(self) -> int:
        """Records of all objects."""
        return sum(map(len, self.rows.values()))

    def find_fit(self) -> set[Name]:
        """Those that can land: not bad, and nothing they hang on is."""
        fit: set[Name] = set()
        for object, rows in self.rows.items():
            for row in rows:
                parents = {(parent, row[column]) for column, parent in LINKS[object].items()}
                if (object, row["id"]) not in self.bad and parents <= fit:
                    fit.add((object, row["id"]))
        return fit


def make_records(count: int, *, seed: int, with_bad: bool = False) -> Source:
    """So many records; the same count and seed make the same ones.

    Args:
        with_bad: One in a thousand, and at least one, is none a tenant takes: a contact or a deal.
    """
    draw = random.Random(seed)
    sizes = {object: max(count * share // 10, 1) for object, share in SHARES.items()}
    sizes["note"] = max(count - sum(sizes.values()), 1)
    rows = {object: [_make(object, n, sizes, draw) for n in range(1, sizes[object] + 1)] for object in OBJECTS}
    bad = _spoil(rows, max(round(count / PER_BAD), 1), draw) if with_bad else frozenset()
    return Source(rows=rows, bad=bad)


def write_records(source: Source, folder: Path) -> None:
    """Write them as every tool reads them: a JSON line a record, a file an object."""
    folder.mkdir(parents=True, exist_ok=True)
    for object, rows in source.rows.items():
        lines = [json.dumps(row, ensure_ascii=False) for row in rows]
        (folder / f"{object}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


def read_records(folder: Path) -> dict[str, list[Row]]:
    """What `write_records` wrote."""
    return {
        object: [json.loads(line) for line in (folder / f"{object}.jsonl").read_text(encoding="utf-8").splitlines()]
        for object in OBJECTS
    }


def _make(object: str, number: int, sizes: dict[str, int], draw: random.Random) -> Row:
    row: Row = {"row": number, "id": f"{object[0]}{number}"}
    row |= {column: f"{parent[0]}{draw.randint(1, sizes[parent])}" for column, parent in LINKS[object].items()}
    if object == "sales_account":
        return row | {"name": f"{draw.choice(LAST)} & Sons {number}", "city": draw.choice(CITIES)}
    if object == "contact":
        names = {"first_name": draw.choice(FIRST), "last_name": draw.choice(LAST)}
        return row | names | {"email": f"person{number}@mail.example", "city": draw.choice(CITIES)}
    if object == "deal":
        return row | {"name": f"Order {number}", "amount": draw.randint(100, 999_999) / 100}
    return row | {"text": f"Called on day {draw.randint(1, 365)}.\nWants to hear of order {draw.randint(1, 999)}."}


def _spoil(rows: dict[str, list[Row]], count: int, draw: random.Random) -> frozenset[Name]:
    bad: set[Name] = set()
    for number in range(count):
        object, column, value = (("contact", "email", "no address"), ("deal", "amount", TOO_MUCH))[number % 2]
        row = draw.choice([row for row in rows[object] if (object, row["id"]) not in bad])
        row[column] = value
        bad.add((object, row["id"]))
    return frozenset(bad)
