"""Import files and the way back: what they brought is found first, and what did not come is taken out of them.

The ledger does not know that an administrator imported a file until somebody looks. So a rollback looks before it
chooses: what stands is taken back like everything else. The rest is withdrawn, and its files must not be imported any
more. Where a file has just begun to show, its import may still be running: then its rest waits for the next rollback.

Killed at any instant: what was found stands in the ledger, and what was not withdrawn is looked for by the next one.
Which files had just begun to show stands there too, for after a kill the next look would see nothing of them come.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from workbench.freshsales.client import Tenant
from workbench.ledger import Ledger
from workbench.ledger.standings import Standings
from workbench.load.changes import keep_answer
from workbench.load.hand_over import find_files, hold_older, list_found
from workbench.load.recovery import recall_phase
from workbench.load.scope import Scope
from workbench.model import Phase, frame

RECALLED = pl.Schema(
    {
        "file": pl.String,  # relative to the engagement
        "phase": pl.String,
        "waiting": pl.Int64,  # rows that may still come by it
        "withdrawn": pl.Int64,  # rows that a rollback took out of it
    }
)
JUST_IN = "(just imported)"  # what the ledger calls those files among its watermarks; no source object is called so
REASON = "taken back before it was imported"


def find_before_rollback(ledger: Ledger, tenant: Tenant) -> frozenset[str]:
    """Look for what was handed over, a hundred a request, one page where nothing came of a phase's files.

    Returns:
        Files whose rest must wait: some of their rows came since the last look whose rollback came to its end, or no
        list shows whether any did.
    """
    unsettled = _recall_just_in(ledger)
    for phase, waiting in _list_waiting(ledger):
        file_of = find_files(ledger, phase)
        if tenant.find_view(phase.destination) is None:
            unsettled |= {file_of.get(intent, "") for intent in waiting.values()}
            continue
        for page in list_found(ledger, tenant, phase, waiting):
            came = {file_of.get(waiting[external_id], "") for external_id in page}
            if not came <= unsettled:
                unsettled |= came
                ledger.set_watermark(JUST_IN, "\n".join(sorted(unsettled)))  # before what was found of them
            for external_id, shown in page.items():
                intent = ledger.entry(waiting[external_id])
                if not hold_older(ledger, phase, intent, shown):
                    answer = keep_answer(phase.destination, intent.payload["body"], shown)
                    ledger.confirm(intent.seq, shown["id"], answer=answer)
    ledger.save()
    return frozenset(unsettled)


def withdraw_rest(ledger: Ledger, scope: Scope, unsettled: frozenset[str]) -> None:
    """Take out of the files what did not come by them, so that the ledger expects it no more."""
    for phase, waiting in _list_waiting(ledger):
        file_of = find_files(ledger, phase)
        for external_id, intent in waiting.items():
            if file_of.get(intent, "") not in unsettled and _is_meant(ledger, scope, phase, external_id, intent):
                ledger.withdraw(intent, reason=REASON)
    if _recall_just_in(ledger):
        ledger.set_watermark(JUST_IN, "")
    ledger.save()


def list_recalled(ledger: Standings) -> pl.DataFrame:
    """RECALLED: every file of which a row still waits, or was withdrawn by any rollback."""
    waits = {(phase.name, intent) for phase, waiting in _list_waiting(ledger) for intent in waiting.values()}
    withdrawn = {
        entry.payload["intent"]
        for phase in ledger.phases()
        for entry in ledger.withdrawals(phase)
        if entry.payload["reason"] == REASON
    }
    rows = [
        {"file": file, "phase": phase, "waiting": sum((phase, intent) in waits for intent in intents),
         "withdrawn": len(intents & withdrawn)}
        for file, (phase, intents) in ledger.import_files().items()
    ]  # fmt: skip
    return frame([row for row in rows if row["waiting"] or row["withdrawn"]], RECALLED)


def list_unsettled(ledger: Ledger, scope: Scope) -> list[str]:
    """Files of which a row that is meant to be taken back still waits."""
    return sorted(
        {
            find_files(ledger, phase).get(intent, "")
            for phase, waiting in _list_waiting(ledger)
            for external_id, intent in waiting.items()
            if _is_meant(ledger, scope, phase, external_id, intent)
        }
    )


def say_recalled(recalled: pl.DataFrame) -> tuple[str, ...]:
    """A sentence a file: it must not be imported any more."""
    return tuple(
        f"{row['file']} must not be imported any more: {row['waiting'] + row['withdrawn']:,} of its rows are not in "
        "Freshsales as far as anybody has looked"
        for row in recalled.iter_rows(named=True)
    )


def _recall_just_in(ledger: Standings) -> set[str]:
    """Files that had begun to show when a rollback looked that did not come to its end."""
    return set(filter(None, (ledger.watermark(JUST_IN) or "").split("\n")))


def _list_waiting(ledger: Standings) -> Iterator[tuple[Phase, dict[str, int]]]:
    """Phases with the intents of what waits, by external id."""
    for name in ledger.phases():
        if waiting := {external_id: intent for external_id, (intent, _) in ledger.handed_over(name).items()}:
            yield recall_phase(ledger.standing(name, next(iter(waiting)))), waiting


def _is_meant(ledger: Standings, scope: Scope, phase: Phase, external_id: str, intent: int) -> bool:
    named = {
        ("phase", phase.name), ("object", phase.destination), ("run", ledger.entry(intent).run),
        ("record", f"{phase.name}/{external_id}"), ("record", f"{phase.source}/{external_id}"),
    }  # fmt: skip
    return not scope.parts or not named.isdisjoint(scope.parts)
