"""freshsalessdk, as its authors wrote it, reads a Classic tenant at the addresses without `/api` that it knows."""

import json

import pytest

from tests.clients.filling import BINNED, EACH, fill, settings_of
from tests.clients.serving import serve_tenant

OBJECTS = {"contacts": "contact", "accounts": "sales_account", "deals": "deal"}


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """A tenant of the classic edition with several pages of everything."""
    path = tmp_path_factory.mktemp("tenant") / "tenant.sqlite"
    with serve_tenant(settings_of("classic"), path, fill=fill) as served:
        yield served


@pytest.fixture(scope="module")
def read(served, run_client):
    """Everything the client read, once."""
    done = run_client("freshsalessdk", "read_with_sdk.py", served.origin, "local-tenant-key")
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


@pytest.mark.parametrize("resource", OBJECTS)
def test_all_pages_are_read(resource, read, served):
    """It counts pages by what the list says of itself; each record comes once."""
    ids = [row["id"] for row in read[resource]["rows"]]

    assert len(ids) == EACH - BINNED
    assert set(ids) == served.ids(OBJECTS[resource])


@pytest.mark.parametrize("resource", OBJECTS)
def test_every_row_has_its_owner(resource, read, served):
    """The client finds them among the users beside the page."""
    owners = {record["id"]: record["owner_id"] for record in served.records(OBJECTS[resource])}

    assert {row["id"]: row["owner"]["id"] for row in read[resource]["rows"]} == owners


def test_deals_have_stage_and_account(read, served):
    """Both stand beside the page when asked for."""
    kept = {record["id"]: record for record in served.records("deal")}

    for row in read["deals"]["rows"]:
        assert row["deal_stage"]["id"] == kept[row["id"]]["deal_stage_id"]
        account = row.get("sales_account")
        assert (account["id"] if account else None) == kept[row["id"]].get("sales_account_id")


def test_one_record_is_the_same_as_in_the_list(read):
    """With its owner, too."""
    for resource in OBJECTS:
        assert read[resource]["one"]["id"] == read[resource]["rows"][0]["id"]


def test_what_belongs_to_a_contact_is_read(read):
    """Its timeline and its appointments, the latter at an address the API does not have."""
    assert read["contacts"]["activities"]
    assert all(each["title"] for each in read["contacts"]["appointments"])
