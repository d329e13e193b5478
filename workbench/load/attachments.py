"""The files a mapping uploads, read once: an approval holds for what is in them, and not for their names alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import polars as pl

from workbench.content import hash_content
from workbench.destinations import DOCUMENT
from workbench.errors import HoldRecord
from workbench.load.shelf import Approved, Shelf, find_content
from workbench.model import ATTACHMENTS, Phase, frame


def list_attachments(phases: Iterable[Phase], records: Mapping[str, pl.DataFrame], shelf: Shelf) -> pl.DataFrame:
    """Read every file that is to be uploaded, as ATTACHMENTS by path.

    What is missing has a path alone; what is larger than the tenant takes is not read, for it does not go.
    """
    names = [phase.name for phase in phases if phase.destination == DOCUMENT]
    paths = sorted({path for name in names for path in records[name]["path"].drop_nulls()})
    return frame([{"path": path, **_read_one(shelf, path)} for path in paths], ATTACHMENTS)


def read_approved(attachments: pl.DataFrame) -> dict[str, Approved]:
    """What ATTACHMENTS says of each file, by its path."""
    return {
        row["path"]: Approved(size=row["bytes"], stamp=row["stamp"], sha256=row["sha256"])
        for row in attachments.iter_rows(named=True)
    }


def add_contents(
    phases: Iterable[Phase], records: Mapping[str, pl.DataFrame], attachments: pl.DataFrame
) -> dict[str, pl.DataFrame]:
    """Records in which those of files say what is in them, so that another content makes another record.

    Args:
        attachments: ATTACHMENTS of the export the records are from.
    """
    contents = attachments.select("path", "sha256")
    names = [phase.name for phase in phases if phase.destination == DOCUMENT]
    return {**records} | {
        name: records[name].join(contents, on="path", how="left", maintain_order="left") for name in names
    }


def _read_one(shelf: Shelf, path: str) -> dict[str, object]:
    try:
        content = find_content(shelf, path)
        sha256 = hash_content(content) if content.size <= shelf.largest else None
    except (HoldRecord, OSError):
        return {}
    return {"bytes": content.size, "stamp": content.stamp, "sha256": sha256}
