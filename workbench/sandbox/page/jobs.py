"""Bulk jobs: what was handed in, how far it is, and what became of each row."""

from __future__ import annotations

import json
from typing import Any

from workbench.sandbox.jobs import DONE
from workbench.sandbox.page.look import PER_PAGE, Look, NotHere
from workbench.sandbox.page.values import NOTHING, show_moment
from workbench.sandbox.store import Record
from workbench.sandbox.wire import read_id

MOST_FAILURES = 100


def show_jobs(look: Look) -> tuple[str, dict[str, Any]]:
    """A page of the bulk jobs, the latest first."""
    jobs = look.reader.list_jobs(limit=PER_PAGE + 1, offset=look.offset())
    shown = jobs[:PER_PAGE]
    return "jobs.html", {
        "jobs": [_describe(look, job) for job in shown],
        "waiting": len(look.tenant.waiting_jobs),
        "slice": look.slice(len(shown), total=None, has_more=len(jobs) > PER_PAGE),
    }


def show_job(look: Look) -> tuple[str, dict[str, Any]]:
    """One bulk job with the report a client is given.

    Raises:
        NotHere: There is no such job.
    """
    job = look.reader.find_job(read_id(look.path["id"]))
    if job is None:
        raise NotHere(f"There is no bulk job {look.path['id']}.")
    report = _read_report(job)
    failures = report.get("detailed_failure_report") or []
    return "job.html", {
        "job": _describe(look, job),
        "failures": [_describe_failure(each) for each in failures[:MOST_FAILURES]],
        "unshown": max(len(failures) - MOST_FAILURES, 0),
        "report": json.dumps(report, indent=2, ensure_ascii=False) if report else "",
        "rows": json.dumps(job.get("rows"), indent=2, ensure_ascii=False),
    }


def _describe(look: Look, job: Record) -> dict[str, Any]:
    counts = _read_report(job).get("record_status") or {}
    kind = look.find_kind(job.get("object", ""))
    zone = look.tenant.zone
    rows = job.get("rows")
    return {
        "id": job["id"],
        "label": look.label(kind) if kind else job.get("object", ""),
        "handed_in": len(rows) if isinstance(rows, list) else job.get("handed_in") or 0,
        "status": job.get("status", ""),
        "is_done": job.get("status") == DONE,
        "succeeded": counts.get("succeeded"),
        "failed": counts.get("failed"),
        "created": show_moment(job["created_at"], zone) if job.get("created_at") else NOTHING,
        "updated": show_moment(job["status_updated_at"], zone) if job.get("status_updated_at") else NOTHING,
    }


def _read_report(job: Record) -> dict[str, Any]:
    """What a client reads about the rows; empty before there is anything to say."""
    try:
        report = json.loads(job.get("data") or "{}")
    except (TypeError, ValueError):
        return {}
    return report if isinstance(report, dict) else {}


def _describe_failure(failure: Any) -> dict[str, Any]:
    facts = failure if isinstance(failure, dict) else {"errors": failure}
    errors = facts.get("errors") or facts.get("message") or []
    return {
        "row": facts.get("row"),
        "errors": [str(each) for each in (errors if isinstance(errors, list) else [errors])],
        "record": json.dumps(facts.get("record"), ensure_ascii=False) if facts.get("record") is not None else "",
    }
