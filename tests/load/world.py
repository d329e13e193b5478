"""A small clinic and the tenant it moves to: seven phases over every kind of destination, with every kind of lookup."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import polars as pl

from workbench.engagement import Policies, Secret
from workbench.freshsales.client import Tenant
from workbench.freshsales.owners import resolve_owners
from workbench.freshsales.pacing import Pacer
from workbench.freshsales.schema import TenantSchema, create_missing, plan_schema, read_schema
from workbench.ledger import Ledger
from workbench.load.phases import load_phases
from workbench.load.setup import Setup
from workbench.model import ROSTER, FieldRule, Lookup, Phase, frame
from workbench.own_fields import list_own_rules
from workbench.sandbox import Switches, TenantSettings, build_app, in_process

BASE = "http://127.0.0.1:8765/crm/sales/api"
KEY = Secret("local-tenant-key")
ADMIN = "admin@tenant.example"
NOOR = "noor.haddad@tenant.example"
POLICIES = Policies(
    missing_identifier="placeholder", unmatched_owner="fallback", fallback_owner=ADMIN, existing_match="hold"
)


def _phase(
    name: str, destination: str, fields: list[FieldRule], lookups: tuple[Lookup, ...] = (), **more: Any
) -> Phase:
    source = name.partition(".")[0]
    return Phase(
        name=name, source=source, destination=destination, external_id=("Id",), owner="PROVIDER",
        fields=tuple(fields), lookups=lookups, **more,
    )  # fmt: skip


def _about(object: str) -> tuple[Lookup, ...]:
    return (Lookup(to="targetable", object=object, source="PATIENT"),)


PHASES = (
    _phase("clinics", "sales_account", [FieldRule(to="name"), FieldRule(to="city", tag="address")]),
    _phase(
        "patients",
        "contact",
        [
            FieldRule(to="first_name", tag="name"),
            FieldRule(to="last_name", tag="name"),
            FieldRule(to="email", tag="contact"),
            FieldRule(to="cf_gender", type="dropdown", label="Gender", choices=("F", "M")),
            FieldRule(to="cf_born", type="date", label="Born", tag="birth"),
        ],
        (Lookup(to="sales_accounts", object="clinics", source="CLINIC", is_required=False),),
    ),
    _phase(
        "claims",
        "deal",
        [
            FieldRule(to="name"),
            FieldRule(to="amount", tag="money"),
            FieldRule(to="cf_paid", type="decimal", label="Paid", tag="money"),
        ],
        (
            Lookup(to="contacts", object="patients", source="PATIENT"),
            Lookup(to="sales_account_id", object="clinics", source="CLINIC", is_required=False),
        ),
    ),
    _phase(
        "plans",
        "cm_care_plan",
        [FieldRule(to="name"), FieldRule(to="cf_start", type="date", label="Start")],
        (Lookup(to="cf_patient", object="patients", source="PATIENT"),),
        label="Care plan",
        plural="Care plans",
    ),
    _phase(
        "encounters.visit",
        "appointment",
        [FieldRule(to="title"), FieldRule(to="from_date"), FieldRule(to="end_date"), FieldRule(to="description")],
        _about("patients"),
    ),
    _phase("encounters.check", "task", [FieldRule(to="title"), FieldRule(to="due_date")], _about("patients")),
    _phase("remarks", "note", [FieldRule(to="description", tag="health")], _about("patients")),
)


def make_records(*, clinics: int = 2, patients: int = 5) -> dict[str, pl.DataFrame]:
    """Frames of records by phase; each patient has one claim, plan, visit, check and remark."""
    rows: dict[str, list[dict]] = {phase.name: [] for phase in PHASES}
    for n in range(clinics):
        rows["clinics"].append({"external_id": f"c{n}", "name": f"Clinic {n}", "city": "Graz" if n else None})
    for n in range(patients):
        of = {"owner": "d1" if n % 2 else "d9", "PATIENT": f"p{n}", "CLINIC": f"c{n % clinics}"}
        day = f"2021-03-{n % 28 + 1:02d}"
        rows["patients"].append(of | {
            "external_id": f"p{n}", "first_name": f"Zoë {n}", "last_name": "O'Neil", "email": f"p{n}@mail.example",
            "cf_gender": "FM"[n % 2], "cf_born": f"19{50 + n % 50}-02-03",
        })  # fmt: skip
        rows["claims"].append(
            of | {"external_id": f"k{n}", "name": f"Claim {n}", "amount": 129.16 + n, "cf_paid": 10.5}
        )
        rows["plans"].append(of | {"external_id": f"t{n}", "name": f"Plan {n}", "cf_start": day})
        rows["encounters.visit"].append(of | {
            "external_id": f"e{n}", "title": "Visit", "from_date": f"{day}T09:00:00Z", "end_date": f"{day}T09:30:00Z",
            "description": "general exam",
        })  # fmt: skip
        rows["encounters.check"].append(
            of | {"external_id": f"f{n}", "title": "Check-in", "due_date": f"{day}T10:00:00Z"}
        )
        rows["remarks"].append(of | {"external_id": f"r{n}", "description": f"remark {n}\nsecond line"})
    return {phase.name: shape_records(phase, rows[phase.name]) for phase in PHASES}


def shape_records(phase: Phase, rows: list[dict[str, Any]]) -> pl.DataFrame:
    """Rows in the shape `build_records` gives them."""
    shaped = [
        {"external_id": row["external_id"], "_rows": [number], "owner": row.get("owner")}
        | {f"lookup.{lookup.to}": row.get(lookup.source) for lookup in phase.lookups}
        | {rule.to: row.get(rule.to) for rule in phase.fields}
        for number, row in enumerate(rows, start=1)
    ]
    numbers = {"amount": pl.Float64, "cf_paid": pl.Float64}
    schema = {"external_id": pl.String, "_rows": pl.List(pl.Int64), "owner": pl.String}
    schema |= {f"lookup.{lookup.to}": pl.String for lookup in phase.lookups}
    schema |= {rule.to: numbers.get(rule.to, pl.String) for rule in phase.fields}
    return pl.DataFrame(shaped, schema=schema)


def change(records: dict[str, pl.DataFrame], phase: str, external_id: str, **values: Any) -> dict[str, pl.DataFrame]:
    """The same records with some values of one of them changed."""
    is_it = pl.col("external_id") == external_id
    changed = [pl.when(is_it).then(pl.lit(value)).otherwise(pl.col(to)).alias(to) for to, value in values.items()]
    return records | {phase: records[phase].with_columns(changed)}


def make_clock():
    """A clock that moves one second with every look."""
    start, ticks = datetime(2026, 1, 1, tzinfo=UTC), count()
    return lambda: start + timedelta(seconds=next(ticks))


class LeapingClock:
    """The time of day, and all that was waited on top of it."""

    def __init__(self) -> None:
        self.waited = 0.0

    def __call__(self) -> float:
        return time.time() + self.waited

    def leap(self, seconds: float) -> None:
        """Wait without waiting."""
        self.waited += seconds


class SharedClock:
    """A clock a tenant and its client both live by: it moves with every look, and as far as anybody waits."""

    def __init__(self) -> None:
        self.now = 1_767_000_000.0

    def __call__(self) -> float:
        self.now += 0.01
        return self.now

    def sleep(self, seconds: float) -> None:
        """Wait without waiting."""
        self.now += seconds

    async def pause(self, seconds: float) -> None:
        """The same for the tenant."""
        self.now += seconds


def open_tenant(transport: httpx.BaseTransport, *, base: str = BASE) -> Tenant:
    """A client whose waits take no time."""
    clock = LeapingClock()
    return Tenant(base, KEY, pacer=Pacer(1.0, mood="cutover", clock=clock, sleep=clock.leap), transport=transport)


@dataclass
class World:
    """A tenant in this process, its client, a ledger, and everything a load needs."""

    app: Any
    tenant: Tenant
    schema: TenantSchema
    path: Path
    phases: tuple[Phase, ...] = PHASES

    @property
    def store(self):
        """The sandbox's own view of what it holds."""
        return self.app.state.tenant

    def ledger(self) -> Ledger:
        """The engagement's ledger, open for writing."""
        return Ledger.open(self.path, clock=make_clock())

    def owners(self, policies: Policies = POLICIES) -> pl.DataFrame:
        """d1 is a user of the tenant, d9 is not."""
        roster = frame(
            [
                {"source_id": "d1", "name": "Noor Haddad", "email": NOOR},
                {"source_id": "d9", "name": "Old Doctor", "email": "gone@elsewhere.example"},
            ],
            ROSTER,
        )
        named = pl.DataFrame({"source_id": ["d1", "d9", None], "records": [1, 1, 1]})
        return resolve_owners(roster, self.schema.users, policies=policies, records=named)

    def load(self, records: dict[str, pl.DataFrame], ledger: Ledger, **more: Any) -> pl.DataFrame:
        """Load everything; returns COUNTS."""
        own = {name: more.pop(name) for name in ("tenant", "policies", "run_label") if name in more}
        phases = more.pop("phases", self.phases)
        return load_phases(self.setup(ledger, **own), phases, records, **({"on_phase": lambda counted: None} | more))

    def setup(self, ledger: Ledger, **own: Any) -> Setup:
        """What a load of this world works with; `own` takes the place of parts of it."""
        policies = own.get("policies", POLICIES)
        parts = {"tenant": self.tenant, "policies": policies, "run_label": "40_load/test"} | own
        return Setup(schema=self.schema, ledger=ledger, owners=self.owners(policies), **parts)

    def count_all(self) -> dict[str, int]:
        """Live records of the tenant by destination."""
        return {phase.destination: self.store.count(phase.destination) for phase in self.phases}


def make_world(path: Path, **switches: Any) -> World:
    """A fresh Enterprise tenant with every field and module the phases need; no two of its stamps are the same."""
    settings = TenantSettings(calls_per_hour=10_000_000, switches=Switches(**switches))
    app = build_app(settings, clock=count(1_767_000_000.0).__next__)
    tenant = open_tenant(in_process(app))
    return World(app=app, tenant=tenant, schema=prepare_schema(tenant), path=path)


def prepare_schema(tenant: Tenant, phases: tuple[Phase, ...] = PHASES, *, plan: str = "enterprise") -> TenantSchema:
    """Create what the phases need and read the schema back."""
    compiled = [replace(phase, fields=(*phase.fields, *list_own_rules(phase.destination))) for phase in phases]
    create_missing(tenant, plan_schema(compiled, read_schema(tenant, plan=plan)))
    return read_schema(tenant, plan=plan)
