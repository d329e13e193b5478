"""What a notebook cell shows its reader: HTML, and one sentence where HTML cannot be shown."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape

# Characters that turn text around or cannot be seen; a cell that holds one shows its number instead.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u202a-\u202e\u2066-\u2069\ufeff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One table, picture or sentence.

    Attributes:
        html: Its markup: no script, no request, no id that changes between two renders.
        text: One sentence that says the same to a reader without a screen.
        style: Stylesheet the markup needs, empty for none.
    """

    html: str
    text: str
    style: str = ""

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        style = f"<style>{self.style}</style>" if self.style else ""
        return {"text/html": style + self.html, "text/plain": self.text}

    def __repr__(self) -> str:
        return self.text


def show_unseen(text: str, *, longest: int = 240) -> str:
    """Text that cannot reorder its surroundings or drown them; it still has to be escaped for HTML.

    Args:
        longest: Characters kept; a longer text is cut and says how long it is.
    """
    seen = _UNSEEN.sub(lambda match: f"‹U+{ord(match[0]):04X}›", text[:longest])
    return seen + (f"… ({len(text):,} characters)" if len(text) > longest else "")


def to_html(text: str, *, longest: int = 240) -> str:
    """Text as HTML that cannot run, reorder its surroundings or drown them."""
    return escape(show_unseen(text, longest=longest))


def say_hours(hours: float) -> str:
    """Hours as a person says them: `2 h 36 min`, `40 s`, `3 days 4 h`."""
    seconds = round(hours * 3600)
    if seconds < 60:
        return f"{seconds} s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 48 * 60:
        return _join(minutes // 60, "h", minutes % 60, "min")
    whole = round(minutes / 60)
    return _join(whole // 24, "days", whole % 24, "h")


def _join(large: int, large_unit: str, small: int, small_unit: str) -> str:
    return f"{large:,} {large_unit}" + (f" {small} {small_unit}" if small else "")
