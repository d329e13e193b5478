"""Every kind of fault there is, with the options of its own."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

# What a fault befalls, see kinds.toml.
BEFORE, AFTER, JOB, EVENT = "before", "after", "job", "event"


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One option of a kind.

    Attributes:
        default: Also says of which type it is.
        accepts_number: A number will do as well as a text.
    """

    default: Any
    meaning: str
    accepts_number: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultKind:
    """One kind of fault.

    Attributes:
        strikes: `before`, `after`, `job` or `event`.
        where: Which calls it befalls unless told.
    """

    name: str
    strikes: str
    meaning: str
    options: Mapping[str, Option]
    where: Mapping[str, str]


@cache
def read_kinds() -> dict[str, FaultKind]:
    """Every kind by name, in the order people read them."""
    described = tomllib.loads((Path(__file__).parent / "kinds.toml").read_text(encoding="utf-8"))
    return {name: _read_kind(name, facts) for name, facts in described.items()}


def _read_kind(name: str, facts: dict[str, Any]) -> FaultKind:
    options = {
        option: Option(
            default=each["default"], meaning=each["meaning"], accepts_number="number" in each.get("accepts", ())
        )
        for option, each in facts.get("options", {}).items()
    }
    return FaultKind(
        name=name, strikes=facts["strikes"], meaning=facts["meaning"], options=options, where=facts.get("where", {})
    )
