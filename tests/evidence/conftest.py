"""An engagement on disk whose runs were recorded, approved and sealed by the real functions."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests.postgres import postgres
from workbench.engagement import Engagement, RunFolder, read_engagement
from workbench.evidence.approvals import approve
from workbench.evidence.checkpoints import KeyHolder
from workbench.evidence.manifest import hash_inputs, hash_run, write_manifest
from workbench.evidence.seal import seal
from workbench.evidence.signing import SigningKey, load_or_create_key
from workbench.ledger import Ledger
from workbench.model import Phase
from workbench.stages import STAGES
from workbench.transforms import TRANSFORMS_VERSION

__all__ = ["postgres"]
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
FILES = ("engagement.toml", "pack.toml", "layout.toml", "decisions.toml", "roster.csv")
PATIENTS = Phase(name="patients", source="patients", destination="contact", external_id=("Id",))
SETTINGS = """[engagement]
name = "{name}"
pack = "clinic"
source = "source"
[tenant]
url = "http://127.0.0.1:8765/crm/sales/api"
plan = "enterprise"
"""


@dataclass
class Record:
    """What the runner hands over about a run."""

    status: str = "complete"
    started: str = "2026-11-22T11:00:00Z"
    ended: str = "2026-11-22T11:05:00Z"
    parameters: dict[str, Any] = field(default_factory=lambda: {"size": 200})


class Desk:
    """An analyst's desk: runs stages, approves them, spoils files."""

    def __init__(self, engagement: Engagement, key: SigningKey) -> None:
        self.engagement = engagement
        self.key = key
        self.hour = 0

    def begin(self, stage: str) -> RunFolder:
        """A new run folder with the files a stage leaves, not yet closed."""
        self.hour += 1
        run = self.engagement.run(stage, f"20261122T{self.hour:02d}0000Z")
        (run.path / "staged").mkdir(parents=True)
        (run.path / "mapping.json").write_text('{"phases": ["patients"]}')
        (run.path / "report.html").write_text("<p>how it went</p>")
        (run.path / f"{run.stage.slug}.ipynb").write_text('{"cells": []}')
        pl.DataFrame({"Id": ["a", "b"]}).write_parquet(run.path / "staged" / "patients.parquet")
        return run

    def run(self, stage: str, *, tenant: str = "t1", **inputs: str) -> RunFolder:
        """A complete run, built on the newest run of the stage it needs."""
        run = self.begin(stage)
        if stage == "handoff" and self.engagement.ledger.exists():
            self.seal(run)
        needs = STAGES[stage].needs
        bound = hash_inputs(self.engagement, FILES[:3] if stage == "discovery" else FILES)
        bound |= {"transforms": TRANSFORMS_VERSION} | ({"tenant_schema": tenant} if stage != "discovery" else {})
        bound |= (hash_run(self.engagement.latest_run(needs)) if needs else {}) | inputs
        (run.path / "result.json").write_text(json.dumps({"run": run.label, "inputs": bound}))
        return self.close(run, "complete")

    def fail(self, stage: str) -> RunFolder:
        """A run that broke off, recorded as such."""
        return self.close(self.begin(stage), "failed")

    def close(self, run: RunFolder, status: str) -> RunFolder:
        """Record and sign a run as it lies there."""
        (run.path / "run.json").write_text(json.dumps({"status": status}))
        write_manifest(run, record=Record(status=status), key=self.key)
        return run

    def write_ledger(self, *names: str) -> None:
        """One loaded contact per name."""
        with Ledger.open(self.engagement.ledger, notary=KeyHolder(self.key), clock=lambda: NOON) as ledger:
            ledger.begin_run("40_load/x")
            for number, name in enumerate(names, start=1):
                seq = ledger.intend(PATIENTS, name, action="create", body={"first_name": name})
                ledger.confirm(seq, number)

    def seal(self, run: RunFolder) -> None:
        """Seal the evidence into a run, as the handoff does."""
        with Ledger.open_read_only(self.engagement.ledger) as ledger:
            digest = ledger.digest()
        seal(self.engagement, run.path / "evidence.json", key=self.key, at=NOON, ledger_digest=digest)

    def approve(self, stage: str, **words: Any):
        """Approve the newest run of a stage."""
        said = {"by": "Ada", "role": "analyst", "meaning": "agreed", "at": NOON, "key": self.key}
        return approve(self.engagement, stage, **(said | words))

    def go_to(self, last: str) -> None:
        """Run and approve every stage up to and with `last`."""
        for stage in STAGES:
            self.run(stage)
            self.approve(stage)
            if stage == last:
                return


@pytest.fixture
def key(tmp_path) -> SigningKey:
    return load_or_create_key(tmp_path / "home")


@pytest.fixture
def new_desk(tmp_path, key) -> Callable[[str], Desk]:
    """Makes a desk with an engagement of that name; all of them share one key."""

    def make(name: str) -> Desk:
        folder = tmp_path / "runs" / name
        folder.mkdir(parents=True)
        for file in FILES[1:]:
            (folder / file).write_text(f"# {file}\n")
        (folder / "engagement.toml").write_text(SETTINGS.format(name=name))
        return Desk(read_engagement(folder), key)

    return make


@pytest.fixture
def desk(new_desk) -> Desk:
    return new_desk("clinic")


@pytest.fixture
def flip() -> Callable[..., None]:
    """Changes one bit of one byte of a file; the middle one where no place is named."""

    def flip_byte(path: Path, place: int | None = None) -> None:
        data = bytearray(path.read_bytes())
        data[len(data) // 2 if place is None else place] ^= 1
        path.write_bytes(bytes(data))

    return flip_byte
