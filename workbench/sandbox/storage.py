"""How much a tenant may keep in files: so much a file, and so much for each active user."""

from __future__ import annotations

from workbench.freshsales.plans import PlanLimits
from workbench.sandbox.settings import TenantSettings
from workbench.sandbox.store import Store

MEGABYTE, GIGABYTE = 1024**2, 1024**3


class Storage:
    """The limits of a tenant's files, and what is left of them.

    Args:
        users: How many active users the tenant has.
    """

    def __init__(self, store: Store, settings: TenantSettings, limits: PlanLimits, *, users: int) -> None:
        self._store = store
        per_user = limits.classic_storage_gb_per_user if settings.edition == "classic" else limits.storage_gb_per_user
        self.largest = _choose(settings.max_file_bytes, limits.max_file_mb * MEGABYTE)
        self.total = _choose(settings.storage_bytes, per_user * users * GIGABYTE)

    def used(self) -> int:
        """Bytes of all files; those of records in the recycle bin take room too."""
        return self._store.total("document", "file_size")

    def room(self) -> int:
        """Bytes that are left; below zero where there are too many already."""
        return self.total - self.used()


def _choose(sent: int | None, default: int) -> int:
    return default if sent is None else sent
