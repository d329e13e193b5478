"""The seal: one signed document over every run, every approval, the ledger's head and the engagement's files."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from workbench.engagement import Engagement
from workbench.errors import StopRun
from workbench.evidence.approval_log import GENESIS, Approval, read_approvals
from workbench.evidence.manifest import MANIFEST, hash_inputs, read_manifest, say_time
from workbench.evidence.signing import SigningKey, read_document, render_document, sign_document
from workbench.folder import write_text
from workbench.stages import STAGES

SEAL = "evidence.json"
KIND = "workbench/seal/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """What the evidence of an engagement was at one moment.

    Attributes:
        runs: SHA-256 of each run's manifest, by label.
        approvals: `lines`, how many there were, and `head`, the SHA-256 of the last; so a cut tail shows.
        ledger: `entries` and `head` in the same sense.
        files: SHA-256 of the engagement's settings, pack, layout, decisions and roster.
        fingerprint: Of the key that signed it.
    """

    engagement: str
    at: str
    runs: dict[str, str]
    approvals: dict[str, Any]
    ledger: dict[str, Any]
    files: dict[str, str]
    fingerprint: str


def seal(engagement: Engagement, out: Path, *, key: SigningKey, at: datetime, ledger_digest: dict[str, Any]) -> Seal:
    """Write the signed seal to `out`; a run without manifest, such as the one that seals, is left out.

    Args:
        ledger_digest: `entries` and `head` of the ledger, see `workbench.ledger.Ledger.digest`.

    Raises:
        StopRun: A manifest or an approval does not hold; nothing is sealed.
    """
    document = {
        "engagement": engagement.name,
        "at": say_time(at),
        "runs": _hash_manifests(engagement),
        "approvals": digest_approvals(read_approvals(engagement)),
        "ledger": ledger_digest,
        "files": hash_inputs(engagement, engagement.inputs()),
    }
    write_text(out, render_document(sign_document(document, kind=KIND, key=key), indent=2).decode())
    return read_seal(out)


def read_seal(path: Path) -> Seal:
    """Read a seal.

    Raises:
        StopRun: It was changed after it was signed.
    """
    document, fingerprint = read_document(path.read_bytes(), kind=KIND, where=path.name, indent=2)
    try:
        return Seal(**document, fingerprint=fingerprint)
    except TypeError as error:
        raise StopRun(f"{path.name}: not what this version of the workbench writes ({error})") from error


def digest_approvals(approvals: tuple[Approval, ...]) -> dict[str, Any]:
    """How many approvals there are, and the hash of the last."""
    return {"lines": len(approvals), "head": approvals[-1].sha256 if approvals else GENESIS}


def _hash_manifests(engagement: Engagement) -> dict[str, str]:
    runs = [run for stage in STAGES for run in engagement.runs(stage) if (run.path / MANIFEST).exists()]
    return {run.label: read_manifest(run).sha256 for run in runs}
