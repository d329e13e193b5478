"""What uploaded files are called: as at the source, with their original time, and no name that does harm."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container, Iterator
from itertools import count
from pathlib import PurePosixPath

import polars as pl

LONGEST_NAME = 200  # characters; below what every system that may store the file takes
LONGEST_SUFFIX = 12
NAMELESS = "file"
_PARENT = "lookup.targetable"


def name_files(records: pl.DataFrame) -> pl.DataFrame:
    """Records of files with the name each is to have in Freshsales.

    Freshsales keeps no other word about a file than its name. So a known original time stands in it, and no two files
    of one record have the same: by its name and size a file is found again. Of several, the number follows the external
    id, whatever the order of the rows. One that stands keeps its name, see `workbench.load.uploads`.

    Args:
        records: Frame of records with an `external_id`, a `path`, and perhaps a `file_name` and an `original_time`.
    """
    taken: dict[str | None, set[str]] = {}
    names = [""] * records.height
    for position, row in sorted(enumerate(records.iter_rows(named=True)), key=_place):
        wanted = clean_name(row.get("file_name") or row["path"] or "", time=row.get("original_time"))
        known = taken.setdefault(row[_PARENT], set())
        names[position] = number_name(wanted, known)
        known.add(names[position].casefold())
    return records.with_columns(pl.Series("file_name", names, dtype=pl.String))


def number_name(name: str, taken: Container[str]) -> str:
    """The name, with a number where it is among the names that are taken, in lower case."""
    return next(each for each in _list_names(name) if each.casefold() not in taken)


def is_same_but_number(name: str, other: str) -> bool:
    """Whether two names are the same but for the number that tells files of one record apart."""
    return _leave_out_number(name) == _leave_out_number(other)


def clean_name(text: str, *, time: str | None = None) -> str:
    """The last part of a path as a name that is safe to show and to save.

    Args:
        time: When the file was made, ISO-8601; its minutes stand in the name.
    """
    name = text.replace("\\", "/").rstrip("/").rpartition("/")[2]
    name = re.sub(r"[ \t\r\n]+", " ", unicodedata.normalize("NFC", name.encode("utf-8", "replace").decode()))
    # Controls, and marks that turn the direction of writing, make a name look like another.
    name = "".join("_" if char in '<>:"|?*' else char for char in name if _is_shown(char))
    stem, suffix = _split(name.strip(" ."))
    return _fit(f"{stem or NAMELESS}{_write_time(time)}", suffix)


def _place(numbered: tuple[int, dict[str, str | None]]) -> tuple[int, str]:
    """Shorter ids first, so that 9 comes before 10."""
    external_id = numbered[1]["external_id"] or ""
    return len(external_id), external_id


def _list_names(name: str) -> Iterator[str]:
    yield name
    stem, suffix = _split(name)
    for number in count(2):
        yield _fit(stem, f" ({number}){suffix}")


def _leave_out_number(name: str) -> str:
    stem, suffix = _split(name)
    return f"{re.sub(r' [(][0-9]+[)]$', '', stem)}{suffix}".casefold()


def _split(name: str) -> tuple[str, str]:
    suffix = PurePosixPath(name).suffix
    return (name.removesuffix(suffix), suffix) if len(suffix) <= LONGEST_SUFFIX else (name, "")


def _fit(stem: str, suffix: str) -> str:
    cut = stem[: LONGEST_NAME - len(suffix)]
    # Never between a letter and the marks that belong to it.
    while cut != stem and cut and unicodedata.combining(stem[len(cut)]):
        cut = cut[:-1]
    return f"{cut.rstrip()}{suffix}"


def _write_time(time: str | None) -> str:
    return f" ({time[:16].replace('T', ' ').replace(':', '.')})" if time else ""


def _is_shown(char: str) -> bool:
    return unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co", "Cn") or char == "\u200d"
