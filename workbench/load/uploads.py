"""Files of the export, uploaded to the records they belong to: each once, streamed, and never one from outside of it.

A file costs one request. Its answer names its id and not its size, so what the tenant made of it is looked at where
the sample is: see `workbench.load.uploads_check`. An upload whose answer was lost is looked up among the files of its
record by its name, which no other file of that record has, and its size. The same file of the same record goes once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from workbench.content import Content
from workbench.destinations import DOCUMENT
from workbench.errors import HoldRecord, WorkbenchError
from workbench.file_names import is_same_but_number, number_name
from workbench.freshsales.client import InDoubt
from workbench.freshsales.forms import Form
from workbench.freshsales.routes import find_route
from workbench.ledger import Standing
from workbench.ledger.standings import Standings
from workbench.load.changes import Body, hash_body, keep_answer
from workbench.load.lookups import resolve_lookups
from workbench.load.shelf import Shelf, check_approved, find_content
from workbench.load.singles import BEHIND, IN_DOUBT, Singles
from workbench.load.writer import Writer
from workbench.model import CORE_OBJECTS, UPLOADS, Phase, frame

TAKES_FILES = (*CORE_OBJECTS, "product")
Key = tuple[str, int, str]  # type and id of the record a file hangs on, and the file's sha256


@dataclass(kw_only=True)
class Uploads:
    """The files of one phase under way.

    Attributes:
        known: External id of every file that stands, or may: one whose answer was lost.
        used: Bytes of them all.
        names: Names of the files of each record, in lower case, and whose they are.
    """

    writer: Writer
    phase: Phase
    shelf: Shelf
    known: dict[Key, str] = field(default_factory=dict)
    used: int = 0
    names: dict[tuple[str, int], dict[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        ledger = self.writer.ledger
        for phase in dict.fromkeys((*ledger.phases(), self.phase.name)):
            for standing in ledger.standings(phase):
                if standing.destination == DOCUMENT and standing.is_standing:
                    sent = ledger.last_sent(standing)
                    self.known.setdefault(_key(sent), standing.external_id)
                    self.used += sent["size"]
                    self._take_name(standing.external_id, sent)

    def take(self, record: Mapping[str, Any]) -> str:
        """Bring one file to its one outcome: loaded, skipped or held; see `Singles.write` for where it has none yet."""
        ledger, external_id = self.writer.ledger, record["external_id"]
        try:
            content, body = self._read(record)
            twin = self.known.get(_key(body), external_id)
            if twin != external_id:
                if ledger.standing(self.phase.name, twin).state == IN_DOUBT:
                    return BEHIND
                self._forget_hold(external_id)
                return "skipped"
            self._bring(external_id, body, content)
        except HoldRecord as why:
            ledger.hold(self.phase, external_id, code=why.code, reason=str(why), field=why.field, release=why.release)
        return ledger.standing(self.phase.name, external_id).state

    def can_exchange(self, record: Mapping[str, Any], standing: Standing) -> bool:
        """Whether the export has another version of a file that stands, and that one can go in its place."""
        try:
            _, body = self._read(record)
            self._check_room(body, freed=self.writer.ledger.last_sent(standing)["size"])
        except HoldRecord:
            return False
        return standing.content_hash != hash_body(body)

    def _read(self, record: Mapping[str, Any]) -> tuple[Content, Body]:
        content = find_content(self.shelf, record["path"])
        return content, self._describe(record, size=content.size, sha256=self._identify(record, content))

    def _identify(self, record: Mapping[str, Any], content: Content) -> str:
        """The sha256 of a file the tenant can take and somebody approved."""
        if content.size > self.shelf.largest:
            said = f"{content.size:,} bytes; Freshsales takes files up to {self.shelf.largest:,}"
            raise _refuse(said, field="path")
        standing = self.writer.ledger.standing(self.phase.name, record["external_id"])
        sent = self.writer.ledger.last_sent(standing) if standing and standing.is_standing else {}
        return check_approved(self.shelf, record["path"], content, known=sent.get("sha256"))

    def _describe(self, record: Mapping[str, Any], *, size: int, sha256: str) -> Body:
        """What is said of a file, to the tenant and to the ledger."""
        links = resolve_lookups(self.phase, record, self.writer.ledger)
        object = links.objects.get("targetable")
        if object not in TAKES_FILES:
            raise _refuse(f"a {object or 'record that does not stand'} takes no files", field="targetable")
        about = {"targetable_type": find_route(object).type, "targetable_id": links.ids["targetable"]}
        shared = {"is_shared": bool(record["is_shared"])} if record.get("is_shared") is not None else {}
        body = {"file_name": record["file_name"], "size": size, "sha256": sha256, **about, **shared}
        return body | {"file_name": self._choose_name(record["external_id"], body)}

    def _choose_name(self, external_id: str, body: Body) -> str:
        """The name of a file: as it stands if only its number is another one now, and else one that is free."""
        standing, wanted = self.writer.ledger.standing(self.phase.name, external_id), body["file_name"]
        sent = self.writer.ledger.last_sent(standing) if standing and standing.is_standing else {}
        if sent and is_same_but_number(sent["file_name"], wanted):
            return sent["file_name"]
        taken = self.names.get(_hangs_on(body), {})
        return number_name(wanted, {name for name, whose in taken.items() if whose != external_id})

    def _take_name(self, external_id: str, body: Body) -> None:
        self.names.setdefault(_hangs_on(body), {})[body["file_name"].casefold()] = external_id

    def _bring(self, external_id: str, body: Body, content: Content) -> None:
        ledger = self.writer.ledger
        standing = ledger.standing(self.phase.name, external_id)
        if standing is None or not standing.is_standing:
            self._check_room(body)
            self._send(external_id, body, content)
        elif standing.content_hash != hash_body(body):
            raise HoldRecord(
                "the file, its name or the record it belongs to is another one than when it was uploaded",
                code="file_changed",
                field="path",
                release="take the uploaded one back (workbench rollback, this record), then load again",
            )
        elif standing.state == "held":
            ledger.release(self.phase.name, external_id, reason="source and ledger agree again")

    def _check_room(self, body: Body, *, freed: int = 0) -> None:
        size, needed = body["size"], 0 if _key(body) in self.known else body["size"]
        if self.used - freed + needed > self.shelf.room:
            said = f"the plan stores {self.shelf.room:,} bytes, files of this migration use {self.used:,}"
            raise _refuse(f"no room: {said}; those it stored before are not counted", field="path")
        if not size:
            raise _refuse("the file is empty", field="path")

    def _send(self, external_id: str, body: Body, content: Content) -> None:
        tenant, ledger = self.writer.tenant, self.writer.ledger
        form = Form(open_file=content.open, name=body["file_name"], fields=_write_fields(body))
        self._count(external_id, body)
        seq = ledger.intend(self.phase, external_id, action="create", body=body, content_hash=hash_body(body))
        try:
            answer = tenant.upload(form)
        except InDoubt:
            pass
        except HoldRecord as why:
            ledger.refuse(seq, code=why.code, reason=str(why), field=why.field, release=why.release)
            self._discount(body)
        except WorkbenchError:
            ledger.withdraw(seq, reason="it was never sent")
            raise
        else:
            ledger.confirm(seq, int(answer["id"]), answer=keep_answer(DOCUMENT, body, answer))

    def _count(self, external_id: str, body: Body) -> None:
        self.used += 0 if _key(body) in self.known else body["size"]
        self.known[_key(body)] = external_id
        self._take_name(external_id, body)

    def _discount(self, body: Body) -> None:
        del self.known[_key(body)]
        del self.names[_hangs_on(body)][body["file_name"].casefold()]
        self.used -= body["size"]

    def _forget_hold(self, external_id: str) -> None:
        standing = self.writer.ledger.standing(self.phase.name, external_id)
        if standing and standing.state == "held":
            self.writer.ledger.release(self.phase.name, external_id, reason="the same file stands already")


def upload_files(writer: Writer, phase: Phase, records: pl.DataFrame, *, progress: Callable[..., None]) -> Counter[str]:
    """Upload the files of a phase; killed at any instant, the next call goes on from there.

    Returns:
        How many were loaded, skipped and held.

    Raises:
        RetryLater: The tenant does not answer; the ledger knows what is in doubt.
    """
    uploads = Uploads(writer=writer, phase=phase, shelf=writer.shelf)
    rows = records.unique("external_id", keep="first", maintain_order=True)
    outcomes: dict[str, str] = {}

    def write(record: Mapping[str, Any]) -> str:
        outcomes[record["external_id"]] = uploads.take(record)
        return outcomes[record["external_id"]]

    def tell(done: int) -> None:
        progress(phase.name, done=done, total=rows.height)

    singles = Singles(tenant=writer.tenant, ledger=writer.ledger, phase=phase, write=write, tell=tell)
    for record in rows.iter_rows(named=True):
        singles.take(record)
    singles.settle()
    return Counter(outcomes.values()) + Counter(skipped=records.height - rows.height)


def describe_uploads(phases: Iterable[Phase], records: Mapping[str, pl.DataFrame], ledger: Standings) -> pl.DataFrame:
    """What became of every file of a load that is over, as UPLOADS."""
    rows = [
        _describe_one(phase, record, ledger)
        for phase in phases
        if phase.destination == DOCUMENT
        for record in records[phase.name].iter_rows(named=True)
    ]
    return frame(rows, UPLOADS)


def _describe_one(phase: Phase, record: Mapping[str, Any], ledger: Standings) -> dict[str, Any]:
    standing = ledger.standing(phase.name, record["external_id"])
    row = {"phase": phase.name} | {name: record[name] for name in ("external_id", "path", "file_name")}
    if standing is None or (standing.state == "loaded" and not standing.is_standing):
        return row | {"outcome": "skipped", "reason": "the same file of the same record stands already"}
    sent = ledger.last_sent(standing) if standing.is_standing else {}
    reason = ledger.entry(standing.hold).payload["reason"] if standing.hold else ""
    known = {"bytes": sent.get("size"), "sha256": sent.get("sha256")}
    row |= {"file_name": sent.get("file_name", record["file_name"])}
    return row | known | {"outcome": standing.state, "reason": reason}


def _write_fields(body: Body) -> dict[str, str]:
    named = ("file_name", "targetable_type", "targetable_id", "is_shared")
    return {name: str(body[name]).lower() if name == "is_shared" else str(body[name]) for name in named if name in body}


def _key(body: Body) -> Key:
    return body["targetable_type"], int(body["targetable_id"]), body["sha256"]


def _hangs_on(body: Body) -> tuple[str, int]:
    return body["targetable_type"], int(body["targetable_id"])


def _refuse(reason: str, *, field: str) -> HoldRecord:
    release = "store it elsewhere and load a link to it, or leave the row out"
    return HoldRecord(reason, code="file_refused", field=field, release=release)
