"""The analyst's decisions about single fields, which stand above the pack's rules."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from workbench.destinations import find_destination
from workbench.errors import raise_problems
from workbench.layout import Layout
from workbench.model import FieldRule, Phase
from workbench.pack.keys import FIELD_KEYS, TABLES, TEXT, TEXTS
from workbench.pack.reading import build_rule
from workbench.pack.rules import find_rule_problems
from workbench.pack.scope import Scope, build_scope
from workbench.pack.shape import check_keys
from workbench.pack.tags import tag_columns, tag_rule
from workbench.pack.values import Pack, Route
from workbench.toml_file import read_toml

ACTIONS = ("confirm", "skip", "map")
_KEYS = {
    "object": TEXT, "field": TEXT, "action": TEXT, "to": TEXT, "via": TEXT, "type": TEXT, "label": TEXT,
    "choices": TEXTS, "reason": TEXT, "by": TEXT,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What the analyst decided about one source field.

    Attributes:
        action: `confirm` the pack's rule, `skip` the field, or `map` it to the field `to`.
        rule: The rule of a `map`, tagged; null for the other actions.
    """

    object: str
    field: str
    action: str
    by: str
    to: str = ""
    via: str = ""
    type: str = ""
    label: str = ""
    choices: tuple[str, ...] = ()
    reason: str = ""
    options: dict[str, Any] = field(default_factory=dict)
    rule: FieldRule | None = None


def read_decisions(path: Path, pack: Pack, layout: Layout) -> tuple[Decision, ...]:
    """Read and check `decisions.toml`; without the file there are none.

    Raises:
        UsageError: Names every wrong, unknown or contradicting decision at once.
    """
    if not path.exists():
        return ()
    data = read_toml(path)
    problems = check_keys("the file", data, {"decision": TABLES, "duplicate": TABLES})
    rows = data.get("decision", []) if not problems else []
    for place, row in enumerate(rows, start=1):
        needed = ("object", "field", "action", "by", *(("to",) if row.get("action") == "map" else ()))
        where = f"[[decision]] {row.get('object', '?')}.{row.get('field', place)}"
        problems += check_keys(where, row, _KEYS, needed=needed, is_open=row.get("action") == "map")
    title = f"{path}: decisions that cannot be used"
    raise_problems(title, problems)
    scope, tags = build_scope(pack, layout), tag_columns(pack, layout)
    decisions = tuple(build_decision(row, tags) for row in rows)
    raise_problems(title, _find_problems(decisions, pack, scope))
    return decisions


def apply_decisions(phase: Phase, decisions: tuple[Decision, ...]) -> Phase:
    """The phase with its field rules as decided; a mapped field takes the place of its rules in the pack."""
    rules = list(phase.fields)
    for decision in decisions:
        if decision.object != phase.source or decision.action == "confirm":
            continue
        place = next((i for i, rule in enumerate(rules) if rule.source == decision.field), len(rules))
        rules = [rule for rule in rules if rule.source != decision.field]
        if decision.rule:
            rules.insert(place, decision.rule)
    return replace(phase, fields=tuple(rules))


def build_decision(row: dict[str, Any], tags: dict[tuple[str, str], str]) -> Decision:
    """The decision that one `[[decision]]` of the file says; its rule takes the tag of the column it reads."""
    words = {key: value for key, value in row.items() if key in _KEYS and key != "choices"}
    options = {key: value for key, value in row.items() if key not in _KEYS}
    rule = None
    if row["action"] == "map":
        stated = {key: value for key, value in row.items() if key in (*FIELD_KEYS, *options) and key != "reason"}
        rule = tag_rule(build_rule({**stated, "from": row["field"]}), row["object"], tags)
    return Decision(**words, choices=tuple(row.get("choices", ())), options=options, rule=rule)


def _find_problems(decisions: tuple[Decision, ...], pack: Pack, scope: Scope) -> list[str]:
    problems: list[str] = []
    decided: set[tuple[str, str]] = set()
    for decision in decisions:
        where = f"[[decision]] {decision.object}.{decision.field}"
        if (decision.object, decision.field) in decided:
            problems.append(f"{where}: decided twice; keep one")
        decided.add((decision.object, decision.field))
        found = scope.find_object(where, decision.object)
        problems += found or scope.find_columns(where, decision.object, [decision.field])
        if decision.action not in ACTIONS:
            problems.append(f"{where}: action = {decision.action!r}: use one of {', '.join(ACTIONS)}")
        if decision.action == "skip" and not decision.reason.strip():
            problems.append(f"{where}: reason is missing; the customer reads why the field is left behind")
        if not decision.by.strip():
            problems.append(f"{where}: by is empty; name who decided")
        problems += [] if found else _find_route_problems(where, decision, pack)
    return problems


def _find_route_problems(where: str, decision: Decision, pack: Pack) -> list[str]:
    """Whether the decision leaves every phase of its object whole."""
    rows = [row for row in pack.objects if row.source == decision.object]
    routes = [route for row in rows for route in row.routes if route.destination]
    if decision.action == "confirm":
        return []
    if not routes:
        return [f"{where}: {decision.object} makes no records; change what becomes of it in pack.toml"]
    return [problem for route in routes for problem in _find_rule_problems(where, decision, route)]


def _find_rule_problems(where: str, decision: Decision, route: Route) -> list[str]:
    gone = [f.rule for f in route.fields if f.rule.source == decision.field]
    joined = [f.rule.to for f in route.fields if decision.field in f.rule.with_]
    others = {f.rule.to for f in route.fields} - {rule.to for rule in gone}
    required = find_destination(route.destination).required
    problems = [
        f"{where}: {route.destination} needs {rule.to}, which is made of it"
        for rule in gone
        if rule.to in required and decision.to != rule.to
    ]
    if decision.action == "skip" and joined:
        problems.append(f"{where}: {', '.join(joined)} is made of it and other columns; change that rule in pack.toml")
    if decision.rule:
        problems += find_rule_problems(where, route.destination, decision.rule)
        if decision.to in others:
            problems.append(f"{where}: {decision.to} of {route.destination} is filled from another column already")
    return problems
