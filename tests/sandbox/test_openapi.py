"""The document of what is served: complete, valid, and true of whatever is sent."""

import json

import pytest
from click.testing import CliRunner
from openapi_spec_validator import validate

from tests.sandbox.page.conftest import ask_from
from workbench.cli import cli
from workbench.sandbox import Switches, TenantSettings, build_app
from workbench.sandbox.app import FAMILIES, LOCAL, PREFIXES, TWINS
from workbench.sandbox.routes import browser, local, timelines

ADDRESS = "http://127.0.0.1:8765/openapi.json"


def describe(**facts):
    """The document of a tenant with these settings."""
    return build_app(TenantSettings(**facts)).state.describe()


def list_operations(document):
    """Method and path of everything described."""
    return [(method.upper(), path) for path, item in document["paths"].items() for method in item]


def list_served(edition):
    """Method and path of everything mounted, as far as the edition has it."""
    mounts = [
        (PREFIXES[edition], [route for family in FAMILIES for route in family.ROUTES]),
        (LOCAL, local.ROUTES),
        (TWINS[edition], [*browser.ROUTES, *timelines.BROWSER_ROUTES]),
    ]
    served = [(method, prefix, path) for prefix, routes in mounts for method, path, _ in routes]
    return {(method, prefix + path) for method, prefix, path in served if edition == "classic" or path[:6] != "/leads"}


@pytest.mark.parametrize("edition", ["suite", "classic"])
def test_every_route_is_described_and_nothing_else(edition):
    """In both editions; leads only where there are any."""
    document = describe(edition=edition)

    assert set(list_operations(document)) == list_served(edition)


@pytest.mark.parametrize("facts", [{}, {"edition": "classic"}, {"plan": "free"}])
def test_the_document_is_valid(facts):
    """By the specification's own rules."""
    document = describe(**facts)

    validate(document)


def test_every_operation_says_what_it_does():
    """A sentence, a name nobody else has, and how it may be refused."""
    document = describe()
    operations = [each for item in document["paths"].values() for each in item.values()]

    assert all(each["summary"] for each in operations)
    assert len({each["operationId"] for each in operations}) == len(operations)
    assert all({"401", "404", "429"} <= set(each["responses"]) for each in operations)


def test_fields_stand_in_it_with_their_limits(api):
    """Length, choices, and the ids a list has; a custom field as soon as there is one."""
    api.add_field("contacts", label="Blood group", type="dropdown", choices=["A", "B"])

    schemas = api.app.state.describe()["components"]["schemas"]
    contact = schemas["contact_attributes"]["properties"]
    assert contact["first_name"]["maxLength"] == 255
    assert contact["custom_field"]["properties"]["cf_blood_group"]["enum"] == ["A", "B", None]
    assert api.choice("owners", "admin@tenant.example") in contact["owner_id"]["enum"]
    assert schemas["sales_account_attributes"]["properties"]["number_of_employees"]["enum"][0] == 1


def test_modules_stand_in_it_once_they_are_there(api):
    """By name, wherever a module may be named."""
    api.add_module("cm_plan")

    paths = api.app.state.describe()["paths"]
    (entity,) = paths["/crm/sales/api/custom_module/{entity}"]["post"]["parameters"]
    assert entity["schema"]["enum"] == ["cm_plan"]
    (object,) = [
        each for each in paths["/crm/sales/api/filtered_search/{object}"]["post"]["parameters"] if each["in"] == "path"
    ]
    assert {"contact", "cm_plan"} <= set(object["schema"]["enum"])


def test_switches_decide_what_it_says():
    """The status of an upsert that creates, of a delete, and of a call too many."""
    turned = Switches(upsert_created_status=201, delete_form="gone", too_many_body="text")
    document = describe(switches=turned)

    contacts = document["paths"]["/crm/sales/api/contacts/upsert"]["post"]["responses"]
    assert {"200", "201"} <= set(contacts)
    assert "204" in document["paths"]["/crm/sales/api/deals/{id}"]["delete"]["responses"]
    assert list(document["components"]["responses"]["429"]["content"]) == ["text/plain"]


def test_it_is_read_without_a_key_at_no_cost(api):
    """And stands not in the journal."""
    response = api.http.get(ADDRESS, headers={"Authorization": ""})

    assert response.json() == json.loads(json.dumps(api.app.state.describe()))
    assert response.headers["cache-control"] == "no-store"
    assert api.tenant.journal() == []


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "tenant.example"},
        {"Host": "127.0.0.1.example.org"},
        {"X-Forwarded-For": "203.0.113.9"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors"},
    ],
)
def test_it_is_read_on_this_machine_only(api, headers):
    """It names users and fields, and is closed to whom the pages are closed to: a foreign name, a proxy, a fetch."""
    api.add_field("contacts", label="Blood group", type="text")

    response = api.http.get(ADDRESS, headers=headers)

    assert (response.status_code, response.json()["errors"]["code"]) == (403, 403)
    assert "cf_blood_group" not in response.text
    assert "cf_blood_group" in api.http.get(ADDRESS).text


def test_it_is_not_read_from_another_machine(api):
    """Whatever name the caller gives this one."""
    assert ask_from(api, "203.0.113.9", "/openapi.json").status_code == 403
    assert ask_from(api, "127.0.0.1", "/openapi.json").status_code == 200


def test_the_command_prints_it():
    """For the plan and edition that are named."""
    result = CliRunner().invoke(cli, ["tenant", "openapi", "--edition", "classic"])

    assert result.exit_code == 0, result.output
    assert json.loads(result.output) == json.loads(json.dumps(describe(edition="classic")))
