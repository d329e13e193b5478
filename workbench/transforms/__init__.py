"""Transforms: pure functions on columns, one family a file; expressions in, an expression out.

A pack names them with `via`; what a transform cannot read becomes null, never a guess.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import polars as pl

from workbench.transforms import (
    compose,
    conditions,
    dates,
    formulas,
    multiple,
    names,
    numbers,
    phone,
    picklist,
    rules,
    text,
    tidy,
)

TRANSFORMS: dict[str, Callable[..., pl.Expr]] = {
    "trim": text.trim,
    "title_case": text.title_case,
    "truncate": text.truncate,
    "strip_digits": text.strip_digits,
    "template": compose.template,
    "first_filled": compose.first_filled,
    "unique_text": compose.unique_text,
    "repeat_number": compose.repeat_number,
    "given_names": names.given_names,
    "family_name": names.family_name,
    "name_key": names.name_key,
    "mail_key": names.mail_key,
    "web_domain": names.web_domain,
    "address_line": tidy.address_line,
    "tag_list": tidy.tag_list,
    "thread_text": tidy.thread_text,
    "html_text": tidy.html_text,
    "phone_e164": phone.phone_e164,
    "msisdn": phone.msisdn,
    "date_iso": dates.date_iso,
    "date_only": dates.date_only,
    "datetime_utc": dates.datetime_utc,
    "minutes_between": dates.minutes_between,
    "minutes_after": dates.minutes_after,
    "plus_minutes": dates.plus_minutes,
    "money": numbers.money,
    "currency": numbers.currency,
    "number": numbers.number,
    "whole": numbers.whole,
    "as_text": numbers.as_text,
    "percent": numbers.percent,
    "product": numbers.product,
    "difference": numbers.difference,
    "keep_where": conditions.keep_where,
    "drop_where": conditions.drop_where,
    "keep_if_filled": conditions.keep_if_filled,
    "keep_unless_filled": conditions.keep_unless_filled,
    "keep_if_same": conditions.keep_if_same,
    "progress": conditions.progress,
    "part": multiple.part,
    "multi_select": multiple.multi_select,
    "choice": picklist.choice,
    "presence": picklist.presence,
    "period_status": picklist.period_status,
    "yes_no": picklist.yes_no,
    "formula": formulas.formula,
    "rule_text": rules.rule_text,
}

# What these make of a row depends on the other rows.
ACROSS_ROWS = frozenset({"unique_text", "repeat_number", "tag_list"})


def _hash_source() -> str:
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


# Approvals are bound to it: a changed transform makes them void.
TRANSFORMS_VERSION = _hash_source()
