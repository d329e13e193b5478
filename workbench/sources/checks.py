"""What a customer's export looks like before any record is read, and everything that keeps it from being read."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from workbench.engagement import Secret
from workbench.errors import UsageError, name_nearest, raise_problems
from workbench.layout import Layout, LayoutObject
from workbench.sources.csv_rows import open_csv
from workbench.sources.excel import open_xlsx
from workbench.sources.finding import find_files, find_form, list_names
from workbench.sources.json_rows import open_fhir, open_json, open_jsonl
from workbench.sources.rows import Opened

READERS: dict[str, Callable[[Path, LayoutObject, Secret | None], Opened]] = {
    "csv": open_csv,
    "jsonl": open_jsonl,
    "json": open_json,
    "xlsx": open_xlsx,
    "fhir": open_fhir,
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SourceFile:
    """One file of the export, ready to be read.

    Attributes:
        name: Its path inside the export.
        opened: Its columns and records.
        placed: Columns that say where the file lies, with the one value they have in it.
    """

    path: Path
    name: str
    object: LayoutObject
    opened: Opened
    placed: dict[str, str]
    bytes: int
    sha256: str

    @property
    def columns(self) -> list[str]:
        """All its columns: those of its records, then those that say where it lies."""
        return [*self.opened.header, *self.placed]

    @property
    def left_out(self) -> list[str]:
        """Columns that are read and not staged: the secret ones, and those nobody wants kept."""
        known = {name: self.object.find_column(name) for name in self.columns}
        return [name for name, column in known.items() if column is None or column.is_secret]


def check_files(folder: Path, layout: Layout, password: Secret | None = None) -> list[SourceFile]:
    """Find the layout's files and how each is to be read; an absent file that is not required is left out.

    Raises:
        UsageError: Names every missing, unreadable or differently built file at once.
    """
    found = find_files(folder, layout)
    problems = [
        f"{row.file} is missing; add it, or set required = false for {row.name} in layout.toml"
        f"{name_nearest(row.file, list_names(folder))}"
        for row in layout.objects.values()
        if row.is_required and row.name not in found
    ]
    files = []
    for name, paths in found.items():
        for path in paths:
            inside = path.relative_to(folder).as_posix()
            try:
                files.append(_check_file(path, inside, find_form(layout.objects[name], inside), password))
            except UsageError as error:
                problems += [f"{inside}: {line}" for line in str(error).splitlines()]
            except OSError as error:
                problems.append(f"{inside}: cannot be read: {error.strerror}")
    problems += _find_absent(files)
    raise_problems(f"{folder}: an export that does not fit layout {layout.name!r}", problems)
    return files


def hash_file(path: Path) -> str:
    """sha256 of the file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _check_file(path: Path, name: str, row: LayoutObject, password: Secret | None) -> SourceFile:
    if not path.is_file():
        raise UsageError(f"is not a file; a {row.format.upper()} file belongs there")
    if path.stat().st_size == 0:
        raise UsageError("holds nothing, not even a header; export it again" + _allow_absence(row))
    opened = READERS[row.format](path, row, password)
    missing = _find_missing(opened.header, row) if opened.has_header else []
    if problems := missing + _find_unknown(opened.header, row):
        raise UsageError("\n".join(problems))
    return SourceFile(
        path=path,
        name=name,
        object=row,
        opened=opened,
        placed=_place_columns(name, row),
        bytes=path.stat().st_size,
        sha256=hash_file(path),
    )


def _allow_absence(row: LayoutObject) -> str:
    return "" if row.is_required else ", or remove it: an absent file counts as an object without records"


def _place_columns(name: str, row: LayoutObject) -> dict[str, str]:
    folder, _, file = f"./{name}".rpartition("/")
    values = {"@folder": folder.rpartition("/")[2].removeprefix("."), "@file": file}
    return {column.name: values[column.path] for column in row.columns.values() if column.path in values}


def _find_absent(files: list[SourceFile]) -> list[str]:
    """Columns that no record of an object has, where each record names those it has; an object may have no record."""
    named: dict[str, dict[str, None]] = {}
    rows = {file.object.name: file.object for file in files if not file.opened.has_header}
    for file in files:
        named.setdefault(file.object.name, {}).update(dict.fromkeys(file.opened.header))
    return [
        f"{row.file}: {problem}"
        for name, row in rows.items()
        if named[name]
        for problem in _find_missing(tuple(named[name]), row)
    ]


def _find_missing(header: tuple[str, ...], row: LayoutObject) -> list[str]:
    return [
        f"column {column.name} is missing; export it, or take it out of layout.toml and pack.toml, or set "
        f"required = false for it{name_nearest(column.name, header)}"
        for column in row.columns.values()
        if column.is_required and not column.path.startswith("@") and column.name not in header
    ]


def _find_unknown(header: tuple[str, ...], row: LayoutObject) -> list[str]:
    if row.unknown_columns != "refuse":
        return []
    return [
        f"column {name} is not in the layout; add it to layout.toml with a type and a tag, "
        'or leave such columns out with unknown_columns = "drop", or keep them as text with "keep"'
        for name in header
        if row.find_column(name) is None
    ]
