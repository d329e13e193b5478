"""One column's convention, and the file of the engagement it is settled in."""

from __future__ import annotations

import tomllib
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import tomli_w

from workbench.conventions.ways import WAYS
from workbench.errors import name_nearest, raise_problems
from workbench.folder import write_text
from workbench.layout import Layout
from workbench.toml_file import read_toml

FILE = "conventions.toml"
EVIDENCE = "evidence"
_HEADER = """\
# How values of the export are written, found by discovery. An entry with an empty `by` is a question: write the right
# one of its choices into `written` and your name into `by`. The mapping cannot be approved before.
"""
_KEYS = {"object": str, "field": str, "type": str, "written": list, "choices": list, "null": list, "by": str}


@dataclass(frozen=True, slots=True, kw_only=True)
class Convention:
    """How the values of one column are written.

    Attributes:
        type: Type the layout gives the column.
        written: Ways of writing, tried in this order; empty where only spellings of no value are settled.
        choices: Ways the values fit equally well, where they fit several.
        null: Spellings that mean no value.
        by: Who settled it: `evidence`, `layout`, or a person; empty while it is a question.
    """

    object: str
    field: str
    type: str
    written: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    null: tuple[str, ...] = ()
    by: str = EVIDENCE

    @property
    def is_open(self) -> bool:
        """Whether the analyst has yet to say."""
        return not self.by

    @property
    def question(self) -> str:
        """What the analyst is asked."""
        if self.choices:
            return f"{self.object}.{self.field}: its values fit {' and '.join(self.choices)}; say which in {FILE}"
        return f"{self.object}.{self.field}: does {' or '.join(self.spellings)} mean no value? Say so in {FILE}"

    @property
    def spellings(self) -> tuple[str, ...]:
        """The spellings of no value in quotes, so that an empty one is seen."""
        return tuple(f'"{spelling}"' for spelling in self.null)


def read_conventions(path: Path, layout: Layout) -> tuple[Convention, ...]:
    """What is settled and asked so far; nothing without the file.

    Raises:
        UsageError: Names every entry that is wrong, at once.
    """
    if not path.exists():
        return ()
    rows = read_toml(path).get("convention", [])
    raise_problems(f"{path}: conventions that cannot be used", [p for row in rows for p in _find_problems(row, layout)])
    return tuple(
        Convention(**{key: tuple(value) if isinstance(value, list) else value for key, value in row.items()})
        for row in rows
    )


def settle_conventions(path: Path, found: list[Convention], layout: Layout) -> tuple[Convention, ...]:
    """Write what is new into the file; what stands there already stays as it is, for it is settled or asked.

    Raises:
        UsageError: The file holds entries that cannot be used; it is as it was.
    """
    known = read_conventions(path, layout)
    named = {(item.object, item.field) for item in known}
    new = [item for item in found if (item.object, item.field) not in named]
    problems = [problem for item in new for problem in _find_problems(_list(item), layout)]
    raise_problems("written = ... in layout.toml names no way of writing", problems)
    if new:
        before = path.read_text(encoding="utf-8") if path.exists() else _HEADER
        text = "\n".join([before.rstrip("\n") + "\n", *("[[convention]]\n" + _write(item) for item in new)])
        tomllib.loads(text)
        write_text(path, text)
    return (*known, *new)


def list_open_conventions(conventions: tuple[Convention, ...]) -> tuple[str, ...]:
    """Every question that nobody has answered yet."""
    return tuple(item.question for item in conventions if item.is_open)


def count_conventions(conventions: tuple[Convention, ...]) -> dict[str, object]:
    """What the summary of discovery says about them; nothing where every value is plain."""
    if not conventions:
        return {}
    return {
        "Columns written in a way of their own": len(conventions),
        "Questions about how values are written": len(list_open_conventions(conventions)),
    }


def _list(item: Convention) -> dict[str, Any]:
    return {key: list(value) if isinstance(value, tuple) else value for key, value in asdict(item).items()}


def _write(item: Convention) -> str:
    values = _list(item)
    kept = {key: value for key, value in values.items() if value or key == "by" or (key == "written" and item.choices)}
    return "".join(f"{tomli_w.dumps({key: value}, multiline_strings=False)}" for key, value in kept.items())


def _find_problems(row: dict[str, Any], layout: Layout) -> list[str]:
    where = f"[[convention]] {row.get('object', '?')}.{row.get('field', '?')}"
    problems = [f"{where}: {key} is not a key here{name_nearest(key, _KEYS)}" for key in row if key not in _KEYS]
    problems += [f"{where}: {key} is missing" for key in ("object", "field", "type", "by") if key not in row]
    problems += [
        f"{where}: {key} = {row[key]!r}: expected {'a list of texts' if kind is list else 'a text'}"
        for key, kind in _KEYS.items()
        if key in row and not isinstance(row[key], kind)
    ]
    if problems:
        return problems
    if row["object"] not in layout.objects:
        problems.append(f"{where}: no such object{name_nearest(row['object'], layout.objects)}")
    known = WAYS.get(row["type"], {})
    problems += [
        f"{where}: written = {way!r} is no way of writing a {row['type']}{name_nearest(way, known)}"
        for way in row.get("written", [])
        if way not in known
    ]
    if row["by"].strip() and row.get("choices") and not {*row["choices"]} & {*row.get("written", ())}:
        problems.append(f"{where}: {_say_lack(row)}; choose one of {', '.join(row['choices'])}")
    return problems


def _say_lack(row: dict[str, Any]) -> str:
    return f"written = {row['written']} is none of its choices" if row.get("written") else "written is empty"
