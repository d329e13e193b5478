"""Cutover and retry as stages: gates, evidence, repeated deltas, a frozen source."""

from __future__ import annotations

import os
import shutil
import time

import polars as pl
import pytest

from tests.stages.part import copy_part
from tests.stages.walk import Walk, start_walk
from workbench.compiled import read_templates
from workbench.conflicts_file import FILE
from workbench.engagement import TEMPLATES
from workbench.errors import GateClosed, UsageError
from workbench.exports import check_frozen
from workbench.retrying import describe_retry

DEMO = TEMPLATES / "demo"


def set_up_cutover(walk: Walk, lines: str) -> None:
    """Put settings under [cutover], before anything ran."""
    path = walk.folder / "engagement.toml"
    path.write_text(f"{path.read_text()}\n[cutover]\n{lines}\n")


def changed(result) -> int:
    return result.delta.filter(pl.col("change") != "unchanged").height


def test_deltas_are_repeated_until_one_is_small(walk, capsys):
    """Each says what changed and what the next takes; one without a change reads, and writes nothing."""
    first = walk.go_to("cutover")
    assert changed(first) > 0 and first.rounds["is_forecast"].to_list() == [False, True]
    content = walk.digest()

    printed = capsys.readouterr().out
    assert "attempted" in printed and "attempted 0" not in printed
    assert first.facts["Time of the next delta"].endswith(("s", "min", "h"))

    second = walk.run("cutover")
    assert changed(second) == 0 and walk.digest() == content
    assert "attempted 0" not in capsys.readouterr().out
    assert second.rounds["run"].to_list()[:2] == first.rounds["run"].to_list()[:1] + [second.rounds["run"][1]]
    assert second.counts["requests"].sum() == 0 and set(second.conflicts["source"]) == {"gone"}
    assert second.facts["Few enough for the switch (at most 100)"] == "yes"
    assert second.rounds.row(-1, named=True)["requests"] == second.facts["Requests used"]


def test_a_load_after_a_cutover_takes_nothing_back(walk):
    """What the cutover brought over stays, although the load was approved for an older export."""
    walk.go_to("cutover")
    content = walk.digest()

    walk.run("load")
    assert walk.digest() == content


def test_a_frozen_source_is_proved_by_an_export_taken_after_the_last_delta(tmp_path):
    """Reading the same files again proves nothing; files written since and saying the same do."""
    walk = start_frozen(tmp_path, "2020-01-01T00:00:00")
    for result in (walk.go_to("cutover"), walk.run("cutover")):
        assert result.proof.height > 0 and result.proof["agrees"].null_count() == result.proof.height
        assert "not proved unchanged" in result.open_points[0]
    with pytest.raises(UsageError, match="not proved unchanged"):
        walk.approve("cutover")

    write_anew(tmp_path / "later", after=60)
    result = walk.run("cutover")
    assert result.proof["agrees"].all(ignore_nulls=False) and result.open_points == ()
    assert result.facts["Source unchanged since its last delta"].startswith("yes")
    walk.approve("cutover")


def test_a_source_somebody_wrote_to_after_its_last_delta_is_not_frozen(tmp_path):
    """The next export says something else: no proof, an open point; the one after it proves the source again."""
    walk = start_frozen(tmp_path, "2020-01-01T00:00:00")
    walk.go_to("cutover")
    path = tmp_path / "later" / "careplans.csv"
    path.write_text("\n".join(path.read_text().splitlines()[:-1]) + "\n")
    write_anew(tmp_path / "later", after=60)
    result = walk.run("cutover")
    assert result.proof.filter(agrees=False)["object"].to_list() == ["careplans"]
    assert "careplans: the frozen source changed" in result.open_points[0]

    write_anew(tmp_path / "later", after=120)
    assert walk.run("cutover").open_points == ()


def write_anew(folder, *, after: float) -> None:
    """The export taken again, so many seconds later."""
    for path in folder.iterdir():
        os.utime(path, (time.time() + after,) * 2)


def test_a_freeze_needs_its_moment(tmp_path):
    """Without it nothing tells an export of before from one of after."""
    walk = start_walk(tmp_path, source=DEMO / "clinic", roster=DEMO / "roster.csv")
    set_up_cutover(walk, 'mode = "freeze"')

    with pytest.raises(UsageError, match="needs frozen_since"):
        check_frozen(walk.engagement, read_templates(walk.engagement)[1])


def test_one_data_file_of_before_the_freeze_is_enough(tmp_path):
    """The oldest data file counts; a note somebody left beside them does not."""
    walk = start_frozen(tmp_path, "2026-01-01T00:00:00+00:00")
    layout, later = read_templates(walk.engagement)[1], tmp_path / "later"
    write_anew(later, after=0)
    (later / "README.txt").write_text("as agreed")
    os.utime(later / "README.txt", (0, 0))
    check_frozen(walk.engagement, layout)

    os.utime(later / "patients.csv", (0, 0))
    with pytest.raises(UsageError, match="before the source was frozen"):
        check_frozen(walk.engagement, layout)


def break_rows(path) -> None:
    lines = path.read_text().splitlines()
    path.write_text("\n".join([*lines[:3], *(f"{line},extra" for line in lines[3:])]) + "\n")


def empty_file(path) -> None:
    path.write_text(path.read_text().splitlines()[0] + "\n")


@pytest.mark.parametrize(("damage", "point"), [(break_rows, "could not be read"), (empty_file, "holds no records")])
def test_what_cannot_be_read_is_not_deleted(tmp_path, damage, point):
    """Broken rows and an empty file: all stands, held under a code of its own, and the run cannot be approved."""
    source = copy_part(DEMO / "clinic", tmp_path / "export", patients=6)
    later = shutil.copytree(source, tmp_path / "later")
    walk = start_walk(tmp_path, source=source, cutover_source=later, roster=DEMO / "roster.csv")
    set_up_cutover(walk, 'deleted = "delete"')
    walk.go_to("load")
    walk.approve("load")
    before = len(walk.records("cm_care_plan"))
    damage(later / "careplans.csv")

    result = walk.run("cutover")
    assert len(walk.records("cm_care_plan")) == before and result.removed.is_empty()
    codes = dict(result.held.filter(phase="careplans")["code"].value_counts().iter_rows())
    assert codes["could_not_be_read"] > 0
    assert result.facts["Rows that could not be read"] == result.rejected.height == result.files["rejected"].sum()
    assert any(each.startswith("careplans: ") and point in each for each in result.open_points)
    with pytest.raises(UsageError, match=point):
        walk.approve("cutover")


def test_a_disagreement_keeps_the_run_from_approval(walk):
    """Somebody gave a loaded record away: the owners differ, and the open point names the phase."""
    walk.go_to("load")
    walk.approve("load")
    with walk.connect() as tenant:
        record = walk.records("contact")[0]
        users = {each["owner_id"] for each in walk.records("contact")} - {record["owner_id"]}
        tenant.update("contact", record["id"], {"owner_id": min(users)})

    result = walk.run("cutover")
    assert any(each.endswith("the owners in Freshsales do not agree") for each in result.open_points)
    with pytest.raises(UsageError, match="owners"):
        walk.approve("cutover")


def give_away(walk: Walk, place: int) -> tuple[int, int]:
    """Somebody makes another user the owner of a contact; returns the contact's id and that user's."""
    record = walk.records("contact")[place]
    other = min({each["owner_id"] for each in walk.records("contact")} - {record["owner_id"]})
    with walk.connect() as tenant:
        tenant.update("contact", record["id"], {"owner_id": other})
    return record["id"], other


def owner_of(walk: Walk, id: int) -> int:
    return next(each["owner_id"] for each in walk.records("contact") if each["id"] == id)


@pytest.mark.parametrize("keep", ["tenant", "source"])
def test_an_owner_given_away_on_purpose_is_settled_by_a_decision(walk, keep):
    """Asked about, decided and carried out; the reconciliation names the cause, and the cutover can be approved."""
    walk.go_to("load")
    walk.approve("load")
    before = walk.records("contact")[0]["owner_id"]
    id, other = give_away(walk, 0)
    first = walk.run("cutover")
    waiting = first.conflicts.filter(field="owner_id")
    assert waiting.select("loaded", "source", "tenant").rows() == [(str(before), str(before), str(other))]
    assert first.facts["Conflicts that wait for a decision"] >= 1 and first.open_points

    decide(walk, keep)
    second = walk.run("cutover")
    assert owner_of(walk, id) == (other if keep == "tenant" else before)
    moved = second.owners.filter(pl.col("decided") != 0)
    assert sorted(moved["decided"].to_list()) == ([-1, 1] if keep == "tenant" else [])
    assert second.owners["agrees"].all() and second.open_points == ()
    walk.approve("cutover")


def decide(walk: Walk, keep: str) -> None:
    """The draft of the newest cutover with every decision filled in, for the side of that name."""
    draft = (walk.engagement.latest_run("cutover").path / FILE).read_text()
    (walk.folder / FILE).write_text(draft.replace('keep = ""', f'keep = "{keep}"').replace('by = ""', 'by = "Ada"'))


def test_an_export_older_than_the_freeze_is_not_the_last(tmp_path):
    """The message names the export; nothing was written."""
    walk = start_frozen(tmp_path, "2999-01-01T00:00:00")
    walk.go_to("load")
    walk.approve("load")
    content = walk.digest()

    with pytest.raises(UsageError, match="before the source was frozen"):
        walk.run("cutover")
    assert walk.digest() == content


def start_frozen(tmp_path, since: str) -> Walk:
    source = copy_part(DEMO / "clinic", tmp_path / "export", patients=6)
    later = copy_part(DEMO / "clinic_later", tmp_path / "later", patients=6)
    walk = start_walk(tmp_path, source=source, cutover_source=later, roster=DEMO / "roster.csv")
    set_up_cutover(walk, f'mode = "freeze"\nfrozen_since = {since}')
    return walk


def test_a_conflict_is_decided_in_a_file_that_is_evidence(walk):
    """The run drafts the file, the next run applies it, and changing it later makes the cutover stale."""
    walk.go_to("load")
    walk.approve("load")
    edit_everything(walk)
    first = walk.run("cutover")
    assert first.conflicts.height > 0
    draft = (walk.engagement.latest_run("cutover").path / FILE).read_text()
    (walk.folder / FILE).write_text(draft.replace('keep = ""', 'keep = "tenant"').replace('by = ""', 'by = "Ada"'))

    second = walk.run("cutover")
    waiting = second.conflicts.filter(pl.col("decision") == "")
    assert waiting.is_empty() and set(second.conflicts["decided_by"]) <= {"Ada"}
    walk.approve("cutover")
    (walk.folder / FILE).write_text(draft)
    with pytest.raises(GateClosed, match=FILE):
        walk.run("handoff")


def edit_everything(walk: Walk) -> None:
    """Somebody renames every contact."""
    with walk.connect() as tenant:
        for record in list(walk.records("contact")):
            tenant.update("contact", record["id"], {"job_title": "Patient"})


def test_a_retry_is_a_run_of_the_load_with_its_gates_and_evidence(walk):
    """It needs the approvals of a load, counts the whole load, and costs only the settings where nothing is held."""
    walk.go_to("load")
    first = walk.results["load"]
    with walk.connect() as tenant, pytest.MonkeyPatch.context() as patch:
        patch.setenv("WORKBENCH_HOME", str(walk.home))
        told = describe_retry(walk.engagement, tenant, send_refused=False)
        assert f"{first.held.height:,} records are held" in told

    second = walk.run("load", only="held")
    assert second.counts.drop("requests").equals(first.counts.drop("requests"))
    assert second.retry.height == first.held.height
    path = walk.folder / "engagement.toml"
    path.write_text(path.read_text() + "\n# changed\n")
    with pytest.raises(GateClosed):
        walk.run("load", only="held")


def test_a_retry_needs_a_load(walk):
    """Before the first load nothing is held, and the message says what to run."""
    walk.go_to("sample")
    walk.approve("sample")

    with pytest.raises(UsageError, match="load has not run to its end"):
        walk.run("load", only="held")
