"""Records that go by import file: written to files, left to the administrator, found again, settled one by one.

A record is handed over under an intent, like every write, and then held: it is neither in doubt nor loaded, nothing
sends it by the API, and what points at it waits. Once the file was imported, a list of the newest shows the records a
hundred a request with their external ids, and what it shows is the answer to their intents.

Killed at any instant: intents without a file are in doubt and looked for by the next load; a file that was noted and
not written is written anew under another name. Files match by external id, so that importing one twice doubles nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import polars as pl

from workbench.errors import HoldRecord
from workbench.freshsales.client import Tenant
from workbench.freshsales.jobs import list_newest
from workbench.ledger import Entry, Ledger
from workbench.ledger.standings import Standings
from workbench.load.batches import Batches
from workbench.load.changes import Body, hash_body, keep_answer
from workbench.load.import_cells import Row, write_row
from workbench.load.import_files import fits_file, name_file, split_rows, write_file
from workbench.load.import_links import list_link_fields, name_parents
from workbench.load.lookups import leave_out_links
from workbench.load.sweep import STRANGE_PAGES
from workbench.load.writer import Writer
from workbench.model import Phase
from workbench.own_fields import name_id_field
from workbench.values import INCLUDES, read_moment, read_values

Record = Mapping[str, Any]
Shown = dict[str, Any]  # a record as the tenant lists it
RELEASE = "let the administrator import the file as its instruction says, run workbench imported, then load again"
RETRY = "see why the importer refused the row, correct it, then load again: it goes into the next file"
BY_API = "it goes by the API and by no import file any more"
# Two clocks are compared, the tenant's and ours; a record this much older than its file did not come from it.
SKEW = timedelta(hours=1)


@dataclass(kw_only=True)
class HandOver:
    """The records of one phase that go by import file.

    Attributes:
        position: The phase's place in the load, from 1; the files are numbered by it.
    """

    writer: Writer
    phase: Phase
    position: int
    rows: dict[str, Row] = field(default_factory=dict)  # on their way into a file, by external id
    bodies: dict[str, Body] = field(default_factory=dict)
    alike: list[Record] = field(default_factory=list)  # those another one in a file looks like
    _batches: Batches | None = None

    def take(self, record: Record) -> None:
        """Put a record into the next file; what a file cannot say, or the tenant knows already, goes by the API."""
        external_id, ledger = record["external_id"], self.writer.ledger
        if ledger.is_handed_over(ledger.standing(self.phase.name, external_id), codes=("handed_over",)):
            return
        try:
            late = self.writer.late.of(self.phase, external_id)
            named = name_parents(self.phase, record, ledger, late=late)
            body = self.writer.prepare(self.phase, record, links=named.links)
        except HoldRecord as why:
            ledger.hold(self.phase, external_id, code=why.code, reason=str(why), field=why.field, release=why.release)
            return
        if self._is_older_one(external_id, body):
            return
        is_sayable = named.is_sayable and "products" not in body  # no import file has lines
        row = write_row(body, names=named.names, schema=self.writer.schema) if is_sayable else None
        if row is None or not fits_file(row) or not self.writer.is_new(self.phase, external_id, body):
            self._send(record)
        elif self.writer.existing.claim(self.phase.destination, body):
            self.rows[external_id], self.bodies[external_id] = row, body
        else:
            self.alike.append(record)

    def settle(self) -> None:
        """Write the files; what looks like a record in one of them waits for it."""
        writer, object = self.writer, self.phase.destination
        for part in split_rows(self.rows, object=object, schema=writer.schema):
            file = name_file(writer.ledger, writer.desk, phase=self.phase.name, object=object, position=self.position)
            bodies = {id: (self.bodies[id], hash_body(self.bodies[id])) for id in part.rows}
            seqs = writer.ledger.intend_batch(self.phase, bodies)
            writer.ledger.hand_over(self.phase, seqs, file, release=RELEASE)
            write_file(writer.desk, file, part.text)
        is_waiting = bool(writer.ledger.handed_over(self.phase.name))
        for record in self.alike:
            if is_waiting:
                self._hold_alike(record)
            else:
                self._send(record)
        if self._batches:
            self._batches.settle()

    def _is_older_one(self, external_id: str, body: Body) -> bool:
        """Whether the tenant still holds an older record under this id, which an import wrote over; it stays held."""
        standing, ledger = self.writer.ledger.standing(self.phase.name, external_id), self.writer.ledger
        if standing is None or standing.state != "held" or standing.is_standing:
            return False
        why, field = ledger.entry(standing.hold).payload, name_id_field(self.phase.destination)
        if (why["code"], why["field"]) != ("existing_match", field):
            return False
        match = self.writer.existing.match(self.phase, external_id, body)
        return match is not None and match.is_exact

    def _send(self, record: Record) -> None:
        """By the API, by the hundred where there are many; one that was handed over before is taken back first."""
        ledger = self.writer.ledger
        standing = ledger.standing(self.phase.name, record["external_id"])
        if ledger.is_handed_over(standing):
            ledger.withdraw(standing.intent, reason=BY_API)
        self._batches = self._batches or Batches(writer=self.writer, phase=self.phase)
        self._batches.take(record)

    def _hold_alike(self, record: Record) -> None:
        self.writer.ledger.hold(
            self.phase, record["external_id"], code="existing_match",
            reason="another record with the same e-mail or name is in an import file",
            release="import the files, then load again",
        )  # fmt: skip


def find_imported(writer: Writer, phase: Phase, records: pl.DataFrame, *, imported: Collection[str] = ()) -> list[str]:
    """Look for what was handed over, a hundred a request, and write down what stands and what does not.

    One page where nothing was imported yet; otherwise as many as hold what was made in the tenant since. A row that is
    not there counts as missing only once its file is in: an import may still be running. What no file of the folder
    holds any more counts as missing too, so that it goes into the next one.

    Args:
        records: The phase's records as the source has them now.
        imported: Files the administrator says are in.

    Returns:
        External ids of what was found.
    """
    ledger = writer.ledger
    waiting = {id: intent for id, (intent, _) in ledger.handed_over(phase.name).items()}
    if not waiting:
        return []
    everything, file_of = dict(waiting), find_files(ledger, phase)
    rows = {row["external_id"]: row for row in _select(records, waiting).iter_rows(named=True)}
    for found in list_found(ledger, writer.tenant, phase, waiting):
        _confirm(writer, phase, {id: (waiting.pop(id), record) for id, record in found.items()}, rows, file_of)
    for external_id, intent in waiting.items():
        file = file_of.get(intent, "")
        is_lost = not (writer.desk.folder / file).is_file()
        if file in imported or is_lost:
            why = f"{file} is not there" if is_lost else f"{file} was imported without it"
            ledger.hold(phase, external_id, code="not_imported", reason=why, release=RETRY)
    ledger.save()
    return sorted(everything.keys() - waiting.keys())


def take_back(ledger: Ledger, phase: Phase) -> None:
    """Let everything of a phase that was handed over and not found go by the API."""
    for intent, _ in ledger.handed_over(phase.name).values():
        ledger.withdraw(intent, reason=BY_API)


def find_files(ledger: Standings, phase: Phase) -> dict[int, str]:
    """The import file of each intent of a phase."""
    files = ledger.import_files()
    return {intent: file for file, (name, intents) in files.items() if name == phase.name for intent in intents}


def _select(records: pl.DataFrame, ids: Collection[str]) -> pl.DataFrame:
    return records.unique("external_id", keep="first").filter(pl.col("external_id").is_in(list(ids)))


def list_found(ledger: Ledger, tenant: Tenant, phase: Phase, waiting: Mapping[str, int]) -> Iterator[dict[str, Shown]]:
    """What pages of the newest show of those that wait, by external id, until all are found or the rest is older."""
    object, left, strange = phase.destination, set(waiting), 0
    began = read_moment(ledger.entry(min(waiting.values())).at) - SKEW
    for page in list_newest(tenant, object, include=INCLUDES[object]):
        shown = {str(read_values(object, record).get(name_id_field(object))): record for record in page}
        found = {id: record for id, record in shown.items() if id in left}
        left -= found.keys()
        yield found
        made = read_moment(page[-1].get("created_at"))
        strange = 0 if found else strange + 1
        if not left or (made < began if made else strange == STRANGE_PAGES):
            return


def _confirm(
    writer: Writer,
    phase: Phase,
    found: Mapping[str, tuple[int, Shown]],
    records: Mapping[str, Record],
    file_of: Mapping[int, str],
) -> None:
    """Write down that records stand, with what the tenant shows of them as the answer.

    Where a parent had no id yet when the file was written, the intent is written again with it, so that the next load
    finds nothing to change.
    """
    ledger, bodies, renewed = writer.ledger, {}, {}
    for external_id, (intent, shown) in found.items():
        entry = ledger.entry(intent)
        if hold_older(ledger, phase, entry, shown):
            continue
        body = entry.payload["body"]
        bodies[external_id] = _add_links(writer, phase, records.get(external_id), body)
        if bodies[external_id] != body:
            renewed[external_id] = (bodies[external_id], hash_body(bodies[external_id]))
    seqs = {external_id: found[external_id][0] for external_id in bodies}
    by_file: dict[str, list[int]] = {}
    for external_id, seq in ledger.intend_batch(phase, renewed).items():
        by_file.setdefault(file_of.get(seqs[external_id], ""), []).append(seq)
        seqs[external_id] = seq
    for file, intents in by_file.items():
        if file:
            ledger.note_import(phase, intents, file)
    for external_id, body in bodies.items():
        shown = found[external_id][1]
        ledger.confirm(seqs[external_id], shown["id"], answer=keep_answer(phase.destination, body, shown))


def _add_links(writer: Writer, phase: Phase, record: Record | None, body: Body) -> Body:
    """The body with the ids of parents that stand by now; unchanged where anything else changed as well."""
    if record is None:
        return body
    try:
        whole = writer.prepare(phase, record)
    except HoldRecord:
        return body
    # A late link was in no file; it has a turn of its own.
    now = leave_out_links(whole, writer.late.of(phase, record["external_id"]), unless_in=body)
    links = list_link_fields(phase)
    is_same = {k: v for k, v in now.items() if k not in links} == {k: v for k, v in body.items() if k not in links}
    return now if is_same else body


def hold_older(ledger: Ledger, phase: Phase, intent: Entry, shown: Shown) -> bool:
    """Hold what carries the id of ours and was there before the file; a rollback must never delete it for ours."""
    made = read_moment(shown.get("created_at"))
    if made is None or made >= read_moment(intent.at) - SKEW:
        return False
    ledger.hold(
        phase, intent.external_id, code="existing_match", field=name_id_field(phase.destination),
        reason=f"Freshsales {phase.destination} {shown['id']} carries this external id and is older than the import "
        "file: the file was matched by another field",
        release="see with the administrator what the import changed in it, then load again",
    )  # fmt: skip
    return True
