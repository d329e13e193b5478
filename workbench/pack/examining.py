"""What a pack says about examining a source: records that stand twice, and what the account uses of its plan."""

from __future__ import annotations

from dataclasses import dataclass, field

from workbench.likeness.values import Comparison


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A column that holds ids of the object a `Dedupe` is about, in the rows where the SQL predicate holds."""

    object: str
    column: str
    where: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Among:
    """Another object in which a record may stand too: its columns with the id, the key and the name."""

    object: str
    id: str
    source: str
    same: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Dedupe:
    """How records that stand twice are known.

    Attributes:
        id: Column that tells the records apart, and that others point at.
        source: Column with the key; records without one repeat nothing.
        via: Transform that reads the key.
        same: Column that has to agree as well, or the pair waits for a decision.
        same_via: Transform that reads that column.
        references: Columns of other objects that point at these records.
        among: Look for the record in another object and not in its own.
        column: With `among`, the column that gets the id found there.
        merged_into: Instead of a key, the column in which the source itself says into which record it was merged.
        alike: What is compared to find records that agree in much though in no key; they wait for a decision.
    """

    object: str
    id: str
    source: str = ""
    via: str = ""
    same: str = ""
    same_via: str = ""
    references: tuple[Reference, ...] = ()
    among: Among | None = None
    column: str = ""
    merged_into: str = ""
    alike: tuple[Comparison, ...] = ()
    requirement: tuple[str, ...] = ()
    reason: str = ""

    @property
    def compares_keys(self) -> bool:
        """Whether records of the same key are found; not where only their likeness or the source's word counts."""
        return bool(self.source)


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """Something the customer's account in the source has or uses, and how much of it its plan allows.

    Attributes:
        count: `columns` (filled ones, `of` is a pattern of names), `rows`, `values` (different ones of the column
            `of`), `list` (the JSON list in that column) or `value` (what stands there, without counting).
        limit: Object and column of the number that is allowed; empty where there is none.
    """

    name: str
    object: str
    count: str
    of: str = ""
    limit: dict[str, str] = field(default_factory=dict)
    note: str = ""
    requirement: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What somebody decided about a pair of records: `merge` the one into the other, or leave them `apart`."""

    object: str
    external_id: str
    repeats: str
    action: str
    by: str
