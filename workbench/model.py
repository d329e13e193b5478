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
# What a column holds, for masking. secret and score (a prediction of the source's own models, stale once it is
# exported) are dropped when the source is read, never staged.
NEVER_STAGED = ("secret", "score")
TAGS = ("none", "id", "name", "contact", "address", "birth", "health", "money", *NEVER_STAGED)
CORE_OBJECTS = ("sales_account", "contact", "deal")
ACTIVITY_OBJECTS = ("task", "appointment", "note")
# Codes of records that are with the tenant's administrator: nothing sends them by the API meanwhile.
HANDED_OVER = ("handed_over", "not_imported")
HOLD_CODES = {
    "missing_identifier": "the destination needs an identifier the record does not have",
    "missing_required": "a required field is empty",
    "owner_unresolved": "no user of the tenant owns the record",
    "parent_missing": "the record it points at is not in the source",
    "parent_held": "the record it points at is itself held",
    "rejected_by_tenant": "the tenant refused the values",
    "too_long": "the text is longer than the tenant stores",
    "edited_in_tenant": "somebody changed the record in the tenant since it was loaded",
    "deleted_in_tenant": "somebody deleted the record in the tenant since it was loaded",
    "parent_deleted": "the record it points at was deleted in the tenant",
    "deleted_in_source": "the record is gone from the source; deleting it is a decision",
    "could_not_be_read": "the newest export could not be read as a whole, so that nothing says the record is gone",
    "left_out_by_rule": "the record is still in the source, and a rule of the mapping leaves it out",
    "too_many_deleted": "more records left the source at once than are deleted unasked",
    "existing_match": "the tenant already holds a record that looks like this one",
    "linked_in_tenant": "something that stays in the tenant hangs on the record",
    "changed_by_later_run": "a later run of this migration changed the record again",
    "still_there": "the tenant was told to delete the record and still holds it",
    "handed_over": "the record is in an import file that has not been imported yet",
    "not_imported": "its import file was imported, and the record is not there",
    "part_missing": "an earlier part of the same long text does not stand",
    "file_missing": "the export holds no such file",
    "file_refused": "the tenant takes no such file: its size, or what it hangs on",
    "file_changed": "the file is another one than was uploaded, and Freshsales lets no program exchange it",
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
# How the values of columns are written, as far as it is settled.
CONVENTIONS = pl.Schema(
    {
        "object": pl.String,
        "field": pl.String,
        "type": pl.String,
        "written": pl.String,
        "choices": pl.String,  # ways the values fit equally well
        "null": pl.String,
        "by": pl.String,  # evidence | layout | a person; empty while it is a question
        "unread": pl.Int64,  # values that no settled way can read
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
        "type": pl.String,  # Freshsales type of a custom field; empty elsewhere
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
# Import files by what became of their rows; rows = found + waiting + missing.
IMPORTS = pl.Schema(
    {
        "file": pl.String,  # relative to the engagement
        "phase": pl.String,
        "destination": pl.String,
        "rows": pl.Int64,
        "bytes": pl.Int64,
        "sha256": pl.String,
        "found": pl.Int64,  # in the tenant, by their external ids
        "waiting": pl.Int64,  # nobody has said that the file was imported, and nothing of it shows
        "missing": pl.Int64,  # the file was imported, these rows are not there
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
        "change": pl.String,  # new | changed | owner: its owner became a user | deleted | unchanged
    }
)
VALIDATION = pl.Schema(
    {
        "phase": pl.String,
        "destination": pl.String,
        "expected": pl.Int64,  # records built from the source
        "in_ledger": pl.Int64,  # written and standing
        "held": pl.Int64,
        "deleted": pl.Int64,  # written, and deleted in the tenant since by somebody else
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
# What each Freshsales plan has room for, the smallest first.
PLAN_FIT = pl.Schema(
    {
        "plan": pl.String,
        "custom_fields": pl.Int64,  # most that one object needs
        "lacks": pl.String,  # what there is no room for, empty where everything fits
        "lossy": pl.String,  # objects that lose detail on this plan
        "is_recommended": pl.Boolean,
    }
)
# What a mapping asks of each Freshsales plan, what the plan has, and what that costs the customer.
PLAN_NEEDS = pl.Schema(
    {
        "plan": pl.String,
        "state": pl.String,  # fits | less: it arrives, in another shape or with less of it | lacks: no room
        "need": pl.String,
        "object": pl.String,
        "fields": pl.String,  # by name, those that stay behind or arrive otherwise
        "needed": pl.String,
        "allowed": pl.String,
        "loses": pl.String,  # empty where it fits
    }
)
# The two tallies of a mapping; `objects` are those that count.
TALLIES = pl.Schema({"name": pl.String, "count": pl.Int64, "of": pl.Int64, "means": pl.String, "objects": pl.String})
# The parts of a move in their order, in days from their own beginning.
TIMELINE = pl.Schema(
    {
        "part": pl.String,
        "side": pl.String,  # before | load | after, of the switch
        "days_least": pl.Float64,
        "days_most": pl.Float64,
        "unit": pl.String,  # days | business days
        "basis": pl.String,
    }
)
# What a quote charges, by the rules of the rate card.
QUOTE = pl.Schema(
    {
        "position": pl.String,
        "per": pl.String,
        "counted": pl.Int64,
        "included": pl.Int64,
        "charged": pl.Int64,
        "price": pl.Float64,
        "amount": pl.Float64,
        "currency": pl.String,
        "is_example": pl.Boolean,  # nobody has set the rates yet
    }
)
# What the customer is told before the move, and of which part of it.
NOTES = pl.Schema(
    {"group": pl.String, "name": pl.String, "text": pl.String, "refuted": pl.String, "requirement": pl.String}
)
# Records by what their owner column leads to; records = valid + without_email + unknown + empty.
OWNER_REFERENCES = pl.Schema(
    {
        "object": pl.String,
        "column": pl.String,
        "records": pl.Int64,
        "valid": pl.Int64,
        "without_email": pl.Int64,  # in the source's list, but by no e-mail of their own
        "unknown": pl.Int64,
        "empty": pl.Int64,
    }
)
# What the customer's account in the source uses, beside what it may use.
AUDIT = pl.Schema(
    {
        "name": pl.String,
        "object": pl.String,
        "found": pl.Int64,  # null where a value is told and nothing counted
        "limit": pl.Int64,  # null where the source names none
        "above": pl.Int64,
        "items": pl.String,
        "beyond": pl.String,  # the items above the limit
        "note": pl.String,
        "requirement": pl.String,
    }
)
# Records of the source that are or may be the same.
DUPLICATES = pl.Schema(
    {
        "object": pl.String,
        "external_id": pl.String,
        "repeats_object": pl.String,
        "repeats": pl.String,  # the record that stays
        "evidence": pl.String,  # names of columns, never their values
        "state": pl.String,  # merged | open: somebody has to decide | apart
        "requirement": pl.String,
    }
)
# Formula fields an export describes; `order` is null where one is not evaluated, and `detail` says why.
FORMULAS = pl.Schema(
    {
        "object": pl.String,
        "field": pl.String,
        "formula": pl.String,
        "needs": pl.String,
        "state": pl.String,
        "detail": pl.String,
        "order": pl.Int64,
        "compared": pl.Int64,
        "different": pl.Int64,
        "evaluated_only": pl.Int64,  # rows the source exports no value for
    }
)
FORMULA_DIFFERENCES = pl.Schema(
    {"object": pl.String, "row": pl.Int64, "field": pl.String, "exported": pl.String, "evaluated": pl.String}
)
# Segments and the lists they become; `expected` is null where Freshsales cannot tell the members.
SEGMENTS = pl.Schema(
    {
        "segment_id": pl.String,
        "name": pl.String,
        "rule": pl.String,
        "state": pl.String,
        "conditions": pl.String,
        "missing": pl.String,
        "advice": pl.String,
        "source_count": pl.Int64,
        "expected": pl.Int64,
    }
)
SEGMENT_COUNTS = pl.Schema(
    {
        "segment_id": pl.String,
        "name": pl.String,
        "source_count": pl.Int64,
        "expected": pl.Int64,
        "in_tenant": pl.Int64,
        "agrees": pl.Boolean,
    }
)
# Cells of records that stay, filled from one that was merged into them.
MERGED_FIELDS = pl.Schema({"object": pl.String, "external_id": pl.String, "field": pl.String, "taken_from": pl.String})
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
# Files of the export by what became of them; a skipped one is the same as another file of the same record.
UPLOADS = pl.Schema(
    {
        "phase": pl.String,
        "external_id": pl.String,
        "path": pl.String,  # in the export
        "file_name": pl.String,  # in Freshsales
        "bytes": pl.Int64,  # null where there is no such file
        "sha256": pl.String,
        "outcome": pl.String,  # loaded | skipped | held
        "reason": pl.String,
    }
)
# The files a mapping uploads, as they were when it was approved; all but the path is null where there is none.
ATTACHMENTS = pl.Schema({"path": pl.String, "bytes": pl.Int64, "stamp": pl.String, "sha256": pl.String})
# Uploaded files as the tenant holds them.
UPLOADS_FOUND = pl.Schema(
    {
        "phase": pl.String,
        "external_id": pl.String,
        "file_name": pl.String,
        "bytes": pl.Int64,
        "found_bytes": pl.Int64,  # null where the tenant shows no such file
        "sha256": pl.String,
        "found_sha256": pl.String,  # null where the file was not downloaded
        "agrees": pl.Boolean,
    }
)
# Held records by what they wait for: a root waits for nothing but its own reason.
HELD_ROOTS = pl.Schema(
    {
        "phase": pl.String,
        "external_id": pl.String,
        "code": pl.String,
        "field": pl.String,
        "reason": pl.String,
        "release": pl.String,
        "waiting": pl.Int64,  # records held behind it, however far
        "through": pl.String,  # longest chain of phases behind it: patients > claims
    }
)
# HELD, each with the roots it waits for in the end and the chain that leads to the first of them.
HELD_CHAINS = pl.Schema(
    {
        **HELD,
        "root": pl.String,  # PHASE/ID, several joined by ; and empty for a root
        "chain": pl.String,  # from the root to the record: patients/p1 > claims/k1
        "waiting": pl.Int64,
    }
)
# What a retry would do with each held record.
RETRY = pl.Schema(
    {
        "phase": pl.String,
        "external_id": pl.String,
        "code": pl.String,
        "verdict": pl.String,  # one of `workbench.load.retry.VERDICTS`
        "why": pl.String,
        "requests": pl.Int64,  # it would cost at least; records that go by the hundred cost less together
    }
)
# What both sides changed since the load: three values side by side, and what was decided.
CONFLICTS = pl.Schema(
    {
        "phase": pl.String,
        "external_id": pl.String,
        "destination": pl.String,
        "destination_id": pl.Int64,
        "field": pl.String,  # empty where the whole record is the question
        "tag": pl.String,
        "loaded": pl.String,
        "source": pl.String,
        "tenant": pl.String,
        "case": pl.String,  # of the record; another one once any of the values changes
        "decision": pl.String,  # source | tenant, empty while nobody decided
        "decided_by": pl.String,
    }
)
# Records of a source as they were brought over last; equal hashes are equal content.
RECORD_HASHES = pl.Schema({"phase": pl.String, "external_id": pl.String, "hash": pl.String})
# Whether a frozen source still says what the last delta read.
SOURCE_PROOF = pl.Schema(
    {"object": pl.String, "records": pl.Int64, "brought_over": pl.String, "found": pl.String, "agrees": pl.Boolean}
)
# Every delta so far, and as the last row the forecast of the next.
ROUNDS = pl.Schema(
    {
        "run": pl.String,
        "at": pl.Datetime("us", "UTC"),
        "new": pl.Int64,
        "changed": pl.Int64,
        "owner": pl.Int64,
        "deleted": pl.Int64,
        "requests": pl.Int64,
        "hours": pl.Float64,  # at the pace of the plan
        "is_forecast": pl.Boolean,
    }
)
# Records of ours that the tenant no longer holds.
DELETED_IN_TENANT = pl.Schema(
    {
        "phase": pl.String,
        "external_id": pl.String,
        "destination": pl.String,
        "destination_id": pl.Int64,
        "what": pl.String,
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


def empty(schema: pl.Schema) -> pl.DataFrame:
    """A frame of that schema without rows."""
    return pl.DataFrame(schema=schema)


def frame(rows: list[dict[str, Any]], schema: pl.Schema) -> pl.DataFrame:
    """A frame of that schema from dicts; a missing key is null, an unknown key an error."""
    unknown = {key for row in rows for key in row} - set(schema)
    if unknown:
        raise ValueError(f"keys outside the schema: {sorted(unknown)}")
    return pl.DataFrame([{key: row.get(key) for key in schema} for row in rows], schema=schema, orient="row")
