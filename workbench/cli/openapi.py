"""`workbench tenant openapi`: the document of what a tenant answers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from workbench.cli.speak import example, split_pairs
from workbench.engagement import PLANS

FILE = click.Path(path_type=Path, dir_okay=False)


@click.command(
    epilog=example("workbench tenant openapi > openapi.json", "workbench tenant openapi --plan growth --data t.sqlite")
)
@click.option("--plan", type=click.Choice(PLANS), help="Freshsales plan.  [default: enterprise]")
@click.option("--edition", type=click.Choice(["suite", "classic"]), help="Classic has leads.  [default: suite]")
@click.option("--data", type=click.Path(path_type=Path, dir_okay=False, exists=True), help="A tenant's SQLite file.")
@click.option("--settings", "file", type=FILE, help="TOML file of settings and [switches]; this command's words win.")
@click.option(
    "--switch", "switches", multiple=True, metavar="NAME=VALUE", help="See `workbench tenant switches`; several times."
)
def openapi(data: Path | None, file: Path | None, switches: tuple[str, ...], **given: Any) -> None:
    """Print the OpenAPI document of a tenant; a served one answers it at /openapi.json, too."""
    from workbench.sandbox import build_app
    from workbench.sandbox.settings_file import read_settings

    settings = read_settings(file, given=given, switches=split_pairs(switches, option="--switch").items())
    app = build_app(settings, path=data)
    click.echo(json.dumps(app.state.describe(), indent=2))
    app.state.tenant.close()
