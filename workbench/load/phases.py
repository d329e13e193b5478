"""The load: every record of every phase, in lookup order, each with exactly one outcome.

- loaded   written by this engagement and standing in the tenant, by this run or an earlier one
- skipped  not sent by a stated rule: a row that repeats another one, id and content
- held     cannot go; the ledger says why and what would release it
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from functools import partial

import polars as pl

from workbench.destinations import DOCUMENT
from workbench.errors import StopRun, raise_problems
from workbench.freshsales.costs import goes_in_batches
from workbench.load.batches import Batches
from workbench.load.doubles import remove_doubles
from workbench.load.hand_over import HandOver, find_imported, take_back
from workbench.load.late import find_late_links
from workbench.load.line_items import count_lines
from workbench.load.links import settle_links
from workbench.load.lookups import order_records
from workbench.load.recovery import settle_doubts
from workbench.load.setup import Setup
from workbench.load.singles import Singles
from workbench.load.updates import settle_updates
from workbench.load.uploads import upload_files
from workbench.load.writer import Writer, make_writer
from workbench.model import ACTIVITY_OBJECTS, COUNTS, Phase, PhaseCount, frame
from workbench.wording import say_number

Report = Callable[[PhaseCount], None]
Progress = Callable[..., None]  # called with the phase, done= and total=


def print_count(count: PhaseCount) -> None:
    """Print the balance of a phase as one line."""
    print(
        f"{count.phase}: attempted {count.attempted:,} = loaded {count.loaded:,}"
        f" + skipped {count.skipped:,} + held {count.held:,}; {say_number(count.requests, 'request')}"
    )


def load_phases(
    setup: Setup,
    phases: tuple[Phase, ...],
    records: dict[str, pl.DataFrame],
    *,
    only: pl.DataFrame | None = None,
    on_phase: Report = print_count,
    progress: Progress = lambda phase, *, done, total: None,
) -> pl.DataFrame:
    """Load phase after phase; killed at any instant, the next call goes on from there.

    Args:
        phases: In load order.
        records: Frames of `build_records` by phase.
        only: Records to attempt, by `phase` and `external_id`; null attempts all.
        on_phase: Told the balance of each phase before the next begins.
        progress: Told after each record how far its phase is.

    Returns:
        COUNTS, one row a phase, after it one for the lines of its deals, and at the end one for the late links of
        each phase that has any.

    Raises:
        UsageError: External ids do not tell records apart; nothing was written.
        StopRun: A phase does not balance, or somebody touched an activity that stands twice.
        RetryLater: The tenant does not answer; everything so far stands in the ledger.
    """
    check_external_ids(phases, records)
    setup.begin()
    settle_updates(setup.tenant, setup.ledger)
    settle_doubts(setup.tenant, setup.ledger, phases)
    writer = replace(make_writer(setup), late=find_late_links(phases, records))
    counts = []
    for position, phase in enumerate(phases, start=1):
        attempted = select_records(phase, records[phase.name], only)
        counts.append(_load_phase(phase, attempted, writer, progress, position=position, whole=records[phase.name]))
        on_phase(counts[-1])
        if phase.lines:
            counts.append(count_lines(phase, attempted, setup.ledger))
            on_phase(counts[-1])
    for phase in phases:
        if writer.late.has_any(phase):
            # Those of records outside of `only` too: a link may have waited for one that stands now.
            counts.append(settle_links(writer, phase, records[phase.name]))
            on_phase(counts[-1])
    remove_doubles(setup.tenant, setup.ledger, phases)
    return frame([asdict(count) for count in counts], COUNTS)


def select_records(phase: Phase, records: pl.DataFrame, only: pl.DataFrame | None) -> pl.DataFrame:
    """The records of a phase to attempt, parents before children where the phase points at itself."""
    if only is not None:
        wanted = only.filter(pl.col("phase") == phase.name).select("external_id").unique()
        records = records.join(wanted, on="external_id", how="semi", maintain_order="left")
    return order_records(phase, records)


def check_external_ids(phases: tuple[Phase, ...], records: dict[str, pl.DataFrame]) -> None:
    """Let records pass whose external ids tell them apart wherever the id is what they are found by.

    Raises:
        UsageError: Names every phase or pair of phases where one id stands for several records.
    """
    problems = []
    for phase in phases:
        rows = records[phase.name].drop("_rows").unique()
        doubled = rows.filter(pl.col("external_id").is_duplicated())["external_id"].unique().sort()
        if len(doubled):
            problems.append(
                f"{phase.name}: {len(doubled):,} external ids stand on different records: {_quote(doubled)}"
            )
    for first, second in _list_pairs(phases):
        ids = (
            records[first.name].join(records[second.name], on="external_id", how="semi")["external_id"].unique().sort()
        )
        if len(ids):
            problems.append(
                f"{first.name} and {second.name} both become {first.destination} and share {len(ids):,} external ids:"
                f" {_quote(ids)}; give one of them a computed id in the pack"
            )
    raise_problems("external ids that do not tell records apart", problems)


def _load_phase(
    phase: Phase, records: pl.DataFrame, writer: Writer, progress: Progress, *, position: int, whole: pl.DataFrame
) -> PhaseCount:
    requests = writer.tenant.requests
    outcomes = _write_all(phase, records, writer, progress, position=position, whole=whole)
    repeats = _count_repeats(phase, records)
    writer.ledger.save()
    count = PhaseCount(
        phase=phase.name,
        source=phase.source,
        destination=phase.destination,
        attempted=records.height + repeats,
        loaded=outcomes["loaded"],
        skipped=outcomes["skipped"] + repeats,
        held=outcomes["held"],
        requests=writer.tenant.requests - requests,
    )
    if not count.is_closed:
        raise StopRun(f"{phase.name}: the balance does not close: {count}; the ledger is intact, run again")
    return count


def _count_repeats(phase: Phase, records: pl.DataFrame) -> int:
    """Source records that were merged into those of the phase: staged rows beyond the first of each."""
    return 0 if phase.merge else int((records["_rows"].list.len() - 1).cast(pl.Int64).sum())


def _write_all(
    phase: Phase, records: pl.DataFrame, writer: Writer, progress: Progress, *, position: int, whole: pl.DataFrame
) -> Counter[str]:
    if phase.destination == DOCUMENT:
        return upload_files(writer, phase, records, progress=progress)
    ids = records["external_id"].unique(maintain_order=True)
    if writer.desk:
        find_imported(writer, phase, whole)  # also of what is not attempted now

    def tell(done: int) -> None:
        progress(phase.name, done=done, total=len(ids))

    way = _choose_way(phase, set(ids), writer, position=position, tell=tell)
    rows = records.unique("external_id", keep="first", maintain_order=True).iter_rows(named=True)
    for done, record in enumerate(rows, start=1):
        way.take(record)
        if not isinstance(way, Singles):  # those tell by themselves: not every one they take has its outcome at once
            tell(done)
    way.settle()
    states = writer.ledger.states(phase.name)
    return Counter(states.get(external_id) for external_id in ids) + Counter(skipped=records.height - len(ids))


def _choose_way(
    phase: Phase, ids: set[str], writer: Writer, *, position: int, tell: Callable[[int], None]
) -> HandOver | Batches | Singles:
    """What takes the records of a phase one by one, and settles those on their way at the end."""
    new = len(ids - writer.ledger.standing_ids(phase.name))
    # What went by the hundred or by file is found in a list; a tenant that renamed that list shows nothing of it.
    by_file = writer.desk is not None and phase.destination in writer.desk.objects
    is_listed = (
        (by_file or goes_in_batches(phase.destination, new)) and new and writer.tenant.find_view(phase.destination)
    )
    if by_file and is_listed:
        return HandOver(writer=writer, phase=phase, position=position)
    # Never because nothing is new: a retry attempts none of what is in a file.
    is_stuck = by_file and writer.ledger.handed_over(phase.name) and not writer.tenant.find_view(phase.destination)
    if writer.desk and (is_stuck or not by_file):
        take_back(writer.ledger, phase)
    if is_listed:
        return Batches(writer=writer, phase=phase)
    write = partial(writer.write, phase)
    return Singles(tenant=writer.tenant, ledger=writer.ledger, phase=phase, write=write, tell=tell)


def _list_pairs(phases: tuple[Phase, ...]) -> Iterator[tuple[Phase, Phase]]:
    # An activity is found by source object and id together, so that only routes of one object could clash there.
    for number, first in enumerate(phases):
        for second in phases[number + 1 :]:
            is_found_alike = first.source == second.source or first.destination not in ACTIVITY_OBJECTS
            if first.destination == second.destination and is_found_alike:
                yield first, second


def _quote(ids: pl.Series) -> str:
    return ", ".join(ids.head(3)) + (", …" if len(ids) > 3 else "")
