"""The scope of a migration as one text the customer reads and signs for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import polars as pl

from workbench.discover.plan_needs import FITS

_MAP = {"object": "Object", "field": "Field", "action": "Becomes", "destination": "In Freshsales", "to": "As"}
_GAPS = {"object": "Object", "gap": "Gap", "consequence": "Consequence", "remedy": "Decision"}
_AUDIT = {"name": "What", "found": "Found", "limit": "Allowed", "items": "Names", "beyond": "Above the cap"}
_PLANS = {"plan": "Plan", "custom_fields": "Most custom fields", "lacks": "Lacks room for", "lossy": "Loses detail of"}
_NEEDS = {"plan": "Plan", "object": "Object", "need": "Asks for", "needed": "Needs", "allowed": "Plan has",
          "fields": "Fields", "loses": "What is lost"}  # fmt: skip


def describe_scope(
    *,
    customer: str,
    audit: pl.DataFrame,
    gaps: pl.DataFrame,
    proposals: pl.DataFrame,
    plans: pl.DataFrame,
    needs: pl.DataFrame,
) -> str:
    """The audit of the source, the register of gaps, the map of the fields and the recommended plan, as Markdown.

    Args:
        audit: AUDIT.
        gaps: GAPS.
        proposals: PROPOSALS.
        plans: PLAN_FIT.
        needs: PLAN_NEEDS.
    """
    recommended = plans.filter("is_recommended")["plan"].to_list()
    advice = f"Recommended: **{', '.join(recommended)}**, the smallest plan with room for everything the map needs.\n"
    lost = needs.filter(pl.col("state") != FITS)
    parts = [f"# Scope of the migration of {customer}\n"]
    parts += ["## The source's account\n", _write_rows(audit, _AUDIT)] if audit.height else []
    parts += ["## Data gaps to decide\n", _write_rows(gaps, _GAPS)]
    parts += ["## Field mapping\n", _write_rows(proposals, _MAP)]
    parts += ["## Freshsales plan\n", advice, _write_rows(plans, _PLANS)]
    return "\n".join([*parts, "### What each plan would lose\n", _write_rows(lost, _NEEDS)])


def _write_rows(rows: pl.DataFrame, columns: Mapping[str, str]) -> str:
    lines = [_write_line(columns.values()), _write_line("---" for _ in columns)]
    lines += [_write_line(row) for row in rows.select(*columns).iter_rows()]
    return "\n".join(lines) + "\n"


def _write_line(cells: Iterable[object]) -> str:
    # A bar or a line end inside a cell would end it.
    texts = ("" if cell is None else str(cell).replace("|", "\\|").replace("\n", " ") for cell in cells)
    return f"| {' | '.join(texts)} |"
