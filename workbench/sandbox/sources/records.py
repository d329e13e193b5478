"""The records of an export's files, each as the JSON text that is served, so that an id keeps its digits."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.errors import UsageError
from workbench.sources.encodings import find_encoding

_PIECE = re.compile(r"_\d+$")
_DIGITS = re.compile(r"(\d+)")
KINDS = (".jsonl", ".csv", ".json")


@dataclass(frozen=True, slots=True)
class Kept:
    """One record; `text` is what is sent."""

    text: str
    key: str
    changed: str = ""


def find_files(data: Path) -> dict[str, list[Path]]:
    """The files of each object below the folder, by their name without ending and number.

    Raises:
        UsageError: There is no such folder, or no file in it that can be served.
    """
    found: dict[str, list[Path]] = {}
    for path in sorted(data.rglob("*"), key=_order) if data.is_dir() else ():
        if path.suffix in KINDS and path.is_file() and path.name != "manifest.json":
            name = path.relative_to(data).with_suffix("").as_posix()
            found.setdefault(_PIECE.sub("", name) if path.suffix == ".csv" else name, []).append(path)
    if not found:
        raise UsageError(f"{data}: no .jsonl, .csv or .json files to serve; name the folder of an export")
    return found


def read_records(paths: list[Path], *, key: str, changed: str) -> list[Kept]:
    """All records of these files."""
    return [keep(record, key=key, changed=changed) for path in paths for record in _read(path)]


def keep(text: str, *, key: str, changed: str = "") -> Kept:
    """A record of this JSON text."""
    record = json.loads(text)
    return Kept(text, str(record.get(key, "")), str(record.get(changed) or ""))


def _read(path: Path) -> Iterator[str]:
    if path.suffix == ".jsonl":
        with path.open(encoding="utf-8") as file:
            yield from (line.strip() for line in file if line.strip())
    elif path.suffix == ".csv":
        with path.open(encoding=find_encoding(path, named=""), newline="") as file:
            yield from (json.dumps(row, ensure_ascii=False) for row in csv.DictReader(file))
    else:
        document: Any = json.loads(path.read_text("utf-8-sig"))
        lists = [document] if isinstance(document, list) else [v for v in document.values() if isinstance(v, list)]
        yield from (json.dumps(record, ensure_ascii=False) for record in (lists or [[document]])[0])


def _order(path: Path) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdigit() else (-1, part) for part in _DIGITS.split(path.as_posix())]
