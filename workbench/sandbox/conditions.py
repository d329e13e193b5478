"""Which records a view or a search means, as SQL over their JSON."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from workbench.sandbox.objects.kind import Kind, normalise_key
from workbench.sandbox.store import EVERYTHING, Where
from workbench.sandbox.tenant import Tenant
from workbench.sandbox.wire import ApiError, format_time, parse_day, parse_time, read_id

WORD = re.compile(r"[a-z][a-z0-9_]*")
RECENT = timedelta(days=7)
NOTHING: Where = ("0", [])
FORECASTS = {"open": "Open", "won": "Closed Won", "lost": "Closed Lost"}
NUMERIC = ("amount", "probability", "number_of_employees", "annual_revenue")
ALWAYS = ("id", "created_at", "updated_at", "email", "sales_account_id", "lead_score")
BOOLEANS = {"true": "1", "false": "0"}


def all_of(*wheres: Where) -> Where:
    """Records that meet every condition."""
    return " AND ".join(f"({sql})" for sql, _ in wheres) or "1", [value for _, values in wheres for value in values]


def rule_condition(tenant: Tenant, kind: Kind, rule: str) -> Where:
    """The records a view's rule picks."""
    covers_all = kind.name != "deal" or tenant.settings.switches.views_cover_pipelines
    pipeline = EVERYTHING if covers_all else ("json_extract(body, '$.deal_pipeline_id') = ?", [_first_pipeline(tenant)])
    return all_of(_pick(tenant, rule), pipeline)


def _pick(tenant: Tenant, rule: str) -> Where:
    week_ago = format_time(datetime.fromtimestamp(tenant.clock(), UTC) - RECENT)
    if rule in FORECASTS:
        stages = [each["id"] for each in tenant.selectors["deal_stages"] if each["forecast_type"] == FORECASTS[rule]]
        return f"json_extract(body, '$.deal_stage_id') IN ({_marks(stages)})", stages
    return {
        "all": EVERYTHING,
        "binned": EVERYTHING,
        "none": NOTHING,
        "mine": ("json_extract(body, '$.owner_id') = ?", [tenant.admin_id]),
        "recent": ("json_extract(body, '$.created_at') > ?", [week_ago]),
        "modified": ("json_extract(body, '$.updated_at') > ?", [week_ago]),
    }[rule]


def _first_pipeline(tenant: Tenant) -> int:
    return tenant.selectors["deal_pipelines"][0]["id"]


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
    if not isinstance(rules, list) or not all(isinstance(rule, dict) for rule in rules):
        raise ApiError(400, "filter_rule is invalid")
    return all_of(*(_read_condition(tenant, kind, rule) for rule in rules))


def match_condition(tenant: Tenant, kind: Kind, attribute: str, values: list[Any]) -> Where:
    """The records in which an attribute is one of these values; case does not count."""
    key = "emails" if attribute == "email" else attribute
    if key in indexed_keys(tenant, kind):
        sql = f"id IN (SELECT id FROM keys WHERE object = ? AND name = ? AND value IN ({_marks(values)}))"
        return sql, [kind.name, key, *(normalise_key(value) for value in values)]
    texts = [_as_text(value) for value in values]
    if kind.name == "contact" and attribute == "sales_account_id":
        sql = (
            f"EXISTS (SELECT 1 FROM json_each(body, '$.sales_accounts') a WHERE a.value ->> 'id' IN ({_marks(texts)}))"
        )
        return sql, [read_id(text) for text in texts]
    return f"lower(CAST({json_path(attribute)} AS TEXT)) IN ({_marks(texts)})", texts


def indexed_keys(tenant: Tenant, kind: Kind) -> set[str]:
    """Attributes a record of this object is found by without reading all of them."""
    custom = {each.name for each in tenant.schema.custom_fields(kind.name) if each.unique}
    return {*kind.keys, *custom, *(("emails",) if kind.name == "contact" else ())}


def lag_condition(tenant: Tenant) -> Where:
    """The records the search index knows by now."""
    lag = tenant.settings.switches.index_lag_seconds / tenant.time_scale
    if not lag:
        return EVERYTHING
    known = format_time(datetime.fromtimestamp(tenant.clock() - lag, UTC))
    return "json_extract(body, '$.created_at') <= ?", [known]


def _read_condition(tenant: Tenant, kind: Kind, rule: dict[str, Any]) -> Where:
    attribute, operator, value = str(rule.get("attribute")), rule.get("operator"), rule.get("value")
    if attribute not in kind.fields(tenant) and attribute not in ALWAYS:
        raise ApiError(400, f"Invalid attribute {attribute}")
    if operator in ("is", "is_in"):
        return match_condition(tenant, kind, attribute, value if isinstance(value, list) else [value])
    if operator == "contains":
        pattern = "%" + re.sub(r"([%_\\])", r"\\\1", str(value).lower()) + "%"
        return f"lower({_text_path(attribute)}) LIKE ? ESCAPE '\\'", [pattern]
    if operator in ("is_after", "is_before"):
        return _compare_times(attribute, operator, value)
    raise ApiError(400, f"Invalid operator {operator}")


def _text_path(attribute: str) -> str:
    return "json_extract(body, '$.emails')" if attribute == "email" else json_path(attribute)


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
