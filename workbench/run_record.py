"""What became of one run, as its folder says in `run.json`."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from workbench.engagement import RunFolder
from workbench.errors import UsageError
from workbench.folder import write_text

RECORD = "run.json"
RUNNING, COMPLETE, FAILED = "running", "complete", "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """What became of one run.

    Attributes:
        stage: Name of the stage.
        label: The run as manifests name it, `<stage slug>/<stamp>`.
        status: complete or failed. On disk it is running until the verdict; a run found so later was killed
            together with its runner.
        reason: Why it failed, empty where it did not; the error's class first where a cell raised one.
        cell: Index of the failed cell in the executed notebook, null where no cell is to blame.
        started: UTC, ISO 8601.
        ended: UTC, ISO 8601; empty while it runs.
        parameters: What the notebook was told, by name, the stamp of the run included.
    """

    stage: str
    label: str
    status: str
    reason: str = ""
    cell: int | None = None
    started: str
    ended: str = ""
    parameters: dict[str, Any]


def read_record(run: RunFolder) -> RunRecord:
    """The record the runner left of a run.

    Raises:
        UsageError: There is none, so the runner never ran it.
    """
    path = run.path / RECORD
    if not path.exists():
        raise UsageError(f"{run.label}: there is no {RECORD} in it, so the runner never ran it")
    return RunRecord(**json.loads(path.read_text(encoding="utf-8")))


def write_record(run: RunFolder, record: RunRecord) -> None:
    """Write the record into the run's folder, whole or not at all."""
    write_text(run.path / RECORD, json.dumps(asdict(record), indent=2, ensure_ascii=False) + "\n")


def format_time(moment: datetime) -> str:
    """A moment as records write it: UTC, to the millisecond, ending in Z."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
