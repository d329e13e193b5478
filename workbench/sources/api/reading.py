"""All records of one object: page by page, each page kept, none lost and none twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from workbench.errors import StopRun
from workbench.file_names import clean_name
from workbench.layout import LayoutObject
from workbench.layout.api import Endpoint
from workbench.layout.paths import read_path
from workbench.sources.api.answers import Absent, Answer
from workbench.sources.api.client import SourceClient
from workbench.sources.api.members import fill_path, find_member, list_key_paths, read_key
from workbench.sources.api.paging import begin, build_parameters, move_on, read_total, take_records
from workbench.sources.api.under_way import Checkpoint, UnderWay

Record = dict[str, Any]
MOST_ROUNDS = 3  # in which a list that changes is read
MOST_STEPS_BACK = 100  # in one list
SAME = 3  # pages of the same records in a row: the source does not page as the layout says
OVERLAP = timedelta(minutes=5)  # asked for twice, for what was being written at the source while it was read


@dataclass(slots=True, kw_only=True, eq=False)
class Reading:
    """One object being read.

    Attributes:
        since: From when on modified records alone are asked for, empty for all.
        parents: The records this object is asked for, one after the other; null where it is asked for once.
        known: Keys of the records that are kept.
    """

    row: LayoutObject
    endpoint: Endpoint
    client: SourceClient
    under_way: UnderWay
    since: str
    parents: Callable[[], Iterator[Record]] | None
    clock: Callable[[], float]
    progress: Callable[[str, int, int | None], None]
    checkpoint: Checkpoint = field(default_factory=Checkpoint)
    known: set[str] = field(default_factory=set)
    pages: list[list[str]] = field(default_factory=list)
    steps_back: int = 0

    @property
    def name(self) -> str:
        """Of the object."""
        return self.row.name

    def read(self) -> Checkpoint:
        """Read on from where it stands.

        Raises:
            WorkbenchError: See `client`; what was read is kept.
            StopRun: The source does not page as the layout says.
        """
        self.checkpoint = self.under_way.read_checkpoint(self.name)
        if not self.checkpoint.is_done:
            paths = list_key_paths(self.row, self.endpoint)
            self.known = {read_key(record, paths) for record in self.under_way.read_records(self.name)} - {""}
            self._read_parents()
            self.checkpoint.is_done = True
            self.under_way.keep_checkpoint(self.name, self.checkpoint)
        return self.checkpoint

    def _read_parents(self) -> None:
        at = self.checkpoint
        for number, parent in enumerate(self.parents() if self.parents else [{}], start=1):
            if number > at.parent:
                while not self._read_list(parent):
                    at.round += 1
                at.parent, at.round = number, 1 if self.parents else at.round

    def _read_list(self, parent: Record) -> bool:
        """Read a list to its end; false where it has to be read again."""
        path, at = fill_path(self.endpoint.path, parent), self.checkpoint
        if at.position is None:
            at.position, at.is_over, at.total, at.fell, at.fresh = begin(self.endpoint.paging), False, None, False, 0
        self.pages, self.steps_back = [], 0
        while not at.is_over:
            self._read_page(path, at.position)
            self.progress(self.name, at.lines, at.total)
        at.position = None
        return self._is_settled()

    def _is_settled(self) -> bool:
        """Whether nothing can have been missed, as far as the source's numbers show."""
        at = self.checkpoint
        is_whole = at.total is None or self.parents is not None or len(self.known) >= at.total
        is_calm = not at.fell and (is_whole or (at.round > 1 and not at.fresh))
        return is_calm or self.endpoint.paging.kind == "offset" or at.round >= MOST_ROUNDS

    def _read_page(self, path: str, position: dict[str, Any]) -> None:
        """Read a page and keep it, and where to go on."""
        try:
            answer = self._ask(path, position)
        except Absent:
            self._note_absent(position)
            return
        at, paging = self.checkpoint, self.endpoint.paging
        at.began = at.began or answer.at or datetime.fromtimestamp(self.clock(), UTC).isoformat()
        records, paths = take_records(self.endpoint, answer), list_key_paths(self.row, self.endpoint)
        keys = [read_key(record, paths) for record in records]
        follows_known = bool(keys) and (not keys[0] or keys[0] in self.known)
        new = self._pick_new(records, keys)
        if (total := read_total(paging, answer)) is not None:
            at.fell |= at.total is not None and total < at.total
            at.total = max(total, at.total or 0)
        following = move_on(paging, position, answer, len(keys), follows_known=follows_known)
        self._check_moving(keys, position, following)
        at.position, at.is_over = self._strip(following) or position, following is None
        whole = [self._place_file(record, key) for record, key in self._complete(new)]
        at.fresh += len(whole)
        self.under_way.keep_page(self.name, whole, at)

    def _note_absent(self, position: dict[str, Any]) -> None:
        """A list that is not there has no records, where its object may be missing or is asked for one by one.

        Raises:
            Absent: It has to be there, or was there a page ago.
        """
        if position != begin(self.endpoint.paging) or (self.row.is_required and self.parents is None):
            raise
        at = self.checkpoint
        at.began = at.began or datetime.fromtimestamp(self.clock(), UTC).isoformat()
        at.position, at.is_over, at.absent = position, True, at.absent + 1
        self.under_way.keep_page(self.name, [], at)

    def _strip(self, position: dict[str, Any] | None) -> dict[str, Any] | None:
        """The position without a secret that its address may hold."""
        return {"link": self.client.drop_secret(position["link"])} if position and "link" in position else position

    def _ask(self, path: str, position: dict[str, Any]) -> Answer:
        endpoint = self.endpoint
        if "link" in position:
            return self.client.read(position["link"], counted=endpoint.path)
        asked = {**endpoint.parameters, **build_parameters(endpoint.paging, position), **self._build_since()}
        if endpoint.method == "POST":
            return self.client.read(path, method="POST", body={**endpoint.body, **asked}, counted=endpoint.path)
        return self.client.read(path, parameters=asked, counted=endpoint.path)

    def _build_since(self) -> dict[str, str]:
        since = self.endpoint.since
        if since is None or not self.since:
            return {}
        moment = datetime.fromisoformat(self.since) - OVERLAP
        text = str(int(moment.timestamp())) if since.format == "unix" else moment.astimezone(UTC).strftime(since.format)
        return {since.parameter: since.value.replace("{time}", text)}

    def _check_moving(self, keys: list[str], position: dict[str, Any], following: dict[str, Any] | None) -> None:
        """Stop where pages lead nowhere.

        Raises:
            StopRun: They do.
        """
        advice = f"check the paging of [api.object.{self.name}] in layout.toml"
        self.pages = [*self.pages, keys][-SAME:]
        if keys and len(self.pages) == SAME and all(page == keys for page in self.pages):
            raise StopRun(
                f"{self.name}: the source gives the same page again and again; {advice}, "
                'kind = "none" where all comes at once'
            )
        is_back = following and "offset" in following and following["offset"] < position["offset"]
        self.steps_back += bool(is_back)
        if self.steps_back > MOST_STEPS_BACK:
            raise StopRun(f"{self.name}: pages follow in no order that lasts; {advice}, and ask for an order")

    def _pick_new(self, records: list[Record], keys: list[str]) -> list[tuple[Record, str]]:
        """Those that are not kept yet. One without a key cannot be told from another, so that each is kept."""
        new = []
        for record, key in zip(records, keys, strict=True):
            if key and key in self.known:
                self.checkpoint.doubles += 1
            else:
                new.append((record, key))
                self.known |= {key} - {""}
        return new

    def _complete(self, new: list[tuple[Record, str]]) -> Iterator[tuple[Record, str]]:
        """The records with all that the source knows of them, where a list holds only parts."""
        if not self.endpoint.detail:
            yield from new
            return
        kept = self.under_way.read_details(self.name)
        with ThreadPoolExecutor(self.client.limiter.count_at_once("GET", self.endpoint.detail)) as threads:
            asked = [None if key in kept else threads.submit(self._read_detail, record) for record, key in new]
            try:
                for (record, key), answer in zip(new, asked, strict=True):
                    detail = kept[key] if answer is None else answer.result()
                    if answer is not None:
                        self.under_way.keep_detail(self.name, key, detail)
                    self.checkpoint.without_detail += detail is None
                    yield record | (detail or {}), key
            finally:
                threads.shutdown(cancel_futures=True)

    def _read_detail(self, record: Record) -> Record | None:
        """What the source knows of a record; null where it went since the list was given."""
        detail = self.endpoint.detail
        try:
            answer = self.client.read(fill_path(detail, record), counted=detail)
        except Absent:
            return None
        found = find_member(answer.body, read_path(self.endpoint.record))
        return found if isinstance(found, dict) else None

    def _place_file(self, record: Record, key: str) -> Record:
        """The record with the place its file will have in the export."""
        files = self.endpoint.attachments
        return record | {files.column: place_file(self.endpoint, record, key)} if files and files.column else record


def place_file(endpoint: Endpoint, record: Record, key: str) -> str:
    """Where a record's file lies in the export; names from the source do no harm there."""
    files = endpoint.attachments
    folder = quote(key, safe=" ").replace(".", "%2E")
    return f"{files.folder}/{folder}/{clean_name(str(record.get(files.name) or ''))}"
