"""Where each object lives in the API and what it is called there."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.errors import UsageError

MODULE_PREFIX = "cm_"


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One object in the API.

    Attributes:
        path: Below the base address; records are at `path/id`.
        wrapper: Key around one record.
        plural: Key around a list of records.
        type: What `targetable_type` calls the object; of modules no public sample shows it, so theirs is their name.
        fields: Where its fields are described, empty where they are not.
        slices: Values of `?filter=` that together list every record, for objects without views.
        is_bulk: It has upsert and bulk writes.
        selector: The list of names that shows its records, thin and in one request, where there is no other.
    """

    path: str
    wrapper: str
    plural: str
    type: str
    fields: str = ""
    slices: tuple[str, ...] = ()
    is_bulk: bool = False
    selector: str = ""


ROUTES = {
    "sales_account": Route(
        path="sales_accounts", wrapper="sales_account", plural="sales_accounts", type="SalesAccount",
        fields="settings/sales_accounts/fields", is_bulk=True,
    ),
    "contact": Route(
        path="contacts", wrapper="contact", plural="contacts", type="Contact",
        fields="settings/contacts/fields", is_bulk=True,
    ),
    "deal": Route(
        path="deals", wrapper="deal", plural="deals", type="Deal", fields="settings/deals/fields", is_bulk=True
    ),
    "task": Route(path="tasks", wrapper="task", plural="tasks", type="Task", slices=("open", "completed")),
    "appointment": Route(
        path="appointments", wrapper="appointment", plural="appointments", type="Appointment",
        slices=("past", "upcoming"),
    ),
    "note": Route(path="notes", wrapper="note", plural="notes", type="Note"),
    "product": Route(
        path="cpq/products", wrapper="product", plural="products", type="Product", fields="settings/products/fields",
        selector="deal_products",
    ),
    "document": Route(path="documents", wrapper="document", plural="documents", type="Document"),
}  # fmt: skip


def is_module(object: str) -> bool:
    """Whether the object is a custom module."""
    return object.startswith(MODULE_PREFIX)


def find_route(object: str) -> Route:
    """The route of an object.

    Raises:
        UsageError: Freshsales has no such object.
    """
    if object in ROUTES:
        return ROUTES[object]
    if is_module(object):
        return Route(
            path=f"custom_module/{object}",
            wrapper=object,
            plural=object,
            type=object,
            fields=f"settings/{object}/forms",
        )
    raise UsageError(f"no object {object!r} in Freshsales; known: {', '.join(ROUTES)}, {MODULE_PREFIX}<module>")
