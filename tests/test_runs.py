"""The strict runner, faced with notebooks that fail, cheat, hang, leak and die."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from workbench import kernel
from workbench.engagement import read_engagement
from workbench.errors import UsageError
from workbench.run_record import read_record
from workbench.runs import nbformat, run_stage

STAMP = "20261122T093000Z"
LABEL = f"10_discovery/{STAMP}"
SETTINGS = """
[engagement]
name = "acme"
pack = "clinic"
source = "source"
[tenant]
url = "http://127.0.0.1:1/crm/sales/api"
plan = "growth"
"""
CLOSE = """
import json, pathlib
fact = {"run": f"10_discovery/{run}", "stage": "discovery", "status": "complete"}
_ = pathlib.Path("10_discovery", run, "result.json").write_text(json.dumps(fact))
"""
# A program that runs a notebook as the command does; what it prints shows the test when to strike.
DRIVER = """
import sys
from pathlib import Path
from workbench.engagement import read_engagement
from workbench.runs import run_stage
folder = Path(sys.argv[1])
run = read_engagement(folder).run("discovery", sys.argv[2])
record = run_stage(run, notebook=folder / "stage.ipynb", on_progress=lambda line: print(line, flush=True))
print(record.status, record.reason, flush=True)
"""
SAY_BUSY = "from workbench.progress import report_progress\nreport_progress('busy', done=0, total=1)\n"


@pytest.fixture
def engagement(tmp_path):
    """An engagement in a folder of its own."""
    folder = tmp_path / "acme"
    folder.mkdir()
    (folder / "engagement.toml").write_text(SETTINGS)
    return read_engagement(folder)


def write_notebook(engagement, *sources, parameters='run: str = ""\nsize: int = 3', tags=()):
    """A notebook of code cells behind a parameters cell; returns its path."""
    cells = [nbformat.v4.new_code_cell(parameters, id="parameters", metadata={"tags": ["parameters"]})]
    for number, source in enumerate(sources):
        cells.append(nbformat.v4.new_markdown_cell(f"## Part {number}", id=f"words-{number}"))
        cells.append(nbformat.v4.new_code_cell(source, id=f"cell-{number}", metadata={"tags": list(tags)}))
    path = engagement.folder / "stage.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    return path


def execute(engagement, *sources, tags=(), **options):
    """Run a notebook of these cells; the injected cell is number 1, the first source number 3."""
    notebook = write_notebook(engagement, *sources, tags=tags)
    return run_stage(engagement.run("discovery", STAMP), notebook=notebook, **options)


def read_executed(engagement):
    return nbformat.read(engagement.folder / LABEL / "10_discovery.ipynb", as_version=4)


def read_states(engagement):
    """State of each code cell, by id."""
    cells = [cell for cell in read_executed(engagement).cells if cell.cell_type == "code"]
    return {cell.id: cell.metadata.papermill.status for cell in cells}


def assert_failed(engagement, record):
    """A failed run is recorded, cannot be mistaken for a complete one, and nothing can be built on it."""
    run = engagement.run("discovery", STAMP)
    assert record.status == "failed"
    assert read_record(run) == record
    assert not (run.path / "result.json").exists()
    assert "This run failed" in (run.path / "report.html").read_text()
    assert not run.is_complete
    with pytest.raises(UsageError, match="has not run to its end"):
        engagement.latest_run("discovery")


def test_a_proven_run_is_complete(engagement):
    """Every cell ran in order, the closing fact names this run, the kernel ended as asked."""
    moment = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)

    record = execute(engagement, "1 + 1", CLOSE, now=lambda: moment)

    assert (record.status, record.reason, record.cell) == ("complete", "", None)
    assert (record.stage, record.label, record.parameters) == ("discovery", LABEL, {"run": STAMP})
    assert (record.started, record.ended) == ("2026-11-22T09:30:00.000Z",) * 2
    assert set(read_states(engagement).values()) == {"completed"}
    assert [c.execution_count for c in read_executed(engagement).cells if c.cell_type == "code"] == [1, 2, 3, 4]
    assert engagement.latest_run("discovery").label == LABEL
    assert read_record(engagement.latest_run("discovery")) == record
    names = {path.name for path in (engagement.folder / LABEL).iterdir()}
    assert names == {"10_discovery.ipynb", "report.html", "result.json", "run.json"}


def test_an_error_ends_the_run_there(engagement):
    """The failing cell is failed and named, those behind it stay pending, the closing fact is withdrawn."""
    record = execute(engagement, CLOSE, "raise ValueError('no such file: x.csv')", "1 + 1")

    assert_failed(engagement, record)
    assert (record.reason, record.cell) == ("ValueError: no such file: x.csv", 5)
    states = read_states(engagement)
    assert states == {
        "parameters": "completed", "injected-parameters": "completed",
        "cell-0": "completed", "cell-1": "failed", "cell-2": "pending",
    }  # fmt: skip
    assert (engagement.folder / LABEL / "failed_result.json").exists()


@pytest.mark.parametrize("tag", ["raises-exception", "skip-execution"])
def test_no_tag_excuses_an_error(engagement, tag):
    """A cell tagged as allowed to fail, or to be skipped, is run and fails like any other."""
    record = execute(engagement, "raise ValueError('x')", CLOSE, tags=[tag])

    assert_failed(engagement, record)
    assert record.reason == "ValueError: x"


def test_a_killed_kernel_leaves_the_rest_pending(engagement):
    """When the kernel is killed, no cell that never ran is called completed."""
    record = execute(engagement, CLOSE, "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", "1 + 1")

    assert_failed(engagement, record)
    assert record.reason == "the kernel died in this cell (exit code -9)"
    assert read_states(engagement)["cell-1"] == "failed"
    assert read_states(engagement)["cell-2"] == "pending"


def test_a_cell_that_takes_too_long_ends_the_run(engagement):
    """The cell is interrupted, its record shows where it was, those behind it stay pending."""
    record = execute(engagement, CLOSE, "import time\ntime.sleep(60)", "1 + 1", cell_timeout=1)

    assert_failed(engagement, record)
    assert record.reason == "the cell took longer than 1 seconds"
    assert read_states(engagement)["cell-2"] == "pending"
    (output,) = read_executed(engagement).cells[5].outputs
    assert output.ename == "KeyboardInterrupt"


def test_a_cell_that_swallows_the_interrupt_fails_all_the_same(engagement):
    """A cell that took too long does not become ok by answering ok to its interruption."""
    stubborn = "import time\ntry:\n    time.sleep(60)\nexcept KeyboardInterrupt:\n    pass"

    record = execute(engagement, stubborn, CLOSE, cell_timeout=1)

    assert_failed(engagement, record)
    assert record.reason == "the cell took longer than 1 seconds"


def test_a_cell_that_never_yields_loses_its_kernel(engagement, monkeypatch):
    """A cell that ignores the interrupt cannot hold the runner."""
    monkeypatch.setattr(kernel, "INTERRUPT_SECONDS", 0.5)
    deaf = "import signal, time\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\ntime.sleep(60)"
    began = time.monotonic()

    record = execute(engagement, deaf, CLOSE, cell_timeout=1)

    assert_failed(engagement, record)
    assert record.reason == "the cell took longer than 1 seconds"
    assert time.monotonic() - began < 30


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("import sys\nsys.exit(0)", "SystemExit: 0"),
        ("import os\nos._exit(0)", "the kernel died in this cell (exit code 0)"),
        ("quit()", "the cell asked its kernel to exit"),
        ("exit()", "the cell asked its kernel to exit"),
        ("raise SystemExit", "SystemExit: "),
    ],
)
def test_leaving_is_not_success(engagement, source, reason):
    """A cell that ends the process fails the run, even behind the closing fact and with exit code 0."""
    record = execute(engagement, CLOSE + source)

    assert_failed(engagement, record)
    assert record.reason == reason


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("import atexit, os\natexit.register(os._exit, 3)", "the kernel ended with exit code 3"),
        ("import threading, time\nthreading.Thread(target=time.sleep, args=(60,)).start()", "did not end within"),
    ],
)
def test_a_kernel_that_does_not_end_well_proves_nothing(engagement, monkeypatch, source, reason):
    """The kernel has to end by itself, in time and with code 0."""
    monkeypatch.setattr(kernel, "SHUTDOWN_SECONDS", 3)

    record = execute(engagement, source, CLOSE)

    assert_failed(engagement, record)
    assert reason in record.reason


@pytest.mark.slow
def test_a_good_notebook_is_never_called_failed(engagement):
    """Of forty quick runs, four at a time, every kernel ends as asked: what is strict must not be nervous."""
    notebook = write_notebook(engagement, "print('x')", CLOSE)

    def run_once(number):
        return run_stage(engagement.run("discovery", f"20261122T0930{number:02}Z"), notebook=notebook)

    with ThreadPoolExecutor(4) as pool:
        records = list(pool.map(run_once, range(40)))

    assert [record.reason for record in records if record.status != "complete"] == []


def test_a_shown_error_counts_as_one(engagement):
    """An error that is displayed but not raised fails the run."""
    shown = "try:\n    1 / 0\nexcept ZeroDivisionError:\n    get_ipython().showtraceback()"

    record = execute(engagement, shown, CLOSE)

    assert_failed(engagement, record)
    assert record.reason == "ZeroDivisionError: division by zero"


def test_the_kernels_count_has_to_be_right(engagement):
    """A cell that answers under another number than its own is not the cell that was due."""
    record = execute(engagement, "get_ipython().execution_count = 40", CLOSE)

    assert_failed(engagement, record)
    assert record.reason == "the kernel counted this cell as number 39; it is number 3"


@pytest.mark.parametrize(
    ("fact", "reason"),
    [
        (None, "the notebook never closed its run: there is no result.json"),
        ("{", "result.json is not JSON"),
        ("[]", "result.json says run None"),
        ('{"run": "10_discovery/20200101T000000Z", "status": "complete"}', "expected '10_discovery/20261122T093000Z'"),
        (f'{{"run": "{LABEL}", "status": "running"}}', "status 'running'"),
    ],
)
def test_the_closing_fact_has_to_be_about_this_run(engagement, fact, reason):
    """Without its own closing fact a run is failed, whatever its cells answered."""
    write = f"import pathlib\n_ = pathlib.Path('{LABEL}/result.json').write_text({fact!r})"

    record = execute(engagement, write if fact else "1 + 1")

    assert_failed(engagement, record)
    assert reason in record.reason


def test_unusable_parameters_make_nothing(engagement):
    """All problems are named at once, before anything exists; a value named like a secret is not repeated."""
    given = {"sise": "3", "size": "three", "api_key": "hunter2hunter2", "run": "x"}

    with pytest.raises(UsageError) as caught:
        execute(engagement, CLOSE, parameters=given)

    said = str(caught.value)
    assert "no parameter sise; did you mean size?" in said
    assert "size = 'three': expected a whole number (int)" in said
    assert "api_key is named like a secret" in said
    assert "run is the stamp of the run" in said
    assert "hunter2" not in said
    assert not (engagement.folder / "10_discovery").exists()


def test_parameters_arrive_as_the_notebook_declares_them(engagement):
    """A string stays a string to the last zero and quote; the others become what they are declared as."""
    declared = 'run: str = ""\ncode: str = ""\nsize: int = 1\nshare: float = 0.5\nis_final: bool = False'
    show = "import json\nprint(json.dumps([code, size, share, is_final]))"
    notebook = write_notebook(engagement, show, CLOSE, parameters=declared)
    code = "00123 '\"\\ é {x} $HOME\n"

    record = run_stage(
        engagement.run("discovery", STAMP),
        notebook=notebook,
        parameters={"code": code, "size": "-12", "share": "1", "is_final": "true"},
    )

    assert record.status == "complete"
    assert json.loads(read_executed(engagement).cells[3].outputs[0].text) == [code, -12, 1.0, True]
    assert record.parameters == {"code": code, "size": -12, "share": 1.0, "is_final": True, "run": STAMP}


def test_a_parameters_cell_of_one_line_is_python(engagement):
    """`run: str = ""` alone in its cell is not taken for the magic command %run."""
    notebook = write_notebook(engagement, CLOSE, parameters='run: str = ""')

    record = run_stage(engagement.run("discovery", STAMP), notebook=notebook)

    assert (record.status, record.reason) == ("complete", "")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "not a notebook"),
        ("[]", "not a notebook"),
        ('{"cells": 1}', "not a notebook"),
        ('{"cells": [1], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}', "not a notebook"),
        (None, "cannot be read"),
    ],
)
def test_what_is_no_notebook_is_refused(engagement, text, said):
    """A file that is missing or no notebook is a usage error, and nothing is made."""
    path = engagement.folder / "stage.ipynb"
    if text is not None:
        path.write_text(text)

    with pytest.raises(UsageError, match=said):
        run_stage(engagement.run("discovery", STAMP), notebook=path)

    assert not (engagement.folder / "10_discovery").exists()


def test_a_cell_without_code_is_refused(engagement):
    """A code cell that cannot run cannot be proven to have run."""
    with pytest.raises(UsageError, match="code cell cell-1 is empty"):
        execute(engagement, "1", "  \n")


def test_a_run_is_never_overwritten(engagement):
    """A second run under the same stamp is refused and leaves the first as it was."""
    execute(engagement, CLOSE)
    before = {path: path.read_bytes() for path in (engagement.folder / LABEL).iterdir()}

    with pytest.raises(UsageError, match="exists already"):
        execute(engagement, "1 / 0")

    assert {path: path.read_bytes() for path in (engagement.folder / LABEL).iterdir()} == before


def test_a_secret_of_the_environment_never_stands_in_a_record(engagement, monkeypatch):
    """Printed, shown, raised or quoted, the key is replaced in everything the runner writes."""
    secret = "k3y-<b>&'quoted\"-ünïcode"
    monkeypatch.setenv("WORKBENCH_TENANT_KEY", secret)
    leak = """
import os, html, json, urllib.parse
from IPython.display import HTML, display
key = os.environ["WORKBENCH_TENANT_KEY"]
print(key, [key], json.dumps(key), urllib.parse.quote(key, safe=""))
print(key[:7], end="", flush=True)
print(key[7:])
display(HTML(html.escape(key)), metadata={"note": key})
raise RuntimeError(f"refused: {key}")
"""

    record = execute(engagement, leak)

    assert record.reason == "RuntimeError: refused: ***"
    spellings = [secret, json.dumps(secret)[1:-1], "k3y-", "nïcode"]
    for path in (engagement.folder / LABEL).iterdir():
        assert not [spelling for spelling in spellings if spelling in path.read_text()], path.name
    assert "***" in read_executed(engagement).cells[3].outputs[0].text


def test_a_secret_in_a_file_of_the_stage_fails_the_run(engagement, monkeypatch):
    """What a stage itself writes is searched too; the reason names the file, not the secret."""
    monkeypatch.setenv("WORKBENCH_TENANT_KEY", "sk-live-0123456789")
    spill = f"import os, pathlib\n_ = pathlib.Path('{LABEL}/log.txt').write_text(os.environ['WORKBENCH_TENANT_KEY'])"

    record = execute(engagement, spill, CLOSE)

    assert_failed(engagement, record)
    assert record.reason == "a secret of the environment stands in log.txt"


def test_a_secret_is_no_parameter_under_any_name(engagement, monkeypatch):
    """The value of a known secret is refused as a parameter, and not repeated."""
    monkeypatch.setenv("WORKBENCH_TENANT_KEY", "sk-live-0123456789")
    notebook = write_notebook(engagement, CLOSE, parameters='run: str = ""\nnote: str = ""')

    with pytest.raises(UsageError, match="note holds a secret") as caught:
        run_stage(engagement.run("discovery", STAMP), notebook=notebook, parameters={"note": "use sk-live-0123456789"})

    assert "sk-live" not in str(caught.value)


def test_no_folder_of_the_machine_stands_in_a_record(engagement):
    """Neither metadata nor a traceback says where, or as whom, the notebook ran."""
    notebook = write_notebook(
        engagement, "import sys, pathlib\nprint(sys.executable, pathlib.Path.cwd() / 'x')", "1 / 0"
    )
    node = nbformat.read(notebook, as_version=4)
    node.metadata["vscode"] = {"interpreter": "/home/someone/bin/python"}
    node.cells[1].metadata["editor"] = {"file": str(engagement.folder)}
    nbformat.write(node, notebook)

    record = run_stage(engagement.run("discovery", STAMP), notebook=notebook)

    executed = read_executed(engagement)
    assert executed.cells[3].outputs[0].text == "(python)/bin/python runs/acme/x\n"
    assert "/" not in json.dumps([executed.metadata, *(cell.metadata for cell in executed.cells)])
    for path in (engagement.folder / LABEL).iterdir():
        assert not [p for p in (str(engagement.folder), sys.prefix, "/home/someone") if p in path.read_text()]
    assert record.reason == "ZeroDivisionError: division by zero"


def test_only_the_notebook_speaks_in_its_record(engagement):
    """No warning, colour or advice of a library lands in the outputs, and nothing on the terminal."""
    noisy = """
import warnings, sys, logging
warnings.warn("old"); warnings.warn("older", DeprecationWarning)
import polars, IPython
"""

    execute(engagement, noisy, "1 / 0")

    executed = read_executed(engagement)
    assert executed.cells[3].outputs == []
    assert "\x1b" not in json.dumps(executed.cells[5].outputs)


def test_a_reader_never_sees_half_a_notebook(engagement):
    """Read at any moment, the file is a whole notebook; and it is not written for every cell."""
    seen, done = set(), threading.Event()
    path = engagement.folder / LABEL / "10_discovery.ipynb"

    def read_on():
        while not done.is_set():
            if path.exists():
                seen.add(path.stat().st_mtime_ns)
                nbformat.reads(path.read_text(), as_version=4)
            time.sleep(0.002)
        return True

    with ThreadPoolExecutor(1) as pool:
        reading = pool.submit(read_on)
        try:
            record = execute(engagement, *["print('x' * 100_000)"] * 40, CLOSE)
        finally:
            done.set()
        assert reading.result()

    assert record.status == "complete"
    assert 1 <= len(seen) <= 6


def test_progress_is_told_live_and_leaves_one_line(engagement):
    """Updates reach the caller while the cell runs; the notebook keeps one output with the last of them."""
    work = "from workbench.progress import report_progress\n" + "\n".join(
        f"report_progress('<contacts>', done={done}, total=3000)" for done in (0, 1, 2, 3000)
    )
    told = []

    record = execute(engagement, work, CLOSE, on_progress=told.append)

    assert record.status == "complete"
    assert told == ["<contacts>: 0 of 3,000", "<contacts>: 3,000 of 3,000"]
    (output,) = read_executed(engagement).cells[3].outputs
    assert output.data["text/html"] == '<p class="progress">&lt;contacts&gt;: 3,000 of 3,000</p>'


def test_a_widget_leaves_its_static_form(engagement):
    """A live widget's view, dead outside of its kernel, is not kept; what stands beside it is."""
    show = """
from IPython.display import publish_display_data
view = {"application/vnd.jupyter.widget-view+json": {"model_id": "x"}, "text/plain": "Review(...)"}
publish_display_data(view)
publish_display_data(view | {"text/html": "<table></table>"})
"""

    execute(engagement, show, CLOSE)

    alone, twin = read_executed(engagement).cells[3].outputs
    assert alone.data == {"text/plain": "An interactive element, without a static form."}
    assert set(twin.data) == {"text/plain", "text/html"}


def test_a_loop_in_the_callers_thread_is_no_obstacle(engagement):
    """The runner also works where an event loop already runs."""

    async def run_inside():
        return execute(engagement, CLOSE)

    assert asyncio.run(run_inside()).status == "complete"


def test_a_fault_of_the_runner_is_raised_and_recorded(engagement):
    """When the caller's own function fails, the error is the caller's and the run is failed."""

    def refuse(line):
        raise BrokenPipeError("the terminal is gone")

    with pytest.raises(BrokenPipeError):
        execute(engagement, CLOSE + SAY_BUSY + "import time\ntime.sleep(1)", on_progress=refuse)

    run = engagement.run("discovery", STAMP)
    assert read_record(run).reason == "the runner failed: BrokenPipeError: the terminal is gone"
    assert not run.is_complete


def test_a_kernel_that_does_not_start_says_why(engagement, tmp_path, monkeypatch):
    """The last thing its process said is in the reason, for nothing else would tell."""
    (tmp_path / "ipykernel_launcher.py").write_text("raise SystemExit('no such module: ipykernel')")
    monkeypatch.syspath_prepend(tmp_path)

    record = execute(engagement, CLOSE)

    assert_failed(engagement, record)
    assert record.reason.startswith("the kernel did not start: ")
    assert record.reason.endswith("its last words: no such module: ipykernel")
    assert set(read_states(engagement).values()) == {"pending"}


def test_the_analysts_own_start_up_files_are_not_run(engagement, tmp_path, monkeypatch):
    """A run depends on what is in the project, not on whose machine it runs."""
    startup = tmp_path / "ipython" / "profile_default" / "startup"
    startup.mkdir(parents=True)
    (startup / "mine.py").write_text("run = 'mine'\nprint('mine')")
    (engagement.folder / "polars.py").write_text("raise SystemExit('a file of the customer was imported')")
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))

    record = execute(engagement, "import polars\nassert 'DataFrame' in dir(polars)\nprint(run)", CLOSE)

    assert record.reason == ""
    assert read_executed(engagement).cells[3].outputs[0].text == f"{STAMP}\n"


def test_ctrl_c_leaves_the_record_of_a_stopped_run(engagement):
    """The cell is interrupted, the kernel is gone, and the record says who stopped it."""
    write_notebook(engagement, CLOSE, SAY_BUSY + "import time, os\nprint(os.getpid())\ntime.sleep(60)", "1 + 1")
    with start_driver(engagement) as driver:
        assert driver.stdout.readline() == "busy: 0 of 1\n"

        driver.send_signal(signal.SIGINT)
        said, errors = driver.communicate(timeout=30)

    assert (said, errors) == ("failed stopped by the analyst\n", "")
    assert_failed(engagement, read_record(engagement.run("discovery", STAMP)))
    assert read_states(engagement)["cell-2"] == "pending"
    assert_gone(int(read_executed(engagement).cells[5].outputs[1].text))


def test_a_killed_runner_leaves_a_readable_record_that_is_not_complete(engagement):
    """What ran is completed, what was running is running, the rest is pending; and the kernel follows its runner."""
    busy = SAY_BUSY + "import time, os\nprint(os.getpid())\ntime.sleep(3)\nreport_progress('late', done=1, total=1)"
    write_notebook(engagement, CLOSE, busy + "\ntime.sleep(60)", "1 + 1")
    with start_driver(engagement) as driver:
        assert driver.stdout.readline() == "busy: 0 of 1\n"
        assert "late: 1 of 1\n" in iter(driver.stdout.readline, "")

        driver.kill()
        driver.wait(timeout=30)

    states = read_states(engagement)
    assert (states["cell-0"], states["cell-1"], states["cell-2"]) == ("completed", "running", "pending")
    run = engagement.run("discovery", STAMP)
    assert read_record(run).status == "running"
    assert (run.path / "result.json").exists()
    assert not run.is_complete
    assert_gone(int(read_executed(engagement).cells[5].outputs[1].text))


def test_the_address_grammar_is_still_worth_leaving_out():
    """nbformat alone still loads the slow grammar; behind the runner it does not, and still checks notebooks."""
    alone = "import nbformat, sys; nbformat.validate(nbformat.v4.new_notebook()); print('lark' in sys.modules)"

    assert run_python(alone) == "True\n"
    assert run_python("import workbench.runs;" + alone) == "False\n"


def start_driver(engagement):
    command = [sys.executable, "-c", DRIVER, str(engagement.folder), STAMP]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=Path(__file__).parent.parent
    )


def run_python(code):
    root = Path(__file__).parent.parent
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root).stdout


def assert_gone(process):
    """The process ends within some seconds, if it has not already."""
    for _ in range(100):
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return
        time.sleep(0.1)
    pytest.fail(f"the kernel {process} outlived its runner")


def test_a_silent_cell_still_shows_that_it_runs(engagement, monkeypatch):
    """A cell that says nothing for a while is announced, so that nobody wonders whether it hangs."""
    monkeypatch.setattr("workbench.kernel.SILENT_SECONDS", 0.1)
    told = []

    execute(engagement, "import time\ntime.sleep(1)", CLOSE, on_progress=told.append)

    assert any(line.startswith("cell 3 of 4: ") for line in told)
