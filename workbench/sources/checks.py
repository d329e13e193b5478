"""What a customer's export looks like before any record is read, and everything that keeps it from being read."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from workbench.errors import UsageError, name_nearest, raise_problems
from workbench.layout import Layout, LayoutObject
from workbench.sources.csv_rows import find_delimiter, read_header
from workbench.sources.encodings import find_encoding


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """One file of the export, ready to be read.

    Attributes:
        header: Its named columns, in the file's order.
        width: Cells of a record; more than the header has names where unnamed columns trail it.
    """

    path: Path
    object: LayoutObject
    encoding: str
    delimiter: str
    header: tuple[str, ...]
    width: int
    bytes: int
    sha256: str

    @property
    def kept(self) -> list[str]:
        """Columns that are staged, in the layout's order."""
        return [name for name in self.object.kept if name in self.header]

    @property
    def left_out(self) -> list[str]:
        """Columns that are read and not staged: the secret ones, and those the layout does not name."""
        return [name for name in self.header if name not in self.object.kept]


def check_files(folder: Path, layout: Layout) -> list[SourceFile]:
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
    for name, path in found.items():
        try:
            files.append(_check_file(path, layout.objects[name], layout))
        except UsageError as error:
            problems += [f"{path.name}: {line}" for line in str(error).splitlines()]
        except OSError as error:
            problems.append(f"{path.name}: cannot be read: {error.strerror}")
    raise_problems(f"{folder}: an export that does not fit layout {layout.name!r}", problems)
    return files


def find_files(folder: Path, layout: Layout) -> dict[str, Path]:
    """Path of each object's file that is there; the case of letters in a file name is no difference."""
    exact = {path.name: path for path in folder.iterdir()}
    by_case = {name.casefold(): path for name, path in sorted(exact.items())}
    found = {row.name: exact.get(row.file) or by_case.get(row.file.casefold()) for row in layout.objects.values()}
    return {name: path for name, path in found.items() if path}


def list_names(folder: Path) -> list[str]:
    """Names of all that lies in the folder, without hidden files."""
    return sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))


def hash_file(path: Path) -> str:
    """sha256 of the file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _check_file(path: Path, row: LayoutObject, layout: Layout) -> SourceFile:
    if not path.is_file():
        raise UsageError("is not a file; a CSV file belongs there")
    if path.stat().st_size == 0:
        raise UsageError("holds nothing, not even a header; export it again" + _allow_absence(row))
    encoding = find_encoding(path, named=layout.encoding)
    delimiter = find_delimiter(path, encoding, frozenset(row.columns))
    cells = read_header(path, encoding, delimiter)
    header = _cut_unnamed(cells)
    problems = _find_header_problems(header) or _find_column_problems(header, row, layout)
    if problems:
        raise UsageError("\n".join(problems))
    return SourceFile(
        path=path,
        object=row,
        encoding=encoding,
        delimiter=delimiter,
        header=tuple(header),
        width=len(cells),
        bytes=path.stat().st_size,
        sha256=hash_file(path),
    )


def _allow_absence(row: LayoutObject) -> str:
    return "" if row.is_required else ", or remove it: an absent file counts as an object without records"


def _cut_unnamed(cells: list[str]) -> list[str]:
    named = len(cells)
    while named and not cells[named - 1]:
        named -= 1
    return cells[:named]


def _find_header_problems(header: list[str]) -> list[str]:
    if not header:
        return ["its first line holds no column names; the export needs a header"]
    problems = [f"column {place} has no name" for place, name in enumerate(header, start=1) if not name]
    repeated = [name for name, count in Counter(filter(None, header)).items() if count > 1]
    return problems + [f"column {name} stands more than once; rename or remove one" for name in repeated]


def _find_column_problems(header: list[str], row: LayoutObject, layout: Layout) -> list[str]:
    problems = []
    for name in row.columns:
        if name not in header:
            problems.append(
                f"column {name} is missing; export it, or take it out of layout.toml and pack.toml"
                f"{name_nearest(name, header)}"
            )
    if layout.unknown_columns == "refuse":
        for name in header:
            if name not in row.columns:
                problems.append(
                    f"column {name} is not in the layout; add it to layout.toml with a type and a tag, "
                    'or leave such columns out with unknown_columns = "drop"'
                )
    return problems
