"""Uploaded files as the tenant holds them: by the size it shows, or by what is in them.

Sizes cost one request for every record that has files, the files of a record coming a hundred a page. What is in a file
costs one more each, and is asked of the sample only, unless the analyst asks it of all.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

import polars as pl

from workbench.destinations import DOCUMENT
from workbench.errors import UsageError
from workbench.freshsales.client import Tenant
from workbench.ledger import Ledger, Standing
from workbench.load.documents import Parent, list_documents
from workbench.load.finding import read_parent
from workbench.model import UPLOADS_FOUND, Phase, frame


def check_uploads(
    tenant: Tenant, ledger: Ledger, phases: Iterable[Phase], *, only: pl.DataFrame | None = None, reads_content: bool
) -> pl.DataFrame:
    """Compare uploaded files with what was sent.

    Args:
        only: Records to look at, by `phase` and `external_id`; null looks at all.
        reads_content: Download each and compare its sha256 too.

    Returns:
        UPLOADS_FOUND. A tenant that names no size, or keeps its files on another host, is compared by the rest.
    """
    names = [phase.name for phase in phases if phase.destination == DOCUMENT]
    standing = [each for name in names for each in ledger.standings(name) if each.is_standing]
    if only is not None:
        wanted = set(only.select("phase", "external_id").iter_rows())
        standing = [each for each in standing if (each.phase, each.external_id) in wanted]
    shown: dict[Parent, dict[int, dict[str, Any]]] = {}
    rows = []
    for each in standing:
        sent = ledger.last_sent(each)
        parent = read_parent(sent)
        if parent not in shown:
            shown[parent] = list_documents(tenant, parent)
        rows.append(_compare(tenant, each, sent, shown[parent].get(each.destination_id), reads_content=reads_content))
    return frame(rows, UPLOADS_FOUND)


def _compare(
    tenant: Tenant, standing: Standing, sent: dict[str, Any], found: dict[str, Any] | None, *, reads_content: bool
) -> dict[str, Any]:
    sha256 = hash_content(tenant, found) if found and reads_content else None
    agrees = (
        found is not None
        and found.get("file_name", sent["file_name"]) == sent["file_name"]
        and found.get("file_size", sent["size"]) == sent["size"]
        and sha256 in (None, sent["sha256"])
    )
    return {
        "phase": standing.phase,
        "external_id": standing.external_id,
        "file_name": sent["file_name"],
        "bytes": sent["size"],
        "found_bytes": found.get("file_size") if found else None,
        "sha256": sent["sha256"],
        "found_sha256": sha256,
        "agrees": agrees,
    }


def hash_content(tenant: Tenant, found: dict[str, Any]) -> str | None:
    """sha256 of a file as it comes back, piece by piece; null where it lies on a host the key must not go to."""
    digest = hashlib.sha256()
    try:
        for piece in tenant.download(str(found.get("url"))):
            digest.update(piece)
    except UsageError:
        return None
    return digest.hexdigest()
