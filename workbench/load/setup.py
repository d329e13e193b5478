"""What every load works with, whatever it loads."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from workbench.engagement import Policies
from workbench.freshsales.client import Tenant
from workbench.freshsales.schema import TenantSchema
from workbench.ledger import Ledger
from workbench.load.review import Review
from workbench.load.shelf import Shelf

TENANT = "(tenant)"  # what the ledger calls the tenant among its watermarks; no source object is called like it


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Where import files go, and what goes into them.

    Attributes:
        objects: Destinations that go by import file.
        folder: The engagement's.
        label: The run whose folder `imports` takes the files.
    """

    objects: tuple[str, ...]
    folder: Path
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """The tenant and its schema, the ledger, who owns what, and the analyst's policies.

    Attributes:
        owners: OWNERS.
        desk: Null where nothing is handed over; what was, stays where it is.
        review: What was decided about conflicts; takes up those of this run.
        shelf: Where the files of the export lie.
        lists: Destinations whose records are read by list before they change, because many of them will.
        run_label: Run that every entry of the ledger will name, such as `40_load/20261122T093000Z`.
    """

    tenant: Tenant
    schema: TenantSchema
    ledger: Ledger
    owners: pl.DataFrame
    policies: Policies
    run_label: str
    desk: Desk | None = None
    review: Review = field(default_factory=Review)
    lists: frozenset[str] = frozenset()
    shelf: Shelf = Shelf()

    def begin(self) -> None:
        """Name the run in the ledger, and the tenant as it is now: a refusal holds for that tenant."""
        self.ledger.begin_run(self.run_label)
        self.ledger.set_watermark(TENANT, self.schema.fingerprint())
