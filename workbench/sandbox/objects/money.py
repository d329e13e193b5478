"""Amounts of money, and what the deals of a record add up to."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal, InvalidOperation
from typing import Any

from workbench.sandbox.objects.kind import Draft
from workbench.sandbox.store import Record
from workbench.sandbox.tenant import Tenant

LARGEST_AMOUNT = 9_007_199_254_740_991
MOST_DECIMALS = 15
# What a deal's stage forecasts, and the total it then counts in.
COUNTED = {"Open": "open", "Closed Won": "won"}


def write_money(amount: Decimal) -> str:
    """Money as live tenants write it: a decimal text with at least one decimal."""
    whole, _, decimals = f"{amount:f}".partition(".")
    return f"{whole}.{decimals.rstrip('0') or '0'}"


def read_amount(draft: Draft, sent: Any) -> str | None:
    """An amount as it is kept; null, with a problem in the draft, where it is none. A negative one is fine."""
    try:
        amount = Decimal(str(sent).strip())
    except InvalidOperation:
        draft.problems.append("Amount can't be empty" if sent in (None, "") else "Amount is not a number")
        return None
    is_number = not isinstance(sent, bool) and amount.is_finite()
    if not is_number or abs(amount) > LARGEST_AMOUNT or amount.as_tuple().exponent < -MOST_DECIMALS:
        draft.problems.append("Amount is not valid")
        return None
    return write_money(amount)


def show_totals(tenant: Tenant, record: Record) -> Record:
    """How much the open and the won deals of a contact or account come to, and how many they are."""
    amounts: Counter[str] = Counter()
    counts: Counter[str] = Counter()
    for (stage_id, amount), count in tenant.store.tally(record["id"], "deal", "deal_stage_id", "amount"):
        stage = tenant.find_choice("deal_stages", stage_id)
        total = COUNTED.get(stage["forecast_type"], "") if stage else ""
        amounts[total] += Decimal(amount) * count
        counts[total] += count
    shown: Record = {}
    for total in COUNTED.values():
        shown[f"{total}_deals_amount"] = write_money(Decimal(amounts[total]))
        shown[f"{total}_deals_count"] = counts[total]
    return shown
