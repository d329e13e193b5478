"""`workbench tenant`: a local Freshsales account to rehearse on. Heavy imports stay inside the commands."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import click

from workbench.cli.imports import import_into_tenant
from workbench.cli.openapi import openapi
from workbench.cli.speak import example, say, split_pairs
from workbench.cli.state import COMMANDS
from workbench.engagement import PLANS

# As shells say it of a command that Ctrl-C ended.
STOPPED = 130
FILE = click.Path(path_type=Path, dir_okay=False)


@click.group()
def tenant() -> None:
    """A local Freshsales tenant to rehearse on."""


@tenant.command(
    epilog=example(
        "workbench tenant serve --plan growth --time-scale 3600",
        "workbench tenant serve --switch note_limit=5000 --switch retry_after=on",
        "workbench tenant serve --settings clinic.toml --data clinic.sqlite",
        "workbench tenant serve --scenario bad_network --fault slow:seconds=3,every=20",
    )
)
@click.option("--plan", type=click.Choice(PLANS), help="Freshsales plan.  [default: enterprise]")
@click.option("--edition", type=click.Choice(["suite", "classic"]), help="Classic has leads.  [default: suite]")
@click.option("--port", default=8765, show_default=True)
@click.option("--data", type=FILE, help="SQLite file; in memory where left out.")
@click.option("--time-scale", type=float, help="3600 lets an hour of quota pass in a second.  [default: 1]")
@click.option("--calls-per-hour", type=int, help="Hourly quota.  [default: the plan's]")
@click.option("--users", type=FILE, help="CSV name,email,is_active, also key, role, language; the first has the key.")
@click.option("--settings", "file", type=FILE, help="TOML file of settings and [switches]; this command's words win.")
@click.option(
    "--switch", "switches", multiple=True, metavar="NAME=VALUE", help="See `workbench tenant switches`; several times."
)
@click.option("--scenario", metavar="NAME|FILE", help="A bad day: see `workbench tenant scenarios`, or a .toml file.")
@click.option(
    "--fault",
    "faults",
    multiple=True,
    metavar="KIND:KEY=VALUE,...",
    help="One more thing that goes wrong; several times.",
)
def serve(
    port: int,
    data: Path | None,
    users: Path | None,
    file: Path | None,
    switches: tuple[str, ...],
    scenario: str | None,
    faults: tuple[str, ...],
    **given: Any,
) -> None:
    """Serve the tenant until Ctrl-C."""
    from workbench.sandbox import serve as serve_tenant
    from workbench.sandbox.faults.scenario import add_faults
    from workbench.sandbox.settings_file import read_settings

    turned = split_pairs(switches, option="--switch").items()
    settings = read_settings(file, given=given, switches=turned, users=users)
    day = add_faults(scenario, faults)
    bad_day = f"; {len(day.faults)} kinds of trouble ahead ({day.name})" if day.faults else ""
    told = f"key {settings.key}{bad_day}; stop with Ctrl-C"
    try:
        serve_tenant(
            settings,
            path=data,
            port=port,
            scenario=day,
            ready=lambda url: say(f"Freshsales {settings.plan} at {url}, look at it at {urljoin(url, '/')}, {told}"),
        )
    except KeyboardInterrupt:
        say(f"stopped; {data} keeps the tenant" if data else "stopped; what it held is forgotten, as without --data")
        raise SystemExit(STOPPED) from None


@tenant.command(
    epilog=example("workbench tenant switches --about quota", "workbench tenant switches --json > switches.json")
)
@click.option("--about", metavar="PART", help="Only the switches of one part: contacts, bulk, quota, ...")
@click.option("--json", "as_json", is_flag=True, help="As JSON, for a program.")
def switches(about: str | None, as_json: bool) -> None:
    """List everything the tenant can do one way or another: the name, its default, and what it decides."""
    from workbench.sandbox.switch_list import describe_switches, export_switches

    click.echo(json.dumps(export_switches(about), indent=2) if as_json else describe_switches(about))


for command in (*COMMANDS, openapi, import_into_tenant):
    tenant.add_command(command)
