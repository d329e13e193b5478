"""The ledger's tables, format by format: a new ledger takes every step, an older one those it lacks, all at once."""

from __future__ import annotations

from workbench.errors import UsageError
from workbench.ledger.database import Database

# A step is never changed once a ledger may have taken it, and no step touches an entry. Braces: `Database.dialect`.
_STEPS: dict[int, tuple[str, ...]] = {
    1: (
        "CREATE TABLE meta (key {text} PRIMARY KEY, value {text} NOT NULL){by_key}",
        "CREATE TABLE entries (seq {whole} PRIMARY KEY, at {text} NOT NULL, run {text} NOT NULL, kind {text} NOT NULL,"
        " phase {text} NOT NULL, external_id {text} NOT NULL, payload {text} NOT NULL, prev {text} NOT NULL,"
        " hash {text} NOT NULL)",
        "CREATE TABLE records (phase {text} NOT NULL, external_id {text} NOT NULL, source {text} NOT NULL,"
        " destination {text} NOT NULL, destination_id {whole}, content_hash {text} NOT NULL DEFAULT '',"
        " state {text} NOT NULL, created {whole} NOT NULL DEFAULT 0, intent {whole}, answer {whole}, before {whole},"
        " hold {whole}, PRIMARY KEY (phase, external_id)){by_key}",
        "CREATE INDEX records_by_external_id ON records (external_id, source)",
        "CREATE INDEX records_by_destination ON records (destination_id, destination)",
        "CREATE INDEX records_open ON records (state) WHERE state IN ('in_doubt', 'held')",
        "{entries_stay}",
        "{entries_remain}",
        "INSERT INTO meta VALUES ('format', '1')",
    ),
    # Few entries are of these kinds, and finding them must not mean reading all the others.
    2: (
        "CREATE INDEX entries_withdrawn ON entries (phase, external_id) WHERE kind = 'withdrawal'",
        "CREATE INDEX entries_watermark ON entries (phase, seq) WHERE kind = 'watermark'",
        "CREATE INDEX entries_job ON entries (seq) WHERE kind = 'job'",
        "UPDATE meta SET value = '2' WHERE key = 'format'",
    ),
}
FORMAT = max(_STEPS)


def check_format(where: str, found: int) -> int:
    """Let a format pass that this workbench knows.

    Raises:
        UsageError: A newer workbench wrote it.
    """
    if found > FORMAT:
        raise UsageError(f"{where}: ledger format {found}; this workbench knows {FORMAT}: install a newer one")
    return found


def migrate(database: Database) -> None:
    """Bring a ledger to the newest format in one transaction: an end at any instant leaves the old one or the new."""
    steps = [step for number in range(database.format + 1, FORMAT + 1) for step in _STEPS[number]]
    if steps:
        database.write(*((step.format(**database.dialect), [()]) for step in steps))
        database.commit()
        database.format = FORMAT
