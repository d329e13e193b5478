"""The approvals of an engagement: one signed line each, every line bound to the one before it.

A line that was changed, taken out, moved, or brought over from another engagement breaks the chain and is named. A cut
tail shows against the seal, which holds the number of lines.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from workbench.engagement import Engagement
from workbench.errors import StopRun
from workbench.evidence.signing import SigningKey, read_document, render_document, sign_document
from workbench.folder import write_text

APPROVALS = "approvals.jsonl"
KIND = "workbench/approval/1"
GENESIS = "0" * 64  # what the first line names as its predecessor


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """One person's word that one run may be built on.

    Attributes:
        run: Label of the run, such as `20_mapping/20261122T093000Z`.
        manifest: SHA-256 of that run's manifest.
        meaning: What the approver says by it.
        at: UTC, ISO 8601.
        fingerprint: Of the key that signed the line.
        sha256: Of the line itself, which the next line names.
    """

    seq: int
    prev: str
    engagement: str
    stage: str
    run: str
    manifest: str
    by: str
    role: str
    meaning: str
    at: str
    fingerprint: str
    sha256: str


def read_approvals(engagement: Engagement) -> tuple[Approval, ...]:
    """Every approval, oldest first.

    Raises:
        StopRun: Names the first line that does not hold.
    """
    path = engagement.folder / APPROVALS
    lines = path.read_bytes().splitlines(keepends=True) if path.exists() else []
    approvals: list[Approval] = []
    for line in lines:
        approvals.append(_read_line(line, engagement, approvals))
    return tuple(approvals)


def append_approval(engagement: Engagement, said: dict[str, str], *, key: SigningKey) -> Approval:
    """Sign and add one line; durable when this returns.

    Args:
        said: `stage`, `run`, `manifest`, `by`, `role`, `meaning` and `at` of `Approval`.

    Raises:
        StopRun: The approvals so far do not hold, or another key signed them.
    """
    with _alone_in(engagement.folder):
        approvals = list(read_approvals(engagement))
        line = _write_line(engagement, said, approvals, key)
        approval = _read_line(line, engagement, approvals)
        path = engagement.folder / APPROVALS
        write_text(path, (path.read_text() if path.exists() else "") + line.decode())
    return approval


def _write_line(engagement: Engagement, said: dict[str, str], before: list[Approval], key: SigningKey) -> bytes:
    place = {"seq": len(before) + 1, "prev": before[-1].sha256 if before else GENESIS, "engagement": engagement.name}
    return render_document(sign_document({**said, **place}, kind=KIND, key=key))


def _read_line(line: bytes, engagement: Engagement, before: list[Approval]) -> Approval:
    where = f"{APPROVALS} line {len(before) + 1}"
    document, fingerprint = read_document(line, kind=KIND, where=where)
    try:
        approval = Approval(**document, fingerprint=fingerprint, sha256=hashlib.sha256(line).hexdigest())
    except TypeError as error:
        raise StopRun(f"{where}: not what this version of the workbench writes ({error})") from error
    if problem := _find_misplacement(approval, engagement, before):
        raise StopRun(f"{where}: {problem}")
    return approval


def _find_misplacement(approval: Approval, engagement: Engagement, before: list[Approval]) -> str:
    if approval.engagement != engagement.name:
        return f"was given for engagement {approval.engagement}, not for {engagement.name}"
    if approval.seq != len(before) + 1 or approval.prev != (before[-1].sha256 if before else GENESIS):
        return "does not follow the line before it; a line was taken out, moved or changed"
    if before and approval.fingerprint != before[0].fingerprint:
        return f"signed with key {approval.fingerprint}, the lines before it with {before[0].fingerprint}"
    return ""


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    # Two approvals at the same time would both follow the same line, and one would be lost.
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
        os.fsync(handle)  # the new file's name as well as its bytes
    finally:
        os.close(handle)
