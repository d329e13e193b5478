"""The e-mail addresses of a person, and what else tells one person from another."""

from __future__ import annotations

from typing import Any

from workbench.sandbox.checks import is_email, is_true
from workbench.sandbox.objects.drafts import is_taken
from workbench.sandbox.objects.kind import Draft, normalise_key
from workbench.sandbox.store import LIVE, Record
from workbench.sandbox.wire import read_id

INVALID = "invalid email address"
NEEDED = {
    "email": "Need to fill this Email to submit the form.",
    "mobile": "Need to fill this Mobile to submit the form.",
    "email_or_mobile": "Need to fill this Email or Mobile to submit the form.",
}


def shape_person(draft: Draft) -> None:
    """Read the addresses, require what identifies a person, and refuse what another one has."""
    _take_emails(draft)
    _require_identifier(draft)
    _require_free_email(draft)
    _require_free_mobile(draft)


def primary_email(record: Record) -> str | None:
    """The address a person is written to; null where there is none."""
    return next((each["value"] for each in record.get("emails") or [] if each["is_primary"]), None)


def show_emails(record: Record) -> list[Record]:
    """The addresses as a client reads them."""
    return [
        {
            "id": record["id"] * 10 + position,
            "value": each["value"],
            "is_primary": each["is_primary"],
            "label": each.get("label"),
            "_destroy": False,
        }
        for position, each in enumerate(record.get("emails") or [])
    ]


def show_name(record: Record) -> str:
    """What a person is called: the names, or else the address."""
    names = (record.get("first_name"), record.get("last_name"))
    return " ".join(name for name in names if name) or primary_email(record) or ""


def _take_emails(draft: Draft) -> None:
    if draft.has("emails"):
        draft.record["emails"] = _read_emails(draft, draft.sent["emails"])
    elif draft.has("email"):
        others = [each for each in draft.get("emails") or [] if not each["is_primary"]]
        rows = _read_emails(draft, draft.sent["email"])
        own = {normalise_key(row["value"]) for row in rows}
        draft.record["emails"] = rows + [each for each in others if normalise_key(each["value"]) not in own]


def _read_emails(draft: Draft, sent: Any) -> list[Record]:
    """Addresses from a text, texts, or objects with `value`; exactly one is the primary one, unless there is none.

    They take the place of those the record had, except where one is marked with `_destroy`: then they change them.
    """
    items = sent if isinstance(sent, list) else [] if sent is None else [sent]
    rows = [each if isinstance(each, dict) else {"value": each} for each in items]
    if any(is_true(row.get("_destroy")) for row in rows):
        rows = _edit(show_emails(draft.before) if draft.before else [], rows)
    if not all(is_email(row.get("value")) for row in rows):
        draft.problems.append(INVALID)
        return []
    rows = list({normalise_key(row["value"]): row for row in reversed(rows)}.values())[::-1]
    primary = next((n for n, row in enumerate(rows) if is_true(row.get("is_primary"))), 0)
    return [_keep_email(row, is_primary=n == primary) for n, row in enumerate(rows)]


def _keep_email(row: Record, *, is_primary: bool) -> Record:
    kept = {"value": row["value"].strip(), "is_primary": is_primary}
    return {**kept, "label": row["label"]} if isinstance(row.get("label"), str) else kept


def _edit(known: list[Record], rows: list[Record]) -> list[Record]:
    gone = [row for row in rows if is_true(row.get("_destroy"))]
    changed = [row for row in rows if not is_true(row.get("_destroy"))]
    kept = [each for each in known if not any(_names(row, each) for row in [*gone, *changed])]
    return [*({"value": _value_of(row, known), **row} for row in changed), *kept]


def _names(row: Record, email: Record) -> bool:
    same_value = isinstance(row.get("value"), str) and normalise_key(row["value"]) == normalise_key(email["value"])
    return same_value or read_id(row.get("id")) == email["id"]


def _value_of(row: Record, known: list[Record]) -> str | None:
    return next((each["value"] for each in known if _names(row, each)), None)


def _require_identifier(draft: Draft) -> None:
    required = draft.tenant.settings.switches.required_identifier
    if required == "none" or INVALID in draft.problems:
        return
    has = {"email": bool(draft.get("emails")), "mobile": bool(draft.get("mobile_number"))}
    if not any(has[name] for name in required.split("_or_")):
        draft.problems.append(NEEDED[required])


def _require_free_email(draft: Draft) -> None:
    state = LIVE if draft.tenant.settings.switches.reuse_deleted_email else None
    for each in draft.get("emails") or []:
        if is_taken(draft, "emails", each["value"], state=state):
            draft.problems.append(f"{each['value']} already exists.")


def _require_free_mobile(draft: Draft) -> None:
    mobile = draft.get("mobile_number")
    if mobile and draft.tenant.settings.switches.unique_mobile and is_taken(draft, "mobile_number", mobile):
        draft.problems.append("MobileNumber is not unique")
