"""How a number of things is said: 1 request, 1,234 requests."""

from __future__ import annotations


def say_number(count: int, one: str, many: str = "") -> str:
    """A number with its word.

    Args:
        one: The word for one of them; what follows it may stand in it: `record is`.
        many: The word for any other number; empty where it is `one` with an s.
    """
    return f"{count:,} {one if count == 1 else many or f'{one}s'}"
