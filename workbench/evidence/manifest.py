"""What one run read and wrote: a signed list of hashes beside the files themselves."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Protocol

from workbench import __version__
from workbench.engagement import Engagement, RunFolder
from workbench.errors import StopRun, UsageError
from workbench.evidence.signing import SigningKey, read_document, render_document, sign_document
from workbench.folder import write_text

MANIFEST = "manifest.json"
KIND = "workbench/manifest/1"
ABSENT = "absent"
# JupyterLab keeps a copy of whatever is opened in it; nothing reads those copies, so they are no evidence.
PASSED_OVER = ".ipynb_checkpoints"
_LIBRARIES = ("polars", "httpx", "papermill", "nbclient", "nbconvert", "great-tables", "matplotlib", "cryptography")


class Record(Protocol):
    """What the runner knows of a run once it has ended."""

    status: str
    started: str
    ended: str
    parameters: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """The signed facts of one run.

    Attributes:
        run: Label of the run, such as `20_mapping/20261122T093000Z`.
        status: `complete` or `failed`.
        inputs: Hash of everything the run's approval is bound to, by name; `absent` for a file that was not there.
        files: `sha256` and `bytes` of every file of the run folder, by relative path.
        fingerprint: Of the key that signed it.
        sha256: Of the manifest file itself.
    """

    engagement: str
    run: str
    stage: str
    status: str
    started: str
    ended: str
    parameters: dict[str, Any]
    inputs: dict[str, str]
    files: dict[str, dict[str, Any]]
    versions: dict[str, str]
    fingerprint: str
    sha256: str


def write_manifest(run: RunFolder, *, record: Record, key: SigningKey) -> Manifest:
    """Write and sign `manifest.json`, the last file of a run; its inputs are those that `result.json` names."""
    document = {
        "engagement": run.engagement.name,
        "run": run.label,
        "stage": run.stage.name,
        "status": record.status,
        "started": record.started,
        "ended": record.ended,
        "parameters": dict(record.parameters),
        "inputs": _read_inputs(run),
        "files": {name: _describe_file(run.path / name) for name in _list_files(run.path)},
        "versions": _list_versions(),
    }
    signed = sign_document(json.loads(json.dumps(document, default=str)), kind=KIND, key=key)
    write_text(run.path / MANIFEST, render_document(signed, indent=2).decode())
    return read_manifest(run)


def read_manifest(run: RunFolder) -> Manifest:
    """Read a run's manifest.

    Raises:
        StopRun: There is none, it was changed, or it belongs to another run or engagement.
    """
    path, where = run.path / MANIFEST, f"{run.label}/{MANIFEST}"
    if not path.is_file() or path.is_symlink():
        raise StopRun(f"{where}: is missing; the run did not reach its end")
    data = path.read_bytes()
    document, fingerprint = read_document(data, kind=KIND, where=where, indent=2)
    try:
        manifest = Manifest(**document, fingerprint=fingerprint, sha256=hashlib.sha256(data).hexdigest())
    except TypeError as error:
        raise StopRun(f"{where}: not what this version of the workbench writes ({error})") from error
    if (manifest.engagement, manifest.run) != (run.engagement.name, run.label):
        raise StopRun(f"{where}: belongs to {manifest.engagement} {manifest.run}")
    return manifest


def check_manifest(run: RunFolder) -> list[str]:
    """Name every file of a run that changed, went missing or was added since; empty where all is as recorded."""
    try:
        recorded = read_manifest(run).files
    except StopRun as problem:
        return [str(problem)]
    present = set(_list_files(run.path))
    gone = [f"{run.label}/{name} is missing" for name in sorted(set(recorded) - present)]
    added = [f"{run.label}/{name} was added after the run" for name in sorted(present - set(recorded))]
    kept = sorted(present & set(recorded))
    changed = [f"{run.label}/{name} changed" for name in kept if _describe_file(run.path / name) != recorded[name]]
    return changed + gone + added


def hash_inputs(engagement: Engagement, names: Iterable[str]) -> dict[str, str]:
    """SHA-256 of those files of the engagement, by name; `absent` where there is none.

    Raises:
        UsageError: A name is none an approval can be bound to.
    """
    return {name: _hash_input(engagement, name) for name in names}


def hash_run(run: RunFolder) -> dict[str, str]:
    """The run's label with its manifest's SHA-256: what a later run says it was built on.

    Raises:
        StopRun: The run has no manifest that holds.
    """
    return {run.label: read_manifest(run).sha256}


def say_time(time: datetime) -> str:
    """A time as evidence writes it: ISO 8601 in UTC, to the second."""
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _hash_input(engagement: Engagement, name: str) -> str:
    if Path(name).suffix not in (".toml", ".csv") or Path(name).name != name:
        raise UsageError(f"{name}: an approval is bound to TOML and CSV files of the engagement's own folder")
    path = engagement.folder / name
    return hash_file(path) if path.exists() else ABSENT


def hash_file(path: Path) -> str:
    """SHA-256 of a file's bytes, read piecewise."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _read_inputs(run: RunFolder) -> dict[str, str]:
    path = run.path / "result.json"
    return json.loads(path.read_text(encoding="utf-8")).get("inputs", {}) if path.exists() else {}


def _list_files(folder: Path) -> list[str]:
    found = (path.relative_to(folder) for path in folder.rglob("*") if path.is_symlink() or not path.is_dir())
    return sorted(path.as_posix() for path in found if PASSED_OVER not in path.parts and path != Path(MANIFEST))


def _describe_file(path: Path) -> dict[str, Any]:
    # A link proves nothing: what it points at can change without the folder changing.
    if path.is_symlink():
        return {"link": str(path.readlink())}
    return {"sha256": hash_file(path), "bytes": path.stat().st_size}


def _list_versions() -> dict[str, str]:
    versions = {"python": platform.python_version(), "workbench": __version__}
    for library in _LIBRARIES:
        try:
            versions[library] = version(library)
        except PackageNotFoundError:
            versions[library] = ABSENT
    return versions
