"""`workbench rollback`: the way back, of everything or of a part. Heavy imports stay inside the command."""

from __future__ import annotations

import click

from workbench.cli.speak import example, say
from workbench.load.scope import Scope, parse_scope


@click.command(
    epilog=example(
        "workbench rollback clinic --preview",
        "workbench rollback clinic --phase remarks --preview",
        "workbench rollback clinic --record patients/p17 --record patients/p18",
    )
)
@click.argument("name")
@click.option("--phase", "phases", multiple=True, metavar="NAME", help="Only a phase of the load; several times.")
@click.option("--object", "objects", multiple=True, metavar="OBJECT", help="Only a kind of record, such as contact.")
@click.option("--run", "runs", multiple=True, metavar="STAGE/STAMP", help="Only what one run wrote.")
@click.option("--batch", "batches", multiple=True, metavar="ID", help="Only one bulk job of the tenant's.")
@click.option("--record", "records", multiple=True, metavar="PHASE/ID", help="Only the record of that source id.")
@click.option("--preview", is_flag=True, help="Say what would be done and in how many requests; send none.")
@click.option("--yes", is_flag=True, help="Do not ask before beginning.")
def rollback(name: str, preview: bool, yes: bool, **parts: tuple[str, ...]) -> None:
    """Delete what engagement NAME created, restore what it changed, hold what somebody touched since.

    What hangs on a chosen record is taken along. Interrupted at any moment, the same command goes on from there.
    """
    from workbench import journey
    from workbench.engagement import find_engagement
    from workbench.rollback_words import describe_preview

    engagement = find_engagement(name)
    scope = _read_scope(parts)
    click.echo(describe_preview(engagement, scope))
    if preview:
        return
    if not yes:
        click.confirm("Take this back now?", abort=True, err=True)
    record = journey.run_stage(engagement, "rollback", parameters={"scope": scope.text}, say=say)
    click.echo(f"{record.label}: complete; report: {engagement.folder / record.label / 'report.html'}")
    say(journey.advise(engagement))


def _read_scope(parts: dict[str, tuple[str, ...]]) -> Scope:
    """The options as the scope the notebook takes, through the one reader there is."""
    kinds = {"phases": "phase", "objects": "object", "runs": "run", "batches": "batch", "records": "record"}
    return parse_scope("\n".join(f"{kinds[many]}={name}" for many, names in parts.items() for name in names))
