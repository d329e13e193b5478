"""What a layout says of a source's API, as frozen values: where records are asked for, how, and how often."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

PAGINGS = ("none", "page", "offset", "next", "cursor")
AUTHS = ("none", "header", "basic", "query", "login")
LIMITS = ("window", "concurrent")
ENDS = ("empty", "short")
RESETS = ("seconds", "unix")
METHODS = ("GET", "POST")
TOKEN = "token"  # what a login yields; no setting
_NAME = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Auth:
    """Who asks. Texts hold `{names}`, whose values come from the environment or the engagement's settings.

    Attributes:
        kind: `header`, `basic`, `query`, `login` that yields a token for a header, or `none`.
        header: That carries `value`; of `login` with `{token}` in it.
        parameter: Of `query`, the parameter that carries `value`.
        path: Of `login`, where to log in with `body`.
        answer: Of `login`, where the token stands in the answer's body; empty where it stands in a header.
        answer_header: Of `login`, the header of the answer that holds the token.
        seconds: Of `login`, how long a token lives; 0 where it is not known.
    """

    kind: str = "none"
    header: str = "Authorization"
    value: str = ""
    user: str = ""
    password: str = ""
    parameter: str = ""
    path: str = ""
    body: Mapping[str, str] = field(default_factory=dict)
    answer: str = ""
    answer_header: str = ""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """How often may be asked. Several hold at once.

    Attributes:
        kind: `window`: so many requests in any so many seconds. `concurrent`: so many at the same time.
        method: It counts requests of this method alone; empty for all.
        path: It counts requests of paths of this pattern alone, such as `*/search`; empty for all.
        is_each: It counts every method and path for itself.
        ends_token: Going beyond it costs the token, and not only a refusal.
        remaining: Header that says how many requests are left.
        reset: Header that says when there are more.
        reset_is: That is in so many `seconds`, or at a moment as `unix` counts it.
    """

    requests: int
    kind: str = "window"
    seconds: float = 0.0
    method: str = ""
    path: str = ""
    is_each: bool = False
    ends_token: bool = False
    remaining: str = ""
    reset: str = ""
    reset_is: str = "seconds"


@dataclass(frozen=True, slots=True, kw_only=True)
class Paging:
    """How a list is asked for page by page.

    Attributes:
        kind: `page` numbers, `offset` of the first record, the `next` page's address, a `cursor`, or `none`.
        parameter: That carries the page, offset or cursor.
        first: Number of the first page.
        size_parameter: That carries the size; empty where none is asked for.
        size: Records a page.
        next: Where the next page's address or cursor stands in an answer; `link` for the header of that name.
        total: Where the number of all records stands in an answer; empty where none does.
        ends: The last page is an `empty` one, or a `short` one.
    """

    kind: str = "none"
    parameter: str = ""
    first: int = 1
    size_parameter: str = ""
    size: int = 0
    next: str = ""
    total: str = ""
    ends: str = "empty"


@dataclass(frozen=True, slots=True, kw_only=True)
class Since:
    """How only what was modified since a moment is asked for.

    Attributes:
        value: What the parameter says, with `{time}` in it.
        format: How the moment is written, as strftime knows it, or `unix`.
    """

    parameter: str
    value: str = "{time}"
    format: str = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachments:
    """Files that records stand for.

    Attributes:
        path: Where a record's file is, with `{members}` of the record in it.
        folder: Where the files go in the export, each in a folder named after its record's key.
        name: Member of the record that holds the file's name.
        column: Member that gets the file's place in the export; empty for none.
    """

    path: str
    folder: str
    name: str = ""
    column: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where an object's records are asked for.

    Attributes:
        path: Below the source's address; `{object}` stands for the object's name, and with `each`, members of that
            object's records stand in braces.
        records: Path of the list in an answer; empty where the answer is the list.
        detail: Path of one record, where lists hold only parts of it; `{members}` of the listed record stand in it.
        record: Path of that record in its answer; empty where the answer is the record.
        each: Object for each of whose records this endpoint is asked once.
        key: Columns that tell its records apart, where the object names none; empty for the object's key.
        paths: Where a column's value stands in a record, by column, for those whose own path is another.
        written: How a column's values are written in answers, by column, where files have them another way.
    """

    path: str
    method: str = "GET"
    records: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    body: Mapping[str, Any] = field(default_factory=dict)
    paging: Paging = field(default_factory=Paging)
    since: Since | None = None
    detail: str = ""
    record: str = ""
    each: str = ""
    key: tuple[str, ...] = ()
    attachments: Attachments | None = None
    paths: Mapping[str, str] = field(default_factory=dict)
    written: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Api:
    """A source that is asked over HTTP.

    Attributes:
        share: Part of each limit we use, above 0 and at most 1; the rest stays with the customer.
        timeout: Seconds to wait for an answer to begin, and for each piece of it.
        endpoints: By the object whose records they give.
    """

    auth: Auth
    limits: tuple[Limit, ...]
    endpoints: Mapping[str, Endpoint]
    headers: Mapping[str, str] = field(default_factory=dict)
    share: float = 0.9
    timeout: float = 60.0

    @property
    def names(self) -> set[str]:
        """Names whose values have to be known before anything can be asked."""
        auth = self.auth
        texts = [auth.value, auth.user, auth.password, *auth.body.values(), *self.headers.values()]
        return {name for text in texts for name in list_names(text)} - ({TOKEN} if auth.kind == "login" else set())


def list_names(text: str) -> Iterator[str]:
    """The names that stand in braces in a text."""
    return (match[1] for match in _NAME.finditer(text))


def build_api(data: dict[str, Any] | None, objects: Iterable[str]) -> Api | None:
    """The values of a checked `[api]`; null where a layout has none.

    Args:
        objects: Of the layout. An endpoint with `*` in its name is that of every such object without one of its own.
    """
    if data is None:
        return None
    shared, rows = data.get("paging", {}), data["object"]
    found = {name: find_endpoint(rows, name) for name in objects}
    return Api(
        auth=Auth(**data.get("auth", {})),
        limits=tuple(Limit(**limit) for limit in data.get("limit", ())),
        endpoints={name: _build_endpoint(name, row, shared) for name, row in found.items() if row is not None},
        **{key: data[key] for key in ("headers", "share", "timeout") if key in data},
    )


def find_endpoint(rows: Mapping[str, Any], name: str) -> Any:
    """What is said of an object's endpoint, by its name or a pattern; null where nothing is."""
    if name in rows:
        return rows[name]
    return next((row for pattern, row in rows.items() if "*" in pattern and fnmatchcase(name, pattern)), None)


def _build_endpoint(name: str, row: dict[str, Any], shared: dict[str, Any]) -> Endpoint:
    parts = ("paging", "since", "attachments", "written", "key")
    plain = {key: value for key, value in row.items() if key not in parts}
    plain |= {key: plain[key].replace("{object}", name) for key in ("path", "detail") if key in plain}
    written = {name: (said,) if isinstance(said, str) else tuple(said) for name, said in row.get("written", {}).items()}
    return Endpoint(
        **plain,
        paging=Paging(**shared | row.get("paging", {})),
        since=Since(**row["since"]) if "since" in row else None,
        attachments=Attachments(**row["attachments"]) if "attachments" in row else None,
        written=written,
        key=tuple(row.get("key", ())),
    )
