"""What changed in the source since the load, and bringing it over without overwriting anybody's work.

Reading costs requests where something has to be compared with the tenant, and nowhere else: a record whose content is
what was loaded is not asked for. A record about to change is looked at first, alone or by the hundred; see `currents`.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace

import polars as pl

from workbench.ledger import Ledger
from workbench.load.currents import choose_listed
from workbench.load.gone import Reading, hold_gone, judge_gone
from workbench.load.owners import Owners
from workbench.load.phases import Progress, Report, load_phases, print_count
from workbench.load.retry import ATTEMPTED, judge_held
from workbench.load.setup import Setup
from workbench.model import COUNTS, DELTA, RECORD_HASHES, SOURCE_PROOF, Phase, PhaseCount, frame

NOT_CONTENT = ("_rows", "external_id")
TO_LOAD = ("new", "changed", "owner")


def find_delta(previous: Mapping[str, pl.DataFrame], current: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Compare two builds of the same phases, record by record; see `compare_hashes`."""
    return compare_hashes(hash_records(previous), hash_records(current))


def hash_records(records: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """RECORD_HASHES of every record, by phase and external id: the same content gives the same hash in every run."""
    return pl.concat([pl.DataFrame(schema=RECORD_HASHES), *(_hash_phase(name, rows) for name, rows in records.items())])


def compare_hashes(before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    """What became of every record between two exports.

    Args:
        before: RECORD_HASHES as they were brought over.
        after: RECORD_HASHES of the newest export.

    Returns:
        DELTA: every record of either side once, by phase and external id.
    """
    change = (
        pl.when(pl.col("hash").is_null()).then(pl.lit("new"))
        .when(pl.col("hash_after").is_null()).then(pl.lit("deleted"))
        .when(pl.col("hash") == pl.col("hash_after")).then(pl.lit("unchanged"))
        .otherwise(pl.lit("changed"))
    )  # fmt: skip
    joined = before.join(after, on=["phase", "external_id"], how="full", coalesce=True, suffix="_after")
    order = {
        phase: place for place, phase in enumerate([*after["phase"].unique(maintain_order=True), *before["phase"]])
    }
    place = pl.col("phase").replace_strict(order, return_dtype=pl.Int64)
    return joined.sort(place, "external_id").select("phase", "external_id", change.alias("change")).cast(DELTA)


def mark_arrivals(
    delta: pl.DataFrame, setup: Setup, current: Mapping[str, pl.DataFrame], arrived: Iterable[str]
) -> pl.DataFrame:
    """DELTA in which records count as changed whose owner has become a user since they went to the fallback owner.

    Args:
        arrived: Source ids of the people who became users.
    """
    people, owners = list(arrived), Owners(setup.owners)
    if not people:
        return delta
    rows = []
    for phase, records in current.items():
        theirs = records.filter(pl.col("owner").is_in(people)).select("external_id", "owner").unique()
        for external_id, owner in theirs.iter_rows():
            standing = setup.ledger.standing(phase, external_id)
            sent = setup.ledger.last_sent(standing) if standing and standing.is_standing else {}
            if sent.get("owner_id", owners.resolve(owner).user_id) != owners.resolve(owner).user_id:
                rows.append((phase, external_id))
    found = pl.DataFrame(rows, schema={"phase": pl.String, "external_id": pl.String}, orient="row")
    marked = delta.join(
        found.with_columns(is_theirs=True), on=["phase", "external_id"], how="left", maintain_order="left"
    )
    is_owner = pl.col("is_theirs").fill_null(False) & (pl.col("change") == "unchanged")
    return marked.select(
        "phase", "external_id", pl.when(is_owner).then(pl.lit("owner")).otherwise("change").alias("change")
    )


def apply_delta(
    setup: Setup,
    phases: tuple[Phase, ...],
    current: dict[str, pl.DataFrame],
    delta: pl.DataFrame,
    *,
    deleted: str = "hold",
    reading: Reading | None = None,
    most_deleted: int | None = None,
    on_phase: Report = print_count,
    progress: Progress = lambda phase, *, done, total: None,
) -> pl.DataFrame:
    """Load what is new or changed and what nothing holds any more; hold what both sides changed.

    Killed at any instant, the next call goes on from there; applying the same delta again sends no write.

    Args:
        deleted: What becomes of records that left the source, see `judge_gone`; those to be deleted are left to
            `delete_gone`.
        reading: What the export could not say, see `judge_gone`.
        most_deleted: So many may be deleted, see `judge_gone`.

    Returns:
        COUNTS, a row a phase; attempted are the new, the changed, and the deleted ones that wait for a decision.

    Raises:
        WorkbenchError: As `load_phases` does.
    """
    setup.begin()
    only = find_attempts(setup, phases, current, delta)
    counts = load_phases(
        replace(setup, lists=_choose_lists(setup.ledger, phases, only)),
        phases,
        current,
        only=only,
        on_phase=lambda count: None,
        progress=progress,
    )
    gone = judge_gone(setup, phases, current, policy=deleted, reading=reading, most_deleted=most_deleted)
    held = hold_gone(setup, gone)
    setup.ledger.save()
    whole = [_add_held(PhaseCount(**row), held) for row in counts.iter_rows(named=True)]
    for row in whole:
        on_phase(row)
    added = pl.Series([held[phase] for phase in counts["phase"]], dtype=pl.Int64)
    return counts.with_columns(attempted=pl.col("attempted") + added, held=pl.col("held") + added).match_to_schema(
        COUNTS
    )


def find_attempts(
    setup: Setup, phases: tuple[Phase, ...], current: Mapping[str, pl.DataFrame], delta: pl.DataFrame
) -> pl.DataFrame:
    """The records to bring over, by `phase` and `external_id`: of the delta, and what may be held no longer.

    What would only be refused again is left out.
    """
    retry = judge_held(setup, phases, current)
    names = ["phase", "external_id"]
    wanted = pl.concat([
        delta.filter(pl.col("change").is_in(TO_LOAD)).select(names),
        retry.filter(pl.col("verdict").is_in(ATTEMPTED)).select(names),
    ])  # fmt: skip
    return wanted.unique(maintain_order=True).join(retry.filter(verdict="same"), on=names, how="anti")


def note_brought_over(ledger: Ledger, phases: tuple[Phase, ...], hashes: pl.DataFrame) -> None:
    """Write down for every source object which content of it has been brought over.

    Args:
        hashes: RECORD_HASHES of the export.
    """
    for object, (_, digest) in _digest_objects(phases, hashes).items():
        ledger.set_watermark(object, digest)
    ledger.save()


def prove_frozen(
    ledger: Ledger, phases: tuple[Phase, ...], hashes: pl.DataFrame, *, before: pl.DataFrame | None
) -> pl.DataFrame:
    """Whether an export taken after the last delta still says what that delta brought over.

    To be asked before anything of this export is brought over, and noted as such.

    Args:
        hashes: RECORD_HASHES of the newest export.
        before: RECORD_HASHES that the last complete delta brought over; null where this export was not taken after it,
            which proves nothing.

    Returns:
        SOURCE_PROOF, a row a source object; `agrees` is null where nothing is proved yet.
    """
    rows = []
    known = _digest_objects(phases, before) if before is not None else {}
    for object, (records, digest) in _digest_objects(phases, hashes).items():
        # Both: a run that was killed since may have brought over something else.
        brought = ledger.watermark(object) or ""
        agrees = known[object][1] == digest == brought if before is not None else None
        rows.append({"object": object, "records": records, "brought_over": brought[:16], "found": digest[:16],
                     "agrees": agrees})  # fmt: skip
    return frame(rows, SOURCE_PROOF)


def _hash_phase(name: str, records: pl.DataFrame) -> pl.DataFrame:
    content = sorted(column for column in records.columns if column not in NOT_CONTENT)
    written = records.unique("external_id", keep="first", maintain_order=True).select(
        "external_id", pl.struct(content).struct.json_encode().alias("text")
    )
    hashes = [hashlib.sha256(text.encode()).hexdigest()[:32] for text in written["text"]]
    return written.select(pl.lit(name).alias("phase"), "external_id", pl.Series("hash", hashes, dtype=pl.String)).cast(
        RECORD_HASHES
    )


def _digest_objects(phases: tuple[Phase, ...], hashes: pl.DataFrame) -> dict[str, tuple[int, str]]:
    """How many records of each source object there are, and one hash over all of them."""
    named: dict[str, list[str]] = {}
    for phase in phases:
        named.setdefault(phase.source, []).append(phase.name)
    found = {}
    for object, names in named.items():
        rows = hashes.filter(pl.col("phase").is_in(names)).sort("phase", "external_id")
        digest = hashlib.sha256("\n".join("\t".join(row) for row in rows.iter_rows()).encode()).hexdigest()
        found[object] = rows.height, digest
    return found


def _choose_lists(ledger: Ledger, phases: tuple[Phase, ...], only: pl.DataFrame) -> frozenset[str]:
    wanted, held = Counter[str](), Counter[str]()
    for phase in phases:
        standing = ledger.standing_ids(phase.name)
        held[phase.destination] += len(standing)
        wanted[phase.destination] += len(standing & set(only.filter(phase=phase.name)["external_id"]))
    return choose_listed(wanted, held)


def _add_held(count: PhaseCount, held: Counter[str]) -> PhaseCount:
    more = held[count.phase]
    return replace(count, attempted=count.attempted + more, held=count.held + more)
