"""`workbench imported` and `workbench tenant import`: the file that an administrator imports. Heavy imports inside."""

from __future__ import annotations

from pathlib import Path

import click

from workbench.cli.speak import example, say
from workbench.cli.state import FILE, LOCAL_URL
from workbench.wording import say_number


@click.command("import", epilog=example("workbench tenant import 02_contact_01.csv --object contact"))
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--object", "object", required=True, help="contact, sales_account or deal.")
@click.option("--match", help="Field that tells whether a row is there already.  [default: the external id]")
@click.option("--url", default=LOCAL_URL, show_default=True, help="Address of the served tenant.")
@click.option("--data", type=FILE, help="SQLite file of a tenant that is not being served.")
@click.option("--key", default="local-tenant-key", show_default=True, help="API key of the served tenant.")
def import_into_tenant(file: Path, object: str, match: str | None, url: str, data: Path | None, key: str) -> None:
    """Import FILE as an administrator would in the browser; costs no quota."""
    from workbench.errors import UsageError
    from workbench.own_fields import name_id_field
    from workbench.sandbox.remote import ask_server, open_file
    from workbench.sandbox.wire import ApiError

    sent = {"object": object, "match": match or name_id_field(object)}
    try:
        sent["content"] = file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise UsageError(f"{file}: is no UTF-8 text ({error.reason}); an import takes CSV") from None
    if data is None:
        report = ask_server(url, key, "POST", "import", sent)
    else:
        from workbench.sandbox.routes.local import run_import

        with open_file(data) as tenant:
            try:
                report = run_import(tenant, sent)
            except ApiError as refusal:
                raise UsageError(f"{file}: {'; '.join(refusal.body['errors']['message'])}") from None
    click.echo(f"{report['created']:,} created, {report['updated']:,} updated, {len(report['failures']):,} refused")
    for failure in report["failures"]:
        say(f"row {failure['row']:,}: {'; '.join(failure['errors'])}")
    for column in report["unmapped"]:
        say(f"column {column!r} is no field and was left out")


@click.command(
    epilog=example("workbench imported clinic --file 02_contact_01.csv", "workbench imported clinic --all"),
)
@click.argument("name")
@click.option("--file", "files", multiple=True, metavar="FILE", help="This import file is in; several times.")
@click.option("--all", "every", is_flag=True, help="All import files are in.")
def imported(name: str, files: tuple[str, ...], every: bool) -> None:
    """Say which import files of engagement NAME are in: finds their records, names what is missing.

    Say it once Freshsales has reported the import as done: a row of such a file that is not there counts as missing.

    Reads a hundred records a request and writes nothing to Freshsales. What is still missing goes into the next file,
    and what waited for these records goes on, when the load runs again.
    """
    from workbench.engagement import find_engagement
    from workbench.imported import look_for_imported

    found = look_for_imported(find_engagement(name), files, every=every)
    for row in found.files.iter_rows(named=True):
        click.echo(
            f"{row['file']}: {row['rows']:,} rows = {row['found']:,} found + {row['waiting']:,} waiting"
            f" + {row['missing']:,} missing"
        )
    for row in found.missing.head(MOST_NAMED).iter_rows(named=True):
        say(f"missing: {row['phase']} {row['external_id']}")
    for row in found.diff.head(MOST_NAMED).iter_rows(named=True):
        say(f"differs: {row['phase']} {row['external_id']}: {row['field']} ({row['cause']})")
    differ = say_number(found.diff.height, "value differs", "values differ")
    then = f"; then: workbench run {name} load" if found.waits_for_load else ""
    say(f"{differ}; which, without the values, is in {found.folder}{then}")


MOST_NAMED = 20
