"""Paths into a JSON record: `address.city`, `phones[0].number`, `telecom[system=phone].value`."""

from __future__ import annotations

import re
from typing import NamedTuple

_NAME = r"[^.\[\]]+"
_STEP = re.compile(rf"(?:^|\.)(?P<name>{_NAME})|\[(?P<place>\d+)\]|\[(?P<key>{_NAME}?)=(?P<value>[^\[\]]*)\]")


class Step(NamedTuple):
    """One step down: to a key of an object, to a place in a list, or to the first element that has key = value."""

    name: str = ""
    place: int = -1
    value: str = ""

    @property
    def is_choice(self) -> bool:
        """Whether the element of a list is found by what it holds."""
        return self.place == -2

    def __str__(self) -> str:
        if self.is_choice:
            return f"[{self.name}={self.value}]"
        return f"[{self.place}]" if self.place >= 0 else self.name


def read_path(path: str) -> tuple[Step, ...]:
    """The steps of a path; none for the empty one.

    Raises:
        ValueError: It is no path.
    """
    steps, end = [], 0
    for match in _STEP.finditer(path):
        if match.start() != end:
            break
        end = match.end()
        if match["name"]:
            steps.append(Step(match["name"]))
        elif match["place"]:
            steps.append(Step(place=int(match["place"])))
        else:
            steps.append(Step(match["key"], -2, match["value"]))
    if end != len(path):
        raise ValueError(f"cannot be read from {path[end:]!r} on; write it like a.b[0].c or a[key=value].c")
    return tuple(steps)


def find_path_problem(path: str) -> str:
    """What is wrong with a path, empty where nothing is."""
    try:
        read_path(path)
    except ValueError as error:
        return str(error)
    return ""
