"""Which files of an export belong to which object, and which belong to none."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

from workbench.errors import UsageError
from workbench.layout import Layout, LayoutObject

Form = tuple[str, int]  # an object's name, and which of its forms
_DIGITS = re.compile(r"(\d+)")
_MARKS = set("*?")


def find_files(folder: Path, layout: Layout) -> dict[str, list[Path]]:
    """The files of each object that has any, pieces in natural order; the case of letters is no difference.

    A file that one object names in full is no piece of another object's pattern.

    Raises:
        UsageError: A file fits the patterns of two objects of one format, or an object comes in two forms.
    """
    patterns = {(row.name, place): form.file for row in layout.objects.values() for place, form in enumerate(row.forms)}
    names = list_files(folder, is_deep=any("/" in pattern for pattern in patterns.values()))
    exact = {name: _match_exact(file, names) for name, file in patterns.items() if not _MARKS & set(file)}
    taken = {name for match in exact.values() for name in match}
    loose = {
        name: sorted((path for path in names if path not in taken and is_match(path, file)), key=order_naturally)
        for name, file in patterns.items()
        if name not in exact
    }
    _check_claims(loose, layout)
    found = {key: paths for key in patterns if (paths := (exact | loose)[key])}
    _check_forms(found)
    return {name: [folder / path for path in paths] for (name, _), paths in found.items()}


def find_form(row: LayoutObject, path: str) -> LayoutObject:
    """The form of an object that a file of its is read in."""
    return next(form for form in row.forms if is_match(path, form.file))


def is_match(path: str, pattern: str) -> bool:
    """Whether a path inside the export fits a layout's pattern, step by step."""
    parts, wanted = path.casefold().split("/"), pattern.casefold().replace("[", "[[]").split("/")
    return len(parts) == len(wanted) and all(map(fnmatchcase, parts, wanted))


def order_naturally(path: str) -> tuple[object, ...]:
    """Sort key by which piece 2 stands before piece 10."""
    return tuple((int(part), "") if part.isdigit() else (-1, part) for part in _DIGITS.split(path.casefold()))


def list_names(folder: Path) -> list[str]:
    """Names of all that lies in the folder, without hidden files."""
    return sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))


def list_files(folder: Path, *, is_deep: bool) -> list[str]:
    """Paths inside the export of all that lies at its top, and of the files below where they may be named."""
    top = sorted(path.name for path in folder.iterdir())
    if not is_deep:
        return top
    below = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return top + sorted(path.as_posix() for path in below if len(path.parts) > 1)


def list_unlisted(folder: Path, read: list[Path], *, beside: tuple[str, ...] = ()) -> list[str]:
    """What lies in the export and is not read: names at its top, and kinds of files in folders that are read from.

    Args:
        beside: What the layout knows to hold no records.
    """
    paths = {PurePosixPath(path.relative_to(folder).as_posix()) for path in read}
    tops = {path.parts[0] for path in paths}
    deeper = {
        "/".join(["*"] * (len(path.parts) - 1) + [path.name])
        for path in map(PurePosixPath, list_files(folder, is_deep=any(len(path.parts) > 1 for path in paths)))
        if len(path.parts) > 1 and path.parts[0] in tops and path not in paths and not path.name.startswith(".")
    }
    return sorted({name for name in list_names(folder) if name not in (*tops, *beside)} | deeper)


def list_absent_pieces(paths: Iterable[str]) -> list[str]:
    """The numbered pieces of one object that lie between its others, or before them, and are not there.

    Numbers that leave out more than there are, such as days or ids, count no pieces.
    """
    names = sorted(paths)
    numbered: defaultdict[tuple[str, str], dict[int, str]] = defaultdict(dict)
    for name in names:
        for found in _DIGITS.finditer(name, name.rfind("/") + 1):
            numbered[name[: found.start()], name[found.end() :]][int(found[0])] = found[0]
    return sorted(
        f"{head}{number:0{_find_width(pieces)}}{tail}"
        for (head, tail), pieces in numbered.items()
        if len(pieces) > 1
        for gap in _find_gaps(pieces, starts=1 if f"{head.rstrip('_- (.')}{tail.lstrip(')')}" not in names else None)
        if len(gap) <= len(pieces)
        for number in gap
    )


def _find_gaps(pieces: dict[int, str], *, starts: int | None) -> Iterator[set[int]]:
    """The numbers that lack between the pieces, and those before the first; none before where a bare name is first."""
    yield set(range(min(pieces), max(pieces))) - pieces.keys()
    if starts is not None:
        yield set(range(starts, min(pieces)))


def _find_width(pieces: dict[int, str]) -> int:
    """Digits of a number where they are filled up with zeros."""
    return (
        max(map(len, pieces.values())) if any(text.startswith("0") and len(text) > 1 for text in pieces.values()) else 0
    )


def _match_exact(file: str, names: list[str]) -> list[str]:
    same = [name for name in names if name.casefold() == file.casefold()]
    return [file] if file in same else same[:1]


def _check_forms(found: dict[Form, list[str]]) -> None:
    """An object that came in two forms would be read twice."""
    first: dict[str, str] = {}
    for (name, _), paths in found.items():
        if name in first:
            raise UsageError(f"{first[name]} and {paths[0]} both hold {name}; leave one of them in the export")
        first[name] = paths[0]


def _check_claims(found: dict[Form, list[str]], layout: Layout) -> None:
    """Formats with several objects in a file may share it; others may not."""
    claimed: dict[str, str] = {}
    for (name, place), paths in found.items():
        for path in paths if layout.objects[name].forms[place].format in ("csv", "jsonl") else ():
            other = claimed.setdefault(path, name)
            if other != name:
                raise UsageError(
                    f"{path} fits the files of {other} and of {name}; make one of the patterns in layout.toml narrower"
                )
