"""A source being played: its records, who is let in, what was counted, and what goes wrong."""

from __future__ import annotations

import base64
import json
import secrets
import time
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from workbench.layout.api import Paging
from workbench.sandbox.sources.limits import Meter
from workbench.sandbox.sources.profile import Profile, Served
from workbench.sandbox.sources.records import Kept, find_files, read_records


class Source:
    """One source on this machine.

    Attributes:
        data: Folder of the export whose records it serves.
        faults: What goes wrong at which request, counted from 1: a status, or
            `truncated` JSON, `garbage`, an answer that is `cut` off or one that is too `slow`.
        before: Told number, method and path of each request before it is looked at; may change the records.
        counts: Requests by what became of them.
        seen: Method, path and parameters of every request that was let in.
    """

    def __init__(
        self, profile: Profile, data: Path, *, clock: Callable[[], float] = time.time, delay: float = 0.0
    ) -> None:
        self.profile, self.data, self.clock, self.delay = profile, data, clock, delay
        self.meters = [Meter(limit) for limit in profile.limits]
        self.faults: dict[int, int | str] = {}
        self.before: Callable[[int, str, str], None] = lambda number, method, path: None
        self.counts: Counter[str] = Counter()
        self.seen: list[tuple[str, str, dict[str, str]]] = []
        self.tokens: dict[str, float] = {}
        self._files = find_files(data)
        self._records: dict[str, list[Kept]] = {}

    def records(self, served: Served, file: str) -> list[Kept]:
        """The records of an object, read when first asked for."""
        if file not in self._records:
            paths = self._files.get(file, [])
            self._records[file] = read_records(paths, key=served.key, changed=served.changed)
        return self._records[file]

    def has(self, file: str) -> bool:
        """Whether the export has files of that name; an object without one has no records."""
        return file in self._files

    # --- who asks ----------------------------------------------------------------------------------------------------

    def log_in(self, body: Any) -> str:
        """A fresh token, empty where the body is not the right one."""
        if body != dict(self.profile.door.accepts):
            self.counts["refused_login"] += 1
            return ""
        self.counts["login"] += 1
        token = secrets.token_hex(16)
        self.tokens[token] = self.clock() + self.profile.door.seconds
        return token

    def lets_in(self, headers: Mapping[str, str], parameters: Mapping[str, str]) -> bool:
        """Whether a request says rightly who asks."""
        door = self.profile.door
        if door.kind == "login":
            return self.tokens.get(headers.get(door.name, ""), 0.0) > self.clock()
        if door.kind == "query":
            return parameters.get(door.name) == door.value
        if door.kind == "basic":
            return headers.get("Authorization") == f"Basic {base64.b64encode(door.value.encode()).decode()}"
        return door.kind == "none" or headers.get(door.name) == door.value

    # --- what it says ------------------------------------------------------------------------------------------------

    def build_page(self, served: Served, file: str, parameters: Mapping[str, str], address: str) -> tuple[str, dict]:
        """A page's text and headers; `address` is the list's own, for the next link."""
        profile, paging = self.profile, self.profile.paging
        kept = self.records(served, file)
        if served.since and (since := parameters.get(served.since)):
            kept = [record for record in kept if record.changed >= since.rpartition(">")[2]]
        size = self._read_size(parameters)
        start = _find_start(paging, parameters, size)
        page = kept[start : start + size] if paging.kind != "none" else kept
        texts = ",".join(_thin(record.text, served.thin) for record in page)
        if not profile.records:
            return f"[{texts}]", {}
        body: dict[str, Any] = {}
        _put(body, profile.records, "\0")
        if paging.total:
            _put(body, paging.total, len(kept))
        if paging.next and start + size < len(kept):
            _put(body, paging.next, self._name_next(parameters, start + size, size, address))
        return json.dumps(body).replace('"\\u0000"', f"[{texts}]"), {}

    def _read_size(self, parameters: Mapping[str, str]) -> int:
        asked = parameters.get(self.profile.paging.size_parameter, "")
        return min(int(asked) if asked.isdigit() and int(asked) else self.profile.paging.size, self.profile.most)

    def _name_next(self, parameters: Mapping[str, str], start: int, size: int, address: str) -> str:
        paging = self.profile.paging
        if paging.kind == "cursor":
            return f"c{start}"
        asked = dict(parameters) | {paging.parameter: str(start // size + paging.first)}
        return f"{address}?{'&'.join(f'{name}={value}' for name, value in asked.items())}"


def _find_start(paging: Paging, parameters: Mapping[str, str], size: int) -> int:
    said = parameters.get(paging.parameter, "")
    if paging.kind == "cursor":
        return int(said[1:] or 0) if said else 0
    if paging.kind == "offset":
        return int(said or 0)
    return (int(said or paging.first) - paging.first) * size if paging.kind in ("page", "next") else 0


def _thin(text: str, members: tuple[str, ...]) -> str:
    if not members:
        return text
    record = json.loads(text)
    return json.dumps({name: record[name] for name in members if name in record}, ensure_ascii=False)


def _put(body: dict[str, Any], path: str, value: Any) -> None:
    *above, last = path.split(".")
    for name in above:
        body = body.setdefault(name, {})
    body[last] = value
