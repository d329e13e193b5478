"""Documents: files uploaded to a record, and links to files that lie elsewhere."""

from __future__ import annotations

from workbench.sandbox.objects.activities.about import link_activity
from workbench.sandbox.objects.kind import Draft, Kind
from workbench.sandbox.store import Record
from workbench.sandbox.tenant import Tenant
from workbench.sandbox.wire import read_id, show_time

# What a document can belong to, by the name clients use.
TARGETS = {"Contact": "contact", "SalesAccount": "sales_account", "Deal": "deal", "Product": "product"}
# What the tenant itself finds out about a file while it arrives.
FACTS = ("content_type", "file_size", "sha256")


def shape_document(draft: Draft) -> None:
    """A file belongs to a record."""
    _take_target(draft)
    draft.record |= {name: draft.sent[name] for name in FACTS}


def shape_link(draft: Draft) -> None:
    """A link belongs to a record, and is called by its address where it has no name."""
    _take_target(draft)
    if not draft.get("name"):
        draft.record["name"] = draft.get("url")


def _take_target(draft: Draft) -> None:
    type, id = draft.sent.get("targetable_type"), read_id(draft.sent.get("targetable_id"))
    object = TARGETS.get(type) if isinstance(type, str) else None
    if not type or draft.sent.get("targetable_id") in (None, ""):
        draft.problems.append("Targetable can't be blank")
    elif object is None:
        draft.problems.append("Targetable type is invalid")
    elif draft.tenant.store.read(object, id) is None:
        draft.problems.append("The record this is about is not in the CRM")
    else:
        draft.record["targetables"] = [{"id": id, "type": type}]


def show_document(tenant: Tenant, record: Record, includes: frozenset[str]) -> Record:
    """A file as a client reads it; what is in it lies at another address."""
    facts = {name: record[name] for name in ("file_name", "content_type", "file_size")}
    return {"id": record["id"], **facts, **_show_common(tenant, record)}


def show_link(tenant: Tenant, record: Record, includes: frozenset[str]) -> Record:
    """A link as a client reads it."""
    return {"id": record["id"], "name": record["name"], "url": record["url"], **_show_common(tenant, record)}


def _show_common(tenant: Tenant, record: Record) -> Record:
    return {
        "is_shared": bool(record.get("is_shared")),
        "creater_id": record["creater_id"],
        "created_at": show_time(record["created_at"], tenant.zone),
        "updated_at": show_time(record["updated_at"], tenant.zone),
        "targetables": record["targetables"],
    }


DOCUMENT = Kind(
    name="document",
    plural="documents",
    model="Document",
    shape=shape_document,
    show=show_document,
    keys=("sha256",),
    links=link_activity,
    keeps_deleted=False,
)
LINK = Kind(
    name="document_link",
    plural="document_links",
    model="DocumentLink",
    shape=shape_link,
    show=show_link,
    links=link_activity,
    keeps_deleted=False,
)
