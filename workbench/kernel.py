"""Run the cells of a notebook in a kernel of this same interpreter, and say what was proven about them.

Nothing is taken for granted: a cell counts as run only when the kernel answered `ok` under the number that was
due, and a notebook only when its kernel answered the request to end and then ended by itself with code 0.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any

from jupyter_client import AsyncKernelManager
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

from workbench.progress import MARKER
from workbench.transcript import Transcript

STOPPED = "stopped by the analyst"
START_SECONDS = 60
LOOK_SECONDS = 0.2  # between two looks at whether the run was stopped
INTERRUPT_SECONDS = 10  # for a cell to end once it is interrupted, before its kernel is killed
SHUTDOWN_SECONDS = 20
SILENT_SECONDS = 2.0  # longer, and whoever waits wonders whether anything happens
# Only what the notebook itself says may stand in its record: no warnings of libraries, no colours, no debugger's
# advice. The fixed hash seed makes two runs of the same inputs read the same.
_ENVIRONMENT = {
    "PYTHONWARNINGS": "ignore",
    "PYTHONHASHSEED": "0",
    "PYTHONUTF8": "1",
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",
    "JUPYTER_PLATFORM_DIRS": "1",
    "TERM": "dumb",
    "NO_COLOR": "1",
}
_OPTIONS = (
    "--HistoryManager.enabled=False",
    "--InteractiveShell.colors=nocolor",
    "--InteractiveShell.automagic=False",  # a cell of the one line `run: str = ""` is Python, not the magic %run
    "--InteractiveShellApp.ignore_cwd=True",  # a file of the customer's named polars.py must never be imported
)

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """What came of the cells.

    Attributes:
        reason: Why the notebook did not reach its proven end, empty where it did.
        cell: Index of the cell it failed in, null where no cell is to blame.
    """

    reason: str = ""
    cell: int | None = None


def execute_notebook(
    transcript: Transcript, *, folder: Path, cell_timeout: float | None, on_progress: Say
) -> Execution:
    """Run every code cell in order; the transcript takes outputs and states, and is kept written meanwhile.

    Ctrl-C interrupts the running cell; a cell that does not yield to it loses its kernel.

    Args:
        folder: Working folder of the kernel.
        cell_timeout: Seconds that one cell may take, null for no limit.
        on_progress: Takes each line that `workbench.progress` shows.
    """
    stopped = threading.Event()
    # The loop has a thread of its own, so that it also runs where the caller's thread already has a loop.
    with tempfile.TemporaryDirectory() as scratch, ThreadPoolExecutor(1) as pool:
        kernel = _Kernel(transcript, Path(scratch), on_progress=on_progress)
        execution = pool.submit(asyncio.run, _execute(kernel, folder, cell_timeout, stopped))
        while not execution.done():
            try:
                # Never wait without a limit: polars' handler of Ctrl-C makes such a wait go on as if nothing was.
                wait([execution], timeout=LOOK_SECONDS)
            except KeyboardInterrupt:
                stopped.set()
        return execution.result()


async def _execute(kernel: _Kernel, folder: Path, cell_timeout: float | None, stopped: threading.Event) -> Execution:
    try:
        if reason := await kernel.start(folder):
            return Execution(reason=reason)
        for number, index in enumerate(kernel.transcript.code_cells, start=1):
            kernel.transcript.mark(index, "running")
            reason = await kernel.run_cell(index, number, timeout=cell_timeout, stopped=stopped)
            kernel.transcript.mark(index, "failed" if reason else "completed")
            if reason:
                return Execution(reason=reason, cell=index)
        return Execution(reason=await kernel.end())
    finally:
        await kernel.remove()


class _Kernel:
    """One kernel, from its start to its proven end."""

    def __init__(self, transcript: Transcript, scratch: Path, *, on_progress: Say) -> None:
        self.transcript = transcript
        self._scratch = scratch
        # Sockets in a folder of our own: no port is open, and nobody else on the machine can listen to health data.
        self._manager = AsyncKernelManager(
            kernel_spec_manager=_OwnInterpreter(scratch),
            connection_file=str(scratch / "connection.json"),
            transport="ipc",
            ip=str(scratch / "socket"),
        )
        self._on_progress = on_progress
        self._said_at = monotonic()
        self._client = _Client(transcript, self._manager, self._say)
        self._process: subprocess.Popen | None = None

    async def start(self, folder: Path) -> str:
        """Start it and wait until it answers; returns why it does not, empty where it does."""
        with (self._scratch / "stderr").open("wb") as errors:
            await self._manager.start_kernel(cwd=str(folder), stdout=subprocess.DEVNULL, stderr=errors)
        self._process = self._manager.provisioner.process
        try:
            await self._client.async_start_new_kernel_client()
        except RuntimeError as error:
            return self._with_last_words(f"the kernel did not start: {error}")
        return ""

    async def run_cell(self, index: int, number: int, *, timeout: float | None, stopped: threading.Event) -> str:
        """Run one cell to its end; returns why it does not count as run, empty where it does."""
        work = asyncio.ensure_future(self._client.async_execute_cell(self._client.nb.cells[index], index))
        reason = await self._watch(work, number, timeout, stopped)
        if reason:
            await self._interrupt(work)
        try:
            await work
        except CellExecutionError as error:
            return reason or f"{error.ename}: {error.evalue}"
        except (DeadKernelError, CellTimeoutError) as error:
            return reason or self._explain_loss(error)
        return reason or _find_doubt(self._client.nb.cells[index], self._client.reply, number)

    async def end(self) -> str:
        """Ask it to end; returns why it did not end as asked with code 0, empty where it did."""
        if self._process.poll() is not None:
            return self._with_last_words(f"the kernel ended before it was asked to (exit code {self._process.poll()})")
        try:
            await asyncio.wait_for(self._request_shutdown(), SHUTDOWN_SECONDS)
            code = await asyncio.wait_for(self._manager.provisioner.wait(), SHUTDOWN_SECONDS)
        except TimeoutError:
            return f"the kernel did not end within {SHUTDOWN_SECONDS} seconds of being asked to"
        return self._with_last_words(f"the kernel ended with exit code {code}") if code else ""

    async def remove(self) -> None:
        """Leave nothing of it behind, whatever state it is in."""
        if self._client.kc:
            self._client.kc.stop_channels()
        await self._manager.shutdown_kernel(now=True)

    async def _request_shutdown(self) -> None:
        """Ask on the channel of the cells and wait for the answer.

        On the control channel, where others ask, ipykernel 7.4 answers in a thread that may still flush outputs
        while the main thread tears down what it flushes to: one kernel in seven then hung for 20 s or aborted.
        """
        kc = self._client.kc
        request = kc.session.msg("shutdown_request", {"restart": False})
        kc.shell_channel.send(request)
        answered = None
        while answered != request["msg_id"]:
            answered = (await kc.shell_channel.get_msg())["parent_header"].get("msg_id")

    def _say(self, line: str) -> None:
        self._said_at = monotonic()
        self._on_progress(line)

    async def _watch(self, work: asyncio.Future, number: int, timeout: float | None, stopped: threading.Event) -> str:
        """Wait for the work, keeping the transcript written; returns why it must not go on, empty where it is done."""
        began = self._said_at = monotonic()
        deadline = began + timeout if timeout else float("inf")
        while not work.done():
            if stopped.is_set():
                return STOPPED
            if monotonic() > deadline:
                return f"the cell took longer than {timeout:g} seconds"
            await asyncio.wait({work}, timeout=LOOK_SECONDS)
            self.transcript.keep_written()
            if monotonic() - self._said_at >= SILENT_SECONDS:
                cells = len(self.transcript.code_cells)
                self._say(f"cell {number} of {cells}: {monotonic() - began:.0f} s")
        return ""

    async def _interrupt(self, work: asyncio.Future) -> None:
        """Interrupt the cell, so that its record shows where it was; a kernel that does not yield is killed."""
        await self._manager.interrupt_kernel()
        await asyncio.wait({work}, timeout=INTERRUPT_SECONDS)
        if not work.done():
            self._process.kill()

    def _explain_loss(self, error: Exception) -> str:
        code = self._process.poll()
        if code is None:
            return f"the kernel stopped answering: {error}"
        return self._with_last_words(f"the kernel died in this cell (exit code {code})")

    def _with_last_words(self, reason: str) -> str:
        """The reason, followed by the last line the kernel's process wrote to stderr, where it wrote any."""
        lines = (self._scratch / "stderr").read_text(errors="replace").split("\n")
        said = [line.strip() for line in lines if line.strip()]
        return f"{reason}; its last words: {said[-1]}" if said else reason


class _OwnInterpreter(KernelSpecManager):
    """Knows one kernel, this interpreter's, whatever kernels and profiles the machine has installed."""

    def __init__(self, profile: Path) -> None:
        super().__init__()
        self._profile = profile

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        launch = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}", *_OPTIONS]
        importable = os.pathsep.join(entry for entry in sys.path if entry)
        places = {"PYTHONPATH": importable, "IPYTHONDIR": str(self._profile)}
        written = {name: value.replace("$", "$$") for name, value in places.items()}  # $ would name a variable
        return KernelSpec(argv=launch, display_name="Python 3", language="python", env=_ENVIRONMENT | written)


class _Client(NotebookClient):
    """nbclient, telling what happens; no tag of a cell excuses an error or skips the cell."""

    def __init__(self, transcript: Transcript, manager: AsyncKernelManager, on_progress: Say) -> None:
        super().__init__(
            transcript.notebook,
            km=manager,
            startup_timeout=START_SECONDS,
            iopub_timeout=START_SECONDS,
            raise_on_iopub_timeout=True,
            force_raise_errors=True,
            skip_cells_with_tag="",
            record_timing=False,
            store_widget_state=False,
            on_cell_executed=self._keep_reply,
        )
        self.reply: dict[str, Any] = {}
        self._transcript = transcript
        self._on_progress = on_progress

    def process_message(self, msg: dict, cell: Any, cell_index: int) -> Any:
        self._transcript.is_changed = True
        if line := msg["content"].get("metadata", {}).get(MARKER):
            self._on_progress(line)
        return super().process_message(msg, cell, cell_index)

    def _keep_reply(self, *, execute_reply: dict, **_: Any) -> None:
        self.reply = execute_reply["content"]


def _find_doubt(cell: Any, reply: dict[str, Any], number: int) -> str:
    """Why an answered cell still does not count as run, empty where it does."""
    if reply["status"] != "ok":
        return f"the kernel answered {reply['status']}, not ok"
    if reply["execution_count"] != number:
        return f"the kernel counted this cell as number {reply['execution_count']}; it is number {number}"
    if any(payload["source"] == "ask_exit" for payload in reply.get("payload", ())):
        return "the cell asked its kernel to exit"
    for output in cell.outputs:
        if output.output_type == "error":
            return f"{output.ename}: {output.evalue}"
    return ""
