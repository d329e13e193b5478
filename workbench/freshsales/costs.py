"""What writing records costs in requests, the currency of a migration.

Contacts, accounts and deals can be handed in a hundred a request. That answer names no ids, so each hundred is then
listed on one page, which also shows what the tenant made of it. Everything else is one request a record, whose answer
shows both at once.
"""

from __future__ import annotations

from math import ceil

from workbench.freshsales.routes import find_route

BATCH = 100  # records of one bulk write
PAGE = 100  # records of one list page
MOST_UNSETTLED = 50  # batches handed in before they are looked for: what a crash can leave in doubt


def count_least_requests(object: str, records: int) -> int:
    """The fewest requests in which any loader could create so many records and know their ids."""
    if not find_route(object).is_bulk:
        return records
    return min(records, ceil(records / BATCH) + ceil(records / PAGE))


def count_requests(object: str, records: int) -> int:
    """The requests in which ours creates so many new records: it also asks a job now and then whether it has ended."""
    return count_batch_requests(records) if goes_in_batches(object, records) else records


def goes_in_batches(object: str, records: int) -> bool:
    """Whether so many new records cost fewer requests by the hundred than one by one."""
    return find_route(object).is_bulk and count_batch_requests(records) < records


def count_batch_requests(records: int) -> int:
    """Requests by the hundred: hand in, ask after the last job of each lot, list."""
    batches = ceil(records / BATCH)
    return batches + ceil(batches / MOST_UNSETTLED) + ceil(records / PAGE)
