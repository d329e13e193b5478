"""What an analyst can ask to be taken back, and how it is written."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from workbench.errors import UsageError
from workbench.wording import say_number

KINDS = ("phase", "object", "run", "batch", "record")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What is to be taken back.

    Attributes:
        parts: Kind and name of each; none stands for the whole engagement.
    """

    parts: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        """For reports: records are counted, for their ids may say who they are about."""
        of = Counter(name.partition("/")[0] for kind, name in self.parts if kind == "record")
        named = [f"{kind} {name}" for kind, name in self.parts if kind != "record"]
        counted = [f"{say_number(count, 'record')} of {object}" for object, count in of.items()]
        return ", ".join([*named, *counted]) or "everything this migration wrote"

    @property
    def text(self) -> str:
        """As `parse_scope` reads it."""
        return "\n".join(f"{kind}={name}" for kind, name in self.parts)


EVERYTHING = Scope()


def parse_scope(text: str) -> Scope:
    """Read `phase=NAME`, `object=contact`, `run=40_load/STAMP`, `batch=ID`, `record=patients/p17`, a line each.

    Raises:
        UsageError: A line is none of these.
    """
    parts = []
    for line in filter(None, map(str.strip, text.splitlines())):
        kind, _, name = (part.strip() for part in line.partition("="))
        if kind not in KINDS or not name:
            raise UsageError(f"scope {line!r}: write KIND=NAME, a line each; kinds: {', '.join(KINDS)}")
        if kind == "record" and not all(name.partition("/")[::2]):
            raise UsageError(f"scope {line!r}: a record is named by its phase or source object: record=patients/p17")
        parts.append((kind, name))
    return Scope(parts=tuple(dict.fromkeys(parts)))
