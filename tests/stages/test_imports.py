"""An engagement whose accounts and contacts go by import file, from the setting to the last record."""

from __future__ import annotations

from datetime import timedelta

import polars as pl
import pytest
from click.testing import CliRunner

from tests.stages.walk import start_walk
from workbench.cli import cli
from workbench.engagement import TEMPLATES, read_engagement
from workbench.errors import UsageError
from workbench.evidence.checkpoints import read_ledger
from workbench.imported import look_for_imported
from workbench.model import IMPORTS
from workbench.own_fields import name_id_field
from workbench.sandbox.imports import import_file

OBJECTS = ("sales_account", "contact")


@pytest.fixture(scope="module")
def walk(tmp_path_factory):
    """The demo clinic, its accounts and contacts handed over by the load."""
    source = TEMPLATES / "demo" / "clinic"
    walk = start_walk(tmp_path_factory.mktemp("imports"), source=source, roster=TEMPLATES / "demo" / "roster.csv")
    text = (walk.folder / "engagement.toml").read_text()
    (walk.folder / "engagement.toml").write_text(f'{text}\n[load]\nimport = ["sales_account", "contact"]\n')
    walk.go_to("load")
    return walk


def frame_of(walk, name, stage="load"):
    """A frame that the newest run of a stage left."""
    return pl.read_parquet(walk.engagement.latest_run(stage).path / f"{name}.parquet")


def look(walk, *files, every=False):
    """`workbench imported`, with the tenant of the walk."""
    walk.now += timedelta(minutes=1)
    with walk.connect() as tenant, pytest.MonkeyPatch.context() as patch:
        patch.setenv("WORKBENCH_HOME", str(walk.home))
        return look_for_imported(walk.engagement, files, every=every, tenant=tenant, at=walk.now)


def test_handed_over_imported_found_and_finished(walk):
    """The balance closes at every point; the files, the instruction and the hashes lie in the run's folder."""
    first, imports = walk.results["load"].counts, frame_of(walk, "imports")
    folder = walk.engagement.latest_run("load").path / "imports"
    planned = frame_of(walk, "requests").filter(pl.col("method").str.starts_with("by import file"))

    assert imports.schema == IMPORTS and set(imports["destination"]) <= set(OBJECTS)
    assert imports["waiting"].sum() == imports["rows"].sum() > 0
    assert walk.results["load"].facts["Of these in import files"] == imports["rows"].sum()
    assert all(row["attempted"] == row["loaded"] + row["skipped"] + row["held"] for row in first.iter_rows(named=True))
    assert {path.name for path in folder.iterdir()} >= {"instruction.md", "SHA256SUMS"}
    assert planned["records"].sum() == imports["rows"].sum()

    for row in imports.iter_rows(named=True):
        content = (walk.folder / row["file"]).read_bytes().decode()
        report = import_file(
            walk.app.state.tenant, row["destination"], content, match=name_id_field(row["destination"])
        )
        assert report.failures == [] and report.unmapped == []
    found = look(walk, every=True)
    assert found.files["found"].to_list() == found.files["rows"].to_list()
    assert found.missing.is_empty() and found.diff.is_empty()
    assert {path.name for path in (walk.folder / found.folder).iterdir()} == {"files.csv", "missing.csv", "diff.csv"}

    assert found.waits_for_load
    written = pl.read_csv(walk.folder / found.folder / "diff.csv")
    assert written.columns == ["phase", "external_id", "field", "tag", "cause"]  # nothing seals it: no values

    last = walk.run("load")
    assert not look(walk, every=True).waits_for_load
    with read_ledger(walk.engagement) as ledger:
        assert ledger.verify_chain() is None
    assert last.counts["held"].sum() == 0 and last.imports_diff.is_empty()
    assert last.counts["loaded"].sum() + last.counts["skipped"].sum() == last.counts["attempted"].sum()
    walk.approve("load")
    validated = walk.run("cutover").validation
    assert validated["agrees"].all()


def test_a_file_nobody_knows_is_refused_by_name(walk):
    """The message names those there are."""
    with pytest.raises(UsageError, match=r"99_contact_01\.csv.*known: 02_"):
        look(walk, "99_contact_01.csv")


def test_somebody_has_to_say_which_files_are_in(walk):
    """A look without a word would take an import that still runs for finished."""
    with pytest.raises(UsageError, match="--file, or say --all"):
        look(walk)


@pytest.mark.parametrize(
    ("setting", "said"),
    [('["contacts"]', "did you mean contact"), ('["task"]', "cannot go by import file"), ('"contact"', "expected list"),
     ("[1]", "cannot go by import file")],
)  # fmt: skip
def test_only_what_can_be_found_again_may_go_by_file(walk, tmp_path, setting, said):
    """Modules and activities are refused where the setting is read."""
    text = (walk.folder / "engagement.toml").read_text().replace('["sales_account", "contact"]', setting)
    (tmp_path / "engagement.toml").write_text(text)

    with pytest.raises(UsageError, match=said):
        read_engagement(tmp_path)


def test_the_local_tenant_imports_a_file_from_the_command_line(tmp_path):
    """As an administrator does it in the browser, on a tenant that is not being served."""
    from workbench.sandbox.settings import TenantSettings
    from workbench.sandbox.tenant import Tenant

    Tenant(TenantSettings(), path=tmp_path / "tenant.sqlite", clock=lambda: 1_767_000_000.0).close()
    (tmp_path / "file.csv").write_text("Name,City,Mood\nAcme,Graz,good\n,Wien,\n")
    ran = CliRunner().invoke(
        cli, ["tenant", "import", str(tmp_path / "file.csv"), "--object", "sales_account", "--match", "Name",
              "--data", str(tmp_path / "tenant.sqlite")],
    )  # fmt: skip

    assert ran.exit_code == 0, ran.output
    assert "1 created, 0 updated, 1 refused" in ran.output
    assert "row 2" in ran.output and "'Mood'" in ran.output
