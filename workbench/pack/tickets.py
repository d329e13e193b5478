"""What becomes of the tickets of a source, as the engagement says: Freshsales has none."""

from __future__ import annotations

import json
from dataclasses import replace

import polars as pl

from workbench.errors import UsageError, name_nearest
from workbench.pack.options import find_transform_problems
from workbench.pack.rules import express
from workbench.pack.values import ObjectRow, Pack, Route, Tickets

MODULES = "custom_modules"
FILE = "freshdesk_tickets.jsonl"
# What Freshdesk's API takes for a new ticket; numbers stand for the words of its lists.
_NUMBERS = ("status", "priority", "source")
_TAKEN = ("subject", "description", "email", "name", "phone", "unique_external_id", "type", *_NUMBERS)
_REASONS = {
    "note": "Freshsales has no tickets: the customer wants each as a note on the record it belongs to",
    "freshdesk_export": f"Freshsales has no tickets: each is a line of {FILE}, which Freshdesk's API takes",
    "exclude": "Freshsales has no tickets; the customer leaves them in the archive of the source",
}


def decide_tickets(pack: Pack, policy: str, *, plan: str, capabilities: frozenset[str]) -> Pack:
    """The pack with its ticket object as the policy says.

    Args:
        policy: `by_plan`: a module where the plan has modules, as the pack says. `custom_module`: the same, and
            nothing else. `note`: as on a plan without modules. `freshdesk_export`, `exclude`: no records.
        plan: Of the engagement, with its capabilities.

    Raises:
        UsageError: The plan has no modules, and `custom_module` insists on one.
    """
    if pack.tickets is None or policy == "by_plan":
        return pack
    rows = tuple(row for row in pack.objects if row.source == pack.tickets.object)
    if policy == "custom_module":
        if MODULES not in capabilities:
            raise UsageError(
                f"[policies] tickets = 'custom_module': plan {plan} has no modules of the customer's own; use note, "
                "freshdesk_export or exclude, or another plan"
            )
        return pack
    kept = _keep_plain(rows) if policy == "note" else (_leave(rows[0], policy),)
    first = pack.objects.index(rows[0])
    others = [row for row in pack.objects if row not in rows]
    return replace(pack, objects=(*others[:first], *kept, *others[first:]))


def write_tickets(pack: Pack, policy: str, frames: dict[str, pl.DataFrame]) -> dict[str, str]:
    """The file for Freshdesk by its name, a new ticket a line; nothing under another policy.

    What Freshdesk has to have is whole: nothing in it is masked.

    Args:
        frames: Staged objects with the pack's columns.
    """
    if pack.tickets is None or policy != "freshdesk_export":
        return {}
    rows = frames[pack.tickets.object].select(express(rule) for rule in pack.tickets.fields)
    return {FILE: "".join(_write_line(row) + "\n" for row in rows.iter_rows(named=True))}


def _write_line(row: dict[str, str | None]) -> str:
    said = {to: int(value) if to in _NUMBERS else value for to, value in row.items() if value not in (None, "")}
    return json.dumps(said, ensure_ascii=False)


def _keep_plain(rows: tuple[ObjectRow, ...]) -> tuple[ObjectRow, ...]:
    """The rows of a tenant without modules, for every tenant; it is no longer the plan that is the reason."""
    return tuple(
        replace(
            row,
            condition=replace(row.condition, unless=tuple(name for name in row.condition.unless if name != MODULES)),
            reason=_REASONS["note"],
            routes=tuple(replace(route, reason=_REASONS["note"]) for route in row.routes),
        )
        for row in rows
        if MODULES not in row.condition.needs
    )


def _leave(row: ObjectRow, policy: str) -> ObjectRow:
    outcome = "exclude" if policy == "exclude" else "inventory"
    said = {"outcome": outcome, "requirement": row.requirement, "reason": _REASONS[policy]}
    return ObjectRow(source=row.source, routes=(Route(**said),), **said)


def find_ticket_problems(tickets: Tickets | None, scope) -> list[str]:
    """Name the columns that are not there, what Freshdesk does not take, and transforms that do not fit.

    Args:
        scope: `workbench.pack.scope.Scope` of the pack.
    """
    if tickets is None:
        return []
    problems = scope.find_object("[tickets]", tickets.object)
    for rule in tickets.fields if not problems else ():
        at, columns = f"[tickets] field {rule.to}", tuple(name for name in (rule.source, *rule.with_) if name)
        problems += scope.find_columns(at, tickets.object, columns)
        problems += find_transform_problems(at, rule.via, columns, rule.options)
        if rule.to not in _TAKEN:
            problems.append(f"{at}: Freshdesk takes no such field{name_nearest(rule.to, _TAKEN)}")
    return problems
