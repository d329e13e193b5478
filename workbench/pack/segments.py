"""Where an export keeps the rules of its segments, and whose they are."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Segments:
    """The segments of a source.

    Attributes:
        object: The staged object with a segment a row, and its columns `id`, `name`, `rule` and `count`, the number
            of members the source says it has.
        of: The object whose records are members.
        own: What a rule calls the fields of those records; other words mean events the destination does not have.
        advice: What comes nearest where a condition cannot be made.
    """

    object: str
    id: str
    name: str
    rule: str
    count: str
    of: str
    own: str
    advice: str
    requirement: tuple[str, ...] = ()


def find_segment_problems(segments: Segments | None, scope) -> list[str]:
    """Name the objects and columns that are not there.

    Args:
        scope: `workbench.pack.scope.Scope` of the pack.
    """
    if segments is None:
        return []
    where = "[segments]"
    columns = (segments.id, segments.name, segments.rule, segments.count)
    problems = scope.find_object(where, segments.object) or scope.find_columns(where, segments.object, columns)
    return problems + scope.find_object(f"{where} of", segments.of)
