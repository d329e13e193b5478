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


def test_products_show_in_it_and_leave_with_what_they_stand_on(filled):
    """A product, its price, and a deal it stands on; ids inside records do not count."""
    before = filled.tenant.digest()
    product = {"name": "Bed", "product_pricings": [{"currency_code": "USD", "unit_price": 5}]}
    id = filled.ask("POST", "/cpq/products", {"product": product})["product"]["id"]
    deal = filled.tenant.records("deal")[0]
    path, put = f"/deals/{deal['id']}", {"deal": {"products": [{"id": id}]}}
    with_product = filled.tenant.digest()

    filled.ask("PUT", path, put)
    with_item = filled.tenant.digest()
    filled.ask("PUT", path, {"deal": {"products": []}})
    filled.ask("PUT", path, put)

    assert filled.tenant.digest() == with_item
    filled.ask("PUT", path, {"deal": {"products": [], "amount": deal["amount"]}})
    assert filled.tenant.digest() == with_product
    filled.ask("DELETE", f"/cpq/products/{id}")
    assert len({before, with_product, with_item}) == 3 and filled.tenant.digest() == before


def test_documents_leave_it_as_they_came(filled):
    """Whatever their number."""
    deal = filled.tenant.records("deal")[0]["id"]
    digests = [filled.tenant.digest()]
    for _ in range(2):
        body = {"cpq_document": {"deal_id": deal, "document_type": "Quote"}}
        id = filled.ask("POST", "/cpq/cpq_documents", body)["cpq_document"]["id"]
        assert filled.tenant.digest() not in digests[:1]
        filled.ask("DELETE", f"/cpq/cpq_documents/{id}")
        digests.append(filled.tenant.digest())

    assert len(set(digests)) == 1


def test_what_a_client_may_stamp_counts(make_api):
    """Where the tenant keeps times a client sends they are content; where it does not they are none."""

    def read_digests(writable):
        api = make_api(switches={"created_at_writable": writable})
        made = api.make("contact", email="a@example.org", created_at="2019-05-01T10:00:00Z")
        before = api.tenant.digest()
        api.ask("PUT", f"/contacts/{made['id']}", {"contact": {"created_at": "2018-05-01T10:00:00Z"}})
        return before, api.tenant.digest()

    (ignored, still_ignored), (kept, changed) = read_digests(False), read_digests(True)

    assert (ignored == still_ignored, kept == changed) == (True, False)


def test_when_a_sales_activity_was_completed_counts(make_api):
    """A client writes it, unlike the time a task was done."""
    api = make_api(activity_types=("Visit",))
    contact = api.make("contact", email="a@example.org")
    days = {"start_date": "2020-01-01T10:00:00Z", "end_date": "2020-01-01T11:00:00Z"}
    about = {"targetable_type": "Contact", "targetable_id": contact["id"], **days}
    sent = {"title": "t", "sales_activity_type_id": api.choice("sales_activity_types", "Visit"), **about}
    status = api.tenant.settings.switches.sales_activity_created_status
    made = api.ask("POST", "/sales_activities", sent, status=status)["sales_activity"]
    before = api.tenant.digest()

    api.ask("PUT", f"/sales_activities/{made['id']}", {"completed_date": "2020-01-02T10:00:00Z"})

    assert api.tenant.digest() != before
