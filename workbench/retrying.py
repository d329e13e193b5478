"""A retry: the held records of an engagement that can go now, what that takes, and how the whole load stands then."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, replace

import polars as pl

from workbench.compiled import Compiled, read_compiled, set_up
from workbench.destinations import DOCUMENT
from workbench.engagement import Engagement
from workbench.errors import StopRun, UsageError
from workbench.evidence.checkpoints import find_store, read_ledger
from workbench.freshsales.client import Tenant
from workbench.gate import pass_approval, pass_gate
from workbench.ledger.standings import Standings
from workbench.load.line_items import count_lines
from workbench.load.retry import ATTEMPTED, VERDICTS, count_retry, judge_held
from workbench.model import COUNTS, Phase, PhaseCount, frame
from workbench.wording import say_number

HELD = "held"
ON_ITS_WAY = "on its way when a run ended"  # it has no hold code


def plan_retry(
    engagement: Engagement, compiled: Compiled, tenant: Tenant, *, only: str, send_refused: bool
) -> pl.DataFrame | None:
    """RETRY of what is held; null where everything is to be loaded. Asks the tenant nothing.

    Args:
        only: `held`, or empty for everything.

    Raises:
        UsageError: It is neither, or nothing was loaded yet.
    """
    if only not in ("", HELD):
        raise UsageError(f"only = {only!r}: write held, or leave it empty for everything")
    if not only:
        return None
    check_loaded(engagement)
    run = engagement.latest_run("load")
    with read_ledger(engagement) as ledger:
        setup = set_up(run, compiled, tenant=tenant, ledger=ledger)
        return judge_held(setup, compiled.phases, compiled.records, sends_refused=send_refused)


def list_attempts(retry: pl.DataFrame) -> pl.DataFrame:
    """The records a retry sends or asks after, by `phase` and `external_id`."""
    return retry.filter(pl.col("verdict").is_in(ATTEMPTED)).select("phase", "external_id")


def pick_attempts(compiled: Compiled, retry: pl.DataFrame) -> Compiled:
    """The same mapping with the records a retry sends alone, for its request plan."""
    wanted = list_attempts(retry)
    return replace(compiled, records={
        name: records.join(wanted.filter(phase=name), on="external_id", how="semi", maintain_order="left")
        for name, records in compiled.records.items()
    })  # fmt: skip


def count_whole(
    ledger: Standings, phases: tuple[Phase, ...], records: Mapping[str, pl.DataFrame], counts: pl.DataFrame
) -> pl.DataFrame:
    """COUNTS of the whole load after a retry, for the balance is that of all records; requests are the retry's.

    Args:
        counts: COUNTS of what the retry attempted.

    Raises:
        StopRun: A record has no outcome.
    """
    requests = dict(counts.select("phase", "requests").iter_rows())
    rows = []
    for phase in phases:
        of_phase = records[phase.name]
        outcomes = _count_outcomes(ledger, phase, of_phase)
        repeats = 0 if phase.merge else int((of_phase["_rows"].list.len() - 1).cast(pl.Int64).sum())
        count = PhaseCount(
            phase=phase.name, source=phase.source, destination=phase.destination,
            attempted=of_phase.height + repeats, loaded=outcomes["loaded"], held=outcomes["held"],
            skipped=outcomes["skipped"] + of_phase.height - outcomes.total() + repeats,
            requests=requests.get(phase.name, 0),
        )  # fmt: skip
        rows.append(asdict(count))
        if phase.lines:
            rows.append(asdict(count_lines(phase, of_phase, ledger)))
    late = counts.filter(~pl.col("phase").is_in([row["phase"] for row in rows]))
    return pl.concat([frame(rows, COUNTS), late])


def _count_outcomes(ledger: Standings, phase: Phase, records: pl.DataFrame) -> Counter[str]:
    """Loaded, skipped and held, each external id once."""
    states, standing = ledger.states(phase.name), ledger.standing_ids(phase.name)
    outcomes: Counter[str] = Counter()
    for external_id in set(records["external_id"]):
        state = states.get(external_id, "")
        # The same file of the same record goes once, and the ledger has nothing to say of the other.
        if phase.destination == DOCUMENT and external_id not in standing and state in ("", "loaded"):
            state = "skipped"
        outcomes[state] += 1
    if lost := outcomes.total() - sum(outcomes[state] for state in ("loaded", "skipped", "held")):
        said = say_number(lost, "record has", "records have")
        raise StopRun(f"{phase.name}: {said} no outcome; the ledger is intact, run the load again")
    return outcomes


def check_loaded(engagement: Engagement) -> None:
    """Let a retry begin only after a load.

    Raises:
        UsageError: The load has not run to its end yet, so that running it is what sends the rest.
    """
    engagement.latest_run("load")
    if not find_store(engagement).exists():
        raise UsageError(f"{engagement.name}: nothing was loaded, so nothing is held")


def describe_retry(engagement: Engagement, tenant: Tenant, *, send_refused: bool) -> str:
    """What a retry would do, verdict by verdict. It reads the tenant's settings and users, and nothing else.

    Raises:
        GateClosed: The sample does not stand approved for exactly today's inputs.
        UsageError: Nothing was loaded yet.
    """
    check_loaded(engagement)
    run = engagement.run("load", "preview")
    pass_approval(run)
    compiled = read_compiled(engagement, tenant)
    pass_gate(run, compiled.schema)
    retry = plan_retry(engagement, compiled, tenant, only=HELD, send_refused=send_refused)
    lines = [f"{engagement.customer}: {say_number(retry.height, 'record is', 'records are')} held"]
    for verdict, meaning in VERDICTS.items():
        rows = retry.filter(verdict=verdict)
        if rows.height:
            codes = rows["code"].replace("", ON_ITS_WAY).value_counts(sort=True).rows()
            lines.append(f"  {rows.height:>7,}  {meaning} ({', '.join(f'{code} {count:,}' for code, count in codes)})")
    takes = say_number(count_retry(retry, compiled.phases), "request")
    lines.append(
        f"  takes at most {takes}, a look at what the tenant holds and "
        f"the settings aside; this preview read the settings and users in {tenant.requests:,}"
    )
    return "\n".join(lines)
