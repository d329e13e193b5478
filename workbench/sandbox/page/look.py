"""One visit to a page: the tenant looked at, what was asked for, and the names of what is found on the way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request

from workbench.sandbox.calls import Answer, Call, Handler
from workbench.sandbox.objects.contact_lists import CONTACT_LIST
from workbench.sandbox.objects.kind import Kind
from workbench.sandbox.objects.modules import module_kind
from workbench.sandbox.objects.registry import ATTACHED, CLASSIC, KINDS
from workbench.sandbox.page.html import build_url
from workbench.sandbox.page.reader import Found, Reader
from workbench.sandbox.page.values import NOTHING, Shown, label_attribute, name_record
from workbench.sandbox.store import LIVE
from workbench.sandbox.tenant import Tenant
from workbench.sandbox.wire import ApiError, read_id

HOME = "/look"
PER_PAGE = 50
LONGEST_WORD = 200
MOST_DIGITS = 9
STATES = {"binned": "in the recycle bin", "dormant": "out of sight"}


class NotHere(Exception):
    """There is nothing to look at under this address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """A page of a list and the ways to the others.

    Attributes:
        total: How many there are, null where counting would take long.
        before: Address of the page before, empty for none.
        after: Address of the page after, empty for none.
    """

    first: int
    last: int
    total: int | None
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """The call of the API that reads one record of an object, by its path such as `/contacts/{id}`."""

    path: str
    handler: Handler


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One visit.

    Attributes:
        path: The parts of the path that vary.
        query: What the address asks for.
        request: The visit as it came.
        reads: How the API reads one record, by the plural of its object; `{entity}` for those of custom modules.
        prefix: What comes before every path of the API.
    """

    tenant: Tenant
    reader: Reader
    path: dict[str, str]
    query: dict[str, str]
    request: Request
    reads: dict[str, Read]
    prefix: str
    _names: dict[int, Shown] = field(default_factory=dict)

    @property
    def here(self) -> str:
        """The page's path, without its query."""
        return self.request.url.path

    @property
    def kinds(self) -> dict[str, Kind]:
        """Every object of the tenant by its plural, custom modules last."""
        is_classic = self.tenant.settings.edition == "classic"
        own = [kind for kind in KINDS.values() if is_classic or kind not in CLASSIC]
        modules = [module_kind(name) for name in list(self.tenant.schema.modules)]
        return {kind.plural: kind for kind in (*own, *ATTACHED, CONTACT_LIST, *modules)}

    def find_kind(self, name: str) -> Kind | None:
        """The object of that name, null where the tenant has none."""
        return next((kind for kind in self.kinds.values() if kind.name == name), None)

    def label(self, kind: Kind) -> str:
        """What many records of an object are called."""
        module = self.tenant.schema.modules.get(kind.name)
        return (module.plural_name if module else "") or label_attribute(kind.plural)

    def label_one(self, kind: Kind) -> str:
        """What one record of an object is called."""
        module = self.tenant.schema.modules.get(kind.name)
        return (module.singular_name if module else "") or label_attribute(kind.name)

    def word(self, name: str) -> str:
        """A word of the query, not longer than it makes sense."""
        return self.query.get(name, "").strip()[:LONGEST_WORD]

    def number(self, name: str, default: int = 1) -> int:
        """A number of the query, at least one."""
        text = self.query.get(name, "")
        return max(int(text), 1) if text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS else default

    def name(self, id: int) -> Shown:
        """Name and page of the record with that id; the id where there is none."""
        if id not in self._names:
            self._names[id] = self._find_name(id)
        return self._names[id]

    def address(self, found: Found) -> str:
        """The page of a record, empty where its object has none any more."""
        kind = self.find_kind(found.object)
        return f"{HOME}/{kind.plural}/{found.record['id']}" if kind else ""

    def find_read(self, kind: Kind) -> Read | None:
        """The call that reads one record of an object, null where the API has none."""
        name = "{entity}" if kind.name in self.tenant.schema.modules else kind.plural
        return self.reads.get(name)

    def ask_api(self, read: Read, kind: Kind, id: int, *, include: str) -> Any:
        """What a client is answered that reads a record; it costs nothing and stands in no journal."""
        call = Call(
            tenant=self.tenant,
            path={"id": str(id), "entity": kind.name},
            query={"include": include},
            body=None,
            origin=str(self.request.base_url).rstrip("/") + self.prefix,
            request=self.request,
        )
        try:
            answer = read.handler(call)
        except ApiError as refusal:
            return refusal.body
        return answer.body if isinstance(answer, Answer) else answer

    def turn(self, **changed: Any) -> str:
        """This page's address with some of its query changed."""
        return build_url(self.here, **{**self.query, **changed})

    def slice(self, shown: int, *, total: int | None, has_more: bool | None = None, size: int = PER_PAGE) -> Slice:
        """The page of a list that is looked at, with as many records on it as are shown."""
        number = self.number("page")
        first = (number - 1) * size + 1
        last = first + shown - 1
        goes_on = has_more if total is None else last < total
        return Slice(
            first=first if shown else 0,
            last=last if shown else 0,
            total=total,
            before=self.turn(page=number - 1 if number > 2 else None) if number > 1 else "",
            after=self.turn(page=number + 1) if goes_on and shown else "",
        )

    def offset(self, size: int = PER_PAGE) -> int:
        """Records before the page looked at."""
        return (self.number("page") - 1) * size

    def _find_name(self, id: int) -> Shown:
        found = self.reader.locate(read_id(id))
        if found is None:
            return Shown(text=str(id), note="no longer there") if id else NOTHING
        note = "" if found.state == LIVE else STATES.get(found.state, found.state)
        return Shown(text=name_record(found.record), href=self.address(found), note=note)


# Gives the name of a template and what stands in it.
View = Callable[[Look], tuple[str, dict[str, Any]]]
