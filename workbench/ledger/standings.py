"""How records stand in the tenant, as the ledger knows it; everything here only reads."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass, fields
from typing import Any

import polars as pl

from workbench.ledger.chain import Chain, Entry
from workbench.ledger.database import Database
from workbench.ledger.store import say_spoilt
from workbench.model import CROSSWALK, HANDED_OVER, HELD, frame


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How one record stands.

    Attributes:
        destination_id: Its id in the tenant, null where it never had one.
        content_hash: Hash of what the tenant last confirmed, empty before that.
        state: in_doubt, loaded, held or rolled_back; held with an answer means that only a change to it is held.
        created: This engagement created it; false means it was there before, or nothing is confirmed yet.
        intent: Entry of the last intent, null where it was only ever held.
        answer: Entry of the last answer, null before that.
        before: Entry that keeps how the tenant held it before we changed it, null where we created it.
        hold: Entry that says why it is held, null unless held.
    """

    phase: str
    external_id: str
    source: str
    destination: str
    destination_id: int | None
    content_hash: str
    state: str
    created: bool
    intent: int | None
    answer: int | None
    before: int | None
    hold: int | None

    @property
    def is_standing(self) -> bool:
        """Whether the tenant holds this record because of us, or with our changes."""
        return self.answer is not None and self.state != "rolled_back"


IMPORT = "import file"  # what carries out intents that no job of the tenant's does
_NAMES = [column.name for column in fields(Standing)]
_COLUMNS = ", ".join(_NAMES)


class Standings:
    """What the ledger says about records, and the chain beneath."""

    def __init__(self, database: Database, chain: Chain) -> None:
        self._database = database
        self._chain = chain

    @property
    def format(self) -> int:
        """The format version it was found in, or was brought to."""
        return self._database.format

    def standing(self, phase: str, external_id: str) -> Standing | None:
        """How one record stands, null where the ledger never heard of it."""
        return next(self._select("phase = ? AND external_id = ?", phase, external_id), None)

    def standings(self, phase: str) -> list[Standing]:
        """How every record of a phase stands, by external id."""
        return list(self._select("phase = ? ORDER BY external_id", phase))

    def states(self, phase: str) -> dict[str, str]:
        """The state of every record of a phase the ledger heard of, by external id; one query, however many."""
        return dict(self._database.query("SELECT external_id, state FROM records WHERE phase = ?", (phase,)))

    def standing_ids(self, phase: str) -> set[str]:
        """External ids of the records of a phase that stand in the tenant; one query, however many."""
        query = "SELECT external_id FROM records WHERE phase = ? AND answer IS NOT NULL AND state <> 'rolled_back'"
        return {external_id for (external_id,) in self._database.query(query, (phase,))}

    def find(self, source: str, external_id: str) -> list[Standing]:
        """The records made of one source record; several where it was split."""
        return list(self._select("source = ? AND external_id = ?", source, external_id))

    def destination_id(self, source: str, external_id: str, *, destination: str = "") -> int | None:
        """The id a source record stands under in the tenant, null where it does not; `destination` narrows a split."""
        standing = (record for record in self.find(source, external_id) if record.is_standing)
        return next((record.destination_id for record in standing if destination in ("", record.destination)), None)

    def find_by_destination(self, destination: str, destination_id: int) -> Standing | None:
        """The record of ours that stands under an id of the tenant, null where none does."""
        found = self._select("destination_id = ? AND destination = ?", destination_id, destination)
        return next((record for record in found if record.is_standing), None)

    def last_sent(self, standing: Standing) -> dict[str, Any]:
        """What was sent when the tenant last answered for a record that stands."""
        return self.entry(self.entry(standing.answer).payload["intent"]).payload["body"]

    def last_answer(self, standing: Standing) -> dict[str, Any]:
        """The values the tenant said it holds when it last answered for a record that stands."""
        return self.entry(standing.answer).payload["answer"] or {}

    def before_image(self, standing: Standing) -> dict[str, Any] | None:
        """How the tenant held a record before us; null where we created it."""
        return self.entry(standing.before).payload["before"] if standing.before else None

    def in_doubt(self) -> list[Standing]:
        """The records whose last intent has no answer, oldest first."""
        return list(self._select("state = 'in_doubt' ORDER BY intent"))

    def jobs_of(self, seqs: Collection[int]) -> list[str]:
        """The tenant's jobs that carry out any of these intents, oldest first."""
        wanted, query = set(seqs), "SELECT payload FROM entries WHERE kind = 'job' AND seq > ? ORDER BY seq"
        noted = [json.loads(payload) for (payload,) in self._database.query(query, (min(wanted, default=0),))]
        return [each["job"] for each in noted if "by" not in each and not wanted.isdisjoint(each["intents"])]

    def import_files(self) -> dict[str, tuple[str, set[int]]]:
        """Phase and intents of every import file that was handed over, by its path, oldest first."""
        files: dict[str, tuple[str, set[int]]] = {}
        for phase, text in self._database.query("SELECT phase, payload FROM entries WHERE kind = 'job' ORDER BY seq"):
            if (noted := json.loads(text)).get("by") == IMPORT:
                files.setdefault(noted["job"], (phase, set()))[1].update(noted["intents"])
        return files

    def handed_over(self, phase: str) -> dict[str, tuple[int, str]]:
        """Intent and hold code of every record of a phase that is in the hands of the administrator, by external id."""
        query = (
            "SELECT r.external_id, r.intent, e.payload FROM records r JOIN entries e ON e.seq = r.hold "
            "WHERE r.phase = ? AND r.state = 'held' AND r.answer IS NULL AND r.intent IS NOT NULL ORDER BY r.intent"
        )
        found = ((id, intent, json.loads(text)["code"]) for id, intent, text in self._database.query(query, (phase,)))
        return {id: (intent, code) for id, intent, code in found if code in HANDED_OVER}

    def is_handed_over(self, standing: Standing | None, *, codes: Collection[str] = HANDED_OVER) -> bool:
        """Whether a record is in the hands of the administrator, under one of these hold codes."""
        if standing is None or standing.state != "held" or standing.is_standing or standing.intent is None:
            return False
        return self.entry(standing.hold).payload["code"] in codes

    def crosswalk(self) -> pl.DataFrame:
        """CROSSWALK: every source record that stands in the tenant, with its id there."""
        standing = (record for record in self._select("answer IS NOT NULL ORDER BY intent") if record.is_standing)
        return frame([{name: getattr(record, name) for name in CROSSWALK} for record in standing], CROSSWALK)

    def held(self) -> pl.DataFrame:
        """HELD: every record that is held now, with its newest reason."""
        query = "SELECT r.phase, r.external_id, e.payload FROM records r JOIN entries e ON e.seq = r.hold"
        found = self._database.query(f"{query} WHERE r.state = 'held' ORDER BY r.hold")
        rows = [{"phase": phase, "external_id": id, **json.loads(payload)} for phase, id, payload in found]
        return frame([{name: row[name] for name in HELD} for row in rows], HELD)

    def was_withdrawn(self, phase: str, external_id: str) -> bool:
        """Whether a write of this record was once taken for not done."""
        query = "SELECT 1 FROM entries WHERE phase = ? AND external_id = ? AND kind = 'withdrawal' LIMIT 1"
        return bool(self._database.query(query, (phase, external_id)))

    def withdrawals(self, phase: str, *, after: int = 0) -> list[Entry]:
        """Writes of a phase that were taken for not done, oldest first.

        Args:
            after: Number of the entry up to which they are known.
        """
        query = "SELECT seq FROM entries WHERE phase = ? AND kind = 'withdrawal' AND seq > ? ORDER BY seq"
        return [self.entry(seq) for (seq,) in self._database.query(query, (phase, after))]

    def was_create_withdrawn(self, phase: str, external_id: str) -> bool:
        """Whether a create of this record was once taken for not done: what carries its id may be of our making."""
        query = "SELECT payload FROM entries WHERE phase = ? AND external_id = ? AND kind = 'withdrawal'"
        intents = (json.loads(text)["intent"] for (text,) in self._database.query(query, (phase, external_id)))
        return any(self.entry(seq).payload["action"] == "create" for seq in intents)

    def hold_code(self, standing: Standing) -> str:
        """Why a record is held, one of `HOLD_CODES`; empty where it is not."""
        return self.entry(standing.hold).payload["code"] if standing.state == "held" else ""

    def refused_hash(self, standing: Standing) -> str:
        """Hash of the very content the tenant refused last; empty where it is not known, or nothing was refused."""
        why = self.entry(standing.hold).payload if standing.state == "held" else {}
        if "intent" in why:
            return self.entry(why["intent"]).payload["content_hash"]
        return why.get("content_hash", "")

    def find_by_id(self, source: str, destination_id: int) -> Standing | None:
        """The record made of a source object that stands under an id of the tenant, null where none does."""
        found = self._select("destination_id = ? AND source = ?", destination_id, source)
        return next((record for record in found if record.is_standing), None)

    def watermark(self, object: str, *, before: int | None = None) -> str | None:
        """How far a source object's export has been seen, as `set_watermark` was told; null where it was not.

        Args:
            before: Number of an entry: what was known when it was written; null for what is known now.
        """
        newest = self._chain.newest_of("watermark", object, before=before)
        return newest["value"] if newest else None

    def phases(self) -> list[str]:
        """Phases that were written to, in the order in which each was first written."""
        query = "SELECT phase FROM entries WHERE kind = 'intent' GROUP BY phase ORDER BY min(seq)"
        return [phase for (phase,) in self._database.query(query)]

    def counts(self) -> dict[tuple[str, str], int]:
        """How many records of each (phase, state) there are."""
        query = "SELECT phase, state, count(*) FROM records GROUP BY phase, state"
        return {(phase, state): count for phase, state, count in self._database.query(query)}

    def entry(self, seq: int) -> Entry:
        """One entry by its number."""
        return self._chain.entry(seq)

    def age(self, entry: Entry) -> float:
        """Seconds since an entry was written, by the ledger's clock."""
        return self._chain.age(entry)

    def entries(self) -> Iterator[Entry]:
        """Every entry, oldest first."""
        return self._chain.entries()

    def digest(self) -> dict[str, str | int]:
        """`head` of the chain and the number of its `entries`; whoever signs both has fixed every entry."""
        return self._chain.digest()

    def verify_chain(self) -> int | None:
        """The number of the first entry that is missing or does not hold, null where all do."""
        return self._chain.find_break()

    def holds(self, seq: int, head: str) -> bool:
        """Whether the entry of that number is there and has that hash."""
        return self._chain.holds(seq, head)

    def check_whole(self) -> None:
        """Let a ledger pass every entry of which holds; worth it before anything is taken back or sealed by it.

        Raises:
            StopRun: Names the first entry that does not hold.
        """
        if broken := self.verify_chain():
            raise say_spoilt(self._database.where, f"entry {broken:,} is missing or was changed")

    def _select(self, where: str, *values: object) -> Iterator[Standing]:
        for row in self._database.query(f"SELECT {_COLUMNS} FROM records WHERE {where}", values):
            named = dict(zip(_NAMES, row, strict=True))
            named["created"] = bool(named["created"])
            yield Standing(**named)
