"""After an administrator imported our files: their records found, compared, and what is missing named."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from workbench.compiled import read_compiled, set_up
from workbench.engagement import Engagement, new_stamp
from workbench.errors import UsageError
from workbench.evidence.checkpoints import open_ledger
from workbench.folder import save_csv
from workbench.freshsales.client import Tenant
from workbench.freshsales.connect import connect
from workbench.gate import pass_approval, pass_gate
from workbench.ledger import Ledger
from workbench.load.hand_over import find_imported
from workbench.load.import_files import describe_files
from workbench.load.setup import Desk
from workbench.load.writer import make_writer
from workbench.reconcile.imported import diff_imported, list_missing

FOLDER = "imported"


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What a look at the tenant showed.

    Attributes:
        files: IMPORTS.
        missing: HELD, the rows of imported files that are not there.
        diff: DIFF of those that are.
        folder: Where all three lie as CSV, relative to the engagement. It is part of no run and nothing seals it, so
            that no value of a record is written there.
        waits_for_load: Whether a load has something to do: what is missing, or what waited for what was found.
    """

    files: pl.DataFrame
    missing: pl.DataFrame
    diff: pl.DataFrame
    folder: Path
    waits_for_load: bool


def look_for_imported(
    engagement: Engagement,
    files: Collection[str] = (),
    *,
    every: bool = False,
    tenant: Tenant | None = None,
    at: datetime | None = None,
) -> Imported:
    """Find what the administrator imported; changes nothing in the tenant.

    Costs the settings, the list of views of each object, and a page for each hundred records made since.

    Args:
        files: Names of the files whose import Freshsales has reported as done.
        every: All files are in.

    Raises:
        GateClosed: The sample does not stand approved for exactly today's inputs.
        UsageError: No import file has such a name, none was ever written, or nobody says which are in.
    """
    if bool(files) == every:
        raise UsageError("say which import files are in: name each with --file, or say --all for all of them")
    tenant = tenant or connect(engagement)
    run = engagement.run("load", new_stamp(at or datetime.now(UTC)))
    pass_approval(run)
    compiled = read_compiled(engagement, tenant)
    pass_gate(run, compiled.schema)
    folder = Path(FOLDER) / run.stamp
    with open_ledger(engagement) as ledger:
        chosen = _choose_files(ledger, files)
        desk = Desk(objects=engagement.imports, folder=engagement.folder, label=run.label)
        setup = replace(set_up(run, compiled, tenant=tenant, ledger=ledger), desk=desk, run_label=str(folder))
        ledger.begin_run(setup.run_label)
        writer = make_writer(setup)
        for phase in compiled.phases:
            find_imported(writer, phase, compiled.records[phase.name], imported=chosen)
        found = Imported(
            files=describe_files(ledger, engagement.folder),
            missing=list_missing(ledger),
            diff=diff_imported(
                ledger, compiled.phases, compiled.records, schema=compiled.schema, owners=compiled.owners
            ),
            folder=folder,
            waits_for_load=any(ledger.held()["code"].is_in(["not_imported", "parent_held"])),
        )
    _save(found, engagement.folder / folder)
    return found


def _choose_files(ledger: Ledger, names: Collection[str]) -> set[str]:
    known = {Path(file).name: file for file in ledger.import_files()}
    if not known:
        raise UsageError("no import file was written yet; name the objects under [load] import in engagement.toml")
    unknown = [name for name in names if Path(name).name not in known]
    if unknown:
        raise UsageError(f"no import file {unknown[0]!r}; known: {', '.join(known)}")
    return {known[Path(name).name] for name in names} or set(known.values())


def _save(found: Imported, folder: Path) -> None:
    folder.mkdir(parents=True)
    save_csv(folder / "files.csv", found.files)
    save_csv(folder / "missing.csv", found.missing)
    save_csv(folder / "diff.csv", found.diff.drop("expected", "returned"))
