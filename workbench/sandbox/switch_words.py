"""Switches as a person writes them, in a file or on a command line."""

from __future__ import annotations

import contextlib
import difflib
from collections.abc import Iterable
from typing import Any

from workbench.sandbox.switches import Switch, list_switches

WORDS = {"true": True, "on": True, "yes": True, "false": False, "off": False, "no": False}


def collect_switches(named: Iterable[tuple[str, Any]]) -> tuple[dict[str, Any], list[str]]:
    """The switches that can be read from names and values, and a line for each that cannot."""
    facts = {each.name: each for each in list_switches()}
    values: dict[str, Any] = {}
    problems = []
    for name, sent in named:
        if name not in facts:
            near = difflib.get_close_matches(name, facts, n=1, cutoff=0)
            problems.append(f"no switch {name!r}; nearest: {near[0]}")
            continue
        try:
            values[name] = _read_value(facts[name], sent)
        except ValueError as error:
            problems.append(str(error))
    return values, problems


def _read_value(switch: Switch, sent: Any) -> Any:
    """The value as the type of the switch's default."""
    kind = type(switch.default)
    if isinstance(sent, str) and kind is bool:
        sent = WORDS.get(sent.lower(), sent)
    elif isinstance(sent, str) and kind in (int, float):
        with contextlib.suppress(ValueError):
            sent = kind(sent)
    if kind is float and type(sent) is int:
        sent = float(sent)
    if type(sent) is not kind:
        raise ValueError(f"switch {switch.name} takes {_describe(kind)}, not {sent!r}")
    if kind in (int, float) and not sent >= 0:
        raise ValueError(f"switch {switch.name} is {sent}; use 0 or more")
    if switch.known and sent not in switch.known:
        raise ValueError(f"switch {switch.name} is {sent!r}; known: {', '.join(map(str, switch.known))}")
    return sent


def _describe(kind: type) -> str:
    return {bool: "true or false", int: "a whole number", float: "a number", str: "a word"}[kind]
