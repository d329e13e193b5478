"""Envelopes of records, and what `include` brings along beside them."""

from __future__ import annotations

from typing import Any

from workbench.sandbox.objects.activities import MODELS, show_parent
from workbench.sandbox.objects.kind import Kind, Reference
from workbench.sandbox.objects.references import PEOPLE
from workbench.sandbox.objects.registry import KINDS
from workbench.sandbox.objects.show import show_thin
from workbench.sandbox.store import Record
from workbench.sandbox.tenant import Tenant

NOTHING: frozenset[str] = frozenset()
# Records that point at the one read, by the word that includes them.
CHILDREN = {
    "notes": "note",
    "tasks": "task",
    "appointments": "appointment",
    "deals": "deal",
    "contacts": "contact",
    "child_sales_accounts": "sales_account",
}
Arrays = dict[str, dict[int, Any]]


def show_one(tenant: Tenant, kind: Kind, record: Record, includes: frozenset[str] = NOTHING) -> dict[str, Any]:
    """The envelope of one record, with what it brings along before it."""
    beside = bring_along(tenant, kind, [record], includes)
    return {**beside, kind.name: kind.show(tenant, record, includes), "meta": None}


def show_many(
    tenant: Tenant, kind: Kind, records: list[Record], includes: frozenset[str], meta: dict[str, Any]
) -> dict[str, Any]:
    """The envelope of a list; clients read its first key, so that the order of what it holds matters."""
    beside = bring_along(tenant, kind, records, includes)
    own = {kind.plural: [kind.show(tenant, record, includes) for record in records]}
    leads = tenant.settings.edition in kind.leads
    return {**own, **beside, "meta": meta} if leads else {**beside, **own, "meta": meta}


def bring_along(tenant: Tenant, kind: Kind, records: list[Record], includes: frozenset[str]) -> dict[str, list[Any]]:
    """The arrays beside the records: users first, as some clients expect, then what else they name or is about them."""
    arrays: Arrays = {}
    for word in sorted(includes & set(kind.references), key=lambda word: (word not in PEOPLE, word)):
        reference = kind.references[word]
        arrays.setdefault(reference.beside, {}).update(_find_named(tenant, records, reference))
    for word in sorted(includes & set(CHILDREN) - set(kind.references)):
        if word != kind.embeds:
            arrays[word] = _find_children(tenant, records, KINDS[CHILDREN[word]])
    if "targetable" in includes:
        _add_parents(tenant, records, arrays)
    return {name: list(items.values()) for name, items in arrays.items()}


def _add_parents(tenant: Tenant, records: list[Record], arrays: Arrays) -> None:
    for record in records:
        for each in record.get("targetables") or []:
            kind = KINDS[MODELS[each["type"]]]
            found = tenant.store.read(kind.name, each["id"])
            if found:
                arrays.setdefault(kind.plural, {})[each["id"]] = show_parent(kind.name, found)


def _find_named(tenant: Tenant, records: list[Record], reference: Reference) -> dict[int, Any]:
    ids = {id for record in records for id in _read_ids(record.get(reference.field))}
    if reference.selector:
        found = {id: tenant.find_choice(reference.selector, id) for id in sorted(ids)}
        return {id: each for id, each in found.items() if each}
    kind = KINDS[reference.object]
    named = {id: tenant.store.read(kind.name, id) for id in sorted(ids)}
    return {id: show_thin(tenant, kind, each) for id, each in named.items() if each}


def _find_children(tenant: Tenant, records: list[Record], child: Kind) -> dict[int, Any]:
    found = [each for record in records for each in tenant.store.children(record["id"], child.name)]
    return {each["id"]: child.show(tenant, each, NOTHING) for each in found}


def _read_ids(value: Any) -> list[int]:
    """Ids out of a reference, which holds one id or a list of objects with one."""
    if isinstance(value, list):
        return [each["id"] for each in value]
    return [value] if value else []
