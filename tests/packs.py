"""A small layout and pack of two objects, for the tests of packs, plans and records."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from workbench.layout import Layout, read_layout
from workbench.pack import Pack, read_pack

LAYOUT = """
[layout]
name = "shop"
[[object]]
name = "firms"
file = "firms.csv"
key = ["ID"]
[object.columns]
ID = { type = "id", tag = "id" }
NAME = { type = "text" }
TOWN = { type = "text" }
PIN = { type = "text", tag = "secret" }
[[object]]
name = "people"
file = "people.csv"
key = ["ID"]
[object.columns]
ID = { type = "id", tag = "id" }
LAST = { type = "text", tag = "name" }
FIRM = { type = "id", tag = "id" }
BOSS = { type = "id", tag = "id" }
BORN = { type = "date", tag = "birth" }
[[object]]
name = "visits"
file = "visits.csv"
key = []
[object.columns]
PERSON = { type = "id", tag = "id" }
AT = { type = "datetime" }
UNTIL = { type = "datetime" }
WHAT = { type = "text", tag = "health" }
PRICE = { type = "decimal", tag = "money" }
"""

PACK = """
[pack]
name = "shop"
title = "Shop"
layout = "shop"

[[derive]]
object = "people"
column = "VISITS"
from = "visits"
match = { PERSON = "ID" }
count = true

[[compute]]
object = "visits"
column = "MINUTES"
from = "AT"
with = ["UNTIL"]
via = "minutes_between"

[[object]]
source = "firms"
destination = "sales_account"
fidelity = "1:1"
external_id = ["ID"]
fields = [
  { from = "NAME", with = ["TOWN"], to = "name", via = "unique_text" },
  { from = "TOWN", to = "city" },
]

[[object]]
source = "people"
destination = "contact"
fidelity = "1:1"
external_id = ["ID"]
owner = "BOSS"
lookups = { sales_accounts = { object = "firms", from = "FIRM", required = false } }
fields = [
  { from = "LAST", to = "last_name" },
  { from = "BORN", to = "cf_born", via = "date_iso", type = "date", label = "Born" },
  { from = "VISITS", to = "cf_visits", type = "number", label = "Visits", unless = ["custom_modules"] },
]

[[object]]
source = "visits"
outcome = "split"
fidelity = "1:1"
reason = "Long visits are appointments"
[[object.route]]
name = "long"
where = "MINUTES > 15"
destination = "appointment"
fidelity = "1:1"
lookups = { targetable = { object = "people", from = "PERSON" } }
fields = [
  { from = "WHAT", to = "title" },
  { from = "AT", to = "from_date", via = "datetime_utc" },
  { from = "UNTIL", to = "end_date", via = "datetime_utc" },
]
[[object.route.skip]]
field = "PRICE"
reason = "Billed elsewhere"
[[object.route]]
name = "short"
where = "MINUTES <= 15 OR MINUTES IS NULL"
destination = "note"
outcome = "merge"
fidelity = "1:many"
reason = "Short visits of a person are one note"
merge = { by = ["PERSON"], line = "- {AT} {WHAT} {PRICE}" }
lookups = { targetable = { object = "people", from = "PERSON" } }
fields = [
  { with = ["LINES"], to = "description", via = "template", text = "Visits\\n{LINES}" },
]
[[object.skip]]
field = "UNTIL"
reason = "Read for the minutes"
"""


def write_layout(folder: Path, text: str = LAYOUT) -> Layout:
    path = folder / "layout.toml"
    path.write_text(text, encoding="utf-8")
    return read_layout(path)


def write_pack(folder: Path, text: str = PACK) -> tuple[Pack, Layout]:
    layout = write_layout(folder)
    path = folder / "pack.toml"
    path.write_text(text, encoding="utf-8")
    return read_pack(path, layout), layout


def stage(**objects: list[dict[str, str | None]]) -> dict[str, pl.DataFrame]:
    """Staged frames from dicts: every column text, `_row` from 1; the objects not given have no rows."""
    return stage_as(COLUMNS, objects)


def stage_as(
    columns: dict[str, tuple[str, ...]], objects: dict[str, list[dict[str, str | None]]]
) -> dict[str, pl.DataFrame]:
    """Staged frames of objects with these columns."""
    frames = {}
    for name, names in columns.items():
        rows = [[row.get(column) for column in names] for row in objects.get(name, [])]
        frame = pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")
        frames[name] = frame.with_columns(_row=pl.int_range(1, pl.len() + 1, dtype=pl.Int64))
    return frames


COLUMNS = {
    "firms": ("ID", "NAME", "TOWN"),
    "people": ("ID", "LAST", "FIRM", "BOSS", "BORN"),
    "visits": ("PERSON", "AT", "UNTIL", "WHAT", "PRICE"),
}
