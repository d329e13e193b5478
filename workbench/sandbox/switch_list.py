"""The switches of a tenant as a person reads them in a terminal, and as a program does."""

from __future__ import annotations

import textwrap
from dataclasses import asdict
from itertools import groupby
from typing import Any

from workbench.errors import UsageError, name_nearest
from workbench.sandbox.switches import Switch, list_switches

WIDTH = 100


def describe_switches(about: str | None = None) -> str:
    """Every switch of one part of the API, or of all, by part: name, default, meaning and the values it may have."""
    switches = pick_switches(about)
    wide = max(len(_head(each)) for each in switches) + 4
    parts = groupby(switches, key=lambda each: each.about)
    return "\n\n".join("\n".join([about, *(_describe(each, wide) for each in part)]) for about, part in parts)


def export_switches(about: str | None = None) -> list[dict[str, Any]]:
    """The same as plain values: name, about, meaning, default, known."""
    return [{name: value for name, value in asdict(each).items() if name != "value"} for each in pick_switches(about)]


def pick_switches(about: str | None) -> list[Switch]:
    """The switches of one part, or all, ordered by part.

    Raises:
        UsageError: There is no such part.
    """
    switches = list_switches()
    parts = list(dict.fromkeys(each.about for each in switches))
    if about is not None and about not in parts:
        raise UsageError(f"no part {about!r}{name_nearest(about, parts)}")
    wanted = [each for each in switches if about in (None, each.about)]
    return sorted(wanted, key=lambda each: parts.index(each.about))


def _describe(switch: Switch, wide: int) -> str:
    known = f" One of: {', '.join(map(_write, switch.known))}." if switch.known else ""
    head = f"  {_head(switch)}".ljust(wide)
    return textwrap.fill(switch.meaning + known, WIDTH, initial_indent=head, subsequent_indent=" " * wide)


def _head(switch: Switch) -> str:
    return f"{switch.name}={_write(switch.default)}"


def _write(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else f"{value:g}" if isinstance(value, float) else str(value)
