"""Accounts as the local tenant keeps them."""

import pytest


@pytest.mark.parametrize(
    ("website", "status"),
    [("acme.org", 200), ("https://acme.org/x?y=1", 200), ("@@", 400), ("no site", 400), ("acme", 400)],
)
def test_a_website_looks_like_one(api, website, status):
    """Anything that cannot be an address is refused."""
    api.ask("POST", "/sales_accounts", {"sales_account": {"name": "A", "website": website}}, status=status)


def test_a_parent_account_must_be_another_live_one(api):
    """An unknown parent and the account itself are refused."""
    parent = api.make("sales_account", name="P")
    child = api.make("sales_account", name="C", parent_sales_account_id=parent["id"])

    assert child["parent_sales_account_id"] == parent["id"]
    assert api.refuse("POST", "/sales_accounts", {"sales_account": {"name": "X", "parent_sales_account_id": 5}})
    path = f"/sales_accounts/{parent['id']}"
    assert api.refuse("PUT", path, {"sales_account": {"parent_sales_account_id": parent["id"]}})


def test_an_account_brings_its_contacts_and_deals_along(api):
    """What points at the account comes as arrays beside it."""
    account = api.make("sales_account", name="A")
    api.make("deal", name="D", amount=1, sales_account_id=account["id"])
    api.make("contact", email="a@example.org", sales_accounts=[{"id": account["id"]}])

    answer = api.ask("GET", f"/sales_accounts/{account['id']}", include="contacts,deals,owner")

    assert [each["email"] for each in answer["contacts"]] == ["a@example.org"]
    assert [each["name"] for each in answer["deals"]] == ["D"]
    assert answer["users"] == []
