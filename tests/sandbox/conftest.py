"""A local tenant in this process, and a client of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from workbench.sandbox import Switches, TenantSettings, build_app, in_process

BASE = "http://tenant.test/crm/sales/api"
HEADERS = {"Authorization": "Token token=local-tenant-key", "Accept": "application/json"}
# A Wednesday, 12:00 UTC and 06:00 in the account's zone.
START = 1_795_608_000.0


class Clock:
    """Seconds since 1970 that pass when told to."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> float:
        return self.now


class Api:
    """A tenant, its clock, and the shortest way to ask it something."""

    def __init__(self, settings: TenantSettings) -> None:
        self.clock = Clock()
        self.app = build_app(settings, clock=self.clock)
        self.tenant = self.app.state.tenant
        self.http = httpx.Client(transport=in_process(self.app), base_url=BASE, headers=HEADERS)

    def ask(self, method: str, path: str, body: Any = None, *, status: int = 200, **query: Any) -> Any:
        """The JSON of an answer that has this status."""
        response = self.http.request(method, path, json=body, params=query or None)
        assert response.status_code == status, response.text
        return response.json() if response.content else None

    def refuse(self, method: str, path: str, body: Any = None, *, status: int = 400) -> list[str]:
        """The messages of a refusal, whose envelope is checked on the way."""
        errors = self.ask(method, path, body, status=status)["errors"]
        assert errors["code"] == status
        return errors["message"]

    def make(self, object: str, **attributes: Any) -> dict[str, Any]:
        """A new contact, sales_account, deal or note."""
        plural = f"{object}s"
        return self.ask("POST", f"/{plural}", {object: attributes})[object]

    def add_field(self, plural: str, **attributes: Any) -> dict[str, Any]:
        """A new custom field."""
        form = self.ask("GET", f"/settings/{plural}/forms")["forms"][0]["id"]
        return self.ask("POST", f"/settings/{plural}/forms/{form}/fields", {"field": attributes})["field"]

    def add_module(self, name: str = "cm_plan") -> dict[str, Any]:
        """A new custom module."""
        described = {"entity_name": name, "singular_name": "Plan", "plural_name": "Plans", "icon": "leaf"}
        answer = self.ask("POST", "/settings/module_customizations", {"module_customization": described})
        return answer["module_customization"]

    def view(self, plural: str, name: str, **query: Any) -> dict[str, Any]:
        """A page of a view by its name."""
        views = self.ask("GET", f"/{plural}/filters")["filters"]
        id = next(view["id"] for view in views if view["name"] == name)
        return self.ask("GET", f"/{plural}/view/{id}", **query)

    def choice(self, selector: str, name: str) -> int:
        """Id of an item of a list by its name."""
        items = self.tenant.selectors[selector]
        return next(item["id"] for item in items if name in (item.get("name"), item.get("email")))


@pytest.fixture
def make_api() -> Iterator[Callable[..., Api]]:
    """Makes tenants: settings by name, `switches` as a mapping."""
    made: list[Api] = []

    def make(*, switches: dict[str, Any] | None = None, **settings: Any) -> Api:
        made.append(Api(TenantSettings(switches=Switches(**(switches or {})), **settings)))
        return made[-1]

    yield make
    for api in made:
        api.http.close()
        api.tenant.close()


@pytest.fixture
def api(make_api: Callable[..., Api]) -> Api:
    """A fresh Enterprise tenant."""
    return make_api()
