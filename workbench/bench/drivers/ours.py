"""One attempt of our own loader: `python -m workbench.bench.drivers.ours CELL`."""

from __future__ import annotations

import json
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import polars as pl

from workbench.bench.records import LINKS, read_records
from workbench.engagement import Policies, Secret
from workbench.errors import WorkbenchError
from workbench.freshsales.client import Tenant
from workbench.freshsales.owners import resolve_owners
from workbench.freshsales.pacing import Pacer
from workbench.freshsales.plans import read_plans
from workbench.freshsales.schema import create_missing, plan_schema, read_schema
from workbench.ledger import Ledger
from workbench.load.phases import load_phases
from workbench.load.setup import Setup
from workbench.model import ROSTER, FieldRule, Lookup, Phase, empty
from workbench.own_fields import list_own_rules

PLAN = "enterprise"
ADMIN = "admin@tenant.example"
POLICIES = Policies(missing_identifier="hold", unmatched_owner="fallback", fallback_owner=ADMIN, existing_match="hold")
# Of each object: its fields in the tenant with the columns they come from, and which link each lookup is.
FIELDS = {
    "sales_account": {"name": "name", "city": "city"},
    "contact": {"first_name": "first_name", "last_name": "last_name", "email": "email", "city": "city"},
    "deal": {"name": "name", "amount": "amount"},
    "note": {"description": "text"},
}
LOOKUPS = {
    "sales_account": {},
    "contact": {"sales_accounts": "account"},
    "deal": {"sales_account_id": "account", "contacts": "contact"},
    "note": {"targetable": "contact"},
}
PHASES = tuple(
    Phase(
        name=object,
        source=object,
        destination=object,
        external_id=("id",),
        fields=tuple(FieldRule(to=to, source=column) for to, column in FIELDS[object].items()),
        lookups=tuple(
            Lookup(to=to, object=LINKS[object][column], source=column) for to, column in LOOKUPS[object].items()
        ),
    )
    for object in FIELDS
)


def open_tenant(url: str, key: str, *, timeout: float = 30.0) -> Tenant:
    """A client that may use the whole quota, and knows of no limit a minute: this tenant has none."""
    plan = replace(read_plans()[PLAN], requests_per_minute=None)
    return Tenant(url, Secret(key), pacer=Pacer(1.0, plan=plan, mood="cutover"), timeout=timeout)


def prepare_schema(tenant: Tenant) -> None:
    """Create the fields every tool writes the source's id into."""
    phases = [replace(phase, fields=(*phase.fields, *list_own_rules(phase.destination))) for phase in PHASES]
    create_missing(tenant, plan_schema(phases, read_schema(tenant, plan=PLAN)))


def shape_records(phase: Phase, rows: list[dict]) -> pl.DataFrame:
    """Rows in the shape `build_records` gives them."""
    columns = {
        "external_id": [row["id"] for row in rows],
        "_rows": [[row["row"]] for row in rows],
        "owner": [None] * len(rows),
    }
    columns |= {f"lookup.{lookup.to}": [row[lookup.source] for row in rows] for lookup in phase.lookups}
    columns |= {rule.to: [row[rule.source] for row in rows] for rule in phase.fields}
    return pl.DataFrame(columns, schema_overrides={"owner": pl.String})


def load(cell: dict) -> None:
    """Load everything and leave word of what the ledger says of each record."""
    folder = Path(cell["folder"])
    rows = read_records(Path(cell["records"]))
    records = {phase.name: shape_records(phase, rows[phase.name]) for phase in PHASES}
    with (
        open_tenant(cell["url"], cell["key"], timeout=cell["timeout"]) as tenant,
        Ledger.open(folder / "ledger.sqlite") as ledger,
    ):
        setup = make_setup(tenant, ledger, label=f"40_load/{cell['attempt']}", count=sum(map(len, rows.values())))
        words = "the load stopped"
        try:
            words = say_counts(load_phases(setup, PHASES, records), spent=tenant.spent)
        finally:
            said = {"words": words, "loaded": list_ids(ledger, "loaded"), "refused": list_ids(ledger, "held")}
            (folder / "said.json").write_text(json.dumps(said), encoding="utf-8")


def make_setup(tenant: Tenant, ledger: Ledger, *, label: str, count: int) -> Setup:
    """What the load works with; no record names an owner."""
    schema = read_schema(tenant, plan=PLAN)
    named = pl.DataFrame({"source_id": [None], "records": [count]}, schema_overrides={"source_id": pl.String})
    owners = resolve_owners(empty(ROSTER), schema.users, policies=POLICIES, records=named)
    return Setup(tenant=tenant, schema=schema, ledger=ledger, owners=owners, policies=POLICIES, run_label=label)


def list_ids(ledger: Ledger, state: str) -> dict[str, list[str]]:
    """Source ids of the records in a state, by object."""
    return {phase.name: [id for id, each in ledger.states(phase.name).items() if each == state] for phase in PHASES}


def say_counts(counts: pl.DataFrame, *, spent: Counter[str]) -> str:
    """The balance over all phases, and the requests of this start."""
    sums = {name: counts[name].sum() for name in ("attempted", "loaded", "skipped", "held")}
    balance = "attempted {attempted:,} = loaded {loaded:,} + skipped {skipped:,} + held {held:,}".format(**sums)
    return f"{balance}; {spent.total():,} requests, {spent['settings'] + spent['existing']:,} to read what is there"


if __name__ == "__main__":
    try:
        load(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))
    except WorkbenchError as error:
        print(f"{type(error).__name__}: {error}")
        sys.exit(error.exit_code)
