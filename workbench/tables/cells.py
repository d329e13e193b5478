"""What one cell of a table looks like, by the kind of its column."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from workbench.shown import say_hours, to_html

_NOTHING = '<span class="wb-none">–</span>'
# A longer text is a sentence: on a narrow screen its column stays wide enough to read.
_SENTENCE = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """How one column of a frame is read.

    Attributes:
        label: Heading, in plain words.
        kind: One of `KINDS`.
    """

    label: str
    kind: str = "text"


def text(label: str) -> Column:
    """A column of words."""
    return Column(label=label)


def code(label: str) -> Column:
    """A column of names that a machine reads too, such as fields; never broken at a hyphen."""
    return Column(label=label, kind="code")


def count(label: str) -> Column:
    """A column of whole numbers, with thousands separated."""
    return Column(label=label, kind="count")


def figure(label: str) -> Column:
    """A column of measurements that come written, such as `1.4`."""
    return Column(label=label, kind="figure")


def share(label: str) -> Column:
    """A column of parts of a whole, 0 to 1, as a bar with its percentage."""
    return Column(label=label, kind="share")


def hours(label: str) -> Column:
    """A column of hours, in words."""
    return Column(label=label, kind="hours")


def mark(label: str) -> Column:
    """A column of claims: a tick and `yes`, or a cross and `no`."""
    return Column(label=label, kind="mark")


def _show_text(value: object) -> str:
    if value is None:
        return _NOTHING
    words = to_html(str(value))
    return f'<span class="wb-words">{words}</span>' if len(str(value)) > _SENTENCE else words


def _show_code(value: Any) -> str:
    is_name = bool(value) and not any(sign.isspace() for sign in value)
    return f"<code>{to_html(value)}</code>" if is_name else _show_text(value)


def _show_count(value: Any) -> str:
    return _NOTHING if value is None else f"{value:,}"


def _show_share(value: Any) -> str:
    if value is None:
        return _NOTHING
    bar = f'<span class="wb-bar" aria-hidden="true"><span style="width:{value:.0%}"></span></span>'
    return f'{bar}<span class="wb-share">{say_share(value)}</span>'


def say_share(value: float) -> str:
    """A part of a whole in percent; 0 and 100 only where they are exact."""
    if 0 < value < 0.01:
        return "under 1 %"
    if 0.99 < value < 1:
        return "over 99 %"
    return f"{value:.0%}".replace("%", " %")


def _show_hours(value: Any) -> str:
    return _NOTHING if value is None else say_hours(value)


def _show_mark(value: Any) -> str:
    if value is None:
        return _NOTHING
    return '<span class="wb-yes">✓ yes</span>' if value else '<span class="wb-no">✗ no</span>'


KINDS: dict[str, Callable[[Any], str]] = {
    "text": _show_text,
    "code": _show_code,
    "count": _show_count,
    "figure": _show_text,
    "share": _show_share,
    "hours": _show_hours,
    "mark": _show_mark,
}
