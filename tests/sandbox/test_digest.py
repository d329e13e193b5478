"""The digest: equal where the content is equal, whatever happened in between."""

import pytest


@pytest.fixture
def filled(api):
    """A tenant with something of everything."""
    api.add_field("contacts", label="Ward", type="text")
    api.add_field("contacts", label="Smoker", type="checkbox")
    account = api.make("sales_account", name="A", owner_id=api.tenant.admin_id)
    links = [{"id": account["id"]}]
    contact = api.make("contact", email="ann@example.org", sales_accounts=links, custom_field={"cf_ward": "N"})
    api.make("deal", name="D", amount=1, contacts_added_list=[contact["id"]], sales_account_id=account["id"])
    api.make("note", description="x", targetable_type="Contact", targetable_id=contact["id"])
    return api


def test_creating_and_deleting_leaves_it_as_it_was(filled):
    """Of every object, whether it goes to the bin or is gone."""
    before = filled.tenant.digest()
    account = filled.make("sales_account", name="B")
    contact = filled.make("contact", email="bo@example.org", sales_accounts=[{"id": account["id"]}])
    deal = filled.make("deal", name="E", amount=2, sales_account_id=account["id"])
    about = {"targetable_type": "Contact", "targetable_id": contact["id"]}
    note = filled.make("note", description="y", **about)
    task = filled.ask("POST", "/tasks", {"title": "t", "due_date": "2027-01-01", **about}, status=201)["task"]
    assert filled.tenant.digest() != before

    for path in (f"notes/{note['id']}", f"tasks/{task['id']}", f"deals/{deal['id']}", f"contacts/{contact['id']}"):
        filled.ask("DELETE", f"/{path}")
    filled.ask("DELETE", f"/sales_accounts/{account['id']}")

    assert filled.tenant.digest() == before


def test_activities_left_on_a_deleted_contact_do_not_show_in_it(filled):
    """Deleting only the parent is enough."""
    before = filled.tenant.digest()
    contact = filled.make("contact", email="bo@example.org")
    filled.make("note", description="y", targetable_type="Contact", targetable_id=contact["id"])

    filled.ask("DELETE", f"/contacts/{contact['id']}")

    assert filled.tenant.digest() == before


def test_a_new_account_linked_to_an_old_contact_leaves_with_its_link(filled):
    """A link to a deleted record counts for nothing."""
    contact = filled.tenant.records("contact")[0]
    before = filled.tenant.digest()
    account = filled.make("sales_account", name="B")
    links = [*contact["sales_accounts"], {"id": account["id"]}]
    filled.ask("PUT", f"/contacts/{contact['id']}", {"sales_accounts": links})
    assert filled.tenant.digest() != before

    filled.ask("DELETE", f"/sales_accounts/{account['id']}")

    assert filled.tenant.digest() == before


def test_writing_a_before_image_back_restores_it(filled):
    """Values that were empty may come back as null, false or an empty list; times and e-mail ids may differ."""
    contact = filled.tenant.records("contact")[0]
    path = f"/contacts/{contact['id']}"
    shown = filled.ask("GET", path)["contact"]
    before = filled.tenant.digest()
    filled.clock.now += 100
    changed = {"email": "x@example.org", "city": "Oslo", "tags": ["t"], "custom_field": {"cf_smoker": True}}
    filled.ask("PUT", path, {"contact": changed})
    assert filled.tenant.digest() != before

    restored = {name: shown[name] for name in changed}
    filled.ask("PUT", path, {"contact": restored})

    assert filled.tenant.digest() == before


@pytest.mark.parametrize(
    "change",
    [{"city": "Oslo"}, {"custom_field": {"cf_ward": "S"}}, {"email": "z@example.org"}, {"sales_accounts": []}],
)
def test_any_change_shows(filled, change):
    """One value is enough."""
    before = filled.tenant.digest()

    filled.ask("PUT", f"/contacts/{filled.tenant.records('contact')[0]['id']}", {"contact": change})

    assert filled.tenant.digest() != before


def test_a_field_shows_only_with_the_schema(filled):
    """Whether fields and modules count is asked for."""
    before = filled.tenant.digest(), filled.tenant.digest(with_schema=True)
    filled.add_field("deals", label="X", type="text")

    after = filled.tenant.digest(), filled.tenant.digest(with_schema=True)

    assert (after[0] == before[0], after[1] == before[1]) == (True, False)


def test_the_same_calls_make_the_same_tenant(make_api):
    """Ids come from a seeded counter; another seed mints others."""

    def fill(seed):
        api = make_api(seed=seed)
        api.make("contact", email="a@example.org", owner_id=api.tenant.admin_id)
        return api.tenant.digest()

    assert fill(1) == fill(1) != fill(2)


def test_a_snapshot_brings_everything_back(filled, tmp_path):
    """Records, schema, ids and the journal."""
    before = filled.tenant.digest(with_schema=True), filled.tenant.journal()
    filled.tenant.snapshot(tmp_path / "kept.sqlite")
    next_id = filled.make("contact", email="bo@example.org")["id"]
    filled.add_field("deals", label="X", type="text")

    filled.tenant.restore(tmp_path / "kept.sqlite")

    assert (filled.tenant.digest(with_schema=True), filled.tenant.journal()) == before
    assert filled.make("contact", email="bo@example.org")["id"] == next_id
    assert "cf_x" not in filled.tenant.schema.fields("deal")
