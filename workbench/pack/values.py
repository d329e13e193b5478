"""What a pack says, as frozen values.

A pack holds what is known about one source system: which object becomes what, by which rules, and why.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path

from workbench.model import FieldRule, Lines, Lookup, Merge
from workbench.pack.advice import Note, Window
from workbench.pack.catalog import Catalog
from workbench.pack.examining import Audit, Dedupe, Verdict
from workbench.pack.made import Compute, Derive, Pivot, View, read_columns
from workbench.pack.segments import Segments

PRODUCTS = "products"
CAPABILITIES = (
    "custom_fields",
    "custom_modules",
    "custom_activities",
    PRODUCTS,
    "product_fields",
    "multiple_pipelines",
    "lookup_fields",
    "formula_fields",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """Where a row of the pack is active: the tenant has all of `needs` and none of `unless`."""

    needs: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()

    def holds(self, capabilities: frozenset[str]) -> bool:
        """Whether a tenant with these capabilities uses the row."""
        return capabilities.issuperset(self.needs) and capabilities.isdisjoint(self.unless)


@dataclass(frozen=True, slots=True, kw_only=True)
class PackField:
    """A field rule with the tenants it holds for and what the customer reads about it."""

    rule: FieldRule
    condition: Condition = Condition()
    requirement: tuple[str, ...] = ()
    reason: str = ""

    @property
    def columns(self) -> tuple[str, ...]:
        """The source columns it reads."""
        return read_columns(self.rule.source, self.rule.with_)


@dataclass(frozen=True, slots=True, kw_only=True)
class Skip:
    """A source column that is left behind on purpose."""

    field: str
    reason: str
    outcome: str = "exclude"


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """What becomes of those rows of an object that match `where`; all rows where it is empty.

    Attributes:
        name: Empty where the object has one route only; else the part of the phase name after the dot.
        destination: Empty where no record is made of the rows.
        into: Object into whose records the rows are folded by derived columns, or as the lines of its deals.
        lines: The products on its deals; they go where the tenant has products, elsewhere a field with
            `unless = ["products"]` takes what is to be read of them.
        listed: Of rows that are only listed, the columns the pack adds that the list shows, each with its heading.
    """

    name: str = ""
    where: str = ""
    destination: str = ""
    outcome: str = "migrate"
    fidelity: str = ""
    requirement: tuple[str, ...] = ()
    reason: str = ""
    into: str = ""
    external_id: tuple[str, ...] = ()
    owner: str = ""
    fields: tuple[PackField, ...] = ()
    lookups: tuple[Lookup, ...] = ()
    merge: Merge | None = None
    label: str = ""
    plural: str = ""
    lines: Lines | None = None
    listed: dict[str, str] = field(default_factory=dict)
    skips: tuple[Skip, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectRow:
    """What becomes of one source object in the tenants the condition holds for.

    Attributes:
        routes: One without a name, or several that the checker has proved disjoint and total.
        skips: Columns no route uses; each route may name more.
    """

    source: str
    routes: tuple[Route, ...]
    condition: Condition = Condition()
    outcome: str = "migrate"
    fidelity: str = ""
    requirement: tuple[str, ...] = ()
    reason: str = ""
    skips: tuple[Skip, ...] = ()

    @property
    def destinations(self) -> tuple[str, ...]:
        """Where its records go, each once, in the order of the routes; empty where none is made."""
        return tuple(dict.fromkeys(route.destination for route in self.routes if route.destination))

    def phase_name(self, route: Route) -> str:
        """The source object, with the route after a dot where there are several."""
        return f"{self.source}.{route.name}" if route.name else self.source


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnerRoster:
    """The source object that lists the staff; each attribute but `object` is one of its columns or empty."""

    object: str
    id: str
    name: str = ""
    role: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class InventoryItem:
    """Something that never migrates as data and is rebuilt by hand.

    Attributes:
        object: The object whose rows are written out as a document, those where the SQL predicate `where` holds;
            empty where the export describes none.
        heading: What stands above a row, with `{COLUMN}` for its values; `text` is what stands below, line by line.
        parts: A column with a JSON list, each of whose members is written as `part` says, with `{key}` for its values;
            a member that is no object is `{value}`.
    """

    name: str
    what: str
    why: str
    rebuild: str
    requirement: tuple[str, ...] = ()
    object: str = ""
    where: str = ""
    heading: str = ""
    text: str = ""
    parts: str = ""
    part: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Something the source cannot give, known before anyone looks at a customer's export."""

    object: str
    gap: str
    consequence: str
    remedy: str
    field: str = ""
    requirement: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Tickets:
    """The object that holds a source's tickets, and what Freshdesk gets of each; see `workbench.pack.tickets`."""

    object: str
    fields: tuple[FieldRule, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """A checked pack.

    Attributes:
        layout: Name of the layout it was written for.
        columns: Derived and computed columns and views, each after what it reads.
        pivots: What the customer's own fields are read from; see `workbench.pack.pivots`.
        dedupes: How records that stand twice are known; see `workbench.pack.dedupe`.
        audits: What is counted of the customer's account; see `workbench.discover.audit`.
        verdicts: What was decided about pairs of them in this engagement.
        catalog: Where the export describes its own schema; null where it does not.
        segments: Where the export keeps the rules of segments; null where it has none.
        tickets: What `[policies] tickets` of an engagement decides about; null where the source has none.
        notes: What the customer is told of this source; windows: what takes time whatever the quota is.
    """

    path: Path
    name: str
    title: str
    layout: str
    objects: tuple[ObjectRow, ...]
    columns: tuple[Derive | Compute | View, ...] = ()
    pivots: tuple[Pivot, ...] = ()
    dedupes: tuple[Dedupe, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    audits: tuple[Audit, ...] = ()
    owners: OwnerRoster | None = None
    inventory: tuple[InventoryItem, ...] = ()
    gaps: tuple[Gap, ...] = ()
    catalog: Catalog | None = None
    segments: Segments | None = None
    tickets: Tickets | None = None
    notes: tuple[Note, ...] = ()
    windows: tuple[Window, ...] = ()

    @property
    def views(self) -> tuple[View, ...]:
        """The objects the pack makes of others."""
        return tuple(column for column in self.columns if isinstance(column, View))

    def active(self, capabilities: frozenset[str]) -> tuple[ObjectRow, ...]:
        """The object rows a tenant with these capabilities uses, in pack order."""
        return tuple(row for row in self.objects if row.condition.holds(capabilities))

    def capability_sets(self) -> list[frozenset[str]]:
        """Every combination of the capabilities that the pack makes a difference by."""
        conditions = [row.condition for row in self.objects]
        conditions += [f.condition for row in self.objects for route in row.routes for f in route.fields]
        if any(route.lines for row in self.objects for route in row.routes):
            conditions.append(Condition(needs=(PRODUCTS,)))
        named = sorted({name for condition in conditions for name in (*condition.needs, *condition.unless)})
        return [frozenset(chosen) for size in range(len(named) + 1) for chosen in combinations(named, size)]
