"""How the command speaks to the analyst."""

from __future__ import annotations

import click


def say(text: str) -> None:
    """Tell the analyst how things go; results go to standard output, this goes beside it."""
    click.echo(text, err=True)


def example(*lines: str) -> str:
    """An epilog that shows commands as they would be typed."""
    return "\n".join(["\b\nExample:", *(f"  {line}" for line in lines)])


def split_pairs(texts: tuple[str, ...], *, option: str) -> dict[str, str]:
    """Names and values from `NAME=VALUE` as an option takes them; the last of one name counts.

    Raises:
        click.BadParameter: One has no '='.
    """
    wrong = [text for text in texts if "=" not in text]
    if wrong:
        raise click.BadParameter(f"{wrong[0]!r} has no '='; write NAME=VALUE", param_hint=option)
    return dict(text.partition("=")[::2] for text in texts)
