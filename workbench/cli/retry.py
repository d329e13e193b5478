"""`workbench retry`: the held records that can go now. Heavy imports stay inside the command."""

from __future__ import annotations

import click

from workbench.cli.speak import example, say


@click.command(epilog=example("workbench retry clinic --preview", "workbench retry clinic"))
@click.argument("name")
@click.option("--preview", is_flag=True, help="Say what would be sent; reads the tenant's settings and users only.")
@click.option("--all", "send_refused", is_flag=True, help="Send also what Freshsales refused exactly as it stands.")
def retry(name: str, preview: bool, send_refused: bool) -> None:
    """Send the held records of engagement NAME that can go now, and what waits for them.

    It is a run of the load and is held to the same approvals. What nothing has released stays held, with its reason.
    """
    from workbench import journey
    from workbench.engagement import find_engagement
    from workbench.freshsales.connect import connect
    from workbench.progress import LineWriter
    from workbench.retrying import check_loaded, describe_retry

    engagement = find_engagement(name)
    check_loaded(engagement)
    if preview:
        with connect(engagement) as tenant:
            click.echo(describe_retry(engagement, tenant, send_refused=send_refused))
        return
    parameters = {"only": "held", "send_refused": "true" if send_refused else "false"}
    record = journey.run_stage(engagement, "load", parameters=parameters, say=say, on_progress=LineWriter())
    click.echo(f"{record.label}: complete; report: {engagement.folder / record.label / 'report.html'}")
    say(journey.advise(engagement))
