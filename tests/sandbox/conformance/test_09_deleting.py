"""Deleting, the recycle bin, restoring and forgetting."""

import pytest

DAY = 86_400
NEEDED = {"contact": {"email": "a@example.org"}, "sales_account": {"name": "A"}, "deal": {"name": "D", "amount": 1}}
OBJECTS = tuple(NEEDED)


def make(api, object):
    """A record, and its path."""
    made = api.make(object, **NEEDED[object])
    return made, f"/{object}s/{made['id']}"


@pytest.mark.contract("9-01", "9-02", "9-03")
@pytest.mark.parametrize("object", OBJECTS)
def test_9_a_deleted_record_is_gone(api, object):
    """200 and true the first time, a 404 ever after; nothing can be done with it."""
    _, path = make(api, object)

    response = api.http.delete(path)

    assert (response.status_code, response.text) == (200, "true")
    assert api.refuse("GET", path, status=404)
    assert api.refuse("DELETE", path, status=404)
    assert api.refuse("PUT", path, {"city": "Oslo"}, status=404)
    assert api.refuse("POST", f"{path}/clone", {"city": "Oslo"}, status=404)


@pytest.mark.contract("9-04")
@pytest.mark.parametrize("object", OBJECTS)
def test_9_one_client_saw_another_form(make_api, object):
    """An empty 204, and no way back."""
    api = make_api(switches={"delete_form": "gone"})
    _, path = make(api, object)

    response = api.http.delete(path)

    assert (response.status_code, response.content) == (204, b"")
    assert api.refuse("PUT", f"{path}/restore", status=404)
    assert api.refuse("DELETE", path, status=404)


@pytest.mark.contract("9-05")
@pytest.mark.parametrize("object", OBJECTS)
def test_9_the_bin_has_a_view(api, object):
    """Where the record is marked as deleted, until it is restored."""
    made, path = make(api, object)
    api.ask("DELETE", path)

    binned = api.view(f"{object}s", "Recycle Bin")
    api.ask("PUT", f"{path}/restore")

    assert [(each["id"], each["is_deleted"]) for each in binned[f"{object}s"]] == [(made["id"], True)]
    assert api.view(f"{object}s", "Recycle Bin")["meta"]["total"] == 0
    assert api.ask("GET", path)[object]["is_deleted"] is False


@pytest.mark.contract("9-06")
@pytest.mark.parametrize("object", OBJECTS)
@pytest.mark.parametrize("time_scale", [1.0, 3600.0])
def test_9_after_90_days_it_is_gone_for_good(make_api, object, time_scale):
    """Each record by its own day, in the tenant's time."""
    api = make_api(time_scale=time_scale, calls_per_hour=10_000)
    _, old = make(api, object)
    api.ask("DELETE", old)
    api.clock.now += DAY / time_scale
    _, young = make(api, object)
    api.ask("DELETE", young)

    api.clock.now += 89.5 * DAY / time_scale

    assert api.refuse("PUT", f"{old}/restore", status=404)
    assert api.view(f"{object}s", "Recycle Bin")["meta"]["total"] == 1
    assert api.ask("PUT", f"{young}/restore")
    api.clock.now += 200 * DAY / time_scale
    assert api.ask("GET", young)


def test_9_what_is_about_a_purged_contact_goes_with_it(make_api, tmp_path):
    """Also where the tenant was closed meanwhile."""
    api = make_api()
    contact, path = make(api, "contact")
    api.make("note", description="x", targetable_type="Contact", targetable_id=contact["id"])
    empty = make_api().tenant.digest()
    api.ask("DELETE", path)
    api.tenant.snapshot(tmp_path / "kept.sqlite")
    api.tenant.restore(tmp_path / "kept.sqlite")
    api.clock.now += 90 * DAY

    assert api.view("contacts", "Recycle Bin")["meta"]["total"] == 0
    assert [api.tenant.store.count(object, state=state) for object in ("contact", "note") for state in STATES] == [
        0
    ] * 6
    assert api.tenant.digest() == empty


STATES = ("live", "binned", "dormant")


@pytest.mark.contract("9-07")
def test_9_a_restored_contact_has_its_activities_again(api):
    """Notes, tasks, appointments and call logs are out of sight with it and come back with it, and so do its lists."""
    contact, path = make(api, "contact")
    about = {"targetable_type": "Contact", "targetable_id": contact["id"]}
    note = api.make("note", description="x", **about)
    task = api.ask("POST", "/tasks", {"title": "t", "due_date": "2027-01-01", **about}, status=201)["task"]
    times = {"from_date": "2027-01-01T10:00:00Z", "end_date": "2027-01-01T11:00:00Z"}
    meeting = api.ask("POST", "/appointments", {"title": "m", **times, **about}, status=201)["appointment"]
    call = {"call_direction": True, "call_notes": "x", **about}
    api.ask("POST", "/phone_calls", call, status=201)
    members = api.ask("POST", "/lists", {"name": "L"})["list"]["id"]
    api.ask("PUT", f"/lists/{members}/add_contacts", {"ids": [contact["id"]]})
    before = api.tenant.digest()

    api.ask("DELETE", path)
    hidden = [api.tenant.count(object) for object in ("note", "task", "appointment", "phone_call")]
    api.ask("PUT", f"{path}/restore")

    assert hidden == [0, 0, 0, 0]
    assert note["id"] in [each["id"] for each in api.ask("GET", f"{path}/notes")["notes"]]
    assert api.ask("GET", f"/tasks/{task['id']}") and api.ask("GET", f"/appointments/{meeting['id']}")
    assert [each["id"] for each in api.ask("GET", f"/contacts/lists/{members}")["contacts"]] == [contact["id"]]
    assert api.tenant.digest() == before


@pytest.mark.contract("9-08")
def test_9_a_restored_account_has_lost_its_deals(api):
    """And its children; their links to it are empty from the delete on."""
    account, path = make(api, "sales_account")
    deal = api.make("deal", name="D", amount=1, sales_account_id=account["id"])
    child = api.make("sales_account", name="C", parent_sales_account_id=account["id"])

    api.ask("DELETE", path)
    api.ask("PUT", f"{path}/restore")

    assert api.ask("GET", path, include="deals,child_sales_accounts")["deals"] == []
    assert api.ask("GET", f"/deals/{deal['id']}", include="sales_account")["deal"]["sales_account_id"] is None
    assert api.ask("GET", f"/sales_accounts/{child['id']}")["sales_account"]["parent_sales_account_id"] is None


@pytest.mark.contract("9-09", "9-10")
@pytest.mark.parametrize("object", OBJECTS)
def test_9_restore_answers_with_the_record(api, object):
    """As it was; a record that was never deleted cannot be restored."""
    made, path = make(api, object)
    assert api.refuse("PUT", f"{path}/restore", status=404)
    api.ask("DELETE", path)

    assert api.ask("PUT", f"{path}/restore") == {object: made, "meta": None}


@pytest.mark.contract("9-11")
@pytest.mark.parametrize(("works", "status"), [(True, 200), (False, 404)])
def test_9_restore_by_key_is_a_switch(make_api, works, status):
    """Where it does not work the record stays in the bin."""
    api = make_api(switches={"restore_by_api": works})
    _, path = make(api, "contact")
    api.ask("DELETE", path)

    api.ask("PUT", f"{path}/restore", status=status)

    assert api.view("contacts", "Recycle Bin")["meta"]["total"] == (0 if works else 1)


@pytest.mark.contract("9-12")
@pytest.mark.parametrize("object", ["product", "cpq_document"])
def test_9_the_catalog_is_restored_too(api, object):
    """Below its own address."""
    needed = {"product": {"name": "P"}}.get(object)
    if needed is None:
        needed = {"document_type": "Quote", "deal_id": make(api, "deal")[0]["id"]}
    made = api.ask("POST", f"/cpq/{object}s", {object: needed})[object]
    path = f"/cpq/{object}s/{made['id']}"
    api.ask("DELETE", path)
    assert api.ask("GET", path, status=404)

    api.ask("PUT", f"{path}/restore")

    assert api.ask("GET", path)[object]["id"] == made["id"]


@pytest.mark.contract("9-13")
@pytest.mark.parametrize("object", OBJECTS)
@pytest.mark.parametrize("is_binned", [True, False])
def test_9_what_is_forgotten_does_not_come_back(api, object, is_binned):
    """From the bin or straight away."""
    _, path = make(api, object)
    if is_binned:
        api.ask("DELETE", path)

    assert api.ask("DELETE", f"{path}/forget") is True
    assert api.refuse("PUT", f"{path}/restore", status=404)
    assert api.refuse("DELETE", f"{path}/forget", status=404)
    assert api.view(f"{object}s", "Recycle Bin")["meta"]["total"] == 0


@pytest.mark.contract("9-14")
@pytest.mark.parametrize("object", ["task", "appointment", "note", "sales_activity"])
def test_9_activities_have_no_bin(make_api, object):
    """They are gone at once."""
    api = make_api(activity_types=("Visit",))
    contact, _ = make(api, "contact")
    end = {"end_date": "2027-01-01T11:00:00Z"}
    visit = {"title": "t", "sales_activity_type_id": api.choice("sales_activity_types", "Visit")}
    sent = {
        "task": {"title": "t", "due_date": "2027-01-01"},
        "appointment": {"title": "t", "from_date": "2027-01-01T10:00:00Z", **end},
        "note": {"description": "x"},
        "sales_activity": {**visit, "start_date": "2027-01-01T10:00:00Z", **end},
    }[object] | {"targetable_type": "Contact", "targetable_id": contact["id"]}
    plural = {"sales_activity": "sales_activities"}.get(object, f"{object}s")
    made = api.ask("POST", f"/{plural}", {object: sent}, status=200 if object == "note" else 201)[object]
    path = f"/{plural}/{made['id']}"

    api.ask("DELETE", path)

    assert api.refuse("DELETE", path, status=404)
    assert api.refuse("PUT", f"{path}/restore", status=404)
    assert api.tenant.store.count(object, state="binned") == 0


@pytest.mark.contract("9-15")
@pytest.mark.parametrize(("reuse", "status"), [(True, 200), (False, 400)])
def test_9_the_email_of_a_deleted_contact(make_api, reuse, status):
    """Whether it may be used again is a switch; once it is, the old contact cannot come back."""
    api = make_api(switches={"reuse_deleted_email": reuse})
    _, path = make(api, "contact")
    api.ask("DELETE", path)

    api.ask("POST", "/contacts", {"contact": {"email": "A@example.org"}}, status=status)

    api.ask("PUT", f"{path}/restore", status=400 if reuse else 200)


@pytest.mark.contract("9-16")
def test_9_deleting_does_not_undo_an_upsert(api):
    """The values before it are in no bin."""
    made, path = make(api, "contact")
    api.ask("PUT", path, {"contact": {"city": "Oslo"}})
    body = {"unique_identifier": {"emails": "a@example.org"}, "contact": {"city": "Rome"}}
    api.ask("POST", "/contacts/upsert", body)

    api.ask("DELETE", path)
    api.ask("PUT", f"{path}/restore")

    assert api.ask("GET", path)["contact"]["city"] == "Rome"


@pytest.mark.contract("9-17")
def test_9_a_delete_costs_a_call(api):
    """One each, or one for all at once."""
    paths = [api.make("sales_account", name=name)["id"] for name in "ABCD"]
    before = api.tenant.quota.remaining

    api.ask("DELETE", f"/sales_accounts/{paths[0]}")
    api.ask("DELETE", f"/sales_accounts/{paths[1]}")
    single = api.tenant.quota.remaining
    api.ask("POST", "/sales_accounts/bulk_destroy", {"selected_ids": paths[2:]})

    assert (before - single, single - api.tenant.quota.remaining) == (2, 1)
