"""The strict runner: executes a stage's notebook into a run folder, and calls it complete on positive proof only.

A run is complete when every code cell ran, in order, and answered ok; when the closing fact `result.json` stands in
its folder and names this very run; and when the kernel ended by itself, as asked, with code 0. Anything else is a
failed run: its folder stays as the record of a failure, its closing fact is put out of sight, and nobody can approve
it or build on it.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

# nbformat checks notebooks with jsonschema, which would load a grammar of web addresses (1.1 s) that no notebook
# needs. A null entry makes that import fail, which jsonschema allows for. It must stand before nbformat's first import.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]

import nbformat  # noqa: E402
from nbformat import NotebookNode  # noqa: E402
from papermill.parameterize import parameterize_notebook  # noqa: E402

from workbench.engagement import NOTEBOOKS, RunFolder, known_secrets  # noqa: E402
from workbench.errors import UsageError, raise_problems  # noqa: E402
from workbench.folder import write_text  # noqa: E402
from workbench.kernel import execute_notebook  # noqa: E402
from workbench.parameters import RUN, convert_parameters, read_parameters  # noqa: E402
from workbench.report import render_report  # noqa: E402
from workbench.run_record import COMPLETE, FAILED, RUNNING, RunRecord, format_time, write_record  # noqa: E402
from workbench.transcript import Scrubber, Transcript, prepare_notebook, read_notebook  # noqa: E402

RESULT = "result.json"
FAILED_RESULT = "failed_result.json"
REPORT = "report.html"
INJECTED = "injected-parameters"


def run_stage(
    run: RunFolder,
    *,
    parameters: dict[str, str] | None = None,
    notebook: Path | None = None,
    cell_timeout: float | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    on_progress: Callable[[str], None] = lambda _: None,
) -> RunRecord:
    """Execute a stage's notebook into its run folder, which must not exist yet; a failure is returned, not raised.

    Leaves the executed notebook, `report.html` and `run.json`. Ctrl-C ends the run as failed, with its record;
    it is not raised again.

    Args:
        parameters: Texts by parameter name, converted to the types the notebook declares.
        notebook: Used instead of the stage's own.
        cell_timeout: Seconds that one cell may take, null for no limit.
        on_progress: Takes each line of progress while the notebook runs.

    Raises:
        UsageError: The notebook or a parameter cannot be used, or the folder exists; nothing was made.
    """
    source = notebook or NOTEBOOKS / f"{run.stage.slug}.ipynb"
    scrubber = Scrubber(run.engagement, known_secrets())
    prepared = _prepare(source)
    values = convert_parameters(parameters or {}, read_parameters(prepared, where=source.name), where=source.name)
    _refuse_secrets(values, scrubber, where=source.name)
    values[RUN] = run.stamp
    path = run.path / f"{run.stage.slug}.ipynb"
    transcript = Transcript(path, _inject(prepared, values), scrubber=scrubber, now=now)
    _make_folder(run)
    told = scrubber.clean(values)
    record = RunRecord(
        stage=run.stage.name, label=run.label, status=RUNNING, started=format_time(now()), parameters=told
    )
    write_record(run, record)
    try:
        execution = execute_notebook(
            transcript, folder=run.engagement.folder, cell_timeout=cell_timeout, on_progress=on_progress
        )
        reason = execution.reason or _find_missing_proof(run) or _find_leaks(run, scrubber)
        return _settle(run, transcript, _judge(record, scrubber.clean_text(reason), execution.cell, now()))
    except BaseException as error:
        # A fault of the runner itself is raised, but it never leaves a run behind that could pass for complete.
        reason = scrubber.clean_text(f"the runner failed: {type(error).__name__}: {error}")
        write_record(run, _judge(record, reason, None, now()))
        _withdraw_result(run)
        raise


def _prepare(path: Path) -> NotebookNode:
    """The notebook of that file before its run; a code cell that cannot run could not be proven to have run."""
    notebook = read_notebook(path)
    empty = [cell.id for cell in notebook.cells if cell.cell_type == "code" and not cell.source.strip()]
    raise_problems(path.name, [f"code cell {name} is empty; delete it" for name in empty])
    return prepare_notebook(notebook)


def _refuse_secrets(values: dict[str, Any], scrubber: Scrubber, *, where: str) -> None:
    """Refuse a secret given under an innocent name, without repeating it."""
    given = [name for name, value in values.items() if scrubber.hide_secrets(str(value)) != str(value)]
    raise_problems(where, [f"{name} holds a secret, and a parameter stays readable in the record" for name in given])


def _inject(notebook: NotebookNode, values: dict[str, Any]) -> NotebookNode:
    """The notebook with a cell after the `parameters` cell that sets the values of this run."""
    notebook.metadata.papermill = nbformat.from_dict({})  # papermill writes here; prepare_notebook clears it again
    injected = parameterize_notebook(notebook, values, kernel_name="python3", language="python")
    next(cell for cell in injected.cells if INJECTED in cell.metadata.tags).id = INJECTED
    return prepare_notebook(injected)


def _make_folder(run: RunFolder) -> None:
    try:
        run.path.mkdir(parents=True, exist_ok=False)
    except FileExistsError:
        raise UsageError(f"{run.label}: this run exists already, and no run is ever overwritten; run again") from None


def _find_missing_proof(run: RunFolder) -> str:
    """Why the closing fact does not prove that this run reached its end, empty where it does."""
    path = run.path / RESULT
    if not path.exists():
        return f"the notebook never closed its run: there is no {RESULT}"
    try:
        fact = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        return f"{RESULT} is not JSON: {error}"
    stated = (fact.get("run"), fact.get("status")) if isinstance(fact, dict) else (None, None)
    if stated != (run.label, COMPLETE):
        return f"{RESULT} says run {stated[0]!r}, status {stated[1]!r}; expected {run.label!r}, {COMPLETE!r}"
    return ""


def _find_leaks(run: RunFolder, scrubber: Scrubber) -> str:
    """Which files of the run hold a secret in plain sight, empty where none does."""
    files = sorted(path for path in run.path.rglob("*") if path.is_file())
    leaking = [path.relative_to(run.path).as_posix() for path in files if scrubber.finds_secret(path)]
    return f"a secret of the environment stands in {', '.join(leaking)}" if leaking else ""


def _judge(record: RunRecord, reason: str, cell: int | None, ended: datetime) -> RunRecord:
    status = FAILED if reason else COMPLETE
    return replace(record, status=status, reason=reason, cell=cell, ended=format_time(ended))


def _settle(run: RunFolder, transcript: Transcript, record: RunRecord) -> RunRecord:
    """Write all that shows the verdict; the record comes last, for only with it a run is complete."""
    if record.status == FAILED:
        _withdraw_result(run)
    write_text(run.path / REPORT, render_report(transcript.write(), run=run, record=record))
    write_record(run, record)
    return record


def _withdraw_result(run: RunFolder) -> None:
    """Rename a closing fact that did not hold, so that nobody ever takes it for one."""
    if (run.path / RESULT).exists():
        os.replace(run.path / RESULT, run.path / FAILED_RESULT)
