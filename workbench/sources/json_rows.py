"""Records of JSON lines, of JSON documents and of FHIR, all read the same way once they are found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from workbench.engagement import Secret
from workbench.errors import UsageError
from workbench.layout import LayoutObject
from workbench.sources.encodings import find_encoding
from workbench.sources.json_text import decode, read_list
from workbench.sources.nested import Place, build_places, flatten
from workbench.sources.rows import Opened, Row, batch_rows, find_fault

# A record, or what is wrong with it, and where it stands in words.
Found = tuple[Any, str, str]
LINES = (".ndjson", ".jsonl")
TYPE = "resourceType"


def open_jsonl(path: Path, row: LayoutObject, password: Secret | None) -> Opened:
    """Find the columns of a file with a JSON object in every line."""
    encoding = find_encoding(path, named=row.encoding)
    return _open(row, encoding, lambda: _read_lines(path, encoding))


def open_json(path: Path, row: LayoutObject, password: Secret | None) -> Opened:
    """Find the columns of the records in a JSON document.

    Raises:
        UsageError: It is not JSON from end to end, or holds no records where the layout says.
    """
    encoding = find_encoding(path, named=row.encoding)
    aside: list[str] = []
    names = row.records.split(".") if row.records else []
    for _ in read_list(path.read_text(encoding), names, aside=aside):
        pass
    return _open(row, encoding, lambda: _read_document(path, encoding, names), unread=tuple(aside))


def open_fhir(path: Path, row: LayoutObject, password: Secret | None) -> Opened:
    """Find the columns of the resources of one type: in a bundle, in lines, or one for itself.

    Raises:
        UsageError: It is neither.
    """
    encoding = find_encoding(path, named=row.encoding)
    others = Counter(
        str(record.get(TYPE, "resource without a type"))
        for record, _, _ in _read_resources(path, encoding)
        if isinstance(record, dict)
    )
    unread = tuple(kind for kind in others if kind != row.resource)
    return _open(row, encoding, lambda: _read_fhir(path, encoding, row.resource), unread=unread)


def _open(
    row: LayoutObject, encoding: str, find: Callable[[], Iterator[Found]], *, unread: tuple[str, ...] = ()
) -> Opened:
    places = build_places(row)
    names = _list_names((record for record, problem, _ in find() if not problem), places)
    header = (*(name for name in row.columns if name in names), *(name for name in names if name not in row.columns))
    return Opened(
        header=header,
        read=lambda: batch_rows(_read(find(), places, header)),
        encoding=encoding,
        has_header=False,
        unread=unread,
    )


def _list_names(records: Iterator[dict[str, Any]], places: Place) -> dict[str, None]:
    """The columns of all records, in the order in which they come up."""
    is_flat = all(place.is_leaf for place in places.names.values())
    names: dict[str, None] = {}
    seen: set[tuple[str, ...]] = set()
    for record in records:
        keys = tuple(record)
        if not (is_flat and keys in seen):
            seen.add(keys)
            names |= dict.fromkeys(flatten(record, places))
    return names


def _read(found: Iterator[Found], places: Place, header: tuple[str, ...]) -> Iterator[Row]:
    for number, (record, problem, where) in enumerate(found, start=1):
        if problem:
            yield Row(number, [], f"{problem} ({where})")
            continue
        values = flatten(record, places)
        cells = [values.get(name, "") for name in header]
        reason = find_fault(cells, width=len(header), named=len(header)) or _find_half_letter(cells)
        yield Row(number, [] if reason else cells, f"{reason} ({where})" if reason else "")


def _read_lines(path: Path, encoding: str) -> Iterator[Found]:
    with path.open(encoding=encoding, newline="\n") as file:
        for number, line in enumerate(file, start=1):
            if line.strip():
                yield _check_line(line, f"line {number}")


def _check_line(line: str, where: str) -> Found:
    try:
        return _check(decode(line.strip()), where)
    except ValueError as error:
        return None, str(error), where


def _read_document(path: Path, encoding: str, names: list[str]) -> Iterator[Found]:
    for number, record in enumerate(read_list(path.read_text(encoding), names), start=1):
        yield _check(record, f"record {number}")


def _check(record: Any, where: str) -> Found:
    return (record, "", where) if isinstance(record, dict) else (None, "not a JSON object", where)


def _read_fhir(path: Path, encoding: str, resource: str) -> Iterator[Found]:
    for record, problem, where in _read_resources(path, encoding):
        if problem:
            yield None, problem, where
        elif record.get(TYPE) == resource:
            yield {key: value for key, value in record.items() if key != TYPE}, "", where


def _read_resources(path: Path, encoding: str) -> Iterator[Found]:
    if path.suffix.lower() in LINES:
        yield from _read_lines(path, encoding)
        return
    try:
        document = decode(path.read_text(encoding))
    except ValueError as error:
        raise UsageError(f"{error}; export the file again") from error
    if not isinstance(document, dict) or TYPE not in document:
        raise UsageError("is no FHIR resource; a bundle, a resource or a line for each resource belongs there")
    entries = document.get("entry", []) if document[TYPE] == "Bundle" else [{"resource": document}]
    for number, entry in enumerate(entries, start=1):
        yield _check(entry.get("resource") if isinstance(entry, dict) else None, f"entry {number}")


def _find_half_letter(cells: list[str]) -> str:
    r"""Escapes such as \ud83d that stand without their other half are no letter in any encoding."""
    try:
        "".join(cells).encode()
    except UnicodeEncodeError:
        return "half of a letter stands alone"
    return ""
