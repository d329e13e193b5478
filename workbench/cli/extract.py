"""`workbench extract`: a source that is asked over HTTP, as files. Heavy imports stay inside the command."""

from __future__ import annotations

import click

from workbench.cli.speak import example, say


@click.command(epilog=example("workbench extract clinic", "workbench extract clinic --cutover"))
@click.argument("name")
@click.option("--cutover", "is_cutover", is_flag=True, help="Bring a copy up to date, for the switch.")
@click.option("--whole", "is_whole", is_flag=True, help="Read everything again, so that deleted records go too.")
def extract(name: str, is_cutover: bool, is_whole: bool) -> None:
    """Ask the source of NAME for its records, within its limits, and write them as an export.

    Stop it at any time: the same command goes on from there. A second extraction reads what was modified since the
    first, where the source can be asked for that.
    """
    from workbench.engagement import find_engagement
    from workbench.new_engagement import draft_engagement
    from workbench.progress import report_progress, report_wait
    from workbench.sources.api.extraction import extract as extract_source

    engagement = find_engagement(name)
    extraction = extract_source(
        engagement,
        is_cutover=is_cutover,
        is_whole=is_whole,
        on_wait=lambda seconds, reason: report_wait(reason, seconds=seconds),
        progress=lambda object_, done, total: report_progress(object_, done=done, total=max(done, total or done)),
    )
    manifest = extraction.manifest
    for object_, said in manifest["objects"].items():
        click.echo(f"{object_}: {said['rows']:,} records, {said['read']:,} read now")
    for warning in extraction.warnings:
        say(f"look at this: {warning}")
    asked = sum(manifest["requests"].values())
    drafted = [] if is_cutover else draft_engagement(engagement)
    following = f"workbench extract {name}" if drafted else f"workbench run {name}"
    if drafted:
        say(f"{len(drafted)} objects and fields of the source's own schema are new in layout.toml and pack.toml")
    click.echo(f"{extraction.folder}: extracted with {asked:,} requests; next: {following}")
