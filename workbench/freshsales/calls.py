"""What can be asked of a tenant, named by meaning: one method a verb, each a thin reading of the API's shapes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from workbench.errors import HoldRecord, RetryLater, UsageError
from workbench.freshsales.answers import Answer, Forbidden, InDoubt, NotFound
from workbench.freshsales.costs import BATCH, PAGE
from workbench.freshsales.forms import Form
from workbench.freshsales.routes import Route, find_route, is_module

ALL_RECORDS = {"attribute": "created_at", "operator": "is_after", "value": "1970-01-01"}
ACTIVITIES = ("notes", "tasks", "appointments")
Record = dict[str, Any]


class Calls(ABC):
    """The verbs of a tenant over one `request`; objects are those of `workbench.freshsales.routes`."""

    def __init__(self) -> None:
        self._views: dict[str, int | None] = {}

    @abstractmethod
    def request(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        params: Mapping[str, Any] | None = None,
        form: Form | None = None,
    ) -> Answer:
        """Send one request below the base address and return its answer."""

    def read(self, method: str, path: str, *, json: Any = None, params: Mapping[str, Any] | None = None) -> Record:
        """Send one request whose answer is a JSON object.

        Raises:
            RetryLater: It was something else.
        """
        body = self.request(method, path, json=json, params=params).body
        if not isinstance(body, dict):
            raise RetryLater(f"{method} {path}: the tenant answered no JSON object; run again later")
        return body

    # --- one record ------------------------------------------------------------------------------------------------

    def create(self, object: str, record: Record) -> Record:
        """Create a record; returns it as the tenant stored it, with its id."""
        route = find_route(object)
        return self._send_record("POST", route.path, route, {route.wrapper: record})

    def upsert(self, object: str, unique: Mapping[str, Any], record: Record) -> Record:
        """Update the record that `unique` identifies, or create it: contacts, accounts and deals only.

        Args:
            unique: One field and its value, such as `{"external_id": "p-1"}` or `{"cf_source_id": "p-1"}`.
        """
        route = _require_bulk(object)
        return self._send_record(
            "POST", f"{route.path}/upsert", route, {"unique_identifier": dict(unique), route.wrapper: record}
        )

    def update(self, object: str, id: int, record: Record) -> Record:
        """Change the given fields of a record; null clears one.

        Raises:
            NotFound: It is not there.
        """
        route = find_route(object)
        return self._send_record("PUT", f"{route.path}/{id}", route, {route.wrapper: record})

    def delete(self, object: str, id: int) -> bool:
        """Delete a record; false where it was gone already."""
        try:
            self.request("DELETE", f"{find_route(object).path}/{id}")
        except NotFound:
            return False
        return True

    def restore(self, object: str, id: int) -> bool:
        """Bring a record back from the recycle bin; false where it is not there, or no program may do that."""
        try:
            self.request("PUT", f"{find_route(object).path}/{id}/restore")
        except (HoldRecord, Forbidden):
            return False
        return True

    def get(self, object: str, id: int, *, include: Iterable[str] = ()) -> Record:
        """One record; what `include` names comes under its own key, such as `users` for `owner`.

        Contacts and deals name their owner only where `owner` is included.

        Raises:
            NotFound: It is not there.
        """
        route = find_route(object)
        body = self.read("GET", f"{route.path}/{id}", params=_include(include))
        beside = {key: value for key, value in body.items() if isinstance(value, list)}
        return beside | body.get(route.wrapper, body)

    def bulk_delete(self, object: str, ids: Iterable[int]) -> None:
        """Delete contacts, accounts, deals or module records, a hundred a request; those gone already are no error."""
        route, left = find_route(object), list(ids)
        for start in range(0, len(left), BATCH):
            self.request("POST", f"{route.path}/bulk_destroy", json={"selected_ids": left[start : start + BATCH]})

    def _send_record(self, method: str, path: str, route: Route, body: Record) -> Record:
        answer = self.request(method, path, json=body)
        record = answer.body.get(route.wrapper, answer.body) if isinstance(answer.body, dict) else None
        if not record or "id" not in record:
            raise InDoubt(f"{method} {path}: the tenant answered {answer.status} without the record; look it up")
        return record

    # --- files -----------------------------------------------------------------------------------------------------

    def upload(self, form: Form) -> Record:
        """Upload a file to the record its fields name; returns the id it stands under."""
        answer = self.request("POST", "documents", form=form)
        record = answer.body.get("document", answer.body) if isinstance(answer.body, dict) else {}
        if "id" not in record:
            raise InDoubt(f"POST documents: the tenant answered {answer.status} without an id; look the file up")
        return record

    def documents_of(self, object: str, id: int) -> Iterator[Record]:
        """The files of one contact, account or deal, a hundred a request.

        Raises:
            NotFound: The record is not there.
        """
        path = f"{_require_bulk(object).path}/{id}/document_associations"
        return self._page_through("GET", path, find_route("document"))

    # --- many records ----------------------------------------------------------------------------------------------

    def list_all(self, object: str, *, include: Iterable[str] = ()) -> Iterator[Record]:
        """Every live record, a hundred a request, oldest first.

        Contacts, accounts and deals come from the view named "All ..."; where the tenant renamed it, and for modules,
        from a search, whose records are thin: id and standard fields only. Notes are listed by their parents only, and
        of products the tenant names those that are for sale.
        """
        route = find_route(object)
        if route.selector:
            return self._list_choices(route)
        if route.slices:
            return self._list_slices(route, include)
        if (view := self.find_view(object)) is None:
            return self._search(object, ALL_RECORDS)
        asked = {"sort": "created_at", "sort_type": "asc"} | _include(include)
        return self._page_through("GET", f"{route.path}/view/{view}", route, params=asked)

    def find(self, object: str, attribute: str, value: Any) -> list[Record]:
        """Records whose field has that value: contacts, accounts, deals and modules.

        They are thin (id and standard fields), and the tenant's index may lag seconds behind its writes.
        """
        return list(self._search(object, {"attribute": attribute, "operator": "is_in", "value": value}))

    def activities_of(self, object: str, id: int) -> dict[str, list[Record]]:
        """The notes, tasks and appointments of one record, in one request.

        Raises:
            NotFound: The record is not there.
        """
        record = self.get(object, id, include=ACTIVITIES)
        return {kind: record.get(kind) or [] for kind in ACTIVITIES}

    def count(self, object: str) -> int:
        """How many live records there are; notes cannot be counted."""
        route = find_route(object)
        if route.slices:
            return sum(self._count("GET", route.path, params={"filter": name}) for name in route.slices)
        if (view := self.find_view(object)) is not None:
            return self._count("GET", f"{route.path}/view/{view}")
        return self._count(
            "POST", f"filtered_search/{_require_search(object).wrapper}", json={"filter_rule": [ALL_RECORDS]}
        )

    def _list_choices(self, route: Route) -> Iterator[Record]:
        body = self.read("GET", f"selector/{route.selector}")
        yield from body[route.selector] if route.selector in body else _first_list(body)

    def _list_slices(self, route: Route, include: Iterable[str]) -> Iterator[Record]:
        seen: set[int] = set()
        for name in route.slices:
            for record in self._page_through("GET", route.path, route, params={"filter": name} | _include(include)):
                if record["id"] not in seen:
                    seen.add(record["id"])
                    yield record

    def _search(self, object: str, rule: Record) -> Iterator[Record]:
        route = _require_search(object)
        return self._page_through("POST", f"filtered_search/{object}", route, json={"filter_rule": [rule]})

    def find_view(self, object: str) -> int | None:
        """Id of the view that shows every record of an object; null where it has none or it was renamed."""
        route = find_route(object)
        if not route.is_bulk:
            return None
        if object not in self._views:
            views = self.read("GET", f"{route.path}/filters").get("filters", [])
            named = [view["id"] for view in views if str(view.get("name", "")).casefold().startswith("all ")]
            self._views[object] = named[0] if named else None
        return self._views[object]

    def _page_through(
        self, method: str, path: str, route: Route, *, params: Record | None = None, json: Any = None
    ) -> Iterator[Record]:
        page, seen = 1, 0
        while True:
            body = self.read(method, path, params=(params or {}) | {"page": page, "per_page": PAGE}, json=json)
            records = body[route.plural] if route.plural in body else _first_list(body)
            yield from records
            meta, seen, page = body.get("meta") or {}, seen + len(records), page + 1
            if not records or seen >= meta.get("total", seen + 1) or page > meta.get("total_pages", page):
                return

    def _count(self, method: str, path: str, *, params: Record | None = None, json: Any = None) -> int:
        body = self.read(method, path, params=(params or {}) | {"page": 1, "per_page": 1}, json=json)
        return int(body["meta"]["total"])


def _include(names: Iterable[str]) -> dict[str, str]:
    return {"include": ",".join(names)} if names else {}


def _require_bulk(object: str) -> Route:
    route = find_route(object)
    if not route.is_bulk:
        raise UsageError(f"{object}: Freshsales has no upsert for it; look the record up, then create or update it")
    return route


def _require_search(object: str) -> Route:
    route = find_route(object)
    if not (route.is_bulk or is_module(object)):
        raise UsageError(f"{object}: Freshsales lists it under the record it belongs to only")
    return route


def _first_list(body: Record) -> list[Record]:
    """The records of a list whose key public samples do not show, as with modules."""
    return next((value for value in body.values() if isinstance(value, list)), [])
