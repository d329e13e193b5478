"""`workbench source`: local servers that play source systems. Heavy imports stay inside the commands."""

from __future__ import annotations

from pathlib import Path

import click

from workbench.cli.speak import example, say

STOPPED = 130


@click.group()
def source() -> None:
    """Local servers that play the APIs of source systems, to rehearse an extraction on."""


@source.command(
    epilog=example(
        "workbench source serve aerona --data exports/aerona/export",
        "workbench source serve cliniko --data exports/clinic --time-scale 60",
    )
)
@click.argument("profile")
@click.option("--data", required=True, type=click.Path(path_type=Path, file_okay=False), help="Folder of an export.")
@click.option("--port", default=8766, show_default=True)
@click.option("--time-scale", default=1.0, show_default=True, help="60 lets a minute of its limits pass in a second.")
def serve(profile: str, data: Path, port: int, time_scale: float) -> None:
    """Serve the records below --data as PROFILE would, until Ctrl-C."""
    from workbench.sandbox.sources import serve_source

    try:
        serve_source(
            profile, data, port=port, time_scale=time_scale, ready=lambda told: say(f"{told}; Ctrl-C stops it")
        )
    except KeyboardInterrupt:
        say("stopped")
        raise SystemExit(STOPPED) from None
