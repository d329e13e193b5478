"""The rollback stage: a part or the whole, previewed, done, proved, and every later stage stale."""

from dataclasses import replace

import polars as pl
import pytest

from workbench.errors import StopRun, UsageError
from workbench.evidence.standing import judge_stages
from workbench.load.scope import parse_scope
from workbench.rollback_words import describe_preview
from workbench.sandbox.imports import import_file
from workbench.stages.rollback import require_proof


@pytest.fixture
def loaded(walk):
    """The demo clinic loaded; `before` is the tenant's digest from before."""
    walk.before = walk.digest()
    walk.go_to("load")
    walk.approve("load")
    return walk


@pytest.mark.covers("A-75", "C-71")
def test_a_part_and_then_the_rest_is_taken_back(loaded):
    """Notes go first and alone; then everything, and the tenant's digest is the one from before the first record."""
    notes, deals = len(loaded.records("note")), len(loaded.records("deal"))
    part = loaded.run("rollback", scope="object=note")

    assert part.facts["Records deleted"] == notes > 0
    assert (len(loaded.records("note")), len(loaded.records("deal"))) == (0, deals)
    assert require_proof(part)
    whole = loaded.run("rollback")
    assert loaded.digest() == loaded.before
    assert whole.facts["Held, left as they are"] == 0
    assert whole.facts["Requests used"] == pytest.approx(whole.facts["Requests expected"], rel=0.03, abs=3)
    assert whole.unrestored.is_empty() and not whole.limits.is_empty()
    folder = loaded.engagement.latest_run("rollback").path
    assert pl.read_parquet(folder / "preview.parquet").equals(whole.preview)
    stale = {stage for stage, standing in judge_stages(loaded.engagement).items() if standing.state == "stale"}
    assert {"sample", "load"} <= stale


def test_the_preview_is_printed_without_a_request(loaded):
    """The command's preview comes from the ledger: the tenant hears nothing, and no stage becomes stale."""
    asked = len(loaded.app.state.tenant.journal())
    text = describe_preview(loaded.engagement, parse_scope("object=contact"))

    assert "to take back object contact" in text and "Looking first" in text and "in all" in text
    assert "along: records that hang on one that was asked for" in text
    assert len(loaded.app.state.tenant.journal()) == asked
    assert judge_stages(loaded.engagement)["load"].state == "approved"


def test_a_scope_nobody_knows_stops_before_the_first_request(loaded):
    """A typing error is one message, and the tenant hears nothing."""
    asked = len(loaded.app.state.tenant.journal())

    with pytest.raises(UsageError, match="phase 'patient'.*did you mean"):
        loaded.run("rollback", scope="phase=patient")
    assert len(loaded.app.state.tenant.journal()) == asked


def test_a_file_in_the_administrators_hands_is_recalled(walk):
    """Accounts are in and nobody said so, the contacts' file is not: all goes, and the file is named everywhere."""
    text = (walk.folder / "engagement.toml").read_text()
    (walk.folder / "engagement.toml").write_text(f'{text}\n[load]\nimport = ["sales_account", "contact"]\n')
    for stage in ("discovery", "mapping"):
        walk.run(stage)
        walk.approve(stage)
    before = walk.digest()
    walk.run("sample")
    walk.approve("sample")
    imports = walk.run("load").imports
    accounts, *rest = imports.filter(pl.col("waiting") > 0).iter_rows(named=True)
    content = (walk.folder / accounts["file"]).read_bytes().decode()
    made = import_file(walk.app.state.tenant, accounts["destination"], content, match="cf_source_id")
    preview = describe_preview(walk.engagement, parse_scope(""))
    whole = walk.run("rollback")

    assert made.created > 0 and rest
    assert "a rollback looks for these rows first" in preview
    assert walk.digest() == before
    for file in (each["file"] for each in rest):
        assert f"{file} must not be imported any more" in preview
        assert file in whole.facts["Must not be imported any more"]
        assert any(point.startswith(file) for point in whole.open_points)
    assert whole.facts["Records deleted"] >= made.created
    assert require_proof(whole)
    with pytest.raises(StopRun, match="nothing is proved while an import file.*01_accounts"):
        require_proof(replace(whole, unsettled=("01_accounts.csv",)))
