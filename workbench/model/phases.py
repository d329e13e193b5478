"""The compiled mapping: phases, and the rules of their fields."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldRule:
    """How one destination field of a phase gets its value.

    Attributes:
        to: Destination field, `cf_...` for a custom field.
        source: Source column, empty where the rule takes a constant or only `with_` columns.
        with_: Further source columns the transform reads.
        via: Name in `workbench.transforms.TRANSFORMS`, empty for the text as it stands.
        options: Keyword arguments of the transform.
        constant: Value written on every record; used where `source` and `with_` are empty.
        type: Freshsales field type of a custom field, empty for a standard field.
        label: What a person reads in Freshsales, empty for a standard field.
        choices: Options of a dropdown or multi-select, in order.
        tag: Strictest tag among the columns it reads, for masking.
    """

    to: str
    source: str = ""
    with_: tuple[str, ...] = ()
    via: str = ""
    options: dict[str, Any] = field(default_factory=dict)
    constant: str | int | float | bool | None = None
    type: str = ""
    label: str = ""
    choices: tuple[str, ...] = ()
    tag: str = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookup:
    """A field that points at a record of another object.

    Attributes:
        to: Destination field that takes the id: `sales_accounts`, `sales_account_id`, `targetable`, `contacts`, `cf_…`.
        object: Source object whose records it points at.
        source: Source column with the external id of the parent.
        is_required: A record whose parent is missing or held is held too.
        is_late: Lookups go in a circle, and this one is set once both sides stand; see `workbench.load.links`.
    """

    to: str
    object: str
    source: str
    is_required: bool = True
    is_late: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """Several source rows become one record.

    Attributes:
        by: Columns that make rows belong together; also the external id of the merged record.
        line: Text of one row, with {COLUMN} placeholders.
        into: Column that receives the lines, in source order, one a line.
    """

    by: tuple[str, ...]
    line: str
    into: str = "LINES"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """Rows of another object that go along in the body of a deal: which products, how many, for how much.

    Attributes:
        object: Object whose rows they are; the columns named below are its own.
        match: Its column to a column of the deal; a deal has the rows where all pairs are equal.
        products: Object whose records are the products.
        product: Column with the external id of the product.
        quantity: Column with how many.
        unit_price: Column with the price of one.
        discount: Column with the money taken off the whole line, empty where there is none.
        tag: Strictest tag among these columns, for masking.
    """

    object: str
    match: dict[str, str]
    products: str
    product: str
    quantity: str
    unit_price: str
    discount: str = ""
    tag: str = "none"

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of its object that it reads."""
        named = (*self.match, self.product, self.quantity, self.unit_price, self.discount)
        return tuple(name for name in named if name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """One object's turn inside the load: which rows, to which destination, by which rules.

    Attributes:
        name: Source object, with the route after a dot where it has several: `encounters.visit`.
        where: SQL predicate over staged and derived columns, empty for all rows.
        external_id: Columns that make the source's own id; empty means a hash of the row and its repeat number.
        owner: Column with the source's id of the owner, empty for the fallback owner.
        lines: The products on its deals; null where it has none, or the tenant has no products.
    """

    name: str
    source: str
    destination: str
    external_id: tuple[str, ...]
    where: str = ""
    owner: str = ""
    fields: tuple[FieldRule, ...] = ()
    lookups: tuple[Lookup, ...] = ()
    merge: Merge | None = None
    label: str = ""
    plural: str = ""
    lines: Lines | None = None
