"""Templates filled in: everything stored is a stranger's text, so everything is escaped and made harmless to read."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

HERE = Path(__file__).parent
# What no page may contain as such: control characters, what turns the direction of writing, halves of characters.
UNREADABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")


def render(template: str, **facts: Any) -> str:
    """A page from its template."""
    return _TEMPLATES.get_template(template).render(**facts)


def build_url(path: str, /, **query: Any) -> str:
    """An address of ours; what is empty is left out of its query."""
    filled = {name: value for name, value in query.items() if value not in (None, "", 0, False)}
    return quote(path) + (f"?{urlencode(filled, safe=',')}" if filled else "")


def make_readable(value: Any) -> Any:
    """A text whose unreadable characters stand as their codes; anything else as it is."""
    if not isinstance(value, str) or isinstance(value, Markup):
        return value
    return UNREADABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", value)


def show_count(count: int) -> str:
    """A number of things, with its thousands set apart."""
    return f"{count:,}"


_TEMPLATES = Environment(
    loader=FileSystemLoader(HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    finalize=make_readable,
    trim_blocks=True,
    lstrip_blocks=True,
)
_TEMPLATES.globals["url"] = build_url
_TEMPLATES.filters["count"] = show_count
