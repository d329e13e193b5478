"""The `workbench` command. Heavy imports stay inside the commands, so that help answers at once."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from workbench import __version__
from workbench.cli.bench import bench
from workbench.cli.draft import draft
from workbench.cli.extract import extract
from workbench.cli.generate import generate
from workbench.cli.imports import imported
from workbench.cli.retry import retry
from workbench.cli.rollback import rollback
from workbench.cli.source import source as source_group
from workbench.cli.speak import example, say, split_pairs
from workbench.cli.tenant import tenant
from workbench.engagement import CHOICES, PLANS
from workbench.errors import WorkbenchError
from workbench.progress import LineWriter
from workbench.stages import STAGES

LOCAL_URL = "http://127.0.0.1:8765/crm/sales/api"
INTERNAL_ERROR = 70  # EX_SOFTWARE of sysexits.h: our mistake, not the analyst's


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="workbench")
@click.option("--debug", is_flag=True, help="Show the traceback of a failure.")
def cli(debug: bool) -> None:
    """Move one customer from an old system to Freshsales, and prove it.

    \b
    A first engagement:
      workbench tenant serve --plan enterprise                  (in another terminal)
      workbench new clinic --pack clinic --source PATH
      workbench run clinic                                      (discovery)
      workbench approve clinic discovery --by "Ada Analyst" --role analyst --meaning "scope agreed"
      workbench status clinic                                   (says what comes next)
    """


@cli.command(epilog=example("workbench new clinic --pack clinic --source exports/clinic"))
@click.argument("name")
@click.option("--pack", required=True, help="What the customer comes from; a file in templates/packs.")
@click.option("--source", required=True, help="The customer's export, or the address of the source's API.")
@click.option("--customer", help="The name the reports show; NAME where it is left out.")
@click.option("--tenant", "url", default=LOCAL_URL, show_default=True, help="Base URL of the tenant's API.")
@click.option("--plan", type=click.Choice(PLANS), default="enterprise", show_default=True, help="Freshsales plan.")
@click.option("--roster", type=click.Path(path_type=Path), help="CSV source_id,name,email,role of the staff.")
@click.option(
    "--missing-identifier",
    type=click.Choice(CHOICES["missing_identifier"]),
    default="placeholder",
    show_default=True,
    help="What becomes of contacts without e-mail.",
)
@click.option(
    "--unmatched-owner",
    type=click.Choice(CHOICES["unmatched_owner"]),
    default="fallback",
    show_default=True,
    help="What becomes of records whose owner is no user of the tenant.",
)
@click.option("--fallback-owner", help="E-mail of the user who gets those records.")
@click.option("--country", default="US", show_default=True, help="Of phone numbers that name none; two letters.")
@click.option("--time-zone", default="UTC", show_default=True, help="Of times in the source that name none.")
def new(name: str, source: str, **settings) -> None:
    """Begin an engagement: a folder in runs/ with its settings and copies of pack and layout."""
    from workbench.new_engagement import create_engagement

    engagement = create_engagement(name, source=source, **settings)
    following = f"workbench extract {name}" if engagement.source_address else f"workbench run {name}"
    say(f"{engagement.folder}: engagement made; numbers without a country are of {engagement.country}, times without "
        f"a zone {engagement.time_zone}; read engagement.toml, then: {following}")  # fmt: skip


@cli.command(epilog=example("workbench run clinic mapping"))
@click.argument("name")
@click.argument("stage", type=click.Choice(list(STAGES)), required=False)
@click.option(
    "-p",
    "--parameter",
    "parameters",
    multiple=True,
    metavar="NAME=VALUE",
    help="A parameter of the stage's notebook; may be given several times.",
)
def run(name: str, stage: str | None, parameters: tuple[str, ...]) -> None:
    """Run a stage of engagement NAME; the next one in order where STAGE is left out."""
    from workbench import journey
    from workbench.engagement import find_engagement

    engagement = find_engagement(name)
    stage = stage or journey.next_stage(engagement)
    record = journey.run_stage(
        engagement, stage, parameters=split_pairs(parameters, option="-p"), say=say, on_progress=LineWriter()
    )
    click.echo(f"{record.label}: complete; report: {engagement.folder / record.label / 'report.html'}")
    say(journey.advise(engagement))


@cli.command(
    epilog=example('workbench approve clinic mapping --by "Ada Analyst" --role analyst --meaning "map agreed"')
)
@click.argument("name")
@click.argument("stage", type=click.Choice(list(STAGES)))
@click.option("--by", required=True, help="Who approves.")
@click.option("--role", required=True, help="As what: analyst, customer's data owner, ...")
@click.option("--meaning", required=True, help="What the approval says, in the approver's words.")
def approve(name: str, stage: str, by: str, role: str, meaning: str) -> None:
    """Approve the latest run of STAGE; the approval holds for exactly what that run read and wrote."""
    from workbench import journey
    from workbench.engagement import find_engagement

    engagement = find_engagement(name)
    journey.approve_stage(engagement, stage, by=by, role=role, meaning=meaning)
    click.echo(f"{stage}: approved by {by} ({role})")
    say(journey.advise(engagement))


@cli.command(epilog=example("workbench status clinic"))
@click.argument("name")
def status(name: str) -> None:
    """Say of each stage: not run, ran, approved or stale, and why."""
    from workbench import journey
    from workbench.engagement import find_engagement

    engagement = find_engagement(name)
    click.echo(journey.describe_status(engagement))
    say(journey.advise(engagement))


@cli.command(epilog=example("workbench verify clinic"))
@click.argument("name")
@click.option("--key", "fingerprint", help="Fingerprint the signatures must carry.")
def verify(name: str, fingerprint: str | None) -> None:
    """Check the evidence of NAME offline; names the first thing that does not hold."""
    from workbench.engagement import find_engagement
    from workbench.errors import StopRun
    from workbench.evidence.verify import verify as verify_evidence

    verdict = verify_evidence(find_engagement(name).folder, fingerprint=fingerprint)
    for line in verdict.checked:
        click.echo(f"holds: {line}")
    if not verdict.ok:
        raise StopRun(f"{name}: the evidence does not hold: {verdict.problem}")
    click.echo(f"{name}: the evidence holds")


@cli.command(epilog=example("workbench lab clinic"))
@click.argument("name")
@click.option("--port", default=8888, show_default=True)
@click.option("--no-browser", is_flag=True, help="Only print the address.")
def lab(name: str, port: int, no_browser: bool) -> None:
    """Open JupyterLab on engagement NAME: its notebooks, its runs, no network."""
    from workbench.engagement import find_engagement
    from workbench.lab import open_lab

    open_lab(find_engagement(name), port=port, browser=not no_browser)


@cli.command(epilog=example("workbench coverage"))
def coverage() -> None:
    """Print, per source, how many requirements the last test run covered, and those it did not."""
    from workbench.coverage import describe_coverage

    click.echo(describe_coverage())


cli.add_command(tenant)
cli.add_command(bench)
cli.add_command(draft)
cli.add_command(generate)
cli.add_command(extract)
cli.add_command(source_group)
cli.add_command(rollback)
cli.add_command(retry)
cli.add_command(imported)


@cli.command(epilog=example("workbench demo"))
@click.option("--plan", type=click.Choice(PLANS), default="enterprise", show_default=True)
def demo(plan: str) -> None:
    """The whole path on a small clinic export against a local tenant; leaves runs/demo."""
    from workbench.demo import run_demo

    click.echo(run_demo(plan=plan, say=say, on_progress=LineWriter()))


def main() -> None:
    """Run the command; a failure is one message and an exit code by its class (see workbench.errors)."""
    debug = "--debug" in sys.argv
    try:
        cli.main(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        raise SystemExit(error.exit_code) from None
    except (KeyboardInterrupt, click.exceptions.Abort):  # click turns the first into the second
        say("stopped; what was done stands recorded, and the same command goes on from there")
        raise SystemExit(130) from None
    except Exception as error:
        if debug:
            raise
        _explain(error)


def _explain(error: Exception) -> None:
    if isinstance(error, WorkbenchError):
        say(f"workbench: {error}")
        raise SystemExit(error.exit_code) from None
    if isinstance(error, OSError) and error.filename:
        say(f"workbench: {error.filename}: {error.strerror}; check that the folder exists and can be written")
        raise SystemExit(2) from None
    say(f"workbench: an error of ours: {type(error).__name__}: {error}; --debug before the command shows where")
    raise SystemExit(INTERNAL_ERROR) from None
