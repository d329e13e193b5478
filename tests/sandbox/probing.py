"""Calls to every address of a tenant, each about records that are there, so that it can be answered at all."""

from __future__ import annotations

from datetime import timedelta
from itertools import count
from typing import Any

import httpx
import requests
from schemathesis import Case

from tests.sandbox.conftest import HEADERS, Clock
from workbench.sandbox import Switches, TenantSettings, build_app, in_process
from workbench.sandbox.jobs import run_due_jobs, submit_job
from workbench.sandbox.life import create_record, delete_record
from workbench.sandbox.objects.contact_lists import CONTACT_LIST
from workbench.sandbox.objects.documents import DOCUMENT, LINK
from workbench.sandbox.objects.kind import Kind
from workbench.sandbox.objects.modules import module_kind
from workbench.sandbox.objects.registry import KINDS

ORIGIN = "http://tenant.test"
MODULE = "cm_plan"
TIMES = {"start_date": "2027-01-01T10:00:00Z", "end_date": "2027-01-01T11:00:00Z"}
KINDS_BY_PATH: dict[str, Kind] = {
    **{kind.plural: kind for kind in (*KINDS.values(), CONTACT_LIST, DOCUMENT, LINK)},
    "custom_module": module_kind(MODULE),
}


def settings_of(edition: str) -> TenantSettings:
    """Everything switched on that a call could need."""
    switches = Switches(tag_writes=True, phone_call_shape="any", per_minute=10**9)
    return TenantSettings(
        edition=edition, calls_per_hour=10**9, activity_types=("Visit",), switches=switches, time_zone="UTC"
    )


class Probe:
    """A tenant with a record of everything, and calls that are about them."""

    def __init__(self, edition: str, path: Any = None) -> None:
        self.app = build_app(settings_of(edition), path=path, clock=Clock())
        self.tenant = self.app.state.tenant
        self._number = count(1)
        self._http = httpx.Client(transport=in_process(self.app), headers=HEADERS)
        self._find_module()
        for type in ("text", "number", "date"):
            self._post("/settings/contacts/forms/1/fields", {"field": {"label": type, "type": type}})

    def close(self) -> None:
        """End it."""
        self._http.close()
        self.tenant.close()

    def send(self, case: Case) -> httpx.Response:
        """The answer to a call; one that is refused leaves everything as it was."""
        run_due_jobs(self.tenant)
        before = self.tenant.digest(with_schema=True)
        prepared = requests.Request(**case.as_transport_kwargs(base_url=ORIGIN, headers=HEADERS)).prepare()
        response = self._http.request(prepared.method, prepared.url, headers=prepared.headers, content=prepared.body)
        if response.is_client_error:
            assert self.tenant.digest(with_schema=True) == before, f"refused, but something changed: {response.text}"
        # Whoever judges the answer asks how long it took, which a transport without a network does not say.
        response.elapsed = timedelta(0)
        return response

    def aim(self, case: Case) -> None:
        """Let a generated call be about records that are there, and carry what is needed for it to be taken."""
        words = [word for word in case.path.split("/") if word]
        kind = next((KINDS_BY_PATH[word] for word in words if word in KINDS_BY_PATH), None)
        for name in case.path_parameters or {}:
            case.path_parameters[name] = self._find_part(name, words, kind)
        if words[-1] == "lookup":
            case.query = {**(case.query or {}), "f": "email", "q": "a@example.org"}
        whole = self._write_body(words, kind, case)
        if whole is not None:
            case.body = _merge(case.body, whole) if isinstance(case.body, dict) else whole

    def _find_part(self, name: str, words: list[str], kind: Kind | None) -> Any:
        if name == "entity":
            return MODULE
        if name == "name":
            return "owners"
        if name == "object":
            return "contact" if "filtered_search" in words else "contact" if "records" in words else "contacts"
        if name == "form":
            return 1
        return self._find_id(words, kind)

    def _find_id(self, words: list[str], kind: Kind | None) -> int:
        tenant = self.tenant
        if "view" in words:
            return tenant.views[kind.name][3]["id"]
        if "job_statuses" in words:
            return submit_job(tenant, object="contact", rows=[{"emails": "j@example.org", "data": {}}])["id"]
        if "module_customizations" in words:
            return self._find_module()
        if "settings" in words and "fields" in words:
            if not tenant.schema.custom_fields("contact"):
                self._post("/settings/contacts/forms/1/fields", {"field": {"label": "again", "type": "text"}})
            return tenant.schema.custom_fields("contact")[0].id
        if "selector" in words:
            return tenant.selectors[words[words.index("selector") + 1]][-1]["id"]
        if "tags" in words:
            return self._post("/settings/tags", {"tag": {"name": "T"}}, base="/crm/sales")["tag"]["id"]
        if "lists" in words:
            return self.provide(CONTACT_LIST)
        return self.provide(kind, is_binned=words[-1] == "restore")

    def _find_module(self) -> int:
        """The id of the custom module, which is made where it is not there."""
        if MODULE not in self.tenant.schema.modules:
            module = {"entity_name": MODULE, "singular_name": "Plan", "plural_name": "Plans", "icon": "leaf"}
            self._post("/settings/module_customizations", {"module_customization": module})
        return self.tenant.schema.modules[MODULE].id

    def provide(self, kind: Kind, *, is_binned: bool = False) -> int:
        """The id of a record of an object: one that is there, or a new one; one in the bin where that is asked."""
        if kind is DOCUMENT:
            return self._upload()
        found = [] if is_binned else self.tenant.records(kind.name)
        id = found[0]["id"] if found else create_record(self.tenant, kind, self.describe(kind))["id"]
        if is_binned:
            delete_record(self.tenant, kind, id)
        return id

    def describe(self, kind: Kind) -> dict[str, Any]:
        """What a new record of an object needs."""
        number = next(self._number)
        named = {"name": f"N{number}"}
        titled = {"title": "T", "targetable_type": "Contact"}
        about = {"targetable_type": "Contact", "targetable_id": 0}
        visit = self.tenant.selectors["sales_activity_types"][-1]["id"]
        facts = {
            "contact": {"email": f"a{number}@example.org"},
            "lead": {"last_name": "L", "email": f"l{number}@example.org"},
            "deal": {**named, "amount": 1},
            "task": {**titled, **about, "due_date": "2027-01-01"},
            "appointment": {**titled, **about, "from_date": TIMES["start_date"], "end_date": TIMES["end_date"]},
            "note": {"description": "D", **about},
            "sales_activity": {**titled, **about, **TIMES, "sales_activity_type_id": visit},
            "phone_call": {"call_direction": True, **about},
            "cpq_document": {"display_name": "Q", "document_type": "Quote", "deal_id": 0},
            "document_link": {"url": "https://example.org", **about},
        }.get(kind.name, named)
        if "targetable_id" in facts:
            facts["targetable_id"] = self.provide(KINDS["contact"])
        if "deal_id" in facts:
            facts["deal_id"] = self.provide(KINDS["deal"])
        return facts

    def _write_body(self, words: list[str], kind: Kind | None, case: Case) -> Any:
        """What a call has to carry to be taken; null where it carries nothing."""
        if not case.operation.body:
            return None
        last, number = words[-1], next(self._number)
        owner = self.tenant.selectors["owners"][1]["id"]
        contact = self.provide(KINDS["contact"])
        by_word = {
            "bulk_assign_owner": {"selected_ids": [contact], "owner_id": owner},
            "filtered_search": {
                "filter_rule": [{"attribute": "created_at", "operator": "is_after", "value": "2020-01-01"}]
            },
            "module_customizations": {
                "module_customization": {
                    "entity_name": f"cm_n{number}",
                    **dict.fromkeys(("singular_name", "plural_name", "icon"), f"N{number}"),
                }
            },
            "fields": {"field": {"label": f"L{number}", "type": "text"}},
            "manage_team_members": {"team_users": [{"user_id": owner}]},
            "tags": {"tag": {"name": "T"}},
            "sales_activity_types": {"sales_activity_type": {"name": "T"}},
            "documents": {"file": b"x", "targetable_type": "Contact", "targetable_id": contact},
            "time_scale": {"time_scale": 1},
            "quota": {"per_hour": 10**9},
            "faults": {"lines": []},
            "import": {"object": "contact", "content": f"Emails\ni{number}@example.org\n", "match": "Emails"},
            "snapshot": {"name": "a"},
        }
        for word in (last, words[-2]) if len(words) > 1 else (last,):
            if word in by_word:
                return by_word[word]
        if last == "restore":
            self._http.post(f"{ORIGIN}/local/snapshot", json={"name": "a"})
            return {"name": "a"}
        if last.endswith("_contacts"):
            return {"ids": [contact]}
        return self._write_record(last, kind)

    def _write_record(self, last: str, kind: Kind) -> dict[str, Any]:
        facts = self.describe(kind)
        if last == "upsert":
            named = facts.get("email", facts.get("name")) if kind.identifiers[0] != "id" else self.provide(kind)
            return {"unique_identifier": {kind.identifiers[0]: named}, kind.name: facts}
        if last == "bulk_upsert":
            return {kind.plural: [{kind.keys[0]: "x", "data": facts}]}
        if last == "bulk_destroy" or "_bulk_" in last:
            ids = [self.provide(kind)]
            return {"selected_ids": ids, "ids": ids, "owner_id": self.tenant.admin_id, kind.name: facts}
        return facts if kind is LINK else {kind.name: facts}

    def _upload(self) -> int:
        form = {"targetable_type": "Contact", "targetable_id": self.provide(KINDS["contact"])}
        return self._http.post(self._base + "/documents", data=form, files={"file": b"x"}).json()["id"]

    @property
    def _base(self) -> str:
        return ORIGIN + ("/api" if self.tenant.settings.edition == "classic" else "/crm/sales/api")

    def _post(self, path: str, body: Any, *, base: str | None = None) -> Any:
        is_classic = self.tenant.settings.edition == "classic"
        address = self._base if base is None else ORIGIN + ("" if is_classic else base)
        return self._http.post(address + path, json=body).raise_for_status().json()


def _merge(sent: dict[str, Any], whole: dict[str, Any]) -> dict[str, Any]:
    """What was generated, with what is needed in its place; wrapped attributes are merged, too."""
    return {**sent, **{name: _merge_one(sent.get(name), value) for name, value in whole.items()}}


def _merge_one(sent: Any, value: Any) -> Any:
    return _merge(sent, value) if isinstance(sent, dict) and isinstance(value, dict) else value
