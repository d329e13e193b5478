"""The tenant listed a hundred records a request, the last changed first, back to a moment before which nothing matters.

Everything we wrote, and everything anybody changed since, stands at the top of a list sorted by `updated_at`. So the
cost of looking grows with what was written and not with what the tenant holds. Notes are in no list of their own: they
come along with the contacts, accounts and deals they hang on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from workbench.errors import UsageError
from workbench.freshsales.calls import ALL_RECORDS
from workbench.freshsales.client import Forbidden, NotFound, Tenant
from workbench.freshsales.costs import PAGE
from workbench.freshsales.routes import find_route, is_module
from workbench.load.finding import OBJECT_OF
from workbench.load.lookups import POINTS_AT
from workbench.model import CORE_OBJECTS
from workbench.values import INCLUDES, read_moment

Key = tuple[str, int]  # object and id in the tenant
Record = Mapping[str, Any]
SALES_ACTIVITY = "sales_activity"  # only ever somebody else's; on some plans there are none
LISTED = (*CORE_OBJECTS, "task", "appointment", SALES_ACTIVITY)
_NEWEST = {"sort": "updated_at", "sort_type": "desc", "per_page": PAGE}
_ADDED = ("contacts_added_list", "contact_ids")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One record as a list shows it.

    Attributes:
        is_whole: It shows every field and link; thin rows show an id, a name and stamps.
        stamp: The moment back to which a list has to go to show it again: when it was changed, or what it hangs on.
    """

    object: str
    record: Record
    is_whole: bool
    stamp: datetime | None

    @property
    def key(self) -> Key:
        """Object and id."""
        return self.object, int(self.record["id"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """That lists back to a moment show a record; `by_search` where only the search does, as with other pipelines."""

    stamp: datetime
    by_search: bool = False


@dataclass(kw_only=True)
class Lists:
    """The lists of one tenant.

    Attributes:
        since: What did not change since is not asked for; null asks for everything.
        unseen: What no list showed, by object, in words a customer reads.
        cut: Objects whose list the tenant broke off: that it does not show a record says nothing.
    """

    tenant: Tenant
    since: datetime | None
    unseen: dict[str, str] = field(default_factory=dict)
    cut: set[str] = field(default_factory=set)

    def rows(self, object: str) -> Iterator[Row]:
        """Records of an object and, with contacts, accounts and deals, the notes on them."""
        if object in CORE_OBJECTS and (view := self.tenant.find_view(object)) is not None:
            yield from self._with_notes(object, view)
        elif object in CORE_OBJECTS or is_module(object):
            yield from self.search(object)
        elif object == SALES_ACTIVITY:
            yield from self._sales_activities()
        else:
            route, beside = find_route(object), _include(INCLUDES[object])
            for name in route.slices:
                for body in self._pages("GET", route.path, object, params={"filter": name} | beside):
                    yield from _read_rows(object, body[route.plural])

    def rows_of(self, objects: Iterable[str], searched: Iterable[str] = ()) -> Iterator[Row]:
        """Records of several objects, notes by the lists they come along with; and of others by search alone."""
        for object in list_listed(objects):
            yield from self.rows(object)
        for object in searched:
            yield from self.search(object)

    def search(self, object: str) -> Iterator[Row]:
        """Records of an object as the tenant's search shows them: thin, seconds late, but of every pipeline."""
        route = find_route(object)
        for body in self._pages("POST", f"filtered_search/{object}", object, json={"filter_rule": [ALL_RECORDS]}):
            yield from _read_rows(object, body[route.plural], is_whole=False)

    def _with_notes(self, object: str, view: int) -> Iterator[Row]:
        route, params = find_route(object), _include((*INCLUDES[object], "notes"))
        for body in self._pages("GET", f"{route.path}/view/{view}", object, params=params):
            yield from _read_rows(object, body[route.plural])
            # A note comes along with what it hangs on, which is no older than the last record of the page.
            oldest = [read_stamp(record) for record in body[route.plural]]
            yield from _read_rows("note", body.get("notes") or [], shown_by=oldest)

    def _sales_activities(self) -> Iterator[Row]:
        """Calls and visits somebody logged; a tenant that has no such list is passed over."""
        try:
            for body in self._pages("GET", "sales_activities", SALES_ACTIVITY):
                yield from _read_rows(SALES_ACTIVITY, body["sales_activities"])
        except (Forbidden, NotFound):
            self.unseen[SALES_ACTIVITY] = "sales activities: this tenant does not list them"

    def _pages(
        self, method: str, path: str, object: str, *, params: Record | None = None, json: Any = None
    ) -> Iterator[dict[str, Any]]:
        plural = "sales_activities" if object == SALES_ACTIVITY else find_route(object).plural
        page, seen, stamps = 1, 0, []
        while (body := self._page(method, path, plural, page, params, json)) is not None:
            yield body
            stamps = [*stamps[-1:], *map(read_stamp, body[plural])]
            seen, page, meta = seen + len(body[plural]), page + 1, body.get("meta") or {}
            # A tenant that does not sort by what it was asked for shows it here, and is listed to its end.
            stamps = stamps if _is_falling(stamps) else [None]
            if self.since and stamps and stamps[-1] and stamps[-1] < self.since:
                return
            if not body[plural] or seen >= meta.get("total", seen + 1) or page > meta.get("total_pages", page):
                break
        if body is None or seen < (body.get("meta") or {}).get("total", seen):
            self.cut |= {object, "note"} if object in CORE_OBJECTS else {object}
            self.unseen[object] = f"{plural.replace('_', ' ')} beyond the newest {seen:,}: the tenant lists no further"

    def _page(
        self, method: str, path: str, plural: str, page: int, params: Record | None, json: Any
    ) -> dict[str, Any] | None:
        """One page; null where the tenant refuses to page further."""
        try:
            asked = _NEWEST | dict(params or {}) | {"page": page}
            body = dict(self.tenant.read(method, path, params=asked, json=json))
        except UsageError:
            if page == 1:
                raise
            return None
        # The key of a module's list is shown by no public sample.
        first = next((value for value in body.values() if isinstance(value, list)), [])
        return body | {plural: body.get(plural, first)}


def list_listed(objects: Iterable[str]) -> list[str]:
    """The objects whose lists show records of these, each once."""
    return sorted({listed for object in objects for listed in (CORE_OBJECTS if object == "note" else (object,))})


def split_lists(shown: Mapping[Key, Shown]) -> tuple[set[str], set[str]]:
    """The objects to list, and those to search, so that all of these records would be shown."""
    searched = {object for (object, _), each in shown.items() if each.by_search}
    return {object for (object, _), each in shown.items() if not each.by_search}, searched


def read_stamp(record: Record) -> datetime | None:
    """When a record was last changed, as the tenant says; null where it does not say."""
    return read_moment(record.get("updated_at"))


def list_links(record: Record) -> set[Key]:
    """What a record points at by its standard fields, as sent, answered or listed."""
    found = {(object, id) for name, object in POINTS_AT.items() for id in _read_ids(record.get(name))}
    found |= {("contact", id) for name in _ADDED for id in _read_ids(record.get(name))}
    pairs = [(each.get("type"), each.get("id")) for each in record.get("targetables") or [] if each]
    pairs.append((record.get("targetable_type"), record.get("targetable_id")))
    return found | {(OBJECT_OF[type], int(id)) for type, id in pairs if type in OBJECT_OF and id}


def list_custom_ids(record: Record) -> set[int]:
    """Whole numbers in custom fields: a lookup is written as the id alone, and nothing tells which object it means."""
    custom = record.get("custom_field") or {}
    flat = {name: value for name, value in record.items() if name.startswith("cf_")}
    return {value for value in (custom | flat).values() if isinstance(value, int) and not isinstance(value, bool)}


def _read_rows(
    object: str, records: list[Record], *, is_whole: bool = True, shown_by: Iterable[datetime | None] = ()
) -> Iterator[Row]:
    for record in records:
        stamps = [read_stamp(record), *shown_by]
        stamp = None if None in stamps else min(stamps)
        yield Row(object=object, record=record, is_whole=is_whole and not record.get("partial"), stamp=stamp)


def _read_ids(value: Any) -> list[int]:
    values = value if isinstance(value, list) else [value]
    ids = (each.get("id") if isinstance(each, Mapping) else each for each in values)
    return [int(id) for id in ids if id]


def _include(names: tuple[str, ...]) -> dict[str, str]:
    return {"include": ",".join(names)}


def _is_falling(stamps: list[datetime | None]) -> bool:
    return None not in stamps and all(left >= right for left, right in zip(stamps, stamps[1:], strict=False))
