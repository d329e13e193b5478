"""Accounts as the local tenant keeps them."""

import pytest


def test_a_name_is_needed_unique_and_at_most_255_long(api):
    """The three refusals of a name, in the words live tenants use."""
    api.make("sales_account", name="Acme")

    assert api.refuse("POST", "/sales_accounts", {"sales_account": {"city": "Oslo"}}) == ["Name can't be empty"]
    assert api.refuse("POST", "/sales_accounts", {"sales_account": {"name": " "}}) == ["Name can't be empty"]
    assert api.refuse("POST", "/sales_accounts", {"sales_account": {"name": "ACME"}}) == ["Name has already been taken"]
    assert api.refuse("POST", "/sales_accounts", {"sales_account": {"name": "x" * 256}})
    assert api.make("sales_account", name="x" * 255)


def test_a_phone_without_digits_is_lost_without_a_word(api):
    """A defect of live tenants that a migration has to notice by reading back."""
    assert api.make("sales_account", name="A", phone="abc")["phone"] is None
    assert api.make("sales_account", name="B", phone="(555) 1")["phone"] == "(555) 1"


@pytest.mark.parametrize(
    ("website", "status"),
    [("acme.org", 200), ("https://acme.org/x?y=1", 200), ("@@", 400), ("no site", 400), ("acme", 400)],
)
def test_a_website_looks_like_one(api, website, status):
    """Anything that cannot be an address is refused."""
    api.ask("POST", "/sales_accounts", {"sales_account": {"name": "A", "website": website}}, status=status)


def test_an_account_names_its_owner_always(api):
    """Unlike contacts and deals, a bare account has its owner_id."""
    owner = api.tenant.admin_id

    assert api.make("sales_account", name="A", owner_id=owner)["owner_id"] == owner


def test_a_parent_account_must_be_another_live_one(api):
    """An unknown parent and the account itself are refused."""
    parent = api.make("sales_account", name="P")
    child = api.make("sales_account", name="C", parent_sales_account_id=parent["id"])

    assert child["parent_sales_account_id"] == parent["id"]
    assert api.refuse("POST", "/sales_accounts", {"sales_account": {"name": "X", "parent_sales_account_id": 5}})
    path = f"/sales_accounts/{parent['id']}"
    assert api.refuse("PUT", path, {"sales_account": {"parent_sales_account_id": parent["id"]}})


def test_deleting_an_account_loses_its_deals_and_children_for_good(api):
    """Restore brings the account back, not the links that pointed at it; contacts keep theirs."""
    account = api.make("sales_account", name="A")
    child = api.make("sales_account", name="C", parent_sales_account_id=account["id"])
    deal = api.make("deal", name="D", amount=1, sales_account_id=account["id"])
    contact = api.make("contact", email="a@example.org", sales_accounts=[{"id": account["id"]}])

    def links():
        shown = api.ask("GET", f"/contacts/{contact['id']}", include="sales_accounts")["contact"]["sales_accounts"]
        return (
            api.ask("GET", f"/deals/{deal['id']}", include="sales_account")["deal"]["sales_account_id"],
            api.ask("GET", f"/sales_accounts/{child['id']}")["sales_account"]["parent_sales_account_id"],
            [each["id"] for each in shown],
        )

    assert links() == (account["id"], account["id"], [account["id"]])
    api.ask("DELETE", f"/sales_accounts/{account['id']}")
    assert links() == (None, None, [])
    api.ask("PUT", f"/sales_accounts/{account['id']}/restore")
    assert links() == (None, None, [account["id"]])


def test_an_account_brings_its_contacts_and_deals_along(api):
    """What points at the account comes as arrays beside it."""
    account = api.make("sales_account", name="A")
    api.make("deal", name="D", amount=1, sales_account_id=account["id"])
    api.make("contact", email="a@example.org", sales_accounts=[{"id": account["id"]}])

    answer = api.ask("GET", f"/sales_accounts/{account['id']}", include="contacts,deals,owner")

    assert [each["email"] for each in answer["contacts"]] == ["a@example.org"]
    assert [each["name"] for each in answer["deals"]] == ["D"]
    assert answer["users"] == []
