"""`workbench bench`: ours and other tools side by side. Heavy imports stay inside the commands."""

from __future__ import annotations

from pathlib import Path

import click

from workbench.cli.speak import example, say


@click.group()
def bench() -> None:
    """Put this loader and others side by side on a local tenant."""


@bench.command(
    epilog=example(
        "workbench bench faults",
        "workbench bench faults --tools ours --cases clean,kills --records 200",
        "workbench bench faults --tools 'ours,dlt upsert' --out runs/faults",
    )
)
@click.option("--tools", metavar="NAME,...", help="Which tools.  [default: all]")
@click.option("--cases", metavar="NAME,...", help="Which cases.  [default: all]")
@click.option("--records", default=3_000, show_default=True, type=click.IntRange(10), help="Records each tool loads.")
@click.option("--seed", default=20261122, show_default=True, help="Draws records, faults and kills.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Folder for text, page and JSON.")
def faults(tools: str | None, cases: str | None, records: int, seed: int, out: Path | None) -> None:
    """Run every tool through the same faults on the same records, and hold what it says against the truth.

    Other tools run in environments of their own, which are made the first time and need a package index.
    """
    from datetime import UTC, datetime

    from workbench.bench.cases import CASES
    from workbench.bench.report import describe_bench, write_bench
    from workbench.bench.runner import choose_cases, run_bench
    from workbench.bench.tools import TOOLS

    chosen = [TOOLS[name] for name in _choose(tools, TOOLS, option="--tools")]
    asked = choose_cases(_choose(cases, CASES, option="--cases"))
    command, at = _recall("faults", tools=tools, cases=cases, records=records, seed=seed), datetime.now(UTC)
    cells = []
    for cell in run_bench(chosen, asked, records=records, seed=seed, say=say):
        cells.append(cell)
        if out:
            write_bench(cells, out, command=command, at=at)
    click.echo(describe_bench(cells, command=command, at=at))


@bench.command(
    epilog=example(
        "workbench bench scale",
        "workbench bench scale --contacts 2000000 --activities 10000000 --folder build/scale",
    )
)
@click.option("--contacts", default=200_000, show_default=True, type=click.IntRange(100), help="Contacts to generate.")
@click.option("--activities", default=1_000_000, show_default=True, type=click.IntRange(0), help="And activities.")
@click.option("--folder", type=click.Path(path_type=Path, file_okay=False), help="Keeps the export for the next time.")
@click.option("--seed", default=20261122, show_default=True, help="Draws the export.")
def scale(contacts: int, activities: int, folder: Path | None, seed: int) -> None:
    """Generate, stage and map a large export, and say what each takes beside polars that only copies the files."""
    from workbench.bench.scale import describe_scale, run_scale

    measures = run_scale(contacts=contacts, activities=activities, seed=seed, folder=folder, say=say)
    command = _recall("scale", contacts=contacts, activities=activities, seed=seed)
    click.echo(describe_scale(measures, command=command))


def _choose(asked: str | None, known: dict, *, option: str) -> list[str]:
    names = [name.strip() for name in asked.split(",")] if asked else list(known)
    unknown = [name for name in names if name not in known]
    if unknown:
        raise click.BadParameter(f"no {unknown[0]!r}; known: {', '.join(known)}", param_hint=option)
    return names


def _recall(bench: str, **given: str | int | None) -> str:
    """The command as it would be typed again."""
    options = [
        f"--{name} '{value}'" if " " in str(value) else f"--{name} {value}" for name, value in given.items() if value
    ]
    return " ".join([f"workbench bench {bench}", *options])
