"""A walk that goes the same way once: what begins alike goes on from a copy of where the first one came to."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.stages.walk import STAGE_FUNCTIONS, Walk


@dataclass(frozen=True, slots=True, kw_only=True)
class Milestone:
    """A walk right after a stage: copies of its folders and tenant, its clock and what the stages gave."""

    folder: Path
    now: datetime
    results: dict[str, Any]


@dataclass
class Shelf:
    """The milestones of one process, by what the walk began with and the stage."""

    folder: Path
    milestones: dict[tuple[str, str], Milestone] = field(default_factory=dict)


@dataclass(kw_only=True)
class KeptWalk(Walk):
    """A walk that looks on the shelf before it goes."""

    shelf: Shelf

    def go_to(self, last: str) -> Any:
        """Run every stage up to and with `last`, approving all before it, from the last milestone on the way."""
        if self.results:
            return super().go_to(last)
        began = self._name_beginning()
        way = list(STAGE_FUNCTIONS)[: list(STAGE_FUNCTIONS).index(last) + 1]
        done = next((stage for stage in reversed(way) if (began, stage) in self.shelf.milestones), None)
        if done:
            self._take(self.shelf.milestones[began, done])
        for stage in way[way.index(done) + 1 if done else 0 :]:
            if self.results:
                self.approve(list(self.results)[-1])
            self.run(stage)
            self._keep((began, stage))
        return self.results[last]

    def _name_beginning(self) -> str:
        """What the walk begins with: the engagement's files, and the tenant."""
        files = sorted(path for path in self.folder.rglob("*") if path.is_file())
        parts = [part for path in files for part in (str(path.relative_to(self.folder)).encode(), path.read_bytes())]
        tenant = f"{self.plan} {self.app.state.tenant.digest(with_schema=True)}"
        return hashlib.sha256(b"\0".join([*parts, tenant.encode()])).hexdigest()

    def _keep(self, name: tuple[str, str]) -> None:
        folder = self.shelf.folder / str(len(self.shelf.milestones))
        shutil.copytree(self.folder, folder / "engagement")
        shutil.copytree(self.home, folder / "home")
        self.app.state.tenant.snapshot(folder / "tenant.sqlite")
        self.shelf.milestones[name] = Milestone(folder=folder, now=self.now, results=dict(self.results))

    def _take(self, kept: Milestone) -> None:
        shutil.copytree(kept.folder / "engagement", self.folder, dirs_exist_ok=True)
        shutil.copytree(kept.folder / "home", self.home, dirs_exist_ok=True)
        self.app.state.tenant.restore(kept.folder / "tenant.sqlite")
        self.now, self.results = kept.now, dict(kept.results)
