"""The import of a CSV file, as an administrator does it in the browser: no API, no quota, no job to ask.

As documented: at most 5 MB; a column is mapped to the field of its name; owners are found by their e-mail; several
choices are joined by semicolons and exist already; a row that is found by the matched field changes that record, any
other makes a new one. Accounts are found by their name, contacts of a deal by their e-mails. What no public page says
is a switch: the rows a file may have. A row that cannot be taken is reported and stops no other.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from workbench.sandbox.fields import Field
from workbench.sandbox.languages import translate
from workbench.sandbox.life import change_record, create_record
from workbench.sandbox.matching import find_by
from workbench.sandbox.objects.kind import Kind
from workbench.sandbox.objects.registry import CORE, KINDS
from workbench.sandbox.tenant import Tenant
from workbench.sandbox.wire import ApiError

MOST_BYTES = 5_000_000
SEVERAL = ";"
LINKS = {"sales_account_id": "name", "parent_sales_account_id": "name"}


@dataclass(slots=True, kw_only=True)
class Report:
    """How an import went; `failures` are the number of the row in the file, from 1, and what the importer said."""

    created: int = 0
    updated: int = 0
    failures: list[dict[str, Any]] = field(default_factory=list)
    unmapped: list[str] = field(default_factory=list)


def import_file(tenant: Tenant, object: str, content: str, *, match: str) -> Report:
    """Import a CSV file.

    Args:
        object: `contact`, `sales_account` or `deal`.
        match: Field, by its name or label, that tells whether a row is there already.

    Raises:
        ApiError: The file is refused as a whole.
    """
    kind = next((each for each in CORE if each.name == object), None)
    if kind is None:
        raise ApiError(400, f"{object} cannot be imported; known: {', '.join(each.name for each in CORE)}")
    _require_size(tenant, content)
    rows = list(csv.reader(io.StringIO(content.removeprefix("\ufeff"))))
    if len(rows) < 2:
        raise ApiError(400, "The file has no rows")
    fields = _map_columns(tenant, kind, rows[0])
    matched = next((each.name for each in fields if each and match in (each.name, each.label)), None)
    if matched is None:
        raise ApiError(400, f"No column of the file is mapped to {match!r}, by which it is to be matched")
    _require_rows(tenant, len(rows) - 1)
    report = Report(unmapped=[name for name, mapped in zip(rows[0], fields, strict=True) if mapped is None])
    for number, row in enumerate(rows[1:], start=1):
        _import_row(tenant, kind, number, list(zip(fields, row, strict=False)), matched, report)
    return report


def _require_size(tenant: Tenant, content: str) -> None:
    size = len(content.encode())
    if size > MOST_BYTES:
        raise ApiError(413, f"The file has {size:,} bytes; an import takes at most {MOST_BYTES:,}")


def _require_rows(tenant: Tenant, rows: int) -> None:
    most = tenant.settings.switches.import_rows
    if most and rows > most:
        raise ApiError(400, f"The file has {rows:,} rows; an import takes at most {most:,}")


def _map_columns(tenant: Tenant, kind: Kind, header: list[str]) -> list[Field | None]:
    """The field of each column: the one of that label, or of the name behind it where two have the label."""
    fields = kind.fields(tenant)
    known = {f"{each.label} ({each.name})": each for each in fields.values()}
    known |= {each.label: each for each in reversed(fields.values())}
    return [known.get(name.strip()) for name in header]


def _import_row(
    tenant: Tenant, kind: Kind, number: int, cells: list[tuple[Field | None, str]], matched: str, report: Report
) -> None:
    # An empty cell overwrites nothing.
    filled = {each.name: (each, text.strip()) for each, text in cells if each is not None and text.strip()}
    try:
        sent = _read_row(tenant, filled)
        found = find_by(tenant, kind, matched, filled[matched][1]) if matched in filled else None
        if found:
            change_record(tenant, kind, found, sent)
            report.updated += 1
        else:
            create_record(tenant, kind, sent)
            report.created += 1
    except ApiError as refusal:
        report.failures.append({"row": number, "errors": translate(refusal.body)["errors"]["message"]})


def _read_row(tenant: Tenant, cells: Mapping[str, tuple[Field, str]]) -> dict[str, Any]:
    sent: dict[str, Any] = {"custom_field": {}}
    for name, (each, text) in cells.items():
        (sent["custom_field"] if each.is_custom else sent)[name] = _read_cell(tenant, each, text)
    return sent


def _read_cell(tenant: Tenant, each: Field, text: str) -> Any:
    if each.name == "sales_accounts":
        ids = [_find_link(tenant, "sales_account", "name", name) for name in text.split(SEVERAL)]
        return [{"id": id, "is_primary": position == 0} for position, id in enumerate(ids)]
    if each.name == "contacts_added_list":
        return [_find_link(tenant, "contact", "emails", email) for email in text.split(SEVERAL)]
    if each.name in LINKS:
        return _find_link(tenant, "sales_account", LINKS[each.name], text)
    if each.name == "tags":
        return [tag.strip() for tag in text.split(SEVERAL)]
    return _find_choice(tenant, each, text) if each.selector else text


def _find_link(tenant: Tenant, object: str, name: str, value: str) -> int:
    found = find_by(tenant, KINDS[object], name, value.strip())
    if not found:
        raise ApiError(400, f"There is no {object.replace('_', ' ')} {value.strip()!r}")
    return found


def _find_choice(tenant: Tenant, each: Field, text: str) -> int:
    """The id of a list's item by its name, of a user by the e-mail."""
    name = "email" if each.selector == "owners" else "name"
    items = tenant.selectors[each.selector]
    wanted = text.casefold()
    for item in items:
        said = item.get(name) or item.get("currency_code") or item.get("value") or ""
        if str(said).casefold() == wanted:
            return item["id"]
    raise ApiError(400, f"{each.label}: there is no {text!r}")
