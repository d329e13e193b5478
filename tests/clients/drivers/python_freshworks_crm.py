"""Calls every method python-freshworks-crm has, and prints what each returned or raised, one line of JSON a call.

Arguments: the API's base address, and the key. Nothing of the client is changed but the address it asks.
"""

import datetime
import json
import sys
from typing import Any

from freshsales.api import API

DAY = "2027-05-04"


def list_methods(api: API) -> list[str]:
    """Every public method of every resource, as `resource.method`."""
    resources = {name: each for name, each in vars(api).items() if not name.startswith("_")}
    return [f"{name}.{method}" for name, each in resources.items() for method in dir(each) if method[0] != "_"]


class Recorder:
    """Makes calls by name and prints their outcome."""

    def __init__(self, api: API) -> None:
        self.api = api

    def __call__(self, name: str, /, *args: Any, **kwargs: Any) -> Any:
        """What the client returned; null where it raised."""
        resource, method = name.split(".")
        returned, raised = None, None
        try:
            returned = getattr(getattr(self.api, resource), method)(*args, **kwargs)
        except Exception as error:  # Whatever it is, it is what the client does, and the test decides about it.
            raised = {"error": type(error).__name__, "text": str(error)}
        print(json.dumps({"call": name, "returned": returned, "raised": raised}, default=as_json))
        return returned


def as_json(value: Any) -> Any:
    """The client's objects and times as JSON has them."""
    if isinstance(value, datetime.datetime):
        return value.isoformat()
    return {"is": type(value).__name__} | {name: each for name, each in vars(value).items() if name != "_keys"}


def read_selectors(call: Recorder) -> dict[str, Any]:
    """Every list the tenant keeps, by the name of the method that reads it."""
    nested = ("selectors.get_deal_pipeline_stages", "selectors.get_sales_activity_type_outcomes")
    names = [name for name in list_methods(call.api) if name.startswith("selectors.") and name not in nested]
    found = {name.removeprefix("selectors.get_"): call(name) for name in names}
    call(nested[0], found["deal_pipelines"][0].id)
    call(nested[1], found["sales_activity_types"][0].id)
    return found


def write_accounts(call: Recorder) -> Any:
    """An account that stays; others that come and go."""
    kept = call("accounts.create_account", name="Widgetz", website="widgetz.example", custom_field={})
    call("accounts.view_account", kept.id, "owner", "contacts")
    call("accounts.update_account", kept.id, city="Glendale", number_of_employees=201)
    call("accounts.upsert_account", ("name", "Widgetz"), phone="5036153947")
    twin = call("accounts.clone_account", kept.id, name="Widgetz twin")
    views = {view.name: view.id for view in call("accounts.list_views")}
    call("accounts.list_accounts", views["All Accounts"])
    call("accounts.list_fields", include_groups=True)
    call("accounts.delete_account", twin.id)
    call("accounts.forget_account", twin.id)
    return kept


def write_contacts(call: Recorder, account: Any) -> tuple[Any, Any]:
    """Two contacts that stay; others that come and go."""
    accounts = [{"id": account.id, "is_primary": True}]
    jane = call("contacts.create_contact", first_name="Jane", email="jane@widgetz.example", sales_accounts=accounts)
    call("contacts.view_contact", jane.id, "sales_accounts", "owner")
    call("contacts.view_contact", 1)
    call("contacts.update_contact", jane.id, job_title="Buyer", mobile_number="19266529503")
    spector = call("contacts.upsert_contact", ("emails", "spector@widgetz.example"), first_name="Spector")
    call("contacts.upsert_contact", ("emails", "SPECTOR@widgetz.example"), city="Westbury")
    twin = call("contacts.clone_contact", jane.id, email="twin@widgetz.example", first_name="Twin")
    views = {view.name: view.id for view in call("contacts.list_views")}
    call("contacts.list_contacts", views["All Contacts"], per_page=2)
    call("contacts.list_contacts", views["All Contacts"], page=2, per_page=2)
    call("contacts.list_contacts", 1)
    call("contacts.list_fields")
    call("contacts.delete_contact", twin.id)
    call("contacts.forget_contact", twin.id)
    return jane, spector


def write_deals(call: Recorder, account: Any, contact: Any, stage_id: int) -> Any:
    """A deal that stays; others that come and go."""
    facts = {"sales_account_id": account.id, "contacts_added_list": [contact.id], "expected_close": DAY}
    kept = call("deals.create_deal", name="Gold plan", amount=5600, **facts)
    call("deals.view_deal", kept.id, "sales_account", "contacts")
    call("deals.update_deal", kept.id, deal_stage_id=stage_id)
    call("deals.upsert_deal", ("id", kept.id), amount="3200.5")
    twin = call("deals.clone_deal", kept.id, name="Gold plan twin")
    views = {view.name: view.id for view in call("deals.list_views")}
    call("deals.list_deals", views["Open Deals"])
    call("deals.list_fields")
    call("deals.delete_deal", twin.id)
    call("deals.forget_deal", twin.id)
    return kept


def write_lists(call: Recorder, *contacts: Any) -> None:
    """Two lists, between which contacts move."""
    ids = [contact.id for contact in contacts]
    fans = call("lists.create_list", "Fans")
    other = call("lists.create_list", "Others")
    call("lists.update_list", fans.id, "Brand lovers")
    call("lists.fetch_all_lists")
    call("lists.add_contacts_to_list", fans.id, ids)
    call("lists.fetch_contacts_from_list", fans.id)
    call("lists.remove_contacts_from_list", fans.id, ids[1:])
    call("lists.move_contacts_between_lists", other.id, ids[:1], fans.id)
    call("lists.fetch_contacts_from_list", other.id)
    call("lists.remove_contacts_from_list", other.id, [], remove_all=True)


def write_activities(call: Recorder, contact: Any, type_id: int, owner_id: int) -> None:
    """One of each that stays, and one of each that is deleted."""
    about = {"targetable_type": "Contact", "targetable_id": contact.id}
    write_notes(call, about)
    write_tasks(call, about)
    write_appointments(call, about)
    facts = {"start_date": "2017-12-04T17:00:00+05:30", "end_date": "2017-12-04T17:30:00+05:30", "owner_id": owner_id}
    for title in ("ticket", "mistake"):
        done = call("sales_activities.create_activity", title=title, sales_activity_type_id=type_id, **facts, **about)
    call("sales_activities.view_activity", done.id)
    call("sales_activities.update_activity", done.id, notes="changed")
    call("sales_activities.list_activities")
    call("sales_activities.list_fields")
    call("sales_activities.delete_activity", done.id)
    call("contacts.list_activities", contact.id)


def write_notes(call: Recorder, about: dict[str, Any]) -> None:
    """Wrapped on the way out, as the client does with notes only."""
    note = call("notes.create_note", description="Called Jane", **about)
    call("notes.update_note", note.id, description="Called Jane twice")
    mistake = call("notes.create_note", description="mistake", **about)
    call("notes.delete_note", mistake.id)


def write_tasks(call: Recorder, about: dict[str, Any]) -> None:
    """With a time as browsers write it."""
    task = call("tasks.create_task", title="Follow up", due_date="Tue Jun 21 2099 11:00:00 GMT+0000", **about)
    call("tasks.view_task", task.id, "owner", "users", "targetable")
    call("tasks.update_task", task.id, title="Follow up soon")
    call("tasks.list_tasks", "open", "owner", "targetable")
    call("tasks.mark_as_done", task.id)
    call("tasks.list_tasks", "open")
    mistake = call("tasks.create_task", title="mistake", due_date=DAY, **about)
    call("tasks.delete_task", mistake.id)


def write_appointments(call: Recorder, about: dict[str, Any]) -> None:
    """In the past, and in a zone as Rails calls it."""
    times = {
        "from_date": "Mon Jun 20 2016 10:30:00 GMT+0530 (IST)",
        "end_date": "Mon Jun 20 2016 11:30:00 GMT+0530 (IST)",
    }
    kept = call("appointments.create_appointment", title="Demo", time_zone="Chennai", **times, **about)["appointment"]
    call("appointments.view_appointment", kept.id)
    call("appointments.update_appointment", kept.id, title="Demo again")
    call("appointments.list_appointments", "past", "creater", "targetable")
    call("appointments.list_appointments", "upcoming")
    mistake = call("appointments.create_appointment", title="mistake", **times, **about)["appointment"]
    call("appointments.delete_appointment", mistake.id)


def write_products(call: Recorder, deal: Any, contact: Any) -> None:
    """A product with prices, on a deal and on a document, and away again."""
    product = call("products.create_product", name="Plan", category="Software", product_code="p1", is_active=True)
    call("products.view_product", product.id)
    call("products.update_product", product.id, description="By the month")
    prices = [{"currency_code": "USD", "unit_price": 2000}]
    priced = call("products.add_product_prices", product.id, 1, prices)
    price = priced.product_pricings[0]["id"]
    call("products.edit_product_prices", product.id, [{"id": price, "unit_price": 2500}])
    call("products.add_products_to_deal", deal.id, [{"id": product.id, "quantity": 2}])
    call("products.edit_deal_products", deal.id, [{"id": product.id, "quantity": 3}])
    write_documents(call, deal, contact, product)
    call("products.delete_all_deal_products", deal.id)
    call("products.delete_product_prices", product.id, [price])
    call("products.delete_product", product.id)
    call("products.view_product", product.id)
    call("products.restore_product", product.id)


def write_documents(call: Recorder, deal: Any, contact: Any, product: Any) -> None:
    """A quote that goes through everything and is forgotten in the end."""
    named = {"display_name": "Quote", "document_type": "Quote", "cpq_document_template_name": "Sample"}
    quote = call("documents.create_document", deal_id=deal.id, contact_id=contact.id, currency_code="USD", **named)
    call("documents.view_document", quote.id, "products")
    call("documents.update_document", quote.id, display_name="Quote 2")
    call("documents.add_products_to_document", quote.id, [{"id": product.id, "quantity": 2}])
    call("documents.edit_products_of_document", quote.id, [{"id": product.id, "quantity": 2, "discount": 10}])
    call("documents.get_related_products", quote.id)
    call("documents.delete_products_from_document", quote.id)
    call("documents.delete_document", quote.id)
    call("documents.view_document", quote.id)
    call("documents.restore_document", quote.id)
    call("documents.forget_document", quote.id)


def main(address: str, key: str) -> None:
    """Print what the client can do, then call all of it."""
    api = API("tenant.invalid", key)
    api._api_prefix = address
    print(json.dumps({"known": list_methods(api)}))
    call = Recorder(api)
    choices = read_selectors(call)
    account = write_accounts(call)
    jane, spector = write_contacts(call, account)
    deal = write_deals(call, account, jane, choices["deal_stages"][1].id)
    visit = next(each for each in choices["sales_activity_types"] if each.name == "Visit")
    call("search.filter_contacts", [{"attribute": "email", "operator": "is", "value": "jane@widgetz.example"}])
    write_lists(call, jane, spector)
    write_activities(call, jane, visit.id, choices["users"][1].id)
    write_products(call, deal, jane)


if __name__ == "__main__":
    main(*sys.argv[1:])
