"""The files that records stand for, one after the other, never one in memory."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from workbench.layout import LayoutObject
from workbench.layout.api import Endpoint
from workbench.sources.api.answers import Absent
from workbench.sources.api.client import SourceClient
from workbench.sources.api.members import fill_path, list_key_paths, read_key
from workbench.sources.api.reading import place_file
from workbench.sources.api.under_way import UnderWay


def fetch_attachments(
    row: LayoutObject,
    endpoint: Endpoint,
    client: SourceClient,
    under_way: UnderWay,
    out: Path,
    progress: Callable[[str, int, int | None], None],
) -> dict[str, Any]:
    """Fetch what is not there yet; gives bytes and sha256 by place in the export, null for what the source has not.

    Raises:
        WorkbenchError: See `client`; what was fetched is kept.
    """
    paths = list_key_paths(row, endpoint)
    kept = under_way.read_files(row.name)
    for done, record in enumerate(under_way.read_records(row.name), start=1):
        key = read_key(record, paths)
        if key and key not in kept:
            place = place_file(endpoint, record, key)
            kept[key] = {"place": place, "saved": _fetch(client, endpoint, record, out / place)}
            under_way.keep_file(row.name, key, kept[key])
        progress(f"{row.name}: files", done, None)
    return {each["place"]: each["saved"] for each in kept.values()}


def _fetch(client: SourceClient, endpoint: Endpoint, record: dict[str, Any], to: Path) -> dict[str, Any] | None:
    path = endpoint.attachments.path
    to.parent.mkdir(parents=True, exist_ok=True)
    try:
        saved = client.save(fill_path(path, record), to, counted=path)
    except Absent:
        return None
    return {"rows": 0, "bytes": saved.bytes, "sha256": saved.sha256}
