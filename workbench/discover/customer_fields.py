"""The fields a customer made in the source, as discovery shows them: which, of what type, how often filled and read."""

from __future__ import annotations

import polars as pl

from workbench.discover.profile import Misfit
from workbench.evidence.masking import mask_value
from workbench.model import INVENTORY, frame
from workbench.pack import Pack
from workbench.pack.customer_fields import count_unread, list_customer_fields


def describe_customer_fields(pack: Pack, frames: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """One row for each field of the pack's pivots, as INVENTORY; its type is the one it gets in Freshsales.

    Args:
        pack: With the rules that `add_customer_fields` adds.
        frames: Staged objects with the pack's columns.
    """
    rows = {}
    for pivot, rule in list_customer_fields(pack):
        filled = frames[pivot.object][rule.source].drop_nulls()
        rows[pivot.object, rule.source] = {
            "object": pivot.object,
            "field": rule.source,
            "type": rule.type,
            "tag": rule.tag,
            "rows": frames[pivot.object].height,
            "filled": len(filled),
            "distinct": filled.n_unique(),
            "longest": filled.str.len_chars().max() or 0,
            "example": None if filled.is_empty() else mask_value(filled[0], rule.tag),
        }
    return frame(list(rows.values()), INVENTORY)


def find_customer_misfits(pack: Pack, frames: dict[str, pl.DataFrame]) -> list[Misfit]:
    """Fields with values that cannot be read as the type their maker gave them."""
    return [Misfit(object, rule.label, rule.type, count) for object, rule, count in count_unread(pack, frames)]
