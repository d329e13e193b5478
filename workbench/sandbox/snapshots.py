"""Snapshots a server keeps: by name, in a folder beside the tenant's file, and nowhere else."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from workbench.errors import UsageError

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,59}")


def name_snapshot(tenant: Path | None, name: Any) -> Path:
    """Where the snapshot of that name is kept.

    Args:
        tenant: File the tenant is kept in; null where it is kept in memory.

    Raises:
        UsageError: The tenant is kept in memory, or the name is none.
    """
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise UsageError("name is no name of a snapshot: up to 60 letters, digits, - and _")
    return _find_folder(tenant) / f"{name}.sqlite"


def list_snapshots(tenant: Path | None) -> list[str]:
    """The names of the snapshots there are.

    Raises:
        UsageError: The tenant is kept in memory.
    """
    return sorted(path.stem for path in _find_folder(tenant).glob("*.sqlite"))


def _find_folder(tenant: Path | None) -> Path:
    if tenant is None:
        raise UsageError("the tenant is kept in memory; serve it with --data FILE to keep snapshots beside the file")
    return tenant.with_name(f"{tenant.stem}.snapshots")
