"""Walk an engagement through its stages as the runner would, minus the notebooks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from workbench.engagement import Engagement, RunFolder, new_stamp, read_engagement, tenant_key
from workbench.evidence.approvals import approve
from workbench.evidence.manifest import write_manifest
from workbench.evidence.signing import SigningKey, load_or_create_key
from workbench.folder import close
from workbench.freshsales.client import Tenant
from workbench.freshsales.pacing import Pacer
from workbench.freshsales.plans import read_plans
from workbench.new_engagement import create_engagement
from workbench.run_record import COMPLETE, RunRecord, write_record
from workbench.sandbox import TenantSettings, build_app, in_process
from workbench.stages.cutover import cut_over
from workbench.stages.discovery import discover
from workbench.stages.handoff import hand_off
from workbench.stages.load import load
from workbench.stages.mapping import map_fields
from workbench.stages.rollback import roll_back_load
from workbench.stages.sample import load_sample

URL = "http://127.0.0.1:8765/crm/sales/api"
STAGE_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "discovery": discover,
    "mapping": map_fields,
    "sample": load_sample,
    "load": load,
    "cutover": cut_over,
    "handoff": lambda run, tenant: hand_off(run),
    "rollback": roll_back_load,
}


@dataclass
class Walk:
    """One engagement, its tenant in this process, and a clock that moves on with every run."""

    folder: Path
    plan: str
    home: Path
    app: Any
    now: datetime = datetime(2026, 11, 22, 9, tzinfo=UTC)
    results: dict[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> SigningKey:
        """The analyst's; the stages sign with it too."""
        return load_or_create_key(self.home)

    @property
    def engagement(self) -> Engagement:
        """The engagement as its folder says now."""
        return read_engagement(self.folder)

    def connect(self) -> Tenant:
        """A client of the tenant, with a quota that passes as fast as the tenant answers."""
        pacer = Pacer(1.0, plan=read_plans()[self.plan], mood="cutover")
        return Tenant(URL, tenant_key(self.engagement), pacer=pacer, transport=in_process(self.app))

    def run(self, stage: str, **parameters: Any) -> Any:
        """Run a stage to its end, with its notebook's parameters, and put it on record."""
        self.now += timedelta(minutes=1)
        run = self.engagement.run(stage, new_stamp(self.now))
        run.path.mkdir(parents=True)
        with self.connect() as tenant, pytest.MonkeyPatch.context() as patch:
            patch.setenv("WORKBENCH_HOME", str(self.home))
            result = STAGE_FUNCTIONS[stage](run, tenant, **parameters)
        close(run, result, open_points=getattr(result, "open_points", ()))
        self._record(run)
        self.results[stage] = result
        return result

    def _record(self, run: RunFolder) -> None:
        at = self.now.isoformat()
        record = RunRecord(
            stage=run.stage.name, label=run.label, status=COMPLETE, started=at, ended=at, parameters={"run": run.stamp}
        )
        write_record(run, record)
        write_manifest(run, record=record, key=self.key)

    def approve(self, stage: str) -> None:
        """Approve the newest run of a stage."""
        approve(self.engagement, stage, by="Ada", role="analyst", meaning="agreed", at=self.now, key=self.key)

    def go_to(self, last: str) -> Any:
        """Run every stage up to and with `last`, approving all before it."""
        for stage in STAGE_FUNCTIONS:
            result = self.run(stage)
            if stage == last:
                return result
            self.approve(stage)
        raise KeyError(last)

    def records(self, object: str) -> list[dict[str, Any]]:
        """What the tenant holds of an object."""
        return self.app.state.tenant.records(object)

    def digest(self) -> str:
        """All content of the tenant, as one value."""
        return self.app.state.tenant.digest()


def start_walk(tmp_path: Path, *, source: Path, plan: str = "enterprise", **settings: Any) -> Walk:
    """A new engagement on a fresh tenant of that plan."""
    made = create_engagement(
        "acme", source=source, pack="clinic", url=URL, plan=plan, runs=tmp_path / "runs", **settings
    )
    # An hour in a tenth of a second: the quota is there and is never what a test waits for.
    app = build_app(TenantSettings(plan=plan, time_scale=36_000.0))
    return Walk(folder=made.folder, plan=plan, home=tmp_path / "home", app=app)
