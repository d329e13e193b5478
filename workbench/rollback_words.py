"""The preview of a rollback as the command prints it, from the ledger alone."""

from __future__ import annotations

import polars as pl

from workbench.engagement import Engagement
from workbench.errors import UsageError
from workbench.evidence.checkpoints import find_store, read_ledger
from workbench.freshsales.plans import read_plans
from workbench.load.recalled import list_recalled, say_recalled
from workbench.load.rollback_preview import preview_rollback
from workbench.load.scope import Scope
from workbench.shown import say_hours


def describe_preview(engagement: Engagement, scope: Scope) -> str:
    """One line a phase: to delete, to restore, taken along, requests; then how long that takes.

    Raises:
        UsageError: Nothing was loaded, or nothing of that name.
    """
    if not find_store(engagement).exists():
        raise UsageError(f"{engagement.name}: nothing was loaded, so there is nothing to roll back")
    with read_ledger(engagement) as ledger:
        preview = preview_rollback(ledger, scope)
        recalled = list_recalled(ledger)
    files = [f"  {each}" for each in say_recalled(recalled)]
    if recalled["waiting"].sum():
        files.append("  a rollback looks for these rows first, and takes back also what is found of them")
    if preview.is_empty():
        known = " as far as the ledger knows" if files else ""
        return "\n".join([f"{engagement.customer}: of {scope}, nothing stands in Freshsales{known}", *files])
    lines = [f"{engagement.customer}: to take back {scope}"]
    heads = ("delete", "restore", "along", "requests")
    lines.append(f"  {'phase':<30}" + "".join(f"{head:>10}" for head in heads))
    total = preview.select(pl.col(pl.Int64).sum()).row(0, named=True) | {"phase": "in all"}
    for row in (*preview.iter_rows(named=True), total):
        counts = "".join(f"{'' if row[head] is None else format(row[head], ','):>10}" for head in heads)
        lines.append(f"  {row['phase']:<30}{counts}")
    if total["along"]:
        lines.append("  along: records that hang on one that was asked for, and go with it")
    hours = total["requests"] / (read_plans()[engagement.plan].requests_per_hour * engagement.share)
    lines.append(f"  takes about {say_hours(hours)} at {engagement.share:.0%} of the quota of plan {engagement.plan}")
    return "\n".join([*lines, *files])
