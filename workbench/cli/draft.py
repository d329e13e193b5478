"""`workbench draft`: what an export says of its own schema, as rows of layout and pack."""

from __future__ import annotations

import click

from workbench.cli.speak import example, say

NOTHING = (
    "nothing new to draft; only an export that describes its own schema can be drafted from, as [catalog] of its pack "
    "says. For any other see templates/README.md"
)


@click.command(epilog=example("workbench draft acme"))
@click.argument("name")
def draft(name: str) -> None:
    """Draft rows of layout and pack for objects and fields that the export of NAME describes and they do not know.

    `workbench new` does this once; use it again when the source's schema has changed. What stands in the files stays.
    """
    from workbench.engagement import find_engagement
    from workbench.new_engagement import draft_engagement

    engagement = find_engagement(name)
    drafted = draft_engagement(engagement)
    for each in drafted:
        click.echo(each)
    found = f"{len(drafted)} drafted; read them in layout.toml and pack.toml" if drafted else NOTHING
    say(f"{engagement.folder}: {found}")
