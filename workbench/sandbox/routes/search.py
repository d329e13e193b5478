"""Finding records: by words, by one exact value, by rules. What is found is thin and may lag behind."""

from __future__ import annotations

from typing import Any

from workbench.sandbox.calls import Call, Routes, read_page
from workbench.sandbox.conditions import all_of, match_condition, read_conditions, sort_order
from workbench.sandbox.objects.kind import Kind
from workbench.sandbox.objects.registry import find_kind
from workbench.sandbox.objects.show import show_thin
from workbench.sandbox.search_index import index_source
from workbench.sandbox.store import Record, Where
from workbench.sandbox.wire import ApiError

SEARCHED = {
    "contact": ("first_name", "last_name", "emails", "mobile_number", "work_number"),
    "sales_account": ("name", "website", "phone"),
    "deal": ("name",),
    "lead": ("first_name", "last_name", "emails", "mobile_number", "work_number"),
}
ADDRESSES = "(SELECT group_concat(e.value ->> 'value', ' ') FROM json_each(body, '$.emails') e)"
# Only Classic has leads; the Suite passes the word over.
CLASSIC_ONLY = ("lead",)
# A record the index has not read has no body.
IS_KNOWN: Where = ("body IS NOT NULL", [])
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
    texts = " || ' ' || ".join(f"coalesce({_read_text(name)}, '')" for name in SEARCHED[kind.name])
    return f"instr(lower({texts}), ?)", [words]


def _read_text(name: str) -> str:
    """SQL for what a person would read of an attribute; of addresses that is no more than the addresses."""
    return ADDRESSES if name == "emails" else f"json_extract(body, '$.{name}')"


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
        known = field == "email" and kind.name in ("contact", "lead") or field in kind.fields(call.tenant)
        found = _find(call, kind, match_condition(call.tenant, kind, field, [value])) if known else []
        answer[kind.plural] = {kind.plural: [show_thin(call.tenant, kind, record) for record in found]}
    return answer


def filtered_search(call: Call) -> Any:
    """A page of the records that meet every rule."""
    tenant, kind = call.tenant, find_kind(call.tenant, call.path["object"])
    if not kind.thin:
        raise ApiError(404, f"There is no search for {kind.plural}")
    rules = read_conditions(tenant, kind, call.unwrap().get("filter_rule"))
    where, source = all_of(rules, IS_KNOWN), index_source(tenant)
    page = read_page(call, per_page=tenant.settings.switches.search_per_page)
    order = sort_order(call.tenant, call.word("sort"), call.word("sort_type"))
    records = tenant.store.page(kind.name, where, order=order, limit=page.size, offset=page.offset, source=source)
    shown = [show_thin(tenant, kind, record) for record in records]
    return {kind.plural: shown, "meta": {"total": tenant.store.count(kind.name, where, source=source)}}


def _find(call: Call, kind: Kind, where: Where) -> list[Record]:
    page, source = read_page(call), index_source(call.tenant)
    return call.tenant.store.page(kind.name, all_of(where, IS_KNOWN), limit=page.size, offset=0, source=source)


def _read_kinds(call: Call, names: str) -> list[Kind]:
    is_classic = call.tenant.settings.edition == "classic"
    known = [name for name in names.split(",") if name in SEARCHED and (is_classic or name not in CLASSIC_ONLY)]
    return [find_kind(call.tenant, name) for name in known]


ROUTES: Routes = [
    ("GET", "/search", search),
    ("GET", "/lookup", look_up),
    ("POST", "/filtered_search/{object}", filtered_search),
]
