"""The records a rollback takes back, chosen from the ledger alone.

What hangs on a chosen record is taken along: a record of ours whose parent is gone would point at nothing. A record
that an earlier run brought and a chosen run only changed is put back to what it was between the two.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from workbench.errors import UsageError, name_nearest
from workbench.ledger import Entry, Ledger, Standing
from workbench.load.listing import Key, list_custom_ids, list_links, read_stamp
from workbench.load.scope import EVERYTHING, Scope

Name = tuple[str, str]  # phase and external id


@dataclass(slots=True, kw_only=True)
class Chosen:
    """One record that stands because of us.

    Attributes:
        stamp: `updated_at` as the tenant last told us; null where it did not.
        parents: What it points at.
        custom_ids: Numbers in its custom fields, of which a lookup may be one.
        action: delete | restore | revert; empty where it is not to be taken back.
        is_along: It is taken back only because it hangs on one that is.
        previous: Entry of the answer a revert goes back to.
    """

    record: Standing
    stamp: datetime | None
    parents: frozenset[Key]
    custom_ids: frozenset[int]
    action: str = ""
    is_along: bool = False
    previous: int | None = None

    @property
    def key(self) -> Key:
        """Object and id in the tenant."""
        return self.record.destination, self.record.destination_id

    @property
    def name(self) -> Name:
        """Phase and external id."""
        return self.record.phase, self.record.external_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Everything of ours that stands, in the order of a rollback: the last phase first.

    Attributes:
        entangled: Records of the chosen runs that a later run changed again; they are left as they are.
    """

    scope: Scope
    standing: tuple[Chosen, ...]
    entangled: tuple[Chosen, ...] = ()

    @property
    def chosen(self) -> list[Chosen]:
        """What is to be taken back."""
        return [each for each in self.standing if each.action]

    @property
    def since(self) -> datetime | None:
        """When the first of the chosen, or of what its notes hang on, was last changed; null where we were not told."""
        noted = {key for each in self.chosen if each.key[0] == "note" for key in each.parents}
        looked = (each.stamp for each in self.standing if each.action or each.key in noted)
        return min((stamp for stamp in looked if stamp), default=None)

    @property
    def staying(self) -> list[Chosen]:
        """What is not to be taken back."""
        return [each for each in self.standing if not each.action]

    def by_phase(self) -> dict[str, list[Chosen]]:
        """What is to be taken back, by phase, the last phase first."""
        phases: dict[str, list[Chosen]] = {}
        for each in self.chosen:
            phases.setdefault(each.record.phase, []).append(each)
        return phases


def select_records(ledger: Ledger, scope: Scope = EVERYTHING) -> Selection:
    """Choose from the ledger alone.

    Raises:
        UsageError: The ledger knows no phase, object, run, batch or record of that name.
    """
    standing = [_describe(ledger, record) for record in _list_standing(ledger)]
    entangled: list[Chosen] = []
    if not scope.parts:
        for each in standing:
            each.action = _whole(each)
    for kind, choose in _CHOOSE.items():
        if names := [name for each, name in scope.parts if each == kind]:
            entangled += choose(ledger, standing, names)
    _take_along(standing)
    return Selection(
        scope=scope, standing=tuple(standing), entangled=tuple(each for each in entangled if not each.action)
    )


def find_parents(each: Chosen, by_id: dict[int, list[Key]]) -> set[Key]:
    """What a record points at; a number in a custom field points at any record of ours that has it for an id."""
    return set(each.parents) | {key for id in each.custom_ids for key in by_id.get(id, ())}


def index_ids(records: Iterable[Chosen]) -> dict[int, list[Key]]:
    """Keys by id, for lookups of which only the id is known."""
    by_id: dict[int, list[Key]] = defaultdict(list)
    for each in records:
        by_id[each.key[1]].append(each.key)
    return by_id


def _list_standing(ledger: Ledger) -> Iterator[Standing]:
    for phase in reversed(ledger.phases()):
        yield from (record for record in ledger.standings(phase) if record.is_standing)


def _describe(ledger: Ledger, record: Standing) -> Chosen:
    sent, answer = ledger.last_sent(record), ledger.last_answer(record)
    return Chosen(
        record=record,
        stamp=read_stamp(answer),
        parents=frozenset(list_links(sent) | list_links(answer)),
        custom_ids=frozenset(list_custom_ids(sent) | list_custom_ids(answer)),
    )


def _whole(each: Chosen) -> str:
    return "delete" if each.record.created else "restore"


def _choose(standing: list[Chosen], wanted: Container[Name]) -> list[Chosen]:
    for each in standing:
        if each.name in wanted:
            each.action = _whole(each)
    return []


def _choose_phases(ledger: Ledger, standing: list[Chosen], names: list[str]) -> list[Chosen]:
    _require_known("phase", names, ledger.phases())
    return _choose(standing, {each.name for each in standing if each.record.phase in names})


def _choose_objects(ledger: Ledger, standing: list[Chosen], names: list[str]) -> list[Chosen]:
    known = {record.destination for phase in ledger.phases() for record in ledger.standings(phase)[:1]}
    _require_known("object", names, sorted(known))
    return _choose(standing, {each.name for each in standing if each.record.destination in names})


def _choose_records(ledger: Ledger, standing: list[Chosen], names: list[str]) -> list[Chosen]:
    known = {(record.phase, record.external_id) for name in names for record in _find_records(ledger, name)}
    return _choose(standing, known)


def _find_records(ledger: Ledger, name: str) -> list[Standing]:
    of, _, external_id = name.partition("/")
    of_phase = ledger.standing(of, external_id)
    found = [of_phase] if of_phase else ledger.find(of, external_id)
    if not found:
        raise UsageError(f"record {name!r}: the ledger knows no record {external_id!r} of {of!r}")
    return found


def _choose_batches(ledger: Ledger, standing: list[Chosen], names: list[str]) -> list[Chosen]:
    jobs = (entry.payload for entry in ledger.entries() if entry.kind == "job")
    known: dict[str, set[int]] = {}
    for job in jobs:
        known.setdefault(job["job"].rpartition("/")[2], set()).update(job["intents"])
    wanted = [name.rpartition("/")[2] for name in names]
    _require_known("batch", wanted, known)
    intents, lives = set().union(*(known[name] for name in wanted)), _read_lives(ledger)
    return _choose(standing, {each.name for each in standing if lives[each.name][0].intent in intents})


def _choose_runs(ledger: Ledger, standing: list[Chosen], names: list[str]) -> list[Chosen]:
    lives, entangled = _read_lives(ledger), []
    _require_known("run", names, sorted({write.run for life in lives.values() for write in life}))
    for each in standing:
        life = lives[each.name]
        if life[0].run in names:
            each.action = _whole(each)
        elif life[-1].run in names and not each.action:
            each.action = "revert"
            each.previous = next(write.answer for write in reversed(life) if write.run not in names)
        elif any(write.run in names for write in life):
            entangled.append(each)
    return entangled


_CHOOSE = {
    "phase": _choose_phases,
    "object": _choose_objects,
    "record": _choose_records,
    "batch": _choose_batches,
    "run": _choose_runs,
}


def _require_known(kind: str, names: Iterable[str], known: Iterable[str]) -> None:
    known = list(known)
    if unknown := [name for name in names if name not in known]:
        near = name_nearest(unknown[0], known)
        raise UsageError(f"{kind} {unknown[0]!r}: this migration wrote none of that name{near}")


def _take_along(standing: list[Chosen]) -> None:
    by_id = index_ids(standing)
    children: dict[Key, list[Chosen]] = defaultdict(list)
    for each in standing:
        for parent in find_parents(each, by_id):
            children[parent].append(each)
    waiting = [each for each in standing if each.action == "delete"]
    while waiting:
        for child in children[waiting.pop().key]:
            if child.action in ("", "revert"):
                child.action, child.previous, child.is_along = _whole(child), None, True
                waiting += [child] * child.record.created


@dataclass(frozen=True, slots=True, kw_only=True)
class _Write:
    """One write the tenant answered: the run that sent it, and the entries of its intent and its answer."""

    run: str
    intent: int
    answer: int


def _read_lives(ledger: Ledger) -> dict[Name, list[_Write]]:
    """The writes of every record since it last stood anew, oldest first."""
    runs: dict[int, str] = {}
    lives: dict[Name, list[_Write]] = defaultdict(list)
    for entry in ledger.entries():
        if entry.kind == "intent":
            runs[entry.seq] = entry.run
        elif entry.kind == "answer":
            _read_answer(entry, runs, lives)
    return lives


def _read_answer(entry: Entry, runs: dict[int, str], lives: dict[Name, list[_Write]]) -> None:
    life, intent = lives[entry.phase, entry.external_id], entry.payload["intent"]
    if entry.payload["action"] in ("delete", "restore"):
        life.clear()
    else:
        life.append(_Write(run=runs[intent], intent=intent, answer=entry.seq))
