"""The load: every record of every phase, in lookup order, each with exactly one outcome.

- loaded   written by this engagement and standing in the tenant, by this run or an earlier one
- skipped  not sent by a stated rule: a row that repeats another one, id and content
- held     cannot go; the ledger says why and what would release it
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict
from functools import partial

import polars as pl

from workbench.errors import StopRun, raise_problems
from workbench.freshsales.costs import goes_in_batches
from workbench.load.batches import Batches
from workbench.load.recovery import settle_doubts
from workbench.load.setup import Setup
from workbench.load.writer import Writer, make_writer
from workbench.model import ACTIVITY_OBJECTS, COUNTS, Phase, PhaseCount, frame

Report = Callable[[PhaseCount], None]
Progress = Callable[..., None]  # called with the phase, done= and total=


def print_count(count: PhaseCount) -> None:
    """Print the balance of a phase as one line."""
    print(
        f"{count.phase}: attempted {count.attempted:,} = loaded {count.loaded:,}"
        f" + skipped {count.skipped:,} + held {count.held:,}; {count.requests:,} requests"
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
        COUNTS, one row a phase.

    Raises:
        UsageError: External ids do not tell records apart; nothing was written.
        StopRun: A phase does not balance.
        RetryLater: The tenant does not answer; everything so far stands in the ledger.
    """
    check_external_ids(phases, records)
    setup.ledger.begin_run(setup.run_label)
    settle_doubts(setup.tenant, setup.ledger, phases)
    writer = make_writer(setup)
    counts = []
    for phase in phases:
        attempted = select_records(phase, records[phase.name], only)
        counts.append(_load_phase(phase, attempted, writer, progress))
        on_phase(counts[-1])
    return frame([asdict(count) for count in counts], COUNTS)


def select_records(phase: Phase, records: pl.DataFrame, only: pl.DataFrame | None) -> pl.DataFrame:
    """The records of a phase to attempt, parents before children where the phase points at itself."""
    if only is not None:
        wanted = only.filter(pl.col("phase") == phase.name).select("external_id").unique()
        records = records.join(wanted, on="external_id", how="semi", maintain_order="left")
    own = [f"lookup.{lookup.to}" for lookup in phase.lookups if lookup.object == phase.source]
    for lookup in own:
        records = _put_parents_first(records, lookup)
    return records


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


def _load_phase(phase: Phase, records: pl.DataFrame, writer: Writer, progress: Progress) -> PhaseCount:
    requests = writer.tenant.requests
    outcomes = _write_all(phase, records, writer, progress)
    writer.ledger.save()
    count = PhaseCount(
        phase=phase.name,
        source=phase.source,
        destination=phase.destination,
        attempted=records.height,
        loaded=outcomes["loaded"],
        skipped=outcomes["skipped"],
        held=outcomes["held"],
        requests=writer.tenant.requests - requests,
    )
    if not count.is_closed:
        raise StopRun(f"{phase.name}: the balance does not close: {count}; the ledger is intact, run again")
    return count


def _write_all(phase: Phase, records: pl.DataFrame, writer: Writer, progress: Progress) -> Counter[str]:
    ids = records["external_id"].unique(maintain_order=True)
    batches = Batches(writer=writer, phase=phase)
    new = len(set(ids) - writer.ledger.standing_ids(phase.name))
    # What went by the hundred is found in a list; a tenant that renamed that list shows nothing of it.
    by_hundred = goes_in_batches(phase.destination, new) and writer.tenant.find_view(phase.destination) is not None
    take = batches.take if by_hundred else partial(writer.write, phase)
    rows = records.unique("external_id", keep="first", maintain_order=True).iter_rows(named=True)
    for done, record in enumerate(rows, start=1):
        take(record)
        progress(phase.name, done=done, total=len(ids))
    batches.settle()
    states = writer.ledger.states(phase.name)
    return Counter(states.get(external_id) for external_id in ids) + Counter(skipped=records.height - len(ids))


def _list_pairs(phases: tuple[Phase, ...]) -> Iterator[tuple[Phase, Phase]]:
    # An activity is found by source object and id together, so that only routes of one object could clash there.
    for number, first in enumerate(phases):
        for second in phases[number + 1 :]:
            is_found_alike = first.source == second.source or first.destination not in ACTIVITY_OBJECTS
            if first.destination == second.destination and is_found_alike:
                yield first, second


def _put_parents_first(records: pl.DataFrame, lookup: str) -> pl.DataFrame:
    parents = dict(records.select("external_id", lookup).iter_rows())
    depths: dict[str, int] = {}
    for external_id in parents:
        line = []
        while external_id in parents and external_id not in depths:
            depths[external_id] = 0  # where the line comes back to itself, it ends
            line.append(external_id)
            external_id = parents[external_id]
        above = depths.get(external_id, -1)
        for depth, each in enumerate(reversed(line), start=above + 1):
            depths[each] = depth
    order = pl.Series("depth", [depths[external_id] for external_id in records["external_id"]], dtype=pl.Int64)
    return records.with_columns(order).sort("depth", maintain_order=True).drop("depth")


def _quote(ids: pl.Series) -> str:
    return ", ".join(ids.head(3)) + (", …" if len(ids) > 3 else "")
