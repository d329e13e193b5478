"""What each Freshsales plan allows and which types a custom field can have: the two TOML files beside this."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanLimits:
    """One plan's figures; where each comes from stands in `plans.toml`.

    Attributes:
        requests_per_hour: API calls of the whole account, whoever makes them.
        requests_per_minute: The same per minute, null where no figure is known.
        fields: Custom fields per object by limit (`text`, `dropdown`, ...), and their `total`.
    """

    name: str
    requests_per_hour: int
    capabilities: frozenset[str]
    fields: dict[str, int]
    storage_gb_per_user: int
    classic_storage_gb_per_user: int
    max_file_mb: int
    requests_per_minute: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldType:
    """One type of custom field.

    Attributes:
        code: Number the forms endpoint takes for it.
        limit: Key of `PlanLimits.fields` it counts against.
        also: Other words for the same type.
        longest: Characters a value may have, null where none are counted.
        most_options: Options a field may have, null where it has none.
    """

    name: str
    code: int
    limit: str
    also: tuple[str, ...] = ()
    longest: int | None = None
    most_options: int | None = None


@cache
def read_plans() -> dict[str, PlanLimits]:
    """Every plan by its name, the smallest first."""
    return {
        name: PlanLimits(name=name, **(figures | {"capabilities": frozenset(figures["capabilities"])}))
        for name, figures in _read("plans.toml").items()
    }


@cache
def read_field_types() -> dict[str, FieldType]:
    """Every type of custom field by its name."""
    return {
        name: FieldType(name=name, **(facts | {"also": tuple(facts.get("also", ()))}))
        for name, facts in _read("field_types.toml").items()
    }


def find_field_type(word: str) -> FieldType | None:
    """The type a word stands for, null where it stands for none: `paragraph` is `textarea`."""
    return next((t for t in read_field_types().values() if word == t.name or word in t.also), None)


def _read(name: str) -> dict:
    return tomllib.loads((HERE / name).read_text(encoding="utf-8"))
