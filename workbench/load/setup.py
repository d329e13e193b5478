"""What every load works with, whatever it loads."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from workbench.engagement import Policies
from workbench.freshsales.client import Tenant
from workbench.freshsales.schema import TenantSchema
from workbench.ledger import Ledger


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """The tenant and its schema, the ledger, who owns what, and the analyst's policies.

    Attributes:
        owners: OWNERS.
        run_label: Run that every entry of the ledger will name, such as `40_load/20261122T093000Z`.
    """

    tenant: Tenant
    schema: TenantSchema
    ledger: Ledger
    owners: pl.DataFrame
    policies: Policies
    run_label: str
