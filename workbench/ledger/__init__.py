"""The ledger: every intent before its request, every answer after it, and what stands in the tenant because of them.

`entries` is append-only and hash-chained: each entry's hash covers the hash before it, so a changed or missing entry
shows. `records` is a projection of it, one row per record of a phase, written in the same transaction. It is kept in a
file of SQLite's, or in a schema of a PostgreSQL database, by the same code.
"""

from workbench.ledger.book import Ledger
from workbench.ledger.chain import Entry
from workbench.ledger.standings import Standing
from workbench.ledger.store import SqliteStore, Store

__all__ = ["Entry", "Ledger", "SqliteStore", "Standing", "Store"]
