"""The keys of a pack file: which stand in which table, and what each takes."""

from __future__ import annotations

TEXT, TEXTS, TABLE, TABLES, YES_NO = "a text", "a list of texts", "a table", "a list of tables", "true or false"
NUMBERS = "a list of numbers"
ANY = "any value"

PACK_KEYS = {"name": TEXT, "title": TEXT, "layout": TEXT}
OWNERS_KEYS = {"object": TEXT, "id": TEXT, "name": TEXT, "role": TEXT, "email": TEXT}
DERIVE_KEYS = {
    "object": TEXT, "column": TEXT, "from": TEXT, "match": TABLE, "take": TEXT, "pick": TEXT, "order": TEXT,
    "count": YES_NO,
}  # fmt: skip
COMPUTE_KEYS = {"object": TEXT, "column": TEXT, "from": TEXT, "with": TEXTS, "via": TEXT, "equals": TEXT}
ROUTE_KEYS = {
    "name": TEXT, "where": TEXT, "destination": TEXT, "outcome": TEXT, "fidelity": TEXT, "requirement": TEXTS,
    "reason": TEXT, "into": TEXT, "external_id": TEXTS, "owner": TEXT, "lookups": TABLE, "merge": TABLE,
    "module": TABLE, "fields": TABLES, "skip": TABLES, "lines": TABLE, "listed": TABLE,
}  # fmt: skip
OBJECT_KEYS = {key: kind for key, kind in ROUTE_KEYS.items() if key not in ("name", "where")} | {
    "source": TEXT, "needs": TEXTS, "unless": TEXTS, "route": TABLES,
}  # fmt: skip
VIEW_KEYS = {"object": TEXT, "key": TEXTS, "rows": TABLES}
# Columns that keep their names stand in `columns`, those that get another one in `renamed`: { NEW = "OLD" }; with
# `members = "COLUMN"` there is a row for each member of the JSON object in that column, as MEMBER and VALUE.
VIEW_ROW_KEYS = {"from": TEXT, "columns": TEXTS, "renamed": TABLE, "where": TEXT, "members": TEXT}
PIVOT_KEYS = {
    "object": TEXT, "from": TEXT, "match": TABLE, "name": TEXT, "value": TEXT, "columns": TEXT, "fields": TABLE,
    "requirement": TEXTS,
}  # fmt: skip
OWN_FIELDS_KEYS = {
    "object": TEXT, "id": TEXT, "label": TEXT, "type": TEXT, "options": TEXT, "separator": TEXT, "only": TABLE,
    "kinds": TABLE,
}  # fmt: skip
FIELD_KEYS = {
    "from": TEXT, "with": TEXTS, "to": TEXT, "via": TEXT, "value": ANY, "type": TEXT, "label": TEXT,
    "choices": TEXTS, "needs": TEXTS, "unless": TEXTS, "requirement": TEXTS, "reason": TEXT,
}  # fmt: skip
LOOKUP_KEYS = {"object": TEXT, "from": TEXT, "required": YES_NO}
MERGE_KEYS = {"by": TEXTS, "line": TEXT}
# The products on a deal: its lines in another object, found by `match`, and the product each of them names.
LINES_KEYS = {
    "object": TEXT, "match": TABLE, "product": TABLE, "quantity": TEXT, "unit_price": TEXT, "discount": TEXT,
}  # fmt: skip
LINES_PRODUCT_KEYS = {"object": TEXT, "from": TEXT}
MODULE_KEYS = {"label": TEXT, "plural": TEXT}
SKIP_KEYS = {"field": TEXT, "reason": TEXT, "outcome": TEXT}
INVENTORY_KEYS = {
    "name": TEXT, "what": TEXT, "why": TEXT, "rebuild": TEXT, "requirement": TEXTS, "object": TEXT, "where": TEXT,
    "heading": TEXT, "text": TEXT, "parts": TEXT, "part": TEXT,
}  # fmt: skip
CATALOG_KEYS = {
    "file": TEXT, "format": TEXT, "objects": TABLE, "fields": TABLE, "kinds": TABLE, "tags": TABLE,
    "requirement": TEXTS,
}  # fmt: skip
SEGMENTS_KEYS = {
    "object": TEXT, "id": TEXT, "name": TEXT, "rule": TEXT, "count": TEXT, "of": TEXT, "own": TEXT, "advice": TEXT,
    "requirement": TEXTS,
}  # fmt: skip
TICKETS_KEYS = {"object": TEXT, "fields": TABLES}
TICKET_FIELD_KEYS = {"from": TEXT, "with": TEXTS, "to": TEXT, "via": TEXT}
GAP_KEYS = {"object": TEXT, "field": TEXT, "gap": TEXT, "consequence": TEXT, "remedy": TEXT, "requirement": TEXTS}
AUDIT_KEYS = {
    "name": TEXT, "object": TEXT, "count": TEXT, "of": TEXT, "limit": TABLE, "note": TEXT, "requirement": TEXTS,
}  # fmt: skip
NOTE_KEYS = {"name": TEXT, "text": TEXT, "group": TEXT, "plans": TEXTS, "refuted": TEXT, "requirement": TEXTS}
WINDOW_KEYS = {
    "name": TEXT, "days": NUMBERS, "basis": TEXT, "unit": TEXT, "side": TEXT, "requirement": TEXTS,
}  # fmt: skip
LIMIT_KEYS = {"object": TEXT, "column": TEXT}
DEDUPE_KEYS = {
    "object": TEXT, "id": TEXT, "from": TEXT, "via": TEXT, "same": TABLE, "references": TABLES, "among": TABLE,
    "column": TEXT, "merged_into": TEXT, "alike": TABLES, "requirement": TEXTS, "reason": TEXT,
}  # fmt: skip
ALIKE_KEYS = {"from": TEXTS, "as": TEXT}
SAME_KEYS = {"from": TEXT, "via": TEXT}
REFERENCE_KEYS = {"object": TEXT, "column": TEXT, "where": TEXT}
AMONG_KEYS = {"object": TEXT, "id": TEXT, "from": TEXT, "same": TEXT}
TOP_KEYS = {
    "pack": TABLE, "owners": TABLE, "derive": TABLES, "compute": TABLES, "view": TABLES, "pivot": TABLES,
    "dedupe": TABLES, "audit": TABLES, "object": TABLES, "inventory": TABLES, "gap": TABLES, "catalog": TABLE,
    "segments": TABLE, "tickets": TABLE, "note": TABLES, "window": TABLES,
}  # fmt: skip
