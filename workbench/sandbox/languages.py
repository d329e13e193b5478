"""What the tenant tells a client, in the language of who is calling; codes and statuses are the same in all."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from workbench.sandbox.callers import CALLER

SPOKEN = "en"
GAP = re.compile(r"\\{(\w+)\\}")


def translate(body: Any) -> Any:
    """The body of a refusal with its messages in the caller's language; one nobody translated stays as it is."""
    caller = CALLER.get()
    errors = body.get("errors") if isinstance(body, dict) else None
    if caller is None or caller.language == SPOKEN or not isinstance(errors, dict):
        return body
    messages = [translate_message(text, caller.language) for text in errors.get("message") or []]
    return {**body, "errors": {**errors, "message": messages}}


def translate_message(text: str, language: str) -> str:
    """One message in another language; values and names of fields in it stay as they are."""
    for pattern, words in read_messages():
        match = pattern.fullmatch(text)
        if match:
            return words[language].format(**match.groupdict())
    return text


@cache
def read_messages() -> tuple[tuple[re.Pattern[str], dict[str, str]], ...]:
    """Every message the tenant has words for: what it looks like in English, and the same by language."""
    with Path(__file__).with_name("messages.toml").open("rb") as file:
        described = tomllib.load(file)["message"]
    return tuple((_read_pattern(each[SPOKEN]), each) for each in described)


def _read_pattern(template: str) -> re.Pattern[str]:
    return re.compile(GAP.sub(r"(?P<\1>.+)", re.escape(template)), re.DOTALL)
