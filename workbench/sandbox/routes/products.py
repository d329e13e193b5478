"""The product catalog: products with their prices, and the quotes and other documents they stand on."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from workbench.sandbox.calls import Call, Handler, Routes
from workbench.sandbox.capabilities import require_feature
from workbench.sandbox.life import (
    change_record,
    create_record,
    delete_record,
    find_record,
    forget_record,
    restore_record,
)
from workbench.sandbox.objects import cpq_documents, products
from workbench.sandbox.objects.include import bring_along
from workbench.sandbox.objects.kind import Kind
from workbench.sandbox.objects.line_items import list_items
from workbench.sandbox.objects.products import show_product
from workbench.sandbox.routes.records import require_bulk_size
from workbench.sandbox.store import BINNED, LIVE, Record
from workbench.sandbox.wire import ApiError, read_id

DELETED = {"msg": {"id": 1, "code": "success"}}
SUCCESS = {"success": "200"}
# What the answer of a new document shows although nobody asked.
UNASKED: Record = {"html_content": None, "html_content_css": None, "html_content_settings": {}} | {
    "html_header": None,
    "html_footer": None,
}


def create(kind: Kind, call: Call) -> Any:
    """Make a product or a document."""
    record = create_record(call.tenant, kind, call.unwrap(kind.name))
    if kind is products.KIND:
        return _show(kind, call, record)
    shown = _show(kind, call, record, also={"products"})
    return {**shown, kind.name: shown[kind.name] | UNASKED}


def read(kind: Kind, call: Call) -> Any:
    """Show a product or a document."""
    return _show(kind, call, find_record(call.tenant, kind, call.id))


def change(kind: Kind, call: Call) -> Any:
    """Change what was sent; what was changed of prices or products is shown."""
    sent = call.unwrap(kind.name)
    record = change_record(call.tenant, kind, call.id, sent)
    return _show(kind, call, record, also={"products", "product_pricings"} & set(sent))


def delete(kind: Kind, call: Call) -> Any:
    """Move a product or a document to the recycle bin; how the answer reads differs."""
    delete_record(call.tenant, kind, call.id)
    is_brief = kind is products.KIND and call.tenant.settings.switches.product_delete_answer == "success"
    return SUCCESS if is_brief else DELETED


def restore(kind: Kind, call: Call) -> Any:
    """Bring it back from the recycle bin."""
    return _show(kind, call, restore_record(call.tenant, kind, call.id))


def forget(kind: Kind, call: Call) -> Any:
    """Remove it for good."""
    forget_record(call.tenant, kind, call.id)
    return DELETED


def list_related(kind: Kind, call: Call) -> Any:
    """The products that stand on a document, whole."""
    record = find_record(call.tenant, kind, call.id)
    found = {product["id"]: product for _, product in list_items(call.tenant, record)}
    shown = [show_product(call.tenant, each, frozenset({"product_pricings"})) for each in found.values()]
    return {"products": [{**each, "lookup_information": {}} for each in shown]}


def update_many(kind: Kind, call: Call) -> Any:
    """Change the same attributes of several; an id that is not there is passed over."""
    sent = call.unwrap().get(kind.name)
    if not isinstance(sent, dict) or not sent:
        raise ApiError(400, "Invalid or missing attributes")
    return _do(kind, call, "ids", "updated", lambda id: change_record(call.tenant, kind, id, sent))


def assign_many(kind: Kind, call: Call) -> Any:
    """Give several to another owner."""
    owner_id = call.unwrap().get("owner_id")
    if not owner_id:
        raise ApiError(400, "owner_id can't be blank")
    sent = {"owner_id": owner_id}
    return _do(kind, call, "selected_ids", "assigned", lambda id: change_record(call.tenant, kind, id, sent))


def delete_many(kind: Kind, call: Call) -> Any:
    """Move several to the recycle bin."""
    return _do(kind, call, "selected_ids", "deleted", lambda id: delete_record(call.tenant, kind, id))


def restore_many(kind: Kind, call: Call) -> Any:
    """Bring several back from the recycle bin."""
    return _do(kind, call, "selected_ids", "restored", lambda id: restore_record(call.tenant, kind, id), state=BINNED)


def _do(kind: Kind, call: Call, key: str, done: str, act: Callable[[int], Any], *, state: str = LIVE) -> Any:
    """Act on every id that is there, or on none where one is refused."""
    ids = call.unwrap().get(key)
    if not isinstance(ids, list) or not ids:
        raise ApiError(400, f"{key} can't be blank")
    require_bulk_size(call, ids)
    store = call.tenant.store
    with store.transaction():
        found = [id for id in dict.fromkeys(map(read_id, ids)) if store.read(kind.name, id, state=state)]
        for id in found:
            act(id)
    return {"message": f"{len(found)} {kind.plural.replace('_', ' ')} {done}."}


def _show(kind: Kind, call: Call, record: Record, *, also: set[str] | None = None) -> dict[str, Any]:
    """The envelope of one; unlike that of other objects it has no `meta`."""
    includes = call.includes | (also or set())
    beside = bring_along(call.tenant, kind, [record], includes)
    return {**beside, kind.name: kind.show(call.tenant, record, includes)}


def _in_catalog(kind: Kind, handler: Callable[[Kind, Call], Any]) -> Handler:
    """The same call, refused where the plan has no catalog."""

    @wraps(handler)
    def answer(call: Call) -> Any:
        require_feature(call.tenant, "products")
        return handler(kind, call)

    return answer


def _catalog(kind: Kind) -> list[tuple[str, str, Handler]]:
    path, bulk = f"/cpq/{kind.plural}", f"/cpq/{kind.plural}/{kind.plural}_bulk_"
    routes = [
        ("PUT", f"{bulk}update", update_many),
        ("POST", f"{bulk}assign", assign_many),
        ("POST", f"{bulk}delete", delete_many),
        ("POST", f"{bulk}restore", restore_many),
        ("POST", path, create),
        ("GET", f"{path}/{{id}}", read),
        ("PUT", f"{path}/{{id}}", change),
        ("DELETE", f"{path}/{{id}}", delete),
        ("PUT", f"{path}/{{id}}/restore", restore),
    ]
    if kind is cpq_documents.KIND:
        routes += [
            ("DELETE", f"{path}/{{id}}/forget", forget),
            ("GET", f"{path}/{{id}}/related_products", list_related),
        ]
    return [(method, address, _in_catalog(kind, handler)) for method, address, handler in routes]


ROUTES: Routes = [route for kind in (products.KIND, cpq_documents.KIND) for route in _catalog(kind)]
