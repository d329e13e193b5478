"""Bodies of records that stand already: what is sent besides the record itself, and the hash that tells two apart."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from workbench.values import Values, find_edits, is_same, read_values

Body = dict[str, Any]
MOST_ACCOUNTS = 10  # of one contact
PRICES = "product_pricings"
# The first of each cannot be set back alone: the tenant derives it from, or checks it against, the others.
_TOGETHER = {
    "contact_status_id": ("lifecycle_stage_id",),
    "products": ("amount",),
    "deal_stage_id": ("deal_pipeline_id", "probability", "closed_date"),
}
# What no API call can set back, and why.
NOT_WRITTEN_BACK = {
    "contacts": "the load linked further contacts to it, and Freshsales lets no program take a contact off a deal",
    "targetable": "what it hangs on is fixed when it is made, and no program can move it",
}


def hash_body(body: Body) -> str:
    """Sha256 of what is sent; the same record gives the same hash in every run."""
    return hashlib.sha256(json.dumps(body, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def keep_answer(object: str, body: Body, answer: Body) -> Values:
    """What is known of a record after a write: what was answered, and what was sent where the answer hides it.

    `updated_at` goes with it: while the tenant shows the same, nobody touched the record.
    """
    return read_values(object, body) | read_values(object, answer) | {"updated_at": answer.get("updated_at")}


def keep_found(object: str, body: Body, found: Body) -> Values:
    """What is known of a record that was found again after its write, as `keep_answer`.

    Where somebody touched it in between, what stands there is not what the tenant made of ours. Then what was sent is
    known, and that we left the other texts empty, so that the difference shows as their edit.
    """
    shown, made = keep_answer(object, body, found), found.get("created_at")
    if found.get("updated_at") == made:
        return shown
    sent = read_values(object, body)
    ours = {name: value for name, value in sent.items() if name in shown and not is_same(name, value, shown[name])}
    theirs = [name for name, value in shown.items() if name not in sent and isinstance(value, str)]
    return shown | dict.fromkeys(theirs) | ours | {"updated_at": made}


def clear_missing(previous: Body, body: Body) -> Body:
    """A change that also empties the fields which were sent before and are no longer."""
    cleared = {name: [] if isinstance(value, list) else None for name, value in previous.items() if name not in body}
    custom = dict.fromkeys(previous.get("custom_field") or {}) | body.get("custom_field", {})
    if PRICES in previous:
        body = body | {PRICES: _exchange_prices(previous[PRICES], body.get(PRICES, []))}
    return cleared | body | ({"custom_field": custom} if custom else {})


def keep_links(body: Body, before: Values) -> Body:
    """A change that leaves a contact the accounts it had before us; ours comes first and is the primary one."""
    ours = body.get("sales_accounts")
    if not ours:
        return body
    known = {account["id"] for account in ours}
    theirs = [{"id": id, "is_primary": False} for id in before.get("sales_accounts", ()) if id not in known]
    return body | {"sales_accounts": [*ours, *theirs][:MOST_ACCOUNTS]}


def write_back(before: Values, current: Values) -> Body:
    """The change that makes a record hold again what it held before; empty where it does already."""
    differing = [name for name in find_edits(before, current) if name not in NOT_WRITTEN_BACK]
    names = dict.fromkeys([*differing, *(n for name in differing for n in _TOGETHER.get(name, ()) if n in before)])
    standard = {name: _write_field(name, before[name]) for name in names if not name.startswith("cf_")}
    if PRICES in standard:
        standard[PRICES] = _exchange_prices(current[PRICES], before[PRICES])
    custom = {name: before[name] for name in names if name.startswith("cf_")}
    return standard | ({"custom_field": custom} if custom else {})


def _exchange_prices(there: list[Body], wanted: list[Body]) -> list[Body]:
    """The prices of a product instead of others: one that is only left out would stay."""
    kept = {price["currency_code"] for price in wanted}
    gone = (price for price in there if price["currency_code"] not in kept and not price.get("_destroy"))
    return [*wanted, *({**price, "_destroy": True} for price in gone)]


def _write_field(name: str, value: Any) -> Any:
    if name == "emails":
        return [{"value": each, "is_primary": number == 0} for number, each in enumerate(value)]
    if name == "sales_accounts":
        return [{"id": each, "is_primary": number == 0} for number, each in enumerate(value)]
    return value
