"""The words of the house as frozen values and named frame schemas.

Every frame that one module hands to another, or that a stage writes to its folder, has its schema here.
All counts are Int64; ids of the source are String, ids of the destination Int64; times are UTC.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import polars as pl

OUTCOMES = ("migrate", "split", "merge", "inventory", "exclude")
FIDELITIES = ("1:1", "1:many", "lossy")
# What a column holds, for masking. secret: dropped when the source is read, never staged.
TAGS = ("none", "id", "name", "contact", "address", "birth", "health", "money", "secret")
CORE_OBJECTS = ("sales_account", "contact", "deal")
ACTIVITY_OBJECTS = ("task", "appointment", "note")
HOLD_CODES = {
    "missing_identifier": "the destination needs an identifier the record does not have",
    "missing_required": "a required field is empty",
    "owner_unresolved": "no user of the tenant owns the record",
    "parent_missing": "the record it points at is not in the source",
    "parent_held": "the record it points at is itself held",
    "rejected_by_tenant": "the tenant refused the values",
    "too_long": "the text is longer than the tenant stores",
    "edited_in_tenant": "somebody changed the record in the tenant since it was loaded",
    "deleted_in_source": "the record is gone from the source; deleting it is a decision",
    "existing_match": "the tenant already holds a record that looks like this one",
    "linked_in_tenant": "something that stays in the tenant hangs on the record",
    "changed_by_later_run": "a later run of this migration changed the record again",
    "still_there": "the tenant was told to delete the record and still holds it",
}
DIFF_CAUSES = (
    "equal",
    "normalised",  # differs only in how it is written: zone, case, number format
    "truncated",
    "coerced",  # the tenant stored another type or rounded it
    "dropped",  # sent, stored as empty
    "changed_by_tenant",
    "lookup_differs",
)

FILES = pl.Schema(
    {
        "file": pl.String,
        "object": pl.String,
        "bytes": pl.Int64,
        "sha256": pl.String,
        "encoding": pl.String,
        "delimiter": pl.String,
        "read": pl.Int64,
        "staged": pl.Int64,
        "rejected": pl.Int64,
    }
)
REJECTED = pl.Schema({"file": pl.String, "object": pl.String, "row": pl.Int64, "reason": pl.String})
INVENTORY = pl.Schema(
    {
        "object": pl.String,
        "field": pl.String,
        "type": pl.String,
        "tag": pl.String,
        "rows": pl.Int64,
        "filled": pl.Int64,
        "distinct": pl.Int64,
        "longest": pl.Int64,
        "example": pl.String,  # masked by tag
    }
)
RELATIONSHIPS = pl.Schema(
    {
        "child": pl.String,
        "child_field": pl.String,
        "parent": pl.String,
        "parent_field": pl.String,
        "filled": pl.Int64,
        "matched": pl.Int64,
        "orphans": pl.Int64,
        "evidence": pl.String,
    }
)
GAPS = pl.Schema(
    {
        "object": pl.String,
        "field": pl.String,
        "gap": pl.String,
        "consequence": pl.String,
        "remedy": pl.String,
        "requirement": pl.String,
    }
)
OBJECTS = pl.Schema(
    {
        "source": pl.String,
        "destination": pl.String,
        "outcome": pl.String,
        "fidelity": pl.String,
        "rows": pl.Int64,
        "reason": pl.String,
        "requirement": pl.String,
    }
)
FORECAST = pl.Schema(
    {"plan": pl.String, "phase": pl.String, "records": pl.Int64, "requests": pl.Int64, "hours": pl.Float64}
)
# Records the tenant held before any load.
HOLDINGS = pl.Schema({"destination": pl.String, "records": pl.Int64})
# The requests of a load by what they are for; null where nothing was used yet.
REQUESTS = pl.Schema(
    {
        "kind": pl.String,  # settings | existing | in_doubt | records
        "phase": pl.String,  # of records; empty elsewhere
        "destination": pl.String,
        "method": pl.String,
        "records": pl.Int64,
        "least": pl.Int64,  # what any loader would need
        "planned": pl.Int64,
        "used": pl.Int64,
    }
)
# How long a load takes on a plan: at best, as expected, and at worst.
DURATIONS = pl.Schema(
    {
        "plan": pl.String,
        "mood": pl.String,  # polite | cutover
        "requests_least": pl.Int64,
        "requests": pl.Int64,
        "requests_most": pl.Int64,
        "hours_least": pl.Float64,
        "hours": pl.Float64,
        "hours_most": pl.Float64,
        "start_by": pl.String,  # latest safe start, local to the engagement; null where no cutover is set
    }
)
# What would make a load shorter, for the analyst and the customer to choose from.
SAVINGS = pl.Schema(
    {
        "policy": pl.String,
        "records": pl.Int64,  # it is about
        "requests": pl.Int64,  # it saves
        "hours": pl.Float64,  # it saves on the engagement's plan
        "loses": pl.String,
        "how": pl.String,
    }
)
ROSTER = pl.Schema({"source_id": pl.String, "name": pl.String, "email": pl.String, "role": pl.String})
OWNERS = pl.Schema(
    {
        "source_id": pl.String,
        "name": pl.String,
        "email": pl.String,
        "role": pl.String,
        "records": pl.Int64,
        "user_id": pl.Int64,
        "user_email": pl.String,
        "resolution": pl.String,  # email | fallback | unresolved
    }
)
PROPOSALS = pl.Schema(
    {
        "object": pl.String,
        "field": pl.String,
        "tag": pl.String,
        "filled": pl.Int64,
        "action": pl.String,  # migrate | custom_field | merge | inventory | skip
        "destination": pl.String,
        "to": pl.String,
        "via": pl.String,
        "type": pl.String,  # Freshsales type of a proposed custom field; null elsewhere
        "confidence": pl.Float64,
        "evidence": pl.String,
        "state": pl.String,  # proposed | confirmed | rejected
        "decided_by": pl.String,
        "reason": pl.String,
    }
)
SCHEMA_PLAN = pl.Schema(
    {
        "destination": pl.String,
        "kind": pl.String,  # module | field | options
        "name": pl.String,
        "label": pl.String,
        "type": pl.String,
        "options": pl.List(pl.String),
        "is_unique": pl.Boolean,
        "how": pl.String,  # api | admin
        "state": pl.String,  # present | created | missing
        "note": pl.String,
    }
)
SAMPLE = pl.Schema({"phase": pl.String, "external_id": pl.String, "why": pl.String})
DIFF = pl.Schema(
    {
        "phase": pl.String,
        "external_id": pl.String,
        "field": pl.String,
        "tag": pl.String,
        "expected": pl.String,
        "returned": pl.String,
        "cause": pl.String,
    }
)
# How the fields of the compared records fared; compared = equal + normalised + different.
COMPARED = pl.Schema(
    {
        "phase": pl.String,
        "field": pl.String,
        "tag": pl.String,
        "compared": pl.Int64,
        "equal": pl.Int64,
        "normalised": pl.Int64,
        "different": pl.Int64,
    }
)
DELTA = pl.Schema(
    {
        "phase": pl.String,
        "external_id": pl.String,
        "change": pl.String,  # new | changed | deleted | unchanged
    }
)
VALIDATION = pl.Schema(
    {
        "phase": pl.String,
        "destination": pl.String,
        "expected": pl.Int64,  # records built from the source
        "in_ledger": pl.Int64,  # written and standing
        "held": pl.Int64,
        "in_tenant": pl.Int64,  # found by listing the tenant; null where it cannot list that object
        "agrees": pl.Boolean,
    }
)
FILL = pl.Schema(
    {
        "phase": pl.String,
        "field": pl.String,
        "tag": pl.String,
        "records": pl.Int64,
        "expected": pl.Int64,
        "returned": pl.Int64,
        "agrees": pl.Boolean,
    }
)
OWNER_RATES = pl.Schema(
    {
        "phase": pl.String,
        "owner": pl.String,  # e-mail of the user, empty for none
        "expected": pl.Int64,
        "returned": pl.Int64,
        "agrees": pl.Boolean,
    }
)
ROLLBACK_PREVIEW = pl.Schema(
    {
        "phase": pl.String,
        "destination": pl.String,
        "delete": pl.Int64,
        "restore": pl.Int64,
        "along": pl.Int64,  # of these, taken back only because they hang on one that is
        "requests": pl.Int64,
    }
)
ROLLBACK_COUNTS = pl.Schema(
    {
        "phase": pl.String,
        "destination": pl.String,
        "deleted": pl.Int64,
        "restored": pl.Int64,
        "held": pl.Int64,
        "requests": pl.Int64,
    }
)
PROOF = pl.Schema(
    {
        "phase": pl.String,
        "destination": pl.String,
        "deleted": pl.Int64,
        "found_gone": pl.Int64,
        "restored": pl.Int64,
        "found_as_before": pl.Int64,
        "held": pl.Int64,
        "holds": pl.Boolean,
    }
)
# What no rollback brings back, and what this one could not see.
ROLLBACK_LIMITS = pl.Schema({"what": pl.String, "why": pl.String})
# What a rollback could not bring back, field by field.
UNRESTORED = pl.Schema(
    {
        "phase": pl.String,
        "external_id": pl.String,
        "destination": pl.String,
        "field": pl.String,
        "why": pl.String,
        "remedy": pl.String,
    }
)
COUNTS = pl.Schema(
    {
        "phase": pl.String,
        "source": pl.String,
        "destination": pl.String,
        "attempted": pl.Int64,
        "loaded": pl.Int64,
        "skipped": pl.Int64,
        "held": pl.Int64,
        "requests": pl.Int64,
    }
)
HELD = pl.Schema(
    {
        "phase": pl.String,
        "external_id": pl.String,
        "code": pl.String,
        "field": pl.String,
        "reason": pl.String,
        "release": pl.String,
    }
)
CROSSWALK = pl.Schema(
    {
        "phase": pl.String,
        "source": pl.String,
        "external_id": pl.String,
        "destination": pl.String,
        "destination_id": pl.Int64,
        "created": pl.Boolean,
    }
)
# One row per staged source row: what became of it.
ROW_OUTCOMES = pl.Schema(
    {
        "object": pl.String,
        "row": pl.Int64,
        "outcome": pl.String,
        "phase": pl.String,
        "external_id": pl.String,
        "reason": pl.String,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseCount:
    """How one object's records fared in one load; attempted = loaded + skipped + held."""

    phase: str
    source: str
    destination: str
    attempted: int
    loaded: int
    skipped: int
    held: int
    requests: int

    @property
    def is_closed(self) -> bool:
        """Whether every attempted record has exactly one outcome."""
        return self.attempted == self.loaded + self.skipped + self.held


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
    """

    to: str
    object: str
    source: str
    is_required: bool = True


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
class Phase:
    """One object's turn inside the load: which rows, to which destination, by which rules.

    Attributes:
        name: Source object, with the route after a dot where it has several: `encounters.visit`.
        where: SQL predicate over staged and derived columns, empty for all rows.
        external_id: Columns that make the source's own id; empty means a hash of the row and its repeat number.
        owner: Column with the source's id of the owner, empty for the fallback owner.
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


def empty(schema: pl.Schema) -> pl.DataFrame:
    """A frame of that schema without rows."""
    return pl.DataFrame(schema=schema)


def frame(rows: list[dict[str, Any]], schema: pl.Schema) -> pl.DataFrame:
    """A frame of that schema from dicts; a missing key is null, an unknown key an error."""
    unknown = {key for row in rows for key in row} - set(schema)
    if unknown:
        raise ValueError(f"keys outside the schema: {sorted(unknown)}")
    return pl.DataFrame([{key: row.get(key) for key in schema} for row in rows], schema=schema, orient="row")
