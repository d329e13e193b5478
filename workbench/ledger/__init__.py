"""The ledger: every intent before its request, every answer after it, and what stands in the tenant because of them.

`entries` is append-only and hash-chained: each entry's hash covers the hash before it, so a changed or missing entry
shows. `records` is a projection of it, one row per record of a phase, written in the same transaction.
"""

from workbench.ledger.book import Ledger
from workbench.ledger.chain import Entry
from workbench.ledger.standings import Standing

__all__ = ["Entry", "Ledger", "Standing"]
