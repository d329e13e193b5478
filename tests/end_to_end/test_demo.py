"""The demonstration leaves what an analyst and a customer can use."""

from __future__ import annotations

import json
import re

import nbformat
import polars as pl
import pytest

from workbench.engagement import LOCAL_KEY, NOTEBOOKS, ROOT, TEMPLATES
from workbench.evidence.leaks import find_leaks
from workbench.evidence.verify import verify
from workbench.layout import read_layout
from workbench.sources.files import read_staged
from workbench.stages import STAGES


@pytest.mark.parametrize("stage", STAGES)
def test_every_stage_leaves_an_executed_notebook_and_its_report(demo, stage):
    """Each notebook ran from its first to its last cell, without a warning or a traceback, and was rendered."""
    run = demo.engagement.latest_run(stage)
    notebook = nbformat.read(run.path / f"{run.stage.slug}.ipynb", as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    kinds = {output.output_type for cell in code for output in cell.outputs}
    streams = {output.name for cell in code for output in cell.outputs if output.output_type == "stream"}

    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    assert "error" not in kinds
    assert "stderr" not in streams
    assert "<table" in demo.report(stage).read_text()


@pytest.mark.parametrize("stage", STAGES)
def test_no_personal_value_stands_in_a_report_or_a_notebook(demo, stage):
    """Neither the report nor the executed notebook shows a name, an address or a diagnosis of the export."""
    staged = read_staged(demo.engagement.latest_run("discovery").path / "staged")
    layout = read_layout(demo.engagement.folder / "layout.toml")
    run = demo.engagement.latest_run(stage)

    for name in ("report.html", f"{run.stage.slug}.ipynb"):
        assert find_leaks((run.path / name).read_text(), staged, layout, ours=our_own_words()) == []


def our_own_words() -> str:
    """Everything a report would say without any data: an everyday word of ours is nobody's race or city."""
    sources = [
        *(ROOT / "workbench").rglob("*.py"), *TEMPLATES.glob("packs/*.toml"), *TEMPLATES.glob("layouts/*.toml"),
        *TEMPLATES.glob("report/*"), *NOTEBOOKS.glob("*.ipynb"),
    ]  # fmt: skip
    return "\n".join(path.read_text() for path in sources if "sandbox" not in path.parts)


def test_a_leaked_name_would_be_found(demo):
    """The search for leaks is no empty gesture: one patient's surname in a report is found."""
    staged = read_staged(demo.engagement.latest_run("discovery").path / "staged")
    layout = read_layout(demo.engagement.folder / "layout.toml")
    surname = staged["patients"]["LAST"].drop_nulls().sort()[0]
    report = demo.report("sample").read_text().replace("</main>", f"<p>{surname}</p></main>")

    leaks = find_leaks(report, staged, layout, ours=our_own_words())

    assert {(leak.object, leak.field) for leak in leaks} == {("patients", "LAST")}


def test_no_secret_and_no_absolute_path_stands_in_a_run(demo):
    """The key is nowhere in the runs; neither are folders of this machine in notebooks, reports and results."""
    own_folder = str(demo.engagement.folder.parent)
    for stage in STAGES:
        for path in demo.engagement.latest_run(stage).path.rglob("*"):
            if path.is_file():
                content = path.read_bytes()
                assert LOCAL_KEY.encode() not in content, path
                assert own_folder.encode() not in content, path


def test_secret_columns_are_in_no_file_of_the_engagement(demo):
    """Social security numbers of the export appear nowhere below the engagement's folder."""
    numbers = pl.read_csv(demo.engagement.source / "patients.csv", infer_schema=False)["SSN"].drop_nulls().to_list()
    assert numbers
    for path in demo.engagement.folder.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert not [number for number in numbers if number.encode() in content], path


@pytest.mark.covers("R-73", "C-72")
def test_every_phase_closes_its_balance(demo):
    """attempted = loaded + skipped + held, in every phase, and something was loaded in each."""
    counts = pl.read_parquet(demo.engagement.latest_run("load").path / "counts.parquet")

    assert counts.filter(pl.col("attempted") != pl.col("loaded") + pl.col("skipped") + pl.col("held")).is_empty()
    assert counts.filter(pl.col("loaded") == 0)["phase"].to_list() == []


def test_every_staged_row_has_exactly_one_outcome(demo):
    """The rows of the outcome ledger are the rows that were staged, each once."""
    discovery, mapping = (demo.engagement.latest_run(stage).path for stage in ("discovery", "mapping"))
    files = pl.read_parquet(discovery / "files.parquet")
    outcomes = pl.read_parquet(mapping / "row_outcomes.parquet")

    assert outcomes.height == outcomes.select("object", "row").n_unique() == files["staged"].sum()


@pytest.mark.covers("R-75", "N-80", "C-69")
def test_the_cutover_brings_over_what_changed(demo):
    """New and changed records of the later export are found; what is gone from it is held, not deleted."""
    run = demo.engagement.latest_run("cutover").path
    changes = set(pl.read_parquet(run / "delta.parquet")["change"])
    held = pl.read_parquet(run / "held.parquet")

    assert {"new", "changed", "deleted"} <= changes
    assert "deleted_in_source" in set(held["code"])


def test_the_evidence_holds_and_one_changed_byte_breaks_it(demo, tmp_path):
    """`workbench verify` accepts the demonstration and names the file that was touched."""
    import shutil

    copy = tmp_path / demo.engagement.name
    shutil.copytree(demo.engagement.folder, copy)
    assert verify(copy).ok
    report = next(copy.glob("30_sample/*/report.html"))
    report.write_bytes(report.read_bytes().replace(b"sample", b"simple", 1))

    verdict = verify(copy)

    assert not verdict.ok
    assert "report.html" in verdict.problem


def test_progress_was_told(demo):
    """Each stage announces itself, and the load says how far it is."""
    assert all(f"{stage}: running notebooks/{STAGES[stage].slug}.ipynb" in demo.said for stage in STAGES)
    assert [line for line in demo.said if re.search(r"\d+ of \d+", line)]


def test_results_say_what_they_were_built_on(demo):
    """Each stage after mapping names the run before it and the tenant's schema among its inputs."""
    for stage in ("sample", "load", "cutover"):
        result = json.loads((demo.engagement.latest_run(stage).path / "result.json").read_text())
        before = demo.engagement.latest_run(STAGES[stage].needs).label
        assert {"tenant_schema", "pack.toml", "mapping"} & set(result["inputs"]) and before in result["inputs"]
