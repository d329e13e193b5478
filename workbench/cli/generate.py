"""`workbench generate`: exports made up for rehearsals. Heavy imports stay inside the command."""

from __future__ import annotations

from pathlib import Path

import click

from workbench.cli.speak import example


@click.command(
    epilog=example(
        "workbench generate rsoft_crm --records 500 --out exports/rsoft --seed 7",
        "workbench generate rsoft_crm --records 500 --out exports/locked --password swordfish",
    )
)
@click.argument("source")
@click.option("--records", default=200, show_default=True, help="Records of the main object, 10 to 2,000,000.")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="A new or empty folder.")
@click.option("--seed", default=20261122, show_default=True, help="The same seed makes the same export.")
@click.option("--password", default="", help="Hand the export over as one archive encrypted with it.")
def generate(source: str, records: int, out: Path, seed: int, password: str) -> None:
    """Make up an export of SOURCE with everything that goes wrong in real ones, and the truth about it beside it."""
    from workbench.generate.registry import generate as generate_export

    made = generate_export(source, records=records, out=out, seed=seed, password=password)
    click.echo(f"{made}: the export; {out / 'truth'}: what is true of it")
