"""Strict reading of JSON text: numbers as they are spelt, no key lost, and no whole document in pieces of Python."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from workbench.errors import UsageError
from workbench.sources.nested import Number

_BLANK = re.compile(r"[ \t\r\n]*")


class RepeatedKey(ValueError):
    """An object names a key twice; which of the two is meant is not ours to guess."""


def _build(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    built = dict(pairs)
    if len(built) < len(pairs):
        raise RepeatedKey("a key stands twice in one object")
    return built


def _refuse(word: str) -> None:
    raise ValueError(f"{word} is no value of JSON")


_DECODER = json.JSONDecoder(parse_int=Number, parse_float=Number, parse_constant=_refuse, object_pairs_hook=_build)


def decode(text: str) -> Any:
    """A whole text as a value.

    Raises:
        ValueError: It is not JSON, in words that hold nothing of the text.
    """
    try:
        return _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"not JSON: {_explain(error)}") from error
    except RecursionError:
        raise ValueError("objects stand in one another too deep to be data") from None


def read_list(text: str, names: list[str], *, aside: list[str] | None = None) -> Iterator[Any]:
    """The elements of the list that stands below these names, one at a time; a single object there counts as one.

    Args:
        aside: Takes the names of filled lists that stand beside the way and are not read.

    Raises:
        UsageError: The text is not JSON, or no list of records stands there.
    """
    try:
        end = yield from _read_value(text, _skip(text, 0), names, "", aside if aside is not None else [])
        if _skip(text, end) < len(text):
            raise json.JSONDecodeError("Extra data", text, end)
    except json.JSONDecodeError as error:
        raise UsageError(f"line {error.lineno} is not JSON: {_explain(error)}; export the file again") from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"cannot be read: {error}; export the file again") from error


def _read_value(text: str, at: int, names: list[str], path: str, aside: list[str]) -> Iterator[Any]:
    """Yields the elements below the names; gives the place behind the value."""
    if names and text[at : at + 1] == "{":
        return (yield from _read_members(text, at, names, path, aside))
    if not names and text[at : at + 1] == "[":
        return (yield from _read_elements(text, at))
    value, end = _DECODER.raw_decode(text, at)
    if names or not isinstance(value, dict):
        where = f"{path}.{names[0]}" if path and names else "".join(names[:1]) or path or "its top"
        raise UsageError(f'holds no list of records at {where}; name the list with records = "..." in layout.toml')
    yield value
    return end


def _read_members(text: str, at: int, names: list[str], path: str, aside: list[str]) -> Iterator[Any]:
    is_found, at = False, _skip(text, at + 1)
    while text[at : at + 1] != "}":
        key, end = _DECODER.raw_decode(text, at)
        at = _expect(text, _skip(text, end), ":")
        if key == names[0] and not is_found:
            is_found = True
            at = yield from _read_value(text, at, names[1:], f"{path}.{key}".strip("."), aside)
        else:
            value, at = _DECODER.raw_decode(text, at)
            if isinstance(value, list) and any(isinstance(item, dict) for item in value):
                aside.append(f"{path}.{key}".strip("."))
        at = _skip(text, at)
        if text[at : at + 1] != "}":
            at = _expect(text, at, ",")
    if not is_found:
        raise UsageError(f'holds no {f"{path}.{names[0]}".strip(".")}; see records = "..." in layout.toml')
    return at + 1


def _read_elements(text: str, at: int) -> Iterator[Any]:
    at = _skip(text, at + 1)
    while text[at : at + 1] != "]":
        value, end = _DECODER.raw_decode(text, at)
        yield value
        at = _skip(text, end)
        if text[at : at + 1] != "]":
            at = _expect(text, at, ",")
    return at + 1


def _skip(text: str, at: int) -> int:
    return _BLANK.match(text, at).end()


def _expect(text: str, at: int, mark: str) -> int:
    if text[at : at + 1] != mark:
        raise json.JSONDecodeError(f"Expecting '{mark}'", text, at)
    return _skip(text, at + 1)


def _explain(error: json.JSONDecodeError) -> str:
    return f"{error.msg[0].lower()}{error.msg[1:]}, column {error.colno}"
