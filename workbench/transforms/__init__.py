"""Transforms: pure functions on columns, one family a file; expressions in, an expression out.

A pack names them with `via`; what a transform cannot read becomes null, never a guess.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import polars as pl

from workbench.transforms import compose, dates, numbers, phone, picklist, text

TRANSFORMS: dict[str, Callable[..., pl.Expr]] = {
    "trim": text.trim,
    "title_case": text.title_case,
    "truncate": text.truncate,
    "strip_digits": text.strip_digits,
    "template": compose.template,
    "first_filled": compose.first_filled,
    "unique_text": compose.unique_text,
    "repeat_number": compose.repeat_number,
    "phone_e164": phone.phone_e164,
    "date_iso": dates.date_iso,
    "date_only": dates.date_only,
    "datetime_utc": dates.datetime_utc,
    "minutes_between": dates.minutes_between,
    "minutes_after": dates.minutes_after,
    "money": numbers.money,
    "number": numbers.number,
    "whole": numbers.whole,
    "as_text": numbers.as_text,
    "choice": picklist.choice,
    "presence": picklist.presence,
    "period_status": picklist.period_status,
    "yes_no": picklist.yes_no,
}


def _hash_source() -> str:
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


# Approvals are bound to it: a changed transform makes them void.
TRANSFORMS_VERSION = _hash_source()
