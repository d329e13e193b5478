"""Whether a source that is an address lies extracted, so that it can be read."""

from __future__ import annotations

from pathlib import Path

from workbench.engagement import EXTRACTED_LATER, Engagement
from workbench.errors import UsageError
from workbench.sources.api.finishing import read_manifest
from workbench.sources.api.under_way import UnderWay


def find_under_way(out: Path) -> UnderWay:
    """The extraction into this folder as far as it has come."""
    return UnderWay(out.with_name(f".{out.name}-extraction"))


def check_extracted(engagement: Engagement, source: Path) -> None:
    """Let an engagement pass whose source is a handed over export, or was extracted to its end.

    Raises:
        UsageError: It is an address and nobody has extracted it yet, or not to the end.
    """
    if not engagement.source_address or source not in (engagement.source, engagement.folder / EXTRACTED_LATER):
        return
    command = f"workbench extract {engagement.name}" + " --cutover" * (source.name == EXTRACTED_LATER)
    if find_under_way(source).read_plan() is not None:
        raise UsageError(f"{engagement.source_address}: extracted in part; go on with it first: {command}")
    if not read_manifest(source):
        raise UsageError(f"{engagement.source_address}: the source is an address; extract it to files first: {command}")
