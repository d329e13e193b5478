"""What the tenant does with a value sent to a field: keep it, bring it into shape, or refuse it."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

from workbench.sandbox.fields import Field
from workbench.sandbox.wire import format_time, parse_day, parse_time, read_id

EMAIL = re.compile(r"[^@\s,;]+@[^@\s,;.]+(\.[^@\s,;.]+)+")
# The numbers 1 and 0 are found here too: they equal the booleans.
BOOLEANS = {True: True, False: False, "true": True, "false": False, "1": True, "0": False}
# Digits before and after the point: of a custom field as documented, of others what the store and a double take.
CUSTOM_DIGITS = 11, 4
OWN_DIGITS = 18, 15
EMPTY = (None, "")


class Refused(ValueError):
    """A value the field does not take; the text is what the client reads."""


def check_value(field: Field, sent: Any, *, refuse_long_text: bool = True) -> Any:
    """The value as the tenant keeps it; null where the field is cleared.

    Raises:
        Refused: The field does not take it.
    """
    if sent in EMPTY:
        return None
    value = CHECKS[field.type](field, sent)
    if isinstance(value, str) and field.limit and len(value) > field.limit:
        if refuse_long_text:
            raise Refused(f"{field.label} is not in required length")
        return value[: field.limit]
    return value


def is_true(sent: Any) -> bool:
    """Whether a client's mark, as a boolean, a number or a text, says yes."""
    key = sent.lower() if isinstance(sent, str) else sent
    return not isinstance(key, dict | list) and BOOLEANS.get(key, False)


def is_email(text: Any) -> bool:
    """Whether a text reads as an e-mail address."""
    return isinstance(text, str) and EMAIL.fullmatch(text.strip()) is not None


def _check_text(field: Field, sent: Any) -> str:
    if isinstance(sent, dict | list):
        raise Refused(f"{field.label} is invalid")
    return sent if isinstance(sent, str) else str(sent)


def _check_number(field: Field, sent: Any) -> int | float:
    try:
        number = Decimal(str(sent).strip())
    except InvalidOperation:
        raise Refused(f"{field.label} is not a number") from None
    if isinstance(sent, bool) or not number.is_finite():
        raise Refused(f"{field.label} is not a number")
    whole, decimals = max(number.adjusted() + 1, 0), max(-number.normalize().as_tuple().exponent, 0)
    most_whole, most_decimals = CUSTOM_DIGITS if field.is_custom else OWN_DIGITS
    if whole > most_whole or decimals > most_decimals:
        raise Refused(f"{field.label} is not in required length")
    return int(number) if number == number.to_integral_value() else float(number)


def _check_choice(field: Field, sent: Any) -> str | int:
    if field.selector or field.points_at:
        return _check_id(field, sent)
    if not isinstance(sent, str) or sent not in _list_open(field):
        raise Refused(f"{field.label} has an invalid choice")
    return sent


def _check_choices(field: Field, sent: Any) -> str | None:
    values = sent if isinstance(sent, list) else str(sent).split(";")
    values = [str(value).strip() for value in values if str(value).strip()]
    if set(values) - _list_open(field):
        raise Refused(f"{field.label} has an invalid choice")
    return ";".join(values) or None


def _list_open(field: Field) -> set[str]:
    """The options a record may be given today."""
    return {choice.value for choice in field.choices if choice.is_active}


def _check_checkbox(field: Field, sent: Any) -> bool:
    key = sent.lower() if isinstance(sent, str) else sent
    if isinstance(key, dict | list) or key not in BOOLEANS:
        raise Refused(f"{field.label} is neither true nor false")
    return BOOLEANS[key]


def _check_day(field: Field, sent: Any) -> str:
    day = parse_day(sent)
    if day is None:
        raise Refused(f"{field.label} is not a valid date")
    return day


def _check_time(field: Field, sent: Any) -> str:
    moment = parse_time(sent)
    if moment is None:
        raise Refused(f"{field.label} is not a valid date")
    return format_time(moment)


def _check_id(field: Field, sent: Any) -> int:
    id = read_id(sent)
    if not id:
        raise Refused(f"Invalid {field.label.lower()} provided.")
    return id


def _refuse_formula(field: Field, sent: Any) -> None:
    raise Refused(f"{field.label} is calculated and cannot be set")


CHECKS: dict[str, Callable[[Field, Any], Any]] = {
    "text": _check_text,
    "textarea": _check_text,
    "number": _check_number,
    "decimal": _check_number,
    "dropdown": _check_choice,
    "radio": _check_choice,
    "multi_select_dropdown": _check_choices,
    "checkbox": _check_checkbox,
    "date": _check_day,
    "date_time": _check_time,
    # Shown as a day and a time of day apart; written as one moment.
    "date_time_split": _check_time,
    "auto_complete": _check_id,
    "formula": _refuse_formula,
}
