"""Old activities as one note per parent and source object: what it would make of the data, and how a pack says it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from workbench.layout import Layout
from workbench.model import ACTIVITY_OBJECTS, FieldRule, Lookup, Merge, Phase
from workbench.records import build_records

PARENT = "targetable"
TEXTS = ("title", "description")
_DATES = ("date", "datetime")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollup:
    """The activities of one source object split at a day.

    Attributes:
        phases: As they are.
        recent: The same, but for what is older.
        old: What is older, merged into notes; one phase, for the parent is the external id of its notes.
        before, after: Records of the phases as they are, and of both parts.
        older: Records that are older.
    """

    phases: tuple[Phase, ...]
    recent: tuple[Phase, ...]
    old: Phase
    before: int
    after: int
    older: int

    @property
    def saved(self) -> int:
        """Requests it saves: an activity is one."""
        return self.before - self.after


def find_rollups(
    phases: tuple[Phase, ...],
    records: Mapping[str, pl.DataFrame],
    staged: Mapping[str, pl.DataFrame],
    layout: Layout,
    *,
    day: date,
) -> list[Rollup]:
    """What rolling up everything before a day would make of the activities that hang on one record.

    Nothing is estimated: the records of both parts are built. A row without a date counts as recent.

    Args:
        staged: Staged objects with the pack's columns.
    """
    found, met = [], Counter()
    for group in _group_activities(phases):
        source = group[0].source
        if dated := find_date(layout, source):
            met[source] += 1
            name = f"{source}.old" if met[source] == 1 else f"{source}.old_{met[source]}"
            before = sum(records[phase.name].height for phase in group)
            found.append(_roll_up(group, dated, day, name=name, before=before, staged=dict(staged)))
    return [rollup for rollup in found if rollup.older]


def find_newest(phases: tuple[Phase, ...], staged: Mapping[str, pl.DataFrame], layout: Layout, *, today: date) -> date:
    """The day of the newest activity that is not after today; today where there is none."""
    days = [today]
    for source in {phase.source for group in _group_activities(phases) for phase in group}:
        if dated := find_date(layout, source):
            day = staged[source][dated].str.head(10).str.to_date("%Y-%m-%d", strict=False)
            days.append(day.filter(day <= today).max())
    known = [day for day in days[1:] if day]
    return max(known, default=today)


def find_date(layout: Layout, source: str) -> str | None:
    """The column that says when a row's event was: the first of its kind."""
    columns = layout.objects[source].columns.values() if source in layout.objects else ()
    return next((column.name for column in columns if column.type in _DATES), None)


def write_routes(rollup: Rollup) -> str:
    """The routes that take the place of the object's own in `pack.toml`, as TOML."""
    parent, merge = _find_parent(rollup.old), rollup.old.merge
    by = ", ".join(json.dumps(name) for name in merge.by)
    points_at = f"{{ object = {json.dumps(parent.object)}, from = {json.dumps(parent.source)} }}"
    kept = [
        line
        for phase in rollup.recent
        for line in (f"# {phase.name} keeps its keys and gets this predicate", f"where = {json.dumps(phase.where)}", "")
    ]
    return "\n".join(
        [
            *kept,
            "[[object.route]]",
            f"name = {json.dumps(rollup.old.name.partition('.')[2])}",
            f"where = {json.dumps(rollup.old.where)}",
            'destination = "note"',
            'outcome = "merge"',
            'fidelity = "1:many"',
            'reason = "Older history stands in one note, as agreed with the customer"',
            f"merge = {{ by = [{by}], line = {json.dumps(merge.line, ensure_ascii=False)} }}",
            f"lookups = {{ {PARENT} = {points_at} }}",
            'fields = [ { from = "LINES", to = "description" } ]',
        ]
    )


def _group_activities(phases: tuple[Phase, ...]) -> list[tuple[Phase, ...]]:
    """The phases of activities that hang on one record, by source object, the record's object and what names it."""
    groups: dict[tuple[str, str, str], list[Phase]] = {}
    for phase in phases:
        if phase.destination in ACTIVITY_OBJECTS and (parent := _find_parent(phase)):
            groups.setdefault((phase.source, parent.object, parent.source), []).append(phase)
    return [tuple(group) for group in groups.values()]


def _find_parent(phase: Phase) -> Lookup | None:
    return next((lookup for lookup in phase.lookups if lookup.to == PARENT), None)


def _roll_up(
    phases: tuple[Phase, ...], dated: str, day: date, *, name: str, before: int, staged: dict[str, pl.DataFrame]
) -> Rollup:
    is_old, is_recent = f"{dated} < '{day}'", f"{dated} >= '{day}' OR {dated} IS NULL"
    recent, older = (
        tuple(replace(phase, where=_and(phase.where, wanted)) for phase in phases) for wanted in (is_recent, is_old)
    )
    all_old = " OR ".join(f"({phase.where})" for phase in phases) if all(phase.where for phase in phases) else ""
    parent = _find_parent(phases[0])
    old = replace(
        phases[0],
        name=name,
        destination="note",
        where=_and(all_old, is_old),
        external_id=(parent.source,),
        owner="",
        fields=(FieldRule(to="description", source="LINES"),),
        merge=Merge(by=(parent.source,), line=max((_write_line(phase, dated) for phase in phases), key=len)),
    )
    after = sum(build_records(phase, staged).height for phase in (*recent, old))
    count = sum(build_records(phase, staged).height for phase in older)
    return Rollup(phases=phases, recent=recent, old=old, before=before, after=after, older=count)


def _write_line(phase: Phase, dated: str) -> str:
    """One line for one activity: its day, and every text of it in the order in which they are read."""
    if phase.merge:
        return phase.merge.line
    rules = {rule.to: rule for rule in phase.fields if rule.to in TEXTS}
    texts = [_write_text(rules[name]) for name in TEXTS if name in rules]
    words = "; ".join(text for text in texts if text)
    return f"- {words}" if f"{{{dated}}}" in words else f"- {{{dated}}} {words}"


def _write_text(rule: FieldRule) -> str:
    if text := rule.options.get("text"):
        return str(text).replace("\n", "; ")
    return " ".join(f"{{{name}}}" for name in (rule.source, *rule.with_) if name) or str(rule.constant or "")


def _and(where: str, more: str) -> str:
    return f"({where}) AND ({more})" if where else more
