"""One engagement as frozen values: what the customer decided, its folder and its runs."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from workbench.errors import UsageError
from workbench.stages import STAGES, Stage

STAMP = "%Y%m%dT%H%M%SZ"
SOURCE_PASSWORD_VARIABLE = "WORKBENCH_SOURCE_PASSWORD"
PLANS = ("free", "growth", "pro", "enterprise")
# The files of its own that an engagement's approvals are bound to.
INPUTS = ("engagement.toml", "pack.toml", "layout.toml", "roster.csv", "decisions.toml", "conventions.toml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Policies:
    """What the customer decided where the data leaves a choice; each value is one of those in `CHOICES`."""

    missing_identifier: str = "hold"
    unmatched_owner: str = "block"
    fallback_owner: str = ""
    existing_match: str = "hold"
    check_files: str = "sample"
    tickets: str = "by_plan"


CHOICES = {
    "missing_identifier": ("hold", "placeholder"),
    "unmatched_owner": ("block", "fallback"),
    "existing_match": ("hold", "update"),
    "check_files": ("sample", "size", "content"),
    "tickets": ("by_plan", "custom_module", "note", "freshdesk_export", "exclude"),
}
SWITCH_CHOICES = {"mode": ("window", "freeze"), "deleted": ("hold", "delete", "keep")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """How the customer goes over to Freshsales.

    Attributes:
        mode: `window`: deltas until the last one is small. `freeze`: one last delta of a source nobody writes to.
        frozen_since: From when nobody writes to the source; null where nobody said.
        deleted: What becomes of records that left the source: `hold`, `delete` or `keep`.
        small: So many changed records are few enough for the switch.
        most_deleted: So many records that left the source may be deleted in one run; null where nobody said.
    """

    mode: str = "window"
    frozen_since: datetime | None = None
    deleted: str = "hold"
    small: int = 100
    most_deleted: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Engagement:
    """One customer's migration.

    Attributes:
        folder: Where everything of it lies, absolute.
        source: The customer's export; a folder or file that is read, never written.
        cutover_source: The export taken at the switch; the same as `source` where none is named.
        plan: Freshsales plan the customer holds, one of `PLANS`.
        share: Part of the hourly quota the load may use, 0 to 1; the rest stays with the customer's integrations.
        time_zone: IANA zone of times in the source that name none.
        ledger_address: PostgreSQL database of the ledger, without a password; empty where it is a file.
        cutover_at: When everything has to be in Freshsales, with its zone; null where nobody said.
        imports: Destination objects whose records the load hands over as import files.
        password_variable: Environment variable that holds the password of a protected export.
        source_address: Where the source is asked over HTTP; empty where the export is handed over. What is extracted
            lies in `source`, and in `cutover_source` what is extracted at the switch.
        source_settings: What the source's API has to be told and is no secret, by the name the layout gives it.
        source_variables: Environment variables that hold what is secret, by that name, where they are not named
            `WORKBENCH_SOURCE_<NAME>`.
    """

    name: str
    folder: Path
    customer: str
    pack: str
    source: Path
    cutover_source: Path
    tenant_url: str
    plan: str
    share: float
    time_zone: str
    country: str
    sample_size: int
    seed: int
    policies: Policies
    ledger_address: str = ""
    cutover_at: datetime | None = None
    switch: Switch = field(default_factory=Switch)
    imports: tuple[str, ...] = ()
    password_variable: str = SOURCE_PASSWORD_VARIABLE
    source_address: str = ""
    source_settings: dict[str, str] = field(default_factory=dict)
    source_variables: dict[str, str] = field(default_factory=dict)

    @property
    def ledger(self) -> Path:
        """The ledger of everything written to the tenant, where it is a file; see `ledger_url`."""
        return self.folder / "ledger.sqlite"

    def stage_folder(self, stage: str) -> Path:
        """Folder that holds the runs of one stage."""
        return self.folder / STAGES[stage].slug

    def runs(self, stage: str) -> list[RunFolder]:
        """The recorded runs of a stage, oldest first; drafts are not recorded runs."""
        stamps = sorted(p.name for p in self.stage_folder(stage).glob("*T*Z*") if p.is_dir())
        return [self.run(stage, stamp) for stamp in stamps]

    def run(self, stage: str, stamp: str) -> RunFolder:
        """The run folder of that stamp, which need not exist yet."""
        return RunFolder(engagement=self, stage=STAGES[stage], stamp=stamp)

    def latest_run(self, stage: str) -> RunFolder:
        """The newest run of a stage that reached its end.

        Raises:
            UsageError: The stage has not run to its end yet.
        """
        finished = [run for run in self.runs(stage) if run.is_complete]
        if not finished:
            raise UsageError(
                f"{self.name}: {stage} has not run to its end; run it first: workbench run {self.name} {stage}"
            )
        return finished[-1]

    def inputs(self) -> dict[str, Path]:
        """The files an approval is bound to, by the name an analyst knows them by; those that exist."""
        return {name: self.folder / name for name in INPUTS if (self.folder / name).exists()}


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFolder:
    """One execution of one stage and the folder it owns."""

    engagement: Engagement
    stage: Stage
    stamp: str

    @property
    def path(self) -> Path:
        """Absolute folder of this run."""
        return self.engagement.stage_folder(self.stage.name) / self.stamp

    @property
    def label(self) -> str:
        """The run as it is named in manifests, relative to the engagement."""
        return f"{self.stage.slug}/{self.stamp}"

    @property
    def is_complete(self) -> bool:
        """Whether its notebook closed it and its runner found it complete; one without the other proves nothing."""
        closing, record = self.path / "result.json", self.path / "run.json"
        try:
            return closing.exists() and record.exists() and json.loads(record.read_bytes())["status"] == "complete"
        except (ValueError, KeyError, TypeError):  # a record that was spoilt proves nothing either
            return False


def new_stamp(now: datetime) -> str:
    """UTC stamp of a run folder, such as 20261122T093000Z."""
    return now.astimezone(UTC).strftime(STAMP)
