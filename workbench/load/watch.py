"""What an administrator changed while a load goes on: looked up once refusals suggest it, then held without asking.

A refused request costs quota like any other. So the second refusal that names the same field has the field, or the
users, read again: one request, which spares one for every further record that could not go either.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from workbench.destinations import CUSTOM_PREFIX
from workbench.errors import HoldRecord
from workbench.freshsales.client import NotFound, Tenant
from workbench.freshsales.schema import SchemaField, read_fields, read_users
from workbench.load.reading import Parent, get_record

SUSPICIOUS = 2  # refusals that name the same field
RELEASE = "set it right in Freshsales, or run mapping again, then load again"


class Watch:
    """The fields and users of a tenant, as far as they had to be read again."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant
        self._refusals: Counter[tuple[str, str]] = Counter()
        self._fields: dict[str, Mapping[str, SchemaField]] = {}
        self._inactive: dict[int, str] = {}
        self._gone: dict[tuple[str, int], bool] = {}

    def note_refusal(self, object: str, field: str) -> None:
        """Remember which field a refused request named, and read it again where that is suspicious."""
        self._refusals[object, field] += 1
        if self._refusals[object, field] != SUSPICIOUS:
            return
        if field == "owner_id":
            self._inactive = {user.id: user.name for user in read_users(self._tenant) if not user.is_active}
        elif field.startswith(CUSTOM_PREFIX):
            self._fields[object] = read_fields(self._tenant, object)

    def is_gone(self, object: str, id: int, *, parent: Parent | None = None) -> bool:
        """Whether somebody deleted a record; each is read once.

        Args:
            parent: What it hangs on, where it is an activity.
        """
        if (object, id) not in self._gone:
            try:
                get_record(self._tenant, object, id, parent=parent)
                self._gone[object, id] = False
            except NotFound:
                self._gone[object, id] = True
        return self._gone[object, id]

    def check(self, object: str, body: Mapping[str, Any]) -> None:
        """Let a body pass unless it is known by now that the tenant cannot take it.

        Raises:
            HoldRecord: It fills a field that is gone, names an option that is gone, or gives it to an inactive user.
        """
        if (owner := body.get("owner_id")) in self._inactive and self._refusals[object, "owner_id"] >= SUSPICIOUS:
            raise _hold(
                "owner_id", f"{self._inactive[owner]} is no longer active, and the tenant gives them nothing new"
            )
        fields = self._fields.get(object)
        if fields is None:
            return
        for name, value in (body.get("custom_field") or {}).items():
            if name not in fields:
                raise _hold(name, f"{name}: the tenant no longer has this field")
            options = fields[name].choices
            gone = [part for part in str(value).split(";") if part not in options] if options else []
            if gone and str(value) not in options:
                raise _hold(name, f"{name}: {gone[0]!r} is no longer one of its options: {', '.join(options)}")


def _hold(field: str, reason: str) -> HoldRecord:
    return HoldRecord(reason, code="rejected_by_tenant", field=field, release=RELEASE)
