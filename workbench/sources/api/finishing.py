"""What was read put in its place: changed records over the earlier ones by their key, the manifest last."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from workbench.layout import LayoutObject
from workbench.layout.api import Endpoint
from workbench.sources.api.members import list_key_paths, read_key
from workbench.sources.api.under_way import FINISH, UnderWay
from workbench.sources.json_text import decode

MANIFEST = "manifest.json"


def read_manifest(out: Path) -> dict[str, Any]:
    """What the extraction before left; empty where there was none, or the manifest is somebody else's."""
    try:
        found = json.loads((out / MANIFEST).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) and {"extracted", "objects"} <= found.keys() else {}


def merge_object(row: LayoutObject, endpoint: Endpoint, under_way: UnderWay, earlier: Path | None) -> dict[str, Any]:
    """Write the records of the export that is to be, the earlier ones first; gives what the manifest says of them.

    Args:
        earlier: The file of the extraction before, whose records stand unless they were read again; null for none.
    """
    paths = list_key_paths(row, endpoint)
    lines = under_way.lines_path(row.name)
    changed = {read_key(record, paths) for record in under_way.read_records(row.name)} if earlier else set()
    digest, kept, new = hashlib.sha256(), 0, 0
    with merged_path(under_way, row.name).open("wb") as file:
        for line in _read_lines(earlier):
            if read_key(decode(line.decode()), paths) not in changed:
                kept += 1
                file.write(line)
                digest.update(line)
        for line in _read_lines(lines):
            new += 1
            file.write(line)
            digest.update(line)
        file.flush()
        os.fsync(file.fileno())
    return {"rows": kept + new, "sha256": digest.hexdigest(), "read": new}


def merged_path(under_way: UnderWay, name: str) -> Path:
    """The file of an object that is to be put in place."""
    return under_way.folder / f"{name}.merged"


def put_in_place(under_way: UnderWay, out: Path) -> dict[str, Any]:
    """Move every file to the export; each step may be the second time it is done. Gives the manifest."""
    manifest = json.loads((under_way.folder / FINISH).read_text("utf-8"))
    out.mkdir(parents=True, exist_ok=True)
    for name, said in manifest["objects"].items():
        path = out / f"{name}.jsonl"
        if merged_path(under_way, name).exists():
            os.replace(merged_path(under_way, name), path)
        if not said["rows"]:
            path.unlink(missing_ok=True)  # an empty file would be taken for a broken one
    shutil.copyfile(under_way.folder / FINISH, out / f".{MANIFEST}.new")
    os.replace(out / f".{MANIFEST}.new", out / MANIFEST)
    under_way.remove()
    return manifest


def copy_export(source: Path, out: Path) -> None:
    """The same files in another folder, whole or not at all; the same bytes on the disk where it can share them."""
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=".copy-") as made:
        copied = Path(made) / out.name
        shutil.copytree(source, copied, copy_function=_link)
        os.replace(copied, out)


def _link(source: str, to: str) -> None:
    try:
        os.link(source, to)  # files of an export are replaced and never written into
    except OSError:
        shutil.copy2(source, to)


def _read_lines(path: Path | None) -> Iterator[bytes]:
    if path and path.exists():
        with path.open("rb") as file:
            yield from file
