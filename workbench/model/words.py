"""Words that stand in data: outcomes, tags, reasons a record is held, causes a value differs."""

from __future__ import annotations

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
