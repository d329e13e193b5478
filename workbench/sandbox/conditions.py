"""Which records a view or a search means, as SQL over their JSON."""

from __future__ import annotations

import re
from typing import Any

from workbench.sandbox.objects.kind import Kind, normalise_key
from workbench.sandbox.store import Where
from workbench.sandbox.tenant import Tenant
from workbench.sandbox.wire import ApiError, format_time, parse_day, parse_time, read_id

WORD = re.compile(r"[a-z][a-z0-9_]*")
NUMERIC = ("amount", "probability", "number_of_employees", "annual_revenue")
ALWAYS = ("id", "created_at", "updated_at", "email", "sales_account_id", "lead_score")
BOOLEANS = {"true": "1", "false": "0"}
# More than this SQLite cannot be asked at once.
MOST_RULES, MOST_VALUES = 50, 500
OPPOSITES = {"is_not": "is", "is_not_in": "is_in", "does_not_contain": "contains", "is_not_empty": "is_empty"}
MORE_OPERATORS = frozenset(OPPOSITES) | {"is_empty", "starts_with", "ends_with", "is_greater_than", "is_less_than"}


def all_of(*wheres: Where) -> Where:
    """Records that meet every condition."""
    return " AND ".join(f"({sql})" for sql, _ in wheres) or "1", [value for _, values in wheres for value in values]


def sort_order(tenant: Tenant, sort: str, direction: str) -> str:
    """An SQL order by one attribute; the order of creation decides among equals, and where no attribute is named."""
    way = "DESC" if direction.lower() == "desc" else "ASC"
    # Ids are minted in the order of creation, and are sorted already.
    by_id = sort == "created_at" and not tenant.settings.switches.created_at_writable
    if by_id or not WORD.fullmatch(sort):
        return f"id {way}"
    value = json_path(sort)
    return f"{f'CAST({value} AS REAL)' if sort in NUMERIC else value} {way}, id {way}"


def json_path(attribute: str) -> str:
    """SQL that reads an attribute out of a record.

    Raises:
        ApiError: It cannot be the name of one.
    """
    if not WORD.fullmatch(attribute):
        raise ApiError(400, f"Invalid attribute {attribute}")
    return f"json_extract(body, '$.{'custom_field.' if attribute.startswith('cf_') else ''}{attribute}')"


def read_conditions(tenant: Tenant, kind: Kind, rules: Any) -> Where:
    """The records a client's filter rules mean; each rule has `attribute`, `operator` and `value`.

    Raises:
        ApiError: 400 where a rule is not understood.
    """
    if not isinstance(rules, list) or not all(isinstance(rule, dict) for rule in rules) or len(rules) > MOST_RULES:
        raise ApiError(400, "filter_rule is invalid")
    if any(isinstance(rule.get("value"), list) and len(rule["value"]) > MOST_VALUES for rule in rules):
        raise ApiError(400, f"A rule takes at most {MOST_VALUES} values")
    return all_of(*(_read_condition(tenant, kind, rule) for rule in rules))


def match_condition(tenant: Tenant, kind: Kind, attribute: str, values: list[Any]) -> Where:
    """The records in which an attribute is one of these values; case does not count."""
    key = "emails" if attribute == "email" else attribute
    # The keys tell of records as they are now, not as an index that lags behind knows them.
    if key in indexed_keys(tenant, kind) and not tenant.settings.switches.index_lag_seconds:
        sql = f"id IN (SELECT id FROM keys WHERE object = ? AND name = ? AND value IN ({_marks(values)}))"
        return sql, [kind.name, key, *(normalise_key(value) for value in values)]
    texts = [_as_text(value) for value in values]
    if kind.name == "contact" and attribute == "sales_account_id":
        return _match_one_of("sales_accounts", "id", [read_id(text) for text in texts])
    if key == "emails":
        return _match_one_of("emails", "value", texts)
    return f"lower(CAST({json_path(attribute)} AS TEXT)) IN ({_marks(texts)})", texts


def _match_one_of(list: str, name: str, values: list[Any]) -> Where:
    """Records with an object in a list whose attribute is one of these values."""
    found = f"SELECT 1 FROM json_each(body, '$.{list}') a WHERE lower(a.value ->> '{name}') IN ({_marks(values)})"
    return f"EXISTS ({found})", [str(value) for value in values]


def indexed_keys(tenant: Tenant, kind: Kind) -> set[str]:
    """Attributes a record of this object is found by without reading all of them."""
    custom = {each.name for each in tenant.schema.custom_fields(kind.name) if each.unique}
    return {*kind.keys, *custom, *(("emails",) if kind.name in ("contact", "lead") else ())}


def _read_condition(tenant: Tenant, kind: Kind, rule: dict[str, Any]) -> Where:
    attribute, operator, value = str(rule.get("attribute")), str(rule.get("operator")), rule.get("value")
    if attribute not in kind.fields(tenant) and attribute not in ALWAYS:
        raise ApiError(400, f"Invalid attribute {attribute}")
    if operator in MORE_OPERATORS and tenant.settings.switches.more_search_operators:
        return _read_further(tenant, kind, attribute, operator, value)
    if operator in ("is", "is_in"):
        return match_condition(tenant, kind, attribute, value if isinstance(value, list) else [value])
    if operator == "contains":
        return _match_pattern(attribute, f"%{_escape(value)}%")
    if operator in ("is_after", "is_before"):
        return _compare_times(attribute, operator, value)
    raise ApiError(400, f"Invalid operator {operator}")


def _read_further(tenant: Tenant, kind: Kind, attribute: str, operator: str, value: Any) -> Where:
    """Operators no recording shows; a tenant may have them all the same."""
    if operator in OPPOSITES:
        sql, values = _read_condition(
            tenant, kind, {"attribute": attribute, "operator": OPPOSITES[operator], "value": value}
        )
        return f"NOT coalesce({sql}, 0)", values
    if operator == "is_empty":
        return f"coalesce({json_path('emails' if attribute == 'email' else attribute)}, '') IN ('', '[]')", []
    if operator in ("starts_with", "ends_with"):
        text = _escape(value)
        return _match_pattern(attribute, f"{text}%" if operator == "starts_with" else f"%{text}")
    sign = ">" if operator == "is_greater_than" else "<"
    return f"CAST({json_path(attribute)} AS REAL) {sign} CAST(? AS REAL)", [str(value)]


def _match_pattern(attribute: str, pattern: str) -> Where:
    if attribute == "email":
        like = "SELECT 1 FROM json_each(body, '$.emails') a WHERE lower(a.value ->> 'value') LIKE ? ESCAPE '\\'"
        return f"EXISTS ({like})", [pattern]
    return f"lower({json_path(attribute)}) LIKE ? ESCAPE '\\'", [pattern]


def _escape(value: Any) -> str:
    return re.sub(r"([%_\\])", r"\\\1", str(value).lower())


def _compare_times(attribute: str, operator: str, value: Any) -> Where:
    moment = parse_time(value)
    if moment is None:
        raise ApiError(400, f"{attribute} is not a valid date")
    path, sign = json_path(attribute), ">" if operator == "is_after" else "<"
    # Some attributes hold days, others moments; each is compared with its like.
    return f"{path} {sign} CASE length({path}) WHEN 10 THEN ? ELSE ? END", [parse_day(value), format_time(moment)]


def _as_text(value: Any) -> str:
    text = str(value).strip().lower()
    return BOOLEANS.get(text, text)


def _marks(values: list[Any]) -> str:
    return ", ".join("?" * len(values))
