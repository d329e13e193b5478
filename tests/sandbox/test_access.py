"""The door: who may call, in which form, and what is written down."""

import httpx
import pytest

from workbench.sandbox import build_app, in_process
from workbench.sandbox.settings import TenantSettings

KEY = "Token token=local-tenant-key"


@pytest.mark.parametrize(
    "path", ["/leads", "/phone_calls", "/nothing", "/deals/1/tasks", "/contacts/1/conversations/all"]
)
def test_an_unknown_address_is_not_found(api, path):
    """Also where another method would be known."""
    assert api.refuse("GET", path, status=404)


def test_the_classic_edition_has_its_own_base_address():
    """`/api`, as older accounts have."""
    app = build_app(TenantSettings(edition="classic"))
    with httpx.Client(transport=in_process(app), headers={"Authorization": KEY}) as client:
        assert client.get("http://tenant.test/api/selector/owners").status_code == 200
        assert client.get("http://tenant.test/crm/sales/api/selector/owners").status_code == 404
    app.state.tenant.close()


def test_every_call_is_in_the_journal(api):
    """Method, path, status, cost and time; refused ones too."""
    api.ask("POST", "/contacts", {"email": "a@example.org"})
    api.clock.now += 5
    api.refuse("GET", "/contacts", status=403)

    journal = api.tenant.journal()

    assert [(entry["method"], entry["path"], entry["status"], entry["cost"]) for entry in journal] == [
        ("POST", "/crm/sales/api/contacts", 200, 1),
        ("GET", "/crm/sales/api/contacts", 403, 1),
    ]
    assert journal[1]["at"] - journal[0]["at"] == 5


def test_what_a_local_tenant_tells_about_itself_costs_nothing(api):
    """Digest, journal and records over HTTP, with the same key, out of the journal."""
    api.make("contact", email="a@example.org")
    local = "http://tenant.test/local"

    assert api.ask("GET", f"{local}/digest") == {"digest": api.tenant.digest()}
    assert api.ask("GET", f"{local}/digest", with_schema=1) == {"digest": api.tenant.digest(with_schema=True)}
    assert api.ask("GET", f"{local}/records/contact")["records"] == api.tenant.records("contact")
    assert len(api.ask("GET", f"{local}/journal")["journal"]) == 1
    assert api.http.get(f"{local}/digest", headers={"Authorization": "x"}).status_code == 401


def test_tenant_time_can_be_sped_up_while_it_runs(api):
    """A hundred-fold, and never backwards."""
    local = "http://tenant.test/local/time_scale"

    assert api.ask("POST", local, {"time_scale": 100}) == {"time_scale": 100}
    assert api.http.get("/selector/owners").headers["x-ratelimit-reset"] == "36.000"
    for scale in (0, -1, "fast", True, None):
        assert api.refuse("POST", local, {"time_scale": scale})
