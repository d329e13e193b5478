"""What the tenant answers, and what each refusal means for the analyst."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workbench.errors import HoldRecord, RetryLater, UsageError, WorkbenchError

# Statuses that say something is wrong with the values of one record.
VALUE_REFUSALS = (400, 409, 413, 422)
# A 429 that one of the tenant's own services got, passed on inside a 400. Only its text tells it from refused values.
_WRAPPED_429 = re.compile(r"response_code\W+429|too many requests|rate limit|limit of calls", re.IGNORECASE)
_LONGEST_TEXT = 300
# Valid values of these are refused now and then for no visible reason, and taken when they are sent again.
FLAKY = ("contact_status_id",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer.

    Attributes:
        body: Parsed JSON; the text where it was no JSON, null where it was empty.
        headers: Their names are matched without regard to case.
    """

    status: int
    body: Any
    headers: Mapping[str, str]


class NotFound(HoldRecord):
    """The tenant holds no such record, or has no such address."""


class Forbidden(UsageError):
    """The key's user may not do this, or the plan does not have it."""


class InDoubt(RetryLater):
    """A write was sent and its answer never came: the tenant may or may not have done it. Look before sending again."""


def read_messages(body: Any) -> list[str]:
    """The tenant's own words in a refusal, whichever of its envelopes they came in."""
    if isinstance(body, str):
        return ["(a page instead of an answer)"] if is_html(body) else [body[:_LONGEST_TEXT]]
    if not isinstance(body, dict):
        return []
    inner = body.get("errors", body)
    if isinstance(inner, list):
        return [str(line) for line in inner]
    found = inner.get("message", inner.get("messages")) if isinstance(inner, dict) else inner
    lines = found if isinstance(found, list) else [found]
    return [str(line) for line in lines if line]


def is_html(text: str) -> bool:
    """Whether the text is a page meant for a browser."""
    return text.lstrip()[:1] == "<"


def parse_body(text: str) -> Any:
    """The JSON of a body; null where it is empty, the text where it is no JSON."""
    if not text.strip():
        return None
    try:
        return json.loads(text)
    except ValueError:
        return text


def is_no_answer(answer: Answer) -> bool:
    """Whether something in between answered in the tenant's place, such as a proxy or a maintenance page."""
    if not isinstance(answer.body, str):
        return False
    return answer.status < 300 or (answer.status == 403 and is_html(answer.body))


def is_quota_refusal(answer: Answer) -> bool:
    """Whether the tenant refused because of its quota; such a request was not processed and may be sent again."""
    if answer.status == 429:
        return True
    return answer.status == 400 and any(_WRAPPED_429.search(line) for line in read_messages(answer.body))


def guess_field(messages: list[str], record: Mapping[str, Any], labels: Mapping[str, str] | None = None) -> str:
    """The field a refusal points at: the one whose name or label, else whose value it names; empty where none.

    The tenant speaks its user's language, but repeats names, labels and values as they are.

    Args:
        labels: What the tenant calls each field, by name; those it is not told of go by their names.
    """
    text = " ".join(messages).casefold().replace("_", " ")
    values = {**record, **(record.get("custom_field") or {})}
    spoken = {name: name.removesuffix("_id").removeprefix("cf_").replace("_", " ") for name in values}
    called = {name: (labels or {}).get(name, "").casefold().replace("_", " ") for name in values}
    said = {name: max(_find_words(spoken[name], text), _find_words(called[name], text)) for name in values}
    if not any(said.values()):
        texts = {name: value for name, value in values.items() if isinstance(value, str) and len(value) > 3}
        said = {name: len(value) for name, value in texts.items() if value.casefold().replace("_", " ") in text}
    return max(said, key=said.__getitem__, default="") if any(said.values()) else ""


def is_passing(field: str) -> bool:
    """Whether a refusal that points at this field, or at none, may be gone when the same is sent again.

    What is wrong with a value names its field. A refusal that names nothing of the record tells of the tenant.
    """
    return field in ("", *FLAKY)


def _find_words(words: str, text: str) -> int:
    """How long the words are that the text names; 0 where it does not."""
    return len(words) if words and re.search(rf"(?<!\w){re.escape(words)}(?!\w)", text) else 0


def explain_refusal(answer: Answer, *, host: str, request: str, sent: Any, is_read: bool) -> WorkbenchError:
    """The error a refusal (3xx or 4xx, quota aside) stands for.

    Args:
        request: Method and path, for the message.
        sent: Body of the request, so that the field can be named.
        is_read: Nothing was to be written, so no record is to blame.
    """
    messages = read_messages(answer.body)
    said = "; ".join(messages) or f"status {answer.status}"
    if answer.status == 401:
        return UsageError(f"wrong or expired key for {host}: set WORKBENCH_TENANT_KEY")
    if answer.status == 403:
        return Forbidden(
            f"{host}: the key's user may not {request}: {said}; give that user the permission in Freshsales"
        )
    if answer.status == 404:
        return NotFound(
            f"{host}: {request}: not there",
            code="edited_in_tenant",
            release="it was deleted in Freshsales; restore it from the recycle bin, or let it go",
        )
    if answer.status in VALUE_REFUSALS and not is_read:
        return HoldRecord(
            said,
            code="rejected_by_tenant",
            field=guess_field(messages, _unwrap(sent)),
            release="correct the value in the source or the field's rule in the mapping, then load again",
        )
    if 300 <= answer.status < 400:
        return UsageError(
            f"{host}: {request} leads elsewhere ({answer.headers.get('location', '?')}); check [tenant] url"
        )
    return UsageError(f"{host}: {request} answered {answer.status}: {said}")


def _unwrap(sent: Any) -> Mapping[str, Any]:
    """The record inside a request's body; the last wrapper, since an upsert's identifier comes before it."""
    inner = [value for value in sent.values() if isinstance(value, dict)] if isinstance(sent, dict) else []
    return inner[-1] if inner else {}
