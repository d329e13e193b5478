"""What writing records costs in requests, the currency of a migration.

Contacts, accounts and deals can be handed in a hundred a request. That answer names no ids, so each hundred is then
listed on one page, which also shows what the tenant made of it. Everything else is one request a record, whose answer
shows both at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil
from typing import Any

from workbench.freshsales.routes import find_route

BATCH = 100  # records of one bulk write
PAGE = 100  # records of one list page
MOST_UNSETTLED = 50  # batches handed in before they are looked for: what a crash can leave in doubt


def count_least_requests(object: str, records: int) -> int:
    """The fewest requests in which any loader could create so many records and know their ids.

    One request creates at most a hundred records and then names no id, or it creates one and names it. One request
    that reads shows at most a hundred ids. So with `s` records sent alone, `b` batches and `p` pages, both
    `s + 100 b` and `s + 100 p` reach the number of records, and `s + b + p` is least with as many full hundreds as
    there are and the rest alone, or as one more batch and page where the rest is more than two. An object without
    bulk writes has `b = 0`.
    """
    if not find_route(object).is_bulk:
        return records
    hundreds, rest = divmod(records, BATCH)
    return 2 * hundreds + min(rest, 2)


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


def name_purpose(method: str, path: str, params: Mapping[str, Any] | None = None) -> str:
    """What a request is for, so that used ones can be held against planned ones.

    `settings` fields, modules, lists and users · `existing` what the tenant held before, and the list of views ·
    `batch` up to a hundred records handed in · `job` a look at how that went · `sweep` the newest records with their
    ids · `look_up` anything else that reads · `write` one record, or a delete.
    """
    if path == "selector/deal_products":
        return "existing"
    if path.startswith(("settings/", "selector/")):
        return "settings"
    if path.endswith("/bulk_upsert"):
        return "batch"
    if path.startswith("job_statuses/"):
        return "job"
    if path.endswith("/filters") or "/view/" in path:
        return "sweep" if (params or {}).get("sort_type") == "desc" else "existing"
    return "look_up" if method == "GET" or path.startswith("filtered_search/") else "write"
