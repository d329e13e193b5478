"""Held records that may go now: judged from the ledger, today's records and today's tenant, before a record is sent.

A held record is sent again where something it was held for has changed, and never because time has passed: the same
body that the same tenant refused is refused again, and that costs a request. What stands in its way is found out
without a request where it can be. Three reasons lie with the tenant alone, and to those it is asked once, see `LOOK`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from workbench.content import hash_content
from workbench.destinations import DOCUMENT
from workbench.errors import HoldRecord
from workbench.freshsales.costs import count_requests
from workbench.freshsales.routes import find_route
from workbench.ledger import Ledger, Standing
from workbench.load.changes import Body, hash_body
from workbench.load.late import LINKS, find_late_links
from workbench.load.lookups import resolve_lookups
from workbench.load.setup import TENANT, Setup
from workbench.load.shelf import find_content
from workbench.load.uploads import Uploads
from workbench.load.writer import Writer, make_writer
from workbench.model import HANDED_OVER, RETRY, Phase, frame

VERDICTS = {
    "send": "goes now",
    "behind": "goes once the record it waits for has gone",
    "look": "Freshsales is asked first whether it can go now",
    "same": "Freshsales refused exactly this, and neither has changed since: --all sends it anyway",
    "waits": "what holds it still stands",
    "elsewhere": "it is decided elsewhere: a cutover, a rollback or an import releases it",
}
ATTEMPTED = ("send", "behind", "look")
# Only the tenant knows whether these still hold: one read a record, or a page of a hundred of its list.
LOOK = ("edited_in_tenant", "deleted_in_tenant", "existing_match")
ELSEWHERE = ("linked_in_tenant", "changed_by_later_run", "still_there", *HANDED_OVER)


def judge_held(
    setup: Setup,
    phases: tuple[Phase, ...],
    records: Mapping[str, pl.DataFrame],
    *,
    sends_refused: bool = False,
) -> pl.DataFrame:
    """Judge every held record; asks the tenant nothing.

    Args:
        records: Frames of `build_records` by phase, from the export that counts.
        sends_refused: Let also those go that would be refused again as far as anybody knows.

    Returns:
        RETRY, in load order. `why` says what holds a record still, in today's words, or what did so far.
    """
    held = {phase: rows for (phase,), rows in setup.ledger.held().group_by("phase", maintain_order=True)}
    judge = _make_judge(setup, phases, records, sends_refused=sends_refused)
    rows = []
    for phase in phases:
        # Killed on its way, a held record is in doubt, or found not done and so neither held nor loaded.
        for external_id in _find_unsettled(setup, phase, records[phase.name]):
            judge.released[phase.source, external_id] = phase
            rows.append({"phase": phase.name, "external_id": external_id, "code": "", "verdict": "send",
                         "why": "a run ended while it was on its way", "requests": 1})  # fmt: skip
        if phase.name not in held:
            continue
        known = _index(records[phase.name], held[phase.name]["external_id"])
        for why in held[phase.name].iter_rows(named=True):
            verdict, said = judge.judge(phase, why, known.get(why["external_id"]))
            rows.append({**{key: why[key] for key in ("phase", "external_id", "code")},
                         "verdict": verdict, "why": said, "requests": judge.price(phase, why, verdict)})  # fmt: skip
    gone = [row for phase, frame_ in held.items() if phase not in records for row in frame_.iter_rows(named=True)]
    # Late links are tried by every load, whatever else it attempts.
    links = {f"{name}{LINKS}" for name in records}
    rows += [{"phase": row["phase"], "external_id": row["external_id"], "code": row["code"],
              "verdict": "behind" if row["phase"] in links else "elsewhere",
              "why": row["reason"] if row["phase"] in links else "the mapping no longer has this phase",
              "requests": 0} for row in gone]  # fmt: skip
    return frame(rows, RETRY)


def count_retry(retry: pl.DataFrame, phases: tuple[Phase, ...]) -> int:
    """Requests that a retry sends to write and to look, the settings aside.

    New contacts, accounts and deals may go by the hundred; before the first of them the tenant's own are listed.
    """
    total = 0
    for phase in phases:
        rows = retry.filter(phase=phase.name)
        new = rows.filter(pl.col("verdict").is_in(["send", "behind"]) & (pl.col("requests") == 1)).height
        rest = rows.filter(pl.col("verdict").is_in(ATTEMPTED))["requests"].sum() - new
        total += rest + (count_requests(phase.destination, new) if new else 0)
    return total


@dataclass(kw_only=True)
class _Judge:
    """Judges record after record, parents first.

    Attributes:
        now: A writer that sees what stands.
        then: One that sees also what is going to stand once all that may go has gone.
        released: Phase of what may go, by source object and external id.
    """

    setup: Setup
    now: Writer
    then: Writer
    released: dict[tuple[str, str], Phase]
    sends_refused: bool

    def judge(self, phase: Phase, why: Mapping[str, Any], record: Mapping[str, Any] | None) -> tuple[str, str]:
        """Verdict and reason of one record."""
        if record is None or why["code"] in ELSEWHERE:
            return "elsewhere", why["reason"]
        verdict, said = self._weigh(phase, why, record)
        if verdict in ATTEMPTED:
            self.released[phase.source, why["external_id"]] = phase
        return verdict, said

    def price(self, phase: Phase, why: Mapping[str, Any], verdict: str) -> int:
        """Requests of one record that goes alone: a write, and a read before it where the tenant holds it already."""
        if verdict not in ATTEMPTED or verdict == "look":
            return int(verdict == "look")
        return 2 if self.setup.ledger.standing(phase.name, why["external_id"]).is_standing else 1

    def _weigh(self, phase: Phase, why: Mapping[str, Any], record: Mapping[str, Any]) -> tuple[str, str]:
        try:
            body = self.now.prepare(phase, record)
        except HoldRecord as still:
            return ("behind", str(still)) if self._goes_later(phase, record) else ("waits", str(still))
        if why["code"] in LOOK:
            return "look", why["reason"]
        if why["code"] == "rejected_by_tenant" and not self.sends_refused:
            if self._is_inactive(body.get("owner_id")):
                return "waits", "its owner is not active in Freshsales"
            if self._is_unchanged(phase, why, body):
                return "same", why["reason"]
        return "send", why["reason"]

    def _goes_later(self, phase: Phase, record: Mapping[str, Any]) -> bool:
        try:
            self.then.prepare(phase, record)
        except HoldRecord:
            return False
        return True

    def _is_inactive(self, owner: int | None) -> bool:
        return any(user.id == owner and not user.is_active for user in self.setup.schema.users)

    def _is_unchanged(self, phase: Phase, why: Mapping[str, Any], body: Body) -> bool:
        """Whether the very same was refused by the very same tenant; where either is not known, it may be another."""
        ledger = self.setup.ledger
        standing = ledger.standing(phase.name, why["external_id"])
        is_same_tenant = ledger.watermark(TENANT, before=standing.hold) == self.setup.schema.fingerprint()
        return is_same_tenant and ledger.refused_hash(standing) == hash_body(body)


def _make_judge(
    setup: Setup, phases: tuple[Phase, ...], records: Mapping[str, pl.DataFrame], *, sends_refused: bool
) -> _Judge:
    released: dict[tuple[str, str], Phase] = {}
    now = replace(make_writer(setup), late=find_late_links(phases, records))
    then = replace(now, ledger=Foreseen(setup.ledger, released))
    return _Judge(setup=setup, now=now, then=then, released=released, sends_refused=sends_refused)


class Foreseen:
    """A ledger as it will be once the records that may go have gone."""

    def __init__(self, ledger: Ledger, released: Mapping[tuple[str, str], Phase]) -> None:
        self._ledger = ledger
        self._released = released

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ledger, name)

    def find(self, source: str, external_id: str) -> list[Standing]:
        """The records made of one source record, those that may go as if they stood."""
        found = self._ledger.find(source, external_id)
        if (source, external_id) not in self._released:
            return found
        if not found:
            return [_foresee(self._released[source, external_id], external_id)]
        return [
            replace(each, state="loaded", answer=each.answer or 0, destination_id=each.destination_id or 0)
            for each in found
        ]


def _index(records: pl.DataFrame, ids: pl.Series) -> dict[str, dict[str, Any]]:
    rows = records.filter(pl.col("external_id").is_in(ids.implode())).unique("external_id", keep="first")
    return {row["external_id"]: row for row in rows.iter_rows(named=True)}


def _foresee(phase: Phase, external_id: str) -> Standing:
    return Standing(
        phase=phase.name, external_id=external_id, source=phase.source, destination=phase.destination, destination_id=0,
        content_hash="", state="loaded", created=True, intent=None, answer=0, before=None, hold=None,
    )  # fmt: skip


def _find_unsettled(setup: Setup, phase: Phase, records: pl.DataFrame) -> list[str]:
    states = setup.ledger.states(phase.name)
    ids = records["external_id"].unique(maintain_order=True)
    unsettled = [id for id in ids if states.get(id, "in_doubt") == "in_doubt"]
    unknown = pl.Series([id for id in unsettled if id not in states], dtype=pl.String)
    if phase.destination != DOCUMENT or unknown.is_empty():
        return unsettled
    twins = find_twins(setup, phase, _index(records, unknown))
    return [id for id in unsettled if id not in twins]


def list_twins(setup: Setup, phases: tuple[Phase, ...], records: Mapping[str, pl.DataFrame]) -> list[tuple[str, str]]:
    """Phase and external id of every such file, see `find_twins`."""
    twins = []
    for phase in phases:
        if phase.destination == DOCUMENT:
            ids = records[phase.name]["external_id"].unique()
            unknown = ids.filter(~ids.is_in(list(setup.ledger.states(phase.name))))
            twins += [(phase.name, id) for id in find_twins(setup, phase, _index(records[phase.name], unknown))]
    return twins


def find_twins(setup: Setup, phase: Phase, records: Mapping[str, Mapping[str, Any]]) -> set[str]:
    """Files that were left out because the same one of the same record stands, of which the ledger says nothing.

    They are read, for only their content tells it; the tenant is asked nothing.
    """
    uploads, twins = Uploads(writer=make_writer(setup), phase=phase, shelf=setup.shelf), set()
    for external_id, record in records.items():
        try:
            links = resolve_lookups(phase, record, setup.ledger)
            sha256 = hash_content(find_content(setup.shelf, record["path"]))
        except (HoldRecord, OSError):
            continue
        object = links.objects.get("targetable")
        if object and (find_route(object).type, int(links.ids["targetable"]), sha256) in uploads.known:
            twins.add(external_id)
    return twins
