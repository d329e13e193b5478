"""What makes one object differ from another, and a record on its way in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from workbench.sandbox.fields import Field
from workbench.sandbox.store import Record
from workbench.sandbox.tenant import Tenant

Show = Callable[[Tenant, Record, frozenset[str]], Record]


@dataclass(slots=True, kw_only=True)
class Draft:
    """A record being written: what was sent, what it becomes, and what is wrong with it.

    Attributes:
        before: The record as it stands; null while it is created.
        record: The record as it will stand.
        problems: What the client reads if the draft is refused.
        refused: Fields with a value they do not take.
    """

    tenant: Tenant
    kind: Kind
    sent: dict[str, Any]
    before: Record | None
    record: Record
    problems: list[str] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)

    def has(self, name: str) -> bool:
        """Whether the client sent this attribute at all."""
        return name in self.sent

    def get(self, name: str) -> Any:
        """The value the record will have."""
        return self.record.get(name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A field that names an item of a list or another record, shown when included.

    Attributes:
        field: Attribute of the record that holds the id.
        beside: Key of the array that stands beside the record.
        selector: List the item comes from, empty where it is a record.
        object: Object the record belongs to, empty where it is a list's item.
    """

    field: str
    beside: str
    selector: str = ""
    object: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One object: its names and the rules that are its own.

    Attributes:
        name: Wrapper of one record, and the name in searches.
        plural: Wrapper of many, and the path.
        model: Class name in links such as `targetable_type`.
        shape: Brings a draft into shape by the object's own rules.
        show: The record as a client reads it, by what the call includes.
        own: Standard fields that `shape` reads itself.
        unique: Keys no two live records may share, with what the client is told.
        keys: Standard fields a record is found by quickly.
        identifiers: What an upsert may name, beside unique custom fields.
        bulk_identifiers: What a bulk upsert may name beside those.
        unlike: Standard fields a copy does not take over, because they tell one record from another.
        links: Ids of the records its standard fields point at.
        keeps_deleted: A deleted record waits in the recycle bin.
        embeds: Word whose records stand inside the record when included, not beside it.
        references: What `include` brings along, by the word that asks for it.
        thin: Attributes a search shows.
        hides_references: A bare record names its references only when they are included.
        leads: Editions in which a list names its records before what they bring along; clients read the first key.
        noun: What messages call a record of it, where that is not its name.
    """

    name: str
    plural: str
    model: str
    shape: Callable[[Draft], None]
    show: Show
    own: frozenset[str] = frozenset()
    unique: dict[str, str] = field(default_factory=dict)
    keys: tuple[str, ...] = ()
    identifiers: tuple[str, ...] = ()
    bulk_identifiers: tuple[str, ...] = ()
    unlike: tuple[str, ...] = ()
    links: Callable[[Record], list[int]] = lambda record: []
    embeds: str = ""
    keeps_deleted: bool = True
    references: dict[str, Reference] = field(default_factory=dict)
    thin: tuple[str, ...] = ()
    hides_references: bool = False
    leads: frozenset[str] = frozenset()
    noun: str = ""

    def fields(self, tenant: Tenant) -> dict[str, Field]:
        """Its fields in this tenant, by name."""
        return tenant.schema.fields(self.name)

    def link_ids(self, tenant: Tenant, record: Record) -> list[int]:
        """Ids of every record it points at, custom lookups included."""
        lookups = [each.name for each in tenant.schema.custom_fields(self.name) if each.type == "auto_complete"]
        values = [record["custom_field"].get(name) for name in lookups]
        return [*self.links(record), *(value for value in values if value)]

    def key_rows(self, tenant: Tenant, record: Record) -> list[tuple[str, str]]:
        """The keys a record is found by, as name and normalised value."""
        custom = [each.name for each in tenant.schema.custom_fields(self.name) if each.unique]
        values = [(name, record.get(name)) for name in self.keys]
        values += [(name, record["custom_field"].get(name)) for name in custom]
        values += [("emails", each["value"]) for each in record.get("emails") or []]
        return [(name, normalise_key(value)) for name, value in values if value not in (None, "")]


def normalise_key(value: Any) -> str:
    """A key as it is compared: case and outer blanks do not count."""
    return str(value).strip().lower()
