"""Load: every record of every phase, in lookup order, each with exactly one outcome."""

from __future__ import annotations

from dataclasses import dataclass, replace

import polars as pl

from workbench.budget.durations import forecast_durations
from workbench.budget.requests import Meter, plan_requests, sum_requests
from workbench.compiled import Compiled, bind_inputs, read_compiled, set_up
from workbench.engagement import RunFolder
from workbench.evidence.checkpoints import find_store, open_ledger, read_ledger
from workbench.folder import save_csv, save_frames
from workbench.freshsales.client import Tenant
from workbench.freshsales.plans import read_plans
from workbench.gate import pass_approval, pass_gate
from workbench.ledger import Ledger
from workbench.load.held import group_held
from workbench.load.import_files import FOLDER as IMPORTS_FOLDER
from workbench.load.import_files import describe_files, write_instruction
from workbench.load.late import LINKS
from workbench.load.line_items import TURN
from workbench.load.phases import load_phases, print_count
from workbench.load.retry import ATTEMPTED
from workbench.load.setup import Desk
from workbench.load.uploads import describe_uploads
from workbench.load.uploads_check import check_uploads
from workbench.model import RETRY, UPLOADS_FOUND, Phase, empty
from workbench.progress import report_progress
from workbench.reconcile.imported import diff_imported
from workbench.retrying import count_whole, list_attempts, pick_attempts, plan_retry


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedLoad:
    """A load that may begin, and what it is going to take.

    Attributes:
        requests: REQUESTS of what is still to be loaded.
        retry: RETRY where only held records are sent; null for a whole load.
        durations: DURATIONS on the engagement's plan.
    """

    run: RunFolder
    tenant: Tenant
    compiled: Compiled
    requests: pl.DataFrame
    durations: pl.DataFrame
    retry: pl.DataFrame | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """How the records fared, phase by phase, and what became of every source row.

    Attributes:
        roots: HELD_ROOTS.
        retry: RETRY, what was judged and sent of what was held; without a row in a whole load.
        imports: IMPORTS, empty where nothing goes by import file.
        imports_diff: DIFF over what import files brought.
    """

    phases: tuple[Phase, ...]
    requests: pl.DataFrame
    counts: pl.DataFrame
    held: pl.DataFrame
    roots: pl.DataFrame
    retry: pl.DataFrame
    crosswalk: pl.DataFrame
    row_outcomes: pl.DataFrame
    uploads: pl.DataFrame
    uploads_found: pl.DataFrame
    imports: pl.DataFrame
    imports_diff: pl.DataFrame
    facts: dict[str, object]
    inputs: dict[str, str]


def load(run: RunFolder, tenant: Tenant, *, only: str = "", send_refused: bool = False) -> Load:
    """Plan and load; see `plan_load` and `carry_out`."""
    return carry_out(plan_load(run, tenant, only=only, send_refused=send_refused))


def plan_load(run: RunFolder, tenant: Tenant, *, only: str = "", send_refused: bool = False) -> PlannedLoad:
    """Let a load begin, and say what it takes; reads the tenant's settings, writes nothing.

    Args:
        only: `held` for the held records that can go now; empty for everything.
        send_refused: Let go also what would be refused again as far as anybody knows.

    Raises:
        UsageError: There is no such part of a load, or no load yet whose held records could go.
        GateClosed: The sample does not stand approved for exactly today's inputs.
    """
    engagement = run.engagement
    pass_approval(run)
    compiled = read_compiled(engagement, tenant)
    pass_gate(run, compiled.schema)
    retry = plan_retry(engagement, compiled, tenant, only=only, send_refused=send_refused)
    requests = _plan_requests(run, compiled if retry is None else pick_attempts(compiled, retry))
    save_frames(run.path, {"requests": requests})
    durations = forecast_durations(
        {engagement.plan: sum_requests(requests)},
        read_plans(),
        share=engagement.share,
        cutover=engagement.cutover_at,
        answer=tenant.seconds_per_request,
    )
    return PlannedLoad(run=run, tenant=tenant, compiled=compiled, requests=requests, durations=durations, retry=retry)


def carry_out(planned: PlannedLoad) -> Load:
    """Load what the approved mapping and sample say; killed at any moment, the next run goes on from there.

    Raises:
        StopRun: A phase does not balance, or another run is writing.
        RetryLater: The tenant stopped answering; run the stage again.
    """
    run, tenant, compiled = planned.run, planned.tenant, planned.compiled
    engagement, meter = run.engagement, Meter(tenant, report=print_count)
    with open_ledger(engagement) as ledger:
        desk = Desk(objects=engagement.imports, folder=engagement.folder, label=run.label)
        setup = replace(set_up(run, compiled, tenant=tenant, ledger=ledger), desk=desk)
        only = None if planned.retry is None else list_attempts(planned.retry)
        counts = load_phases(
            setup, compiled.phases, compiled.records, only=only, on_phase=meter.note_phase, progress=report_progress
        )
        groups = group_held(ledger, compiled.phases, compiled.records)
        frames = {
            "requests": meter.fill(planned.requests),
            "counts": counts if only is None else count_whole(ledger, compiled.phases, compiled.records, counts),
            "held": ledger.held(),
            "roots": groups.roots,
            "retry": empty(RETRY) if planned.retry is None else planned.retry,
            "crosswalk": ledger.crosswalk(),
            "row_outcomes": pl.read_parquet(compiled.mapping_run.path / "row_outcomes.parquet"),
            "uploads": describe_uploads(compiled.phases, compiled.records, ledger),
            "uploads_found": _check_uploads(run, tenant, ledger, compiled.phases),
            "imports": describe_files(ledger, engagement.folder),
            "imports_diff": diff_imported(
                ledger, compiled.phases, compiled.records, schema=compiled.schema, owners=compiled.owners
            ),
        }
        digest = ledger.digest()
    save_frames(run.path, frames)
    save_csv(run.path / "held.csv", groups.chains)
    if not frames["imports"].is_empty():
        write_instruction(frames["imports"], run.path / IMPORTS_FOLDER, compiled.schema)
        save_csv(run.path / "imports_diff.csv", frames["imports_diff"])
    return Load(
        phases=compiled.phases,
        facts=_facts(frames, tenant, digest),
        inputs=bind_inputs(engagement, compiled.schema, engagement.latest_run("sample")),
        **frames,
    )


def _check_uploads(run: RunFolder, tenant: Tenant, ledger: Ledger, phases: tuple[Phase, ...]) -> pl.DataFrame:
    """UPLOADS_FOUND of every file, where the engagement asks for it; the sample looks at its own anyway."""
    how = run.engagement.policies.check_files
    if how == "sample":
        return empty(UPLOADS_FOUND)
    return check_uploads(tenant, ledger, phases, reads_content=how == "content")


def _plan_requests(run: RunFolder, compiled: Compiled) -> pl.DataFrame:
    """REQUESTS of what does not stand yet."""
    engagement = run.engagement
    holds = dict(pl.read_parquet(engagement.latest_run("discovery").path / "holdings.parquet").iter_rows())
    if not find_store(engagement).exists():
        return plan_requests(
            compiled.phases, compiled.records, schema=compiled.schema, holds=holds, imports=engagement.imports
        )
    with read_ledger(engagement) as ledger:
        return plan_requests(
            compiled.phases, compiled.records, schema=compiled.schema, holds=holds, ledger=ledger,
            imports=engagement.imports,
        )  # fmt: skip


def _facts(frames: dict[str, pl.DataFrame], tenant: Tenant, digest: dict) -> dict[str, object]:
    is_link, is_line = (pl.col("phase").str.ends_with(turn) for turn in (LINKS, TURN))
    links, lines = frames["counts"].filter(is_link), frames["counts"].filter(is_line)
    counts = frames["counts"].filter(~is_link & ~is_line)
    in_deals = f"{lines['loaded'].sum():,} of {lines['attempted'].sum():,}"
    total = {name: int(counts[name].sum()) for name in ("attempted", "loaded", "skipped", "held")}
    waiting_in_files = int(frames["imports"]["waiting"].sum())
    retry = frames["retry"]
    released = retry.filter(pl.col("verdict").is_in(ATTEMPTED)).join(
        frames["held"], on=["phase", "external_id"], how="anti"
    )
    waiting = frames["row_outcomes"].join(frames["held"], on=["phase", "external_id"], how="semi")
    return {
        "Records attempted": total["attempted"],
        "Loaded": total["loaded"],
        "Skipped": total["skipped"],
        "Held": total["held"],
        **({"Links set in a second pass": int(links["loaded"].sum())} if links.height else {}),
        **({"Lines in their deals": in_deals} if lines.height else {}),
        **({"Released of what was held": f"{released.height:,} of {retry.height:,}"} if retry.height else {}),
        **({"Of these in import files": waiting_in_files} if waiting_in_files else {}),
        "Source rows in held records": waiting.height,
        "Requests used": tenant.requests,
        "Requests planned": int(frames["requests"]["planned"].sum()),
        "Requests at least": int(frames["requests"]["least"].sum()),
        "Ledger": f"{digest['entries']:,} entries, head {digest['head'][:16]}",
    }
