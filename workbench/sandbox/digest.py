"""The digest of a tenant: equal where the content is equal, whatever happened in between."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from workbench.sandbox.content import Content

# What the tenant sets by itself; a record brought back to its before-image still differs in these.
STAMPS = frozenset(
    {"created_at", "updated_at", "creater_id", "updater_id", "stage_updated_time", "last_assigned_at", "searched_as"}
)
# The same, of one object only; elsewhere a client writes it.
STAMPED = {"task": frozenset({"completed_date"}), "cpq_document": frozenset({"document_number"})}
# Ids of what stands inside a record; written again, it gets others.
INNER_IDS = frozenset({"association_id", "price_id"})
# Fields that name other records; one that is no longer live is shown by nobody and counts for nothing.
REFERRING = ("sales_accounts", "contacts", "targetables", "products")

Record = dict[str, Any]


def digest_content(content: Content, *, schema: Record | None = None) -> str:
    """Sha256 over every live record, read one by one, and over the schema where one is given."""
    digest = hashlib.sha256()
    ids = content.live_ids()
    for object, record in content.live():
        digest.update(_canonical([object, _content(object, record, ids)]))
    if schema is not None:
        digest.update(_canonical(schema))
    return digest.hexdigest()


def _content(object: str, record: Record, live: set[int]) -> Record:
    stamps = STAMPS | STAMPED.get(object, frozenset())
    kept = {name: value for name, value in record.items() if name not in stamps}
    for name in REFERRING:
        kept[name] = [each for each in kept.get(name) or [] if each["id"] in live]
    return _without_empty(kept)


def _without_empty(value: Any) -> Any:
    if isinstance(value, dict):
        cleaned = {key: _without_empty(each) for key, each in value.items() if key not in INNER_IDS}
        # A checkbox nobody ticked reads as false whether it was ever written or not.
        return {key: each for key, each in cleaned.items() if each is not False and each not in (None, "", [], {})}
    return [_without_empty(each) for each in value] if isinstance(value, list) else value


def _canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, ensure_ascii=False).encode()
