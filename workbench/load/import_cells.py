"""A record as one row of an import file, in the words the importer of Freshsales reads.

What it documents: owners by their e-mail, several choices joined by a semicolon, choices that exist already, at most
5 MB a file. What it does not: how days are written, how many rows it takes, whether a byte order mark is in its way.
There the most cautious reading counts, and the instruction tells the administrator what to look at.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from workbench.freshsales.schema import TenantSchema
from workbench.freshsales.selectors import SELECTOR_OF

MOST_BYTES = 5_000_000  # of a file with its header; documented as 5 MB, taken as the smaller of the two readings
MOST_ROWS = 10_000  # of a file; no limit is published, and a page of errors about more can be read by nobody
ENCODING = "utf-8"  # without a byte order mark: where an importer takes it for text, it hides the first column
DAYS = "YYYY-MM-DD"
JOINER = ";"
# A cell that begins like this is a formula to a spreadsheet, and a quote before it would be stored with the value.
_FORMULA = re.compile(r"[=+\-@\t\r]")
_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)*")
# What a body calls otherwise than the tenant's own list of fields does.
_LISTED_AS = {"email": "emails"}

Row = dict[str, str]  # cells by the name of their field


def write_row(body: Mapping[str, Any], *, names: Mapping[str, str], schema: TenantSchema) -> Row | None:
    """The cells of a record; null where a file cannot say it exactly, so that it has to go by the API.

    That is a second e-mail, a text with a semicolon among several, and a text a spreadsheet would take for a formula.

    Args:
        body: As the API would take it.
        names: What the importer knows the parents by, by the field that points at them: a name or an e-mail.
    """
    flat = {name: value for name, value in body.items() if name != "custom_field"} | body.get("custom_field", {})
    flat = {name: value for name, value in flat.items() if name not in names} | names
    cells = {_LISTED_AS.get(name, name): _write_cell(name, value, schema) for name, value in flat.items()}
    return cells if all(cell is not None and is_plain(cell) for cell in cells.values()) else None


def is_plain(cell: str) -> bool:
    """Whether a spreadsheet shows a cell as it stands."""
    return not _FORMULA.match(cell) or _NUMBER.fullmatch(cell) is not None


def _write_cell(name: str, value: Any, schema: TenantSchema) -> str | None:
    if name == "owner_id":
        return next((user.email for user in schema.users if user.id == value), None)
    if name in SELECTOR_OF:
        choices = schema.selectors.get(SELECTOR_OF[name], ())
        return next((choice.name for choice in choices if choice.id == value), None)
    if isinstance(value, list):
        return _join(value, most=1 if name == "emails" else len(value))
    if isinstance(value, bool):
        return str(value).upper()
    return str(value)


def _join(values: list[Any], *, most: int) -> str | None:
    texts = [str(value["value"]) if isinstance(value, dict) and "value" in value else str(value) for value in values]
    is_clear = len(texts) <= most and not any(JOINER in text for text in texts)
    return JOINER.join(texts) if is_clear else None
