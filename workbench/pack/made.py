"""What a pack makes of an export: columns and objects of its own, and the fields a customer made."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

PICKS = ("only", "most_frequent", "first", "last", "sum", "lines")


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewPart:
    """The rows of one source object in a view.

    Attributes:
        columns: Column of the view to the source's column.
        where: SQL predicate over the source's columns, empty for all rows.
        members: Column with a JSON object. Each of its members is a row, with its name as `MEMBER` and its value as
            `VALUE`; of objects inside of it the members too, and a list is one value, its items joined by `|`.
    """

    source: str
    columns: dict[str, str]
    where: str = ""
    members: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """An object of the pack's own: rows of other objects once more, or the rows of several put together.

    One row of a source may so become several records, and rows of several objects one record.

    Attributes:
        key: Columns that tell its rows apart. Rows with an empty one are left out; of several with the same key the
            first stays, in the order of the parts and then of their rows.
        parts: Where its rows come from; a column a part does not have is empty in its rows.
    """

    object: str
    key: tuple[str, ...]
    parts: tuple[ViewPart, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """Its columns, each once, in the order they are named."""
        return tuple(dict.fromkeys(name for part in self.parts for name in part.columns))


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnFields:
    """The source object that lists the fields a customer made: one row for each.

    Attributes:
        id: Its column with what the values call the field.
        label: Its column with what people read.
        type: Its column with the source's word for the type.
        options: Its column with the choices of a list, joined by `separator`; empty where there is none.
        only: Column to the value it must have; other fields belong to something else.
        kinds: The source's word for a type to how it is brought over: `type` of Freshsales, and `via` with its options
            where a transform reads the values. A word that is not here is a text.
    """

    object: str
    id: str
    label: str
    type: str
    options: str = ""
    separator: str = ";"
    only: dict[str, str] = field(default_factory=dict)
    kinds: dict[str, dict[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pivot:
    """Values that stand one below the other, a row for each record and field, as columns of the records.

    Which fields there are differs from customer to customer and is read from the export, so no rule names them: each
    becomes a custom field of every record that is made of `object` and takes custom fields.

    Attributes:
        object: Object or view that gets the columns.
        source: Object with the values.
        match: Its column to our column, as in `Derive`.
        name: Its column that says which field the value is for.
        value: Its column with the value.
        columns: Where values also stand in columns of the object, how these are named, such as `cf:{label}`; they count
            where there is no row of `source`. Empty where there are none.
    """

    object: str
    source: str
    match: dict[str, str]
    name: str
    value: str
    fields: OwnFields
    columns: str = ""
    requirement: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Derive:
    """A column of `object` taken from another object's rows, before anything else happens.

    Attributes:
        source: Object whose rows are read.
        match: Its column to our column; a row of ours sees the rows where all pairs are equal.
        take: Its column the value comes from, empty where the rows are counted.
        pick: Which of several rows gives the value, one of `PICKS`; `only` where its key allows no second one,
            `sum` for the exact sum of all, `lines` for all of them in source order, one a line.
        order: Its column that says what is first and last; rows without it are never picked.
        count: The value is the number of rows, 0 where there is none.
    """

    object: str
    column: str
    source: str
    match: dict[str, str]
    take: str = ""
    pick: str = "only"
    order: str = ""
    count: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Compute:
    """A column of `object` made by a transform from columns of the same row.

    Attributes:
        equals: The source's own column with the value it should have; discovery lists the rows where it has another.
    """

    object: str
    column: str
    via: str
    source: str = ""
    with_: tuple[str, ...] = ()
    options: dict[str, Any] = field(default_factory=dict)
    equals: str = ""

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns it reads."""
        return read_columns(self.source, self.with_)


def read_columns(source: str, with_: tuple[str, ...]) -> tuple[str, ...]:
    """The columns a rule reads, in the order its transform takes them."""
    return (source, *with_) if source else with_
