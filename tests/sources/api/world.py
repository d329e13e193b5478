"""An engagement whose source is an API, and that API in this process, on one clock that passes when waited for."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from workbench.engagement import Engagement, read_engagement
from workbench.layout import read_layout
from workbench.sandbox import in_process
from workbench.sandbox.sources import Source, build_source_app, read_profile
from workbench.sandbox.sources.records import Kept, keep
from workbench.sources.api.extraction import Extraction, extract
from workbench.sources.files import read_staged, stage_folder

LAYOUTS = Path(__file__).parent / "layouts"
HOST = "http://127.0.0.1:8766"
SECRETS = {
    "WORKBENCH_SOURCE_KEY": "local-source-key",
    "WORKBENCH_SOURCE_PASSWORD": "local-source-password",
    "WORKBENCH_SOURCE_PIN": "1234",
    "WORKBENCH_SOURCE_DEVELOPER_KEY": "local-developer-key",
    "WORKBENCH_SOURCE_CUSTOMER_KEY": "local-customer-key",
}
START = 1_795_608_000.0


class Clock:
    """Seconds since 1970; sleeping lets them pass, and so does a request."""

    def __init__(self) -> None:
        self.now = START
        self.slept: list[float] = []
        self._lock = threading.Lock()

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        """Let so many seconds pass at once."""
        with self._lock:
            self.slept.append(seconds)
            self.now += seconds


@dataclass
class World:
    """One engagement, its source and the clock of both."""

    folder: Path
    source: Source
    clock: Clock
    waits: list[tuple[float, str]] = field(default_factory=list)

    @property
    def engagement(self) -> Engagement:
        """As its folder says now."""
        return read_engagement(self.folder)

    @property
    def out(self) -> Path:
        """Where the export is written."""
        return self.folder / "source"

    def extract(self, **choices: Any) -> Extraction:
        """Extract with the secrets in the environment."""
        transport = in_process(build_source_app(self.source))
        with pytest.MonkeyPatch.context() as patch:
            for name, value in SECRETS.items():
                patch.setenv(name, value)
            try:
                return extract(
                    self.engagement, transport=transport, clock=self.clock, sleep=self.clock.sleep,
                    on_wait=lambda *wait: self.waits.append(wait), **choices,
                )  # fmt: skip
            finally:
                transport.close()

    def stage(self, folder: Path | None = None) -> dict[str, pl.DataFrame]:
        """The export as the ordinary reader stages it, its balance checked."""
        layout = read_layout(self.folder / "layout.toml").as_extracted()
        staged = stage_folder(folder or self.out, layout, self.folder / "staged")
        assert (staged.files["read"] == staged.files["staged"]).all()
        return read_staged(self.folder / "staged")

    def list_ids(self, name: str, key: str) -> list[str]:
        """The keys of an object's staged records, in order."""
        return self.stage()[name][key].to_list()

    def records(self, name: str) -> list[Any]:
        """The list the source serves, to be changed."""
        served = next(each for each in self.source.profile.objects if each.file == name)
        return self.source.records(served, name)

    def count_over(self) -> int:
        """Requests that came beyond a limit."""
        return sum(meter.over for meter in self.source.meters)


def write_lines(folder: Path, name: str, records: list[dict[str, Any]]) -> None:
    """A file of JSON lines."""
    path = folder / f"{name}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(record) + "\n" for record in records), "utf-8")


def make_engagement(folder: Path, layout: str, address: str) -> None:
    """An engagement without its pack, which an extraction does not need."""
    folder.mkdir(parents=True)
    (folder / "layout.toml").write_text((LAYOUTS / f"{layout}.toml").read_text("utf-8"), "utf-8")
    (folder / "engagement.toml").write_text(
        f'[engagement]\nname = "{folder.name}"\npack = "x"\nsource = "{address}"\n'
        '[tenant]\nurl = "http://127.0.0.1:8765/crm/sales/api"\nplan = "enterprise"\n'
        '[source]\nsettings = { username = "local", contact = "ada@example.com" }\n',
        "utf-8",
    )


def make_world(tmp_path: Path, profile: str, objects: dict[str, list[dict[str, Any]]], **settings: Any) -> World:
    """A source of these records, by the name of their file, and an engagement that asks it."""
    for name, records in objects.items():
        write_lines(tmp_path / "data", name, records)
    clock = Clock()
    source = Source(read_profile(profile), tmp_path / "data", clock=clock, **settings)
    make_engagement(tmp_path / "acme", profile, f"{HOST}{source.profile.prefix}")
    return World(folder=tmp_path / "acme", source=source, clock=clock)


def make_patients(count: int, *, start: int = 1) -> list[dict[str, Any]]:
    """Aerona's patients, numbered."""
    return [
        {"patientId": number, "surname": f"S{number}", "updatedAt": "2026-01-01T00:00:00Z"}
        for number in range(start, start + count)
    ]


def keep_patient(number: int, surname: str) -> Kept:
    """A patient of Aerona's who was modified after the first extraction."""
    record = {"patientId": number, "surname": surname, "updatedAt": "2027-01-01T00:00:00Z"}
    return keep(json.dumps(record), key="patientId", changed="updatedAt")
