"""Records that left the source and stand in the tenant: held for a decision, deleted, or kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import polars as pl

from workbench.ledger import Ledger, Standing
from workbench.load.listing import list_custom_ids, list_links
from workbench.load.lookups import is_deleted
from workbench.load.rollback import Progress, roll_back
from workbench.load.scope import Scope
from workbench.load.setup import Setup
from workbench.model import ROLLBACK_COUNTS, Phase, empty

POLICIES = ("hold", "delete", "keep")
_ACTION_OF = {"source": "delete", "tenant": "keep"}
# So many records of a phase are deleted unasked, whichever is more; a phase that became empty never is.
FEW, FEW_SHARE = 20, 0.05
_DECIDE = "say in conflicts.toml whether it stays, then: workbench run NAME cutover"
_RELEASES = {
    "deleted_in_source": _DECIDE,
    "could_not_be_read": "repair the export, then: workbench run NAME cutover",
    "left_out_by_rule": "change the rule in the pack, or delete the record in Freshsales yourself",
    "too_many_deleted": "look at the export; where it is right, say [cutover] most_deleted in engagement.toml, "
    "then: workbench run NAME cutover",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What the newest export could not say, so that a record it does not show is not taken for gone.

    Attributes:
        unread: Why a phase was not read as a whole, by phase.
        left_out: External ids that are still in the source and that a rule leaves out, by phase.
    """

    unread: Mapping[str, str] = field(default_factory=dict)
    left_out: Mapping[str, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """A record that left the source, or seems to have.

    Attributes:
        action: One of `POLICIES`.
        needed_by: One of ours that stays and points at it, empty for none.
        code: One of `HOLD_CODES`, where it is held.
        why: The first part of the reason, where it is held.
        is_decided: Whether somebody decided about this very record.
    """

    phase: Phase
    standing: Standing
    action: str
    needed_by: str = ""
    code: str = "deleted_in_source"
    why: str = "no longer in the source"
    is_decided: bool = False


def judge_gone(
    setup: Setup,
    phases: tuple[Phase, ...],
    current: Mapping[str, pl.DataFrame],
    *,
    policy: str,
    reading: Reading | None = None,
    most_deleted: int | None = None,
) -> list[Gone]:
    """Say of every record that left the source what becomes of it; asks the tenant nothing.

    What was decided about a single record goes before the policy. Nothing is deleted while a record of ours that stays
    points at it: what hangs on a record goes along with it in Freshsales. Nor is anything deleted that the export may
    only have failed to show, nor more at once than a ceiling without somebody having stated the number.

    Args:
        current: Frames of records by phase from the newest export.
        policy: One of `POLICIES`.
        reading: What that export could not say; null where it was read as a whole.
        most_deleted: So many may be deleted; null for a few of each phase.
    """
    found, reading = [], reading or Reading()
    for phase in phases:
        ids = setup.ledger.standing_ids(phase.name) - set(current[phase.name]["external_id"])
        for external_id in sorted(ids):
            standing = setup.ledger.standing(phase.name, external_id)
            if not is_deleted(standing, setup.ledger):
                found.append(_doubt(setup, phase, standing, reading, policy))
    found = _limit(setup.ledger, current, found, most_deleted)
    needed = _find_needed(setup.ledger, phases, [each for each in found if each.action == "delete"])
    return [_spare(each, needed.get((each.standing.destination, each.standing.destination_id), "")) for each in found]


def hold_gone(setup: Setup, gone: Iterable[Gone]) -> Counter[str]:
    """Hold what waits for a decision, and let go of what is kept; returns how many are held, by phase."""
    held = Counter[str]()
    for each in gone:
        standing, named = each.standing, f"{each.standing.destination} {each.standing.destination_id}"
        if each.action == "keep" and setup.ledger.hold_code(standing) in _RELEASES:
            setup.ledger.release(standing.phase, standing.external_id, reason="kept, although it left the source")
        if each.action != "hold":
            continue
        held[standing.phase] += 1
        why = f", and {each.needed_by} needs it" if each.needed_by else ""
        setup.ledger.hold(
            each.phase,
            standing.external_id,
            code=each.code,
            reason=f"{each.why}; Freshsales {named} was left{why}",
            release=_RELEASES[each.code],
        )
    return held


def delete_gone(
    setup: Setup, gone: Iterable[Gone], *, progress: Progress = lambda phase, *, done, total: None
) -> pl.DataFrame:
    """Take back what left the source: deleted where this migration made it, else with its former values again.

    It is a rollback of these records, with everything that guards one: what somebody edited, or hung something on, is
    held, and a kill at any instant is gone on from. It reads what it deletes, alone or by the hundred.

    Returns:
        ROLLBACK_COUNTS; without a row where nothing had to go.

    Raises:
        RetryLater: The tenant does not answer.
    """
    records = [f"{each.standing.phase}/{each.standing.external_id}" for each in gone if each.action == "delete"]
    if not records:
        return empty(ROLLBACK_COUNTS)
    scope = Scope(parts=tuple(("record", name) for name in records))
    return roll_back(setup.ledger, setup.tenant, run_label=setup.run_label, scope=scope, progress=progress).counts


def _doubt(setup: Setup, phase: Phase, standing: Standing, reading: Reading, policy: str) -> Gone:
    """What becomes of one record; without asking anybody where the export may only have failed to show it."""
    code, why = "", ""
    if standing.external_id in reading.left_out.get(phase.name, ()):
        code, why = "left_out_by_rule", "still in the source, and a rule leaves it out"
    elif phase.name in reading.unread:
        code, why = "could_not_be_read", reading.unread[phase.name]
    if code:
        action = "keep" if policy == "keep" else "hold"
        return Gone(phase=phase, standing=standing, action=action, code=code, why=why)
    action = _decide(setup, phase, standing, policy)
    return Gone(phase=phase, standing=standing, action=action, is_decided=policy == "hold" and action != "hold")


def _decide(setup: Setup, phase: Phase, standing: Standing, policy: str) -> str:
    if policy != "hold":
        return policy
    # The entry makes each case its own: loaded again and gone again, the record has to be decided about anew.
    loaded = f"in the source (ledger entry {standing.answer})"
    decided = setup.review.compare(phase, standing, {"": (loaded, "gone", "still there")})
    return _ACTION_OF.get(decided.get("", ""), "hold")


def _limit(
    ledger: Ledger, current: Mapping[str, pl.DataFrame], found: list[Gone], most_deleted: int | None
) -> list[Gone]:
    """Hold what would be deleted by the policy alone where that is more than anybody expects."""
    going = Counter(each.phase.name for each in found if each.action == "delete" and not each.is_decided)
    if most_deleted is not None:
        excessive = set(going) if going.total() > most_deleted else set()
    else:
        excessive = {phase for phase, count in going.items() if _is_excessive(ledger, current[phase], phase, count)}
    return [
        replace(
            each, action="hold", code="too_many_deleted", why=f"one of {going[each.phase.name]:,} that left at once"
        )
        if each.phase.name in excessive and each.action == "delete" and not each.is_decided
        else each
        for each in found
    ]


def _is_excessive(ledger: Ledger, current: pl.DataFrame, phase: str, count: int) -> bool:
    held = len(ledger.standing_ids(phase))
    return current.is_empty() or count > max(FEW, held * FEW_SHARE)


def _spare(each: Gone, needed_by: str) -> Gone:
    if each.action != "delete" or not needed_by:
        return each
    return replace(each, action="hold", needed_by=needed_by)


def _find_needed(ledger: Ledger, phases: tuple[Phase, ...], going: list[Gone]) -> dict[tuple[str, int], str]:
    """Which records that are to go are pointed at by one that stays, and by which."""
    keys = {(each.standing.destination, each.standing.destination_id) for each in going}
    if not keys:
        return {}
    objects = {id: object for object, id in keys}
    needed = {}
    for phase in phases:
        for standing in ledger.standings(phase.name):
            if not standing.is_standing or (standing.destination, standing.destination_id) in keys:
                continue
            sent = ledger.last_sent(standing)
            custom = {(objects[id], id) for id in list_custom_ids(sent) if id in objects}
            for key in (list_links(sent) | custom) & keys:
                needed.setdefault(key, f"{standing.phase} {standing.external_id}")
    return needed
