"""python-freshworks-crm, as its authors wrote it, does everything it can do, and each call ends as it should."""

import json
from collections import defaultdict

import pytest

from tests.clients.serving import serve_tenant
from workbench.sandbox import TenantSettings

KEY = "local-tenant-key"
# Public methods of release 1.1.2, over sixteen resources.
METHODS = 100
# What the client says when the tenant refuses: never found, or not allowed.
NOT_FOUND, DENIED = "FreshsalesNotFound", "FreshsalesAccessDenied"


class Told:
    """Every call of the story with what came of it.

    Attributes:
        known: Every method of the client.
        raised: Calls that raised, by name and by which time they were made.
    """

    def __init__(self, output: str) -> None:
        first, *rest = [json.loads(line) for line in output.splitlines()]
        self.known = set(first["known"])
        self.outcomes = defaultdict(list)
        for each in rest:
            self.outcomes[each["call"]].append(each)
        self.raised = {
            (name, time): each["raised"]["error"]
            for name, outcomes in self.outcomes.items()
            for time, each in enumerate(outcomes)
            if each["raised"]
        }

    def __call__(self, name: str, time: int = 0):
        """What the client returned, the first time or a later one."""
        return self.outcomes[name][time]["returned"]


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """An empty Enterprise tenant with one activity type of its own."""
    path = tmp_path_factory.mktemp("tenant") / "tenant.sqlite"
    with serve_tenant(TenantSettings(activity_types=("Visit",)), path, fill=lambda tenant: None) as served:
        yield served


@pytest.fixture(scope="module")
def told(served, run_client):
    """The whole story, told once."""
    done = run_client("python_freshworks_crm", "python_freshworks_crm.py", served.address, KEY)
    assert done.returncode == 0, f"{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
    return Told(done.stdout)


def test_every_method_is_called(told):
    """None is forgotten, and a release with more would be noticed."""
    assert set(told.outcomes) == told.known
    assert len(told.known) == METHODS


def test_nothing_is_refused_but_what_should_be(told):
    """Six calls end in an error, each for its own reason; all others return."""
    assert told.raised == {
        # The client writes the pipeline's id without a slash before it.
        ("selectors.get_deal_pipeline_stages", 0): NOT_FOUND,
        ("contacts.view_contact", 1): NOT_FOUND,
        ("contacts.list_contacts", 2): DENIED,
        ("products.view_product", 1): NOT_FOUND,
        ("documents.view_document", 1): NOT_FOUND,
    }


def test_selectors_are_read_with_ids(told):
    """Nineteen lists, all but one with something in them, each item with its id."""
    lists = [name for name in told.outcomes if name.startswith("selectors.") and not told.outcomes[name][0]["raised"]]

    assert len(lists) == 19
    assert {name for name in lists if not told(name)} == {"selectors.get_deal_prodcuts"}
    assert all(item["id"] > 0 for name in lists for item in told(name))
    stages = [stage["name"] for pipeline in told("selectors.get_deal_pipelines") for stage in pipeline["deal_stages"]]
    assert stages == [stage["name"] for stage in told("selectors.get_deal_stages")]


def test_accounts(told, served):
    """Unwrapped bodies are taken; an upsert by name finds the account; a copy goes and is forgotten."""
    created = told("accounts.create_account")

    (kept,) = served.records("sales_account")
    assert created["is"] == "Account" and created["id"] == kept["id"]
    assert (kept["name"], kept["city"], kept["number_of_employees"]) == ("Widgetz", "Glendale", 201)
    assert told("accounts.upsert_account")["id"] == kept["id"] and kept["phone"] == "5036153947"
    assert told("accounts.view_account")["website"] == "widgetz.example"
    assert {row["name"] for row in told("accounts.list_accounts")} == {"Widgetz", "Widgetz twin"}
    assert "All Accounts" in {view["name"] for view in told("accounts.list_views")}
    assert "name" in {each["name"] for each in told("accounts.list_fields")}
    assert told("accounts.delete_account") is True and told("accounts.forget_account") is True


def test_contacts(told, served):
    """A new one by upsert, found again whatever the case; the account stands inside; a copy is forgotten."""
    jane, spector = served.records("contact")

    assert told("contacts.create_contact")["id"] == jane["id"]
    (account,) = told("contacts.view_contact")["sales_accounts"]
    assert (account["is"], account["name"], account["is_primary"]) == ("Account", "Widgetz", True)
    assert told("contacts.update_contact")["job_title"] == jane["job_title"] == "Buyer"
    assert [told("contacts.upsert_contact", time)["id"] for time in (0, 1)] == [spector["id"]] * 2
    assert spector["city"] == "Westbury"
    assert told("contacts.clone_contact")["job_title"] == "Buyer"
    assert told("contacts.delete_contact") is True and told("contacts.forget_contact") is True
    assert "mobile_number" in {each["name"] for each in told("contacts.list_fields")}


def test_the_malformed_address_of_a_second_page_is_the_first_page(told):
    """The client writes a second question mark, which hides `page`: three contacts, but the first page twice."""
    names = [row["first_name"] for row in told("contacts.list_contacts")]

    assert names == ["Jane", "Spector"] * 2
    assert [row["first_name"] for row in told("contacts.list_contacts", 1)] == ["Jane", "Spector"]


def test_deals(told, served):
    """Money stays a decimal text, a stage moves, and an upsert by id changes."""
    (kept,) = served.records("deal")

    assert told("deals.create_deal")["amount"] == "5600.0"
    assert told("deals.view_deal")["id"] == kept["id"]
    assert told("deals.upsert_deal")["amount"] == "3200.5" and kept["expected_close"] == "2027-05-04"
    assert (
        told("deals.update_deal")["deal_stage_id"]
        == kept["deal_stage_id"]
        != told("deals.create_deal")["deal_stage_id"]
    )
    assert kept["contacts"] == [{"id": told("contacts.create_contact")["id"]}]
    assert len(told("deals.list_deals")) == 2
    assert told("deals.delete_deal") is True and told("deals.forget_deal") is True


def test_lists(told, served):
    """Contacts join, leave and move; the last goes by `all`, which only promises."""
    fans, others = (told("lists.create_list", time) for time in (0, 1))

    assert told("lists.update_list")["name"] == "Brand lovers" and told("lists.update_list")["id"] == fans["id"]
    assert {each["id"] for each in told("lists.fetch_all_lists")} == {fans["id"], others["id"]}
    assert told("lists.add_contacts_to_list") == "2 contacts updated."
    assert [each["first_name"] for each in told("lists.fetch_contacts_from_list")] == ["Jane", "Spector"]
    assert told("lists.remove_contacts_from_list") == "1 contact updated."
    assert told("lists.move_contacts_between_lists") == "1 contact updated."
    assert [each["first_name"] for each in told("lists.fetch_contacts_from_list", 1)] == ["Jane"]
    assert told("lists.remove_contacts_from_list", 1).startswith("Updating now")


def test_notes_and_tasks(told, served):
    """A note changes; a task is done now; what was a mistake is gone."""
    (note,) = served.records("note")
    (task,) = served.records("task")

    assert told("notes.update_note")["description"] == note["description"] == "Called Jane twice"
    assert told("notes.delete_note") is True and told("tasks.delete_task") is True
    assert told("tasks.create_task")["due_date"] == "2099-06-21T06:00:00-05:00"
    assert told("tasks.view_task")["task"]["id"] == task["id"]
    assert told("tasks.view_task")["contacts"][0]["first_name"] == "Jane"
    assert [each["title"] for each in told("tasks.list_tasks")["tasks"]] == ["Follow up soon"]
    assert told("tasks.mark_as_done")["completed_date"] and task["status"] == 1
    assert told("tasks.list_tasks", 1)["tasks"] == []


def test_appointments(told, served):
    """One of 2016 is past, none is upcoming; notes and attendees come beside it."""
    (kept,) = served.records("appointment")

    created = told("appointments.create_appointment")
    assert created["appointment"]["from_date"] == "2016-06-20T00:00:00-05:00"
    assert created["notes"] == created["appointment_attendees"] == []
    assert told("appointments.view_appointment")["appointment"]["time_zone"] == "Chennai"
    assert told("appointments.update_appointment")["appointment"]["title"] == kept["title"] == "Demo again"
    assert [each["id"] for each in told("appointments.list_appointments")] == [kept["id"]]
    assert told("appointments.list_appointments", 1) == []
    assert told("appointments.delete_appointment") is True


def test_sales_activities(told, served):
    """Their times stay in the past; a page size that is no number is the usual one."""
    (kept,) = served.records("sales_activity")

    first = told("sales_activities.create_activity")
    assert (first["id"], first["start_date"]) == (kept["id"], "2017-12-04T05:30:00-06:00")
    assert told("sales_activities.view_activity")["title"] == "mistake"
    assert told("sales_activities.update_activity")["notes"] == "changed"
    assert {each["title"] for each in told("sales_activities.list_activities")} == {"ticket", "mistake"}
    assert "sales_activity_type_id" in {each["name"] for each in told("sales_activities.list_fields")}
    assert told("sales_activities.delete_activity") is True
    assert told("contacts.list_activities")


def test_products(told, served):
    """Prices come, change and go; on a deal the product counts, and then no more; it is deleted and brought back."""
    (kept,) = served.records("product")

    assert told("products.create_product")["id"] == kept["id"] == told("products.view_product")["id"]
    assert told("products.update_product")["description"] == "By the month"
    assert told("products.add_product_prices")["product_pricings"][0]["unit_price"] == 2000
    assert told("products.edit_product_prices")["product_pricings"][0]["unit_price"] == 2500
    assert told("products.delete_product_prices")["product_pricings"] == []
    (added,) = told("products.add_products_to_deal")["products"]
    assert (added["is"], added["quantity"]) == ("Product", 2)
    assert told("products.add_products_to_deal")["amount"] == "5000.0"
    assert told("products.edit_deal_products")["products"][0]["quantity"] == 3
    assert told("products.edit_deal_products")["amount"] == "7500.0"
    assert told("products.delete_all_deal_products")["products"] == []
    assert told("products.delete_product") is True
    assert told("products.restore_product")["id"] == kept["id"]


def test_documents(told, served):
    """A quote takes products and loses them, is deleted, brought back, and forgotten in the end."""
    created = told("documents.create_document")

    assert (created["is"], created["display_name"]) == ("Document", "Quote")
    assert told("documents.view_document")["id"] == created["id"]
    assert told("documents.update_document")["display_name"] == "Quote 2"
    assert told("documents.add_products_to_document")["products"][0]["quantity"] == 2
    assert told("documents.edit_products_of_document")["products"][0]["discount"] == 10
    assert [each["id"] for each in told("documents.get_related_products")] == [served.records("product")[0]["id"]]
    assert told("documents.delete_products_from_document")["products"] == []
    assert told("documents.delete_document") is True
    assert told("documents.restore_document")["display_name"] == "Quote 2"
    assert told("documents.forget_document") is True
    assert served.records("cpq_document") == []


def test_search(told):
    """One contact by e-mail, thin, and no more to come."""
    (found,), more = told("search.filter_contacts")

    assert (found["email"], found["partial"], more) == ("jane@widgetz.example", True, False)
