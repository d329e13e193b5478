"""Finding records: by words, by one exact value, by rules. What is found is thin and may lag behind."""

from __future__ import annotations

from typing import Any

from workbench.sandbox.conditions import all_of, lag_condition, match_condition, read_conditions, sort_order
from workbench.sandbox.objects.kind import Kind
from workbench.sandbox.objects.registry import find_kind
from workbench.sandbox.objects.show import show_thin
from workbench.sandbox.store import Record, Where
from workbench.sandbox.wire import ApiError, Call, Routes, read_page

SEARCHED = {
    "contact": ("first_name", "last_name", "emails", "mobile_number", "work_number"),
    "sales_account": ("name", "website", "phone"),
    "deal": ("name",),
}
LOOKED_UP = ("email", "mobile_number", "external_id", "name")


def search(call: Call) -> Any:
    """Records in which a word occurs, as a bare list; ids are text here."""
    words = call.query.get("q", "").strip().lower()
    kinds = _read_kinds(call, call.query.get("include", "contact,sales_account,deal"))
    if not words:
        return []
    found = [(kind, record) for kind in kinds for record in _find(call, kind, _word_condition(kind, words))]
    return [_show_hit(kind, kind.show(call.tenant, record, frozenset())) for kind, record in found][
        : read_page(call).size
    ]


def _word_condition(kind: Kind, words: str) -> Where:
    texts = " || ' ' || ".join(f"coalesce(json_extract(body, '$.{name}'), '')" for name in SEARCHED[kind.name])
    return f"instr(lower({texts}), ?)", [words]


def _show_hit(kind: Kind, shown: Record) -> Record:
    return {
        "id": str(shown["id"]),
        "type": kind.name,
        "name": shown.get("display_name") or shown.get("name"),
        "email": shown.get("email"),
        "avatar": None,
    }


def look_up(call: Call) -> Any:
    """Records in which one field has exactly this value, by object."""
    field, value = call.query.get("f", ""), call.query.get("q", "").strip()
    if not value or (field not in LOOKED_UP and not field.startswith("cf_")):
        raise ApiError(400, "Invalid or missing attributes")
    kinds = _read_kinds(call, call.query.get("entities", "contact"))
    answer: dict[str, Any] = {}
    for kind in kinds:
        known = field == "email" and kind.name == "contact" or field in kind.fields(call.tenant)
        found = _find(call, kind, match_condition(call.tenant, kind, field, [value])) if known else []
        answer[kind.plural] = {kind.plural: [show_thin(call.tenant, kind, record) for record in found]}
    return answer


def filtered_search(call: Call) -> Any:
    """A page of the records that meet every rule."""
    tenant, kind = call.tenant, find_kind(call.tenant, call.path["object"])
    if not kind.thin:
        raise ApiError(404, f"There is no search for {kind.plural}")
    rules = read_conditions(tenant, kind, call.unwrap().get("filter_rule"))
    where, page = all_of(rules, lag_condition(tenant)), read_page(call)
    order = sort_order(call.tenant, call.word("sort"), call.word("sort_type"))
    records = tenant.store.page(kind.name, where, order=order, limit=page.size, offset=page.offset)
    shown = [show_thin(tenant, kind, record) for record in records]
    return {kind.plural: shown, "meta": {"total": tenant.store.count(kind.name, where)}}


def _find(call: Call, kind: Kind, where: Where) -> list[Record]:
    page = read_page(call)
    return call.tenant.store.page(kind.name, all_of(where, lag_condition(call.tenant)), limit=page.size, offset=0)


def _read_kinds(call: Call, names: str) -> list[Kind]:
    known = [name for name in names.split(",") if name in SEARCHED]
    return [find_kind(call.tenant, name) for name in known]


ROUTES: Routes = [
    ("GET", "/search", search),
    ("GET", "/lookup", look_up),
    ("POST", "/filtered_search/{object}", filtered_search),
]
