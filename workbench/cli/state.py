"""`workbench tenant snapshot`, `restore`, `digest`, `journal` and `scenarios`: what a tenant holds, and its bad days.

The first four take the tenant as it is served (`--url`) or the file it is kept in (`--data`), with no server running.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from workbench.cli.speak import example, say

LOCAL_URL = "http://127.0.0.1:8765/crm/sales/api"
FILE = click.Path(path_type=Path, dir_okay=False)


def _takes_a_tenant(command: Callable[..., Any]) -> Callable[..., Any]:
    options = [
        click.option("--url", default=LOCAL_URL, show_default=True, help="Address of the served tenant."),
        click.option("--data", type=FILE, help="SQLite file of a tenant that is not being served."),
        click.option("--key", default="local-tenant-key", show_default=True, help="API key of the served tenant."),
    ]
    for option in options:
        command = option(command)
    return command


@click.command(
    epilog=example("workbench tenant snapshot before", "workbench tenant snapshot before.sqlite --data clinic.sqlite")
)
@click.argument("name")
@_takes_a_tenant
def snapshot(name: str, url: str, data: Path | None, key: str) -> None:
    """Keep all a tenant holds as NAME: beside the server's file, or in a file of that name with --data."""
    from workbench.sandbox.remote import ask_server, open_file

    if data is None:
        kept = ask_server(url, key, "POST", "snapshot", {"name": name})
        click.echo(f"{kept['snapshot']} {kept['digest']}")
        return
    with open_file(data) as tenant:
        tenant.snapshot(Path(name))
        click.echo(f"{name} {tenant.digest(with_schema=True)}")


@click.command(
    epilog=example("workbench tenant restore before", "workbench tenant restore before.sqlite --data clinic.sqlite")
)
@click.argument("name")
@_takes_a_tenant
def restore(name: str, url: str, data: Path | None, key: str) -> None:
    """Put the snapshot NAME in the place of everything a tenant holds."""
    from workbench.sandbox.remote import ask_server, open_file

    if data is None:
        kept = ask_server(url, key, "POST", "restore", {"name": name})
        click.echo(f"{kept['snapshot']} {kept['digest']}")
        return
    with open_file(data) as tenant:
        tenant.restore(Path(name))
        click.echo(f"{name} {tenant.digest(with_schema=True)}")


@click.command(epilog=example("workbench tenant digest", "workbench tenant digest --data clinic.sqlite --with-schema"))
@click.option("--with-schema", is_flag=True, help="Custom fields and modules count too.")
@_takes_a_tenant
def digest(with_schema: bool, url: str, data: Path | None, key: str) -> None:
    """Print one line that is the same whenever a tenant holds the same."""
    from workbench.sandbox.remote import ask_server, open_file

    if data is None:
        click.echo(ask_server(url, key, "GET", f"digest?with_schema={int(with_schema)}")["digest"])
        return
    with open_file(data) as tenant:
        click.echo(tenant.digest(with_schema=with_schema))


@click.command(epilog=example("workbench tenant journal --faults", "workbench tenant journal --data clinic.sqlite"))
@click.option("--faults", is_flag=True, help="Only calls a fault struck, and events.")
@_takes_a_tenant
def journal(faults: bool, url: str, data: Path | None, key: str) -> None:
    """Print every call a tenant got, a JSON object a line: answer, cost in quota, fault."""
    from workbench.sandbox.remote import open_file, read_whole_journal

    if data is None:
        _print_rows(read_whole_journal(url, key), only_faults=faults)
        return
    with open_file(data) as tenant:
        _print_rows(tenant.journal(), only_faults=faults)


@click.command(epilog=example("workbench tenant scenarios", "workbench tenant scenarios --kinds"))
@click.option("--kinds", is_flag=True, help="Every kind of fault, with its options, and how to write a file of them.")
def scenarios(kinds: bool) -> None:
    """List the bad days that come with the tenant, for `workbench tenant serve --scenario NAME`."""
    from workbench.sandbox.faults.listing import describe_kinds, describe_scenarios

    click.echo(describe_kinds() if kinds else describe_scenarios())


COMMANDS = (snapshot, restore, digest, journal, scenarios)


def _print_rows(rows: Any, *, only_faults: bool) -> None:
    shown = 0
    for row in rows:
        if row["fault"] or not only_faults:
            click.echo(json.dumps(row, ensure_ascii=False))
            shown += 1
    say(f"{shown} rows")
