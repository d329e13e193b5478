"""Which Freshsales plan a mapping needs: the smallest that has room for it, and what larger ones would keep better."""

from __future__ import annotations

import polars as pl

from workbench.discover.plan_needs import LACKS
from workbench.freshsales.plans import read_plans
from workbench.model import PLAN_FIT, frame
from workbench.pack import Pack

_MOST = r"^([\d,]+) custom fields?$"


def judge_plans(pack: Pack, needs: pl.DataFrame) -> pl.DataFrame:
    """Say of each plan whether the mapping fits into it.

    Args:
        needs: Schema `PLAN_NEEDS`.

    Returns:
        PLAN_FIT, the smallest plan first; one is recommended: the smallest that lacks nothing, or the largest where
        all lack something.
    """
    named = [name for name in read_plans() if name in set(needs["plan"])]
    rows = [_judge(name, pack, needs.filter(pl.col("plan") == name)) for name in named]
    recommended = next((row["plan"] for row in rows if not row["lacks"]), rows[-1]["plan"] if rows else "")
    return frame([row | {"is_recommended": row["plan"] == recommended} for row in rows], PLAN_FIT)


def _judge(plan: str, pack: Pack, needs: pl.DataFrame) -> dict[str, object]:
    active = pack.active(read_plans()[plan].capabilities)
    lossy = [row.source for row in active if row.destinations and row.fidelity == "lossy"]
    lacks = needs.filter(pl.col("state") == LACKS)
    return {
        "plan": plan,
        "custom_fields": needs["needed"].str.extract(_MOST).str.replace_all(",", "").cast(pl.Int64).max() or 0,
        "lacks": "; ".join(_say_lack(row) for row in lacks.iter_rows(named=True)),
        "lossy": ", ".join(dict.fromkeys(lossy)),
    }


def _say_lack(row: dict[str, str]) -> str:
    return f"{row['object'] or 'load'}: {row['needed']}, the plan has {row['allowed']}"
