"""Who owns a record: the user its source owner was resolved to."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from workbench.destinations import DOCUMENT, PRODUCT
from workbench.errors import HoldRecord
from workbench.freshsales.routes import is_module


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """The user a record goes to; `lost_name` is the source owner's name where the fallback took over, else empty."""

    user_id: int
    lost_name: str = ""


class Owners:
    """Owner resolution of one engagement, by the owner's id in the source; null stands for records that name nobody.

    Args:
        resolved: OWNERS.
    """

    def __init__(self, resolved: pl.DataFrame) -> None:
        self._rows = {row["source_id"]: row for row in resolved.iter_rows(named=True)}

    def resolve(self, source_id: str | None) -> Owner:
        """The owner of a record.

        Raises:
            HoldRecord: No user of the tenant stands for that owner.
        """
        row = self._rows.get(source_id)
        if row is None or row["user_id"] is None:
            who = f"owner {row['name'] if row and row['name'] else source_id!r}" if source_id else "no owner is named"
            raise HoldRecord(
                f"{who}: no active user of the tenant takes the record",
                code="owner_unresolved",
                field="owner_id",
                release="create the user in Freshsales or name a fallback owner, then run mapping again",
            )
        is_lost = row["resolution"] == "fallback" and source_id is not None
        return Owner(user_id=row["user_id"], lost_name=(row["name"] or source_id) if is_lost else "")


def shows_owner(object: str) -> bool:
    """Whether a list of the object shows whose its records are."""
    return object not in ("note", DOCUMENT, PRODUCT) and not is_module(object)
