"""Check an engagement's evidence with nothing but its own folder; name the first thing that does not hold."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.engagement import Engagement, read_engagement
from workbench.errors import StopRun, WorkbenchError
from workbench.evidence.approval_log import APPROVALS, Approval, read_approvals
from workbench.evidence.checkpoints import find_store, read_checkpoint
from workbench.evidence.manifest import MANIFEST, Manifest, check_manifest, hash_inputs, read_manifest
from workbench.evidence.seal import SEAL, Seal, digest_approvals, read_seal
from workbench.ledger import Ledger, Store
from workbench.stages import STAGES

WRITING_STAGES = ("sample", "load", "cutover", "rollback")


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether the evidence holds.

    Attributes:
        checked: What was found to hold, a sentence each, in order.
        problem: The first thing that does not hold, null where all does.
    """

    ok: bool
    checked: tuple[str, ...]
    problem: str | None


def verify(folder: Path, *, fingerprint: str | None = None) -> Verdict:
    """Check the evidence in an engagement's folder, offline.

    Args:
        folder: The engagement's own, or a copy of it.
        fingerprint: Key that must have signed everything; where null, one and the same key must have.
    """
    checked: list[str] = []
    try:
        for finding in _check(folder, fingerprint):
            checked.append(finding)
    except WorkbenchError as problem:
        return Verdict(ok=False, checked=tuple(checked), problem=str(problem))
    return Verdict(ok=True, checked=tuple(checked), problem=None)


def _check(folder: Path, fingerprint: str | None) -> Iterator[str]:
    if not (folder / "engagement.toml").exists():
        raise StopRun(f"{folder}: no engagement.toml; this is no engagement's folder")
    engagement = read_engagement(folder)
    approvals = read_approvals(engagement)
    yield f"{APPROVALS}: {len(approvals)} approvals, each signed and bound to the one before it"
    manifests = _read_manifests(engagement)
    yield from _check_runs(engagement, manifests)
    yield from _check_approvals(engagement, approvals, manifests)
    store = find_store(engagement)
    yield from _check_ledger(store, manifests)
    seals = _find_seals(engagement, manifests)
    yield from _check_seal(engagement, seals, approvals, manifests)
    yield _check_keys(_list_keys(approvals, manifests, seals) | _find_checkpoint_key(store), fingerprint)


def _read_manifests(engagement: Engagement) -> dict[str, Manifest]:
    runs = [run for stage in STAGES for run in engagement.runs(stage) if (run.path / MANIFEST).exists()]
    if not runs:
        raise StopRun(f"{engagement.name}: no run has a manifest; there is nothing that could be checked")
    return {run.label: read_manifest(run) for run in runs}


def _check_runs(engagement: Engagement, manifests: dict[str, Manifest]) -> Iterator[str]:
    for run in (run for stage in STAGES for run in engagement.runs(stage)):
        if run.label not in manifests:
            yield f"{run.label}: has not reached its end; it proves nothing, and nothing may be built on it"
            continue
        _raise_first(check_manifest(run))
        manifest = manifests[run.label]
        _raise_first(_find_broken_links(manifest, manifests))
        yield f"{run.label}: {manifest.status}, {len(manifest.files)} files as the run left them"


def _find_broken_links(manifest: Manifest, manifests: dict[str, Manifest]) -> list[str]:
    slugs = {stage.slug for stage in STAGES.values()}
    built_on = {name: sha for name, sha in manifest.inputs.items() if name.partition("/")[0] in slugs}
    return [
        f"{manifest.run} was built on {label}, which is missing or was changed"
        for label, sha256 in built_on.items()
        if label not in manifests or manifests[label].sha256 != sha256
    ]


def _check_approvals(
    engagement: Engagement, approvals: tuple[Approval, ...], manifests: dict[str, Manifest]
) -> Iterator[str]:
    for approval in approvals:
        if approval.run not in manifests or manifests[approval.run].sha256 != approval.manifest:
            raise StopRun(f"{approval.run}: is not the run that {approval.by} approved at {approval.at}")
    standing = {approval.stage: approval for approval in approvals}
    for approval in standing.values():
        inputs = {name: sha for name, sha in manifests[approval.run].inputs.items() if Path(name).suffix}
        _compare_files(engagement, inputs, since=approval.run)
    if standing:
        yield f"every approved run, and every file it was approved with, is as it was: {', '.join(standing)}"


def _check_ledger(store: Store, manifests: dict[str, Manifest]) -> Iterator[str]:
    has_written = any(manifest.stage in WRITING_STAGES for manifest in manifests.values())
    checkpoint = read_checkpoint(store)
    if not store.exists():
        _raise_first([f"{store.name} is missing, though runs wrote to the tenant"] * (has_written or bool(checkpoint)))
        return
    with _read_whole(store) as ledger:
        entries = ledger.digest()["entries"]
        yield f"{store.name}: {entries} entries, each bound to the one before it"
        if checkpoint:
            yield _compare_checkpoint(store, checkpoint[0], ledger)
        elif entries and ledger.format > 1:
            raise StopRun(f"{store.checkpoint.name} is missing: a cut end of the ledger would not show")


def _compare_checkpoint(store: Store, said: dict[str, Any], ledger: Ledger) -> str:
    name, entries = store.checkpoint.name, said["entries"]
    if entries and not ledger.holds(entries, said["head"]):
        raise StopRun(f"{name}: signed {entries} ledger entries; {store.name} no longer begins with them")
    return f"{name}: {entries} of {ledger.digest()['entries']} entries signed at {said['at']}; the ledger holds them"


@contextmanager
def _read_whole(store: Store) -> Iterator[Ledger]:
    """The ledger, every entry of which was found to hold."""
    try:
        with Ledger.open_read_only(store) as ledger:
            broken = ledger.verify_chain()
            if broken is not None:
                raise StopRun(f"{store.name}: entry {broken} is missing or was changed")
            yield ledger
    except (ValueError, TypeError) as error:
        raise StopRun(f"{store.name}: cannot be read ({error})") from error


def _find_checkpoint_key(store: Store) -> dict[str, str]:
    checkpoint = read_checkpoint(store)
    return {store.checkpoint.name: checkpoint[1]} if checkpoint else {}


def _find_seals(engagement: Engagement, manifests: dict[str, Manifest]) -> dict[str, Seal]:
    """The seals of complete handoffs by the label of their run, oldest first."""
    sealed = [run for run in engagement.runs("handoff") if SEAL in getattr(manifests.get(run.label), "files", ())]
    complete = [run for run in sealed if manifests[run.label].status == "complete"]
    return {run.label: read_seal(run.path / SEAL) for run in complete}


def _check_seal(
    engagement: Engagement, seals: dict[str, Seal], approvals: tuple[Approval, ...], manifests: dict[str, Manifest]
) -> Iterator[str]:
    if not seals:
        yield "not sealed yet: a cut end of the approvals or of the ledger would not show"
        return
    label, newest = list(seals.items())[-1]
    where = f"{label}/{SEAL}"
    if newest.engagement != engagement.name:
        raise StopRun(f"{where}: seals {newest.engagement}, not {engagement.name}")
    _raise_first(_find_unsealed(newest, where, manifests))
    if digest_approvals(approvals[: newest.approvals["lines"]]) != newest.approvals:
        raise StopRun(f"{where}: sealed {newest.approvals['lines']} approvals; {APPROVALS} no longer begins with them")
    _compare_ledger(engagement, newest, where)
    _compare_files(engagement, newest.files, since=label)
    yield f"{where}: sealed {newest.at}; runs, approvals, ledger and files go on from there"


def _find_unsealed(seal: Seal, where: str, manifests: dict[str, Manifest]) -> list[str]:
    found = {label: manifest.sha256 for label, manifest in manifests.items()}
    return [f"{where}: sealed {label}, which is missing or was changed" for label, sha256 in seal.runs.items()
            if found.get(label) != sha256]  # fmt: skip


def _compare_ledger(engagement: Engagement, seal: Seal, where: str) -> None:
    entries, head = seal.ledger["entries"], seal.ledger["head"]
    if not entries:
        return
    store = find_store(engagement)
    with Ledger.open_read_only(store) as ledger:
        if not ledger.holds(entries, head):
            raise StopRun(f"{where}: sealed {entries} ledger entries; {store.name} no longer begins with them")


def _compare_files(engagement: Engagement, recorded: dict[str, str], *, since: str) -> None:
    now = hash_inputs(engagement, recorded)
    _raise_first([f"{name}: changed since {since}" for name, sha256 in recorded.items() if now[name] != sha256])


def _list_keys(
    approvals: tuple[Approval, ...], manifests: dict[str, Manifest], seals: dict[str, Seal]
) -> dict[str, str]:
    """The fingerprint under every signed document, by where it stands."""
    keys = {f"{label}/{MANIFEST}": manifest.fingerprint for label, manifest in manifests.items()}
    keys |= {f"{APPROVALS} line {approval.seq}": approval.fingerprint for approval in approvals}
    return keys | {f"{label}/{SEAL}": seal.fingerprint for label, seal in seals.items()}


def _check_keys(keys: dict[str, str], fingerprint: str | None) -> str:
    expected = next(iter(keys.values())) if fingerprint is None else fingerprint.strip().lower()
    _raise_first([f"{where}: signed with key {key}, not {expected}" for where, key in keys.items() if key != expected])
    compared = "" if fingerprint else "; compare it with the one you were given"
    return f"all {len(keys)} signatures are of key {expected}{compared}"


def _raise_first(problems: list[str]) -> None:
    if problems:
        raise StopRun(problems[0])
