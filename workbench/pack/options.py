"""Options of transforms: what each takes, what a rule gave it, what the engagement fills in."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Mapping
from typing import Any

import polars as pl

from workbench.errors import UsageError, name_nearest
from workbench.transforms import TRANSFORMS

DEFAULTS: Mapping[str, Any] = {"country": "US", "time_zone": "UTC"}
_WORDS = {str: "a text", int: "a whole number", dict: "a table", bool: "true or false", list: "a list"}


def fill_options(via: str, options: dict[str, Any], defaults: Mapping[str, Any]) -> dict[str, Any]:
    """The options of a rule, with the defaults its transform knows where the rule says nothing."""
    known = _options_of(via) if via in TRANSFORMS else {}
    return {name: value for name, value in defaults.items() if name in known} | options


def find_transform_problems(where: str, via: str, columns: tuple[str, ...], options: dict[str, Any]) -> list[str]:
    """Name what is wrong with a rule's transform: unknown, too few columns, wrong options."""
    if not via:
        return [f"{where}: {name} is not a key here, and no transform takes it: via is missing" for name in options]
    if via not in TRANSFORMS:
        return [f"{where}: no transform {via!r}{name_nearest(via, TRANSFORMS)}"]
    problems = _find_option_problems(f"{where}: via {via}", via, options)
    fewest, most = _count_columns(via)
    if not fewest <= len(columns) <= most:
        takes = f"{fewest}" if fewest == most else f"{fewest} or more"
        problems.append(f"{where}: via {via} takes {takes} columns in from and with, got {len(columns)}")
    return problems or _try(where, via, columns, options)


def _find_option_problems(where: str, via: str, options: dict[str, Any]) -> list[str]:
    known = _options_of(via)
    problems = [
        f"{where}: {name} is not an option{name_nearest(name, known) if known else '; it takes none'}"
        for name in options
        if name not in known
    ]
    for name, (kind, is_required) in known.items():
        if name not in options:
            problems += [f"{where}: {name} is missing; it takes {_describe(kind)}"] * is_required
        elif not _fits(options[name], kind):
            problems.append(f"{where}: {name} = {options[name]!r}: expected {_describe(kind)}")
    return problems


def _options_of(via: str) -> dict[str, tuple[tuple[type, ...], bool]]:
    """Option name to its types and whether it must be given."""
    function = TRANSFORMS[via]
    hints = typing.get_type_hints(function)
    return {
        name: (typing.get_args(hints[name]) or (hints[name],), parameter.default is parameter.empty)
        for name, parameter in inspect.signature(function).parameters.items()
        if parameter.kind is parameter.KEYWORD_ONLY
    }


def _count_columns(via: str) -> tuple[int, float]:
    """The fewest and the most columns a transform takes."""
    parameters = inspect.signature(TRANSFORMS[via]).parameters.values()
    fixed = sum(parameter.kind is parameter.POSITIONAL_OR_KEYWORD for parameter in parameters)
    is_open = any(parameter.kind is parameter.VAR_POSITIONAL for parameter in parameters)
    return max(fixed, 1), float("inf") if is_open else fixed


def _fits(value: Any, kinds: tuple[type, ...]) -> bool:
    return isinstance(value, kinds) and not (isinstance(value, bool) and bool not in kinds)


def _describe(kinds: tuple[type, ...]) -> str:
    return " or ".join(_WORDS[kind] for kind in kinds if kind in _WORDS)


def _try(where: str, via: str, columns: tuple[str, ...], options: dict[str, Any]) -> list[str]:
    """Let the transform itself check the values of its options."""
    try:
        TRANSFORMS[via](*map(pl.col, columns), **options)
    except UsageError as error:
        return [f"{where}: via {via}: {error}"]
    return []
