"""Beginning an engagement: whole, or not at all."""

from __future__ import annotations

import os
import shutil

import pytest
from click.testing import CliRunner

from workbench.cli.draft import draft
from workbench.engagement import TEMPLATES, read_engagement
from workbench.errors import UsageError
from workbench.new_engagement import LOCAL_OWNER, create_engagement

URL = "http://127.0.0.1:1/crm/sales/api"


@pytest.fixture
def export(tmp_path):
    """An export folder; its content is discovery's business."""
    folder = tmp_path / "an export with 'quotes\" and ünïcode"
    folder.mkdir()
    return folder


def create(tmp_path, export, name="acme", **settings):
    return create_engagement(
        name, source=export, pack="clinic", url=URL, plan="growth", runs=tmp_path / "runs", **settings
    )


def test_a_new_engagement_reads_back_as_it_was_asked_for(tmp_path, export):
    """Name, source, plan and policies stand in engagement.toml; pack and layout are copied beside it."""
    made = create(tmp_path, export, customer="Acme Clinics", country="IN", time_zone="Asia/Kolkata")

    assert read_engagement(made.folder) == made
    assert (made.customer, made.plan, made.source) == ("Acme Clinics", "growth", export)
    assert (made.country, made.time_zone) == ("IN", "Asia/Kolkata")
    assert made.policies.fallback_owner == LOCAL_OWNER
    assert sorted(made.inputs()) == ["engagement.toml", "layout.toml", "pack.toml"]


def test_a_second_engagement_of_the_same_name_is_refused(tmp_path, export):
    """An existing engagement is never overwritten."""
    create(tmp_path, export)

    with pytest.raises(UsageError, match="exists already"):
        create(tmp_path, export)


def test_every_problem_is_named_at_once(tmp_path, export):
    """A wrong name, pack and source are one message, and nothing is left behind."""
    with pytest.raises(UsageError) as caught:
        create_engagement("A B", source=export / "x", pack="nope", url=URL, plan="pro", runs=tmp_path / "runs")

    assert all(word in str(caught.value) for word in ("folder name", "no pack 'nope'", "does not exist"))
    assert not (tmp_path / "runs").exists()


def test_a_remote_tenant_needs_a_fallback_owner_of_its_own(tmp_path, export):
    """The local tenant's default user means nothing on a real one, so the setting must be given; nothing is left."""
    with pytest.raises(UsageError, match="fallback_owner"):
        create_engagement(
            "acme", source=export, pack="clinic", url="https://acme.example/crm/sales/api", plan="pro",
            runs=tmp_path / "runs",
        )  # fmt: skip

    assert os.listdir(tmp_path / "runs") == []


@pytest.mark.parametrize(
    ("settings", "said"), [({"url": "foo"}, "[tenant] url = 'foo'"), ({"customer": "a\x7fb"}, "not valid TOML")]
)
def test_a_setting_that_cannot_be_used_is_told_without_the_folder_that_is_gone(tmp_path, export, settings, said):
    """The message names the engagement asked for, not the place where it was being made; nothing is left."""
    asked = {"source": export, "pack": "clinic", "url": URL, "plan": "pro", "runs": tmp_path / "runs"} | settings

    with pytest.raises(UsageError) as caught:
        create_engagement("acme", **asked)

    assert "engagement 'acme' cannot be made" in str(caught.value)
    assert said in str(caught.value)
    assert ".new-" not in str(caught.value)
    assert os.listdir(tmp_path / "runs") == []


def test_a_roster_is_a_file(tmp_path, export):
    """A folder given as the roster is named as one."""
    with pytest.raises(UsageError, match="is a folder; name its CSV file"):
        create(tmp_path, export, roster=tmp_path)


PACK_HEAD = '[pack]\nname = "booking"\ntitle = "Booking"\nlayout = "booking"\n'
LAYOUT = '[layout]\nname = "booking"\n[[object]]\nname = "customers"\nfile = "customer.csv"\nkey = ["id"]\n'


@pytest.mark.parametrize(
    ("pack", "layout", "said"),
    [
        ("[pack]\nx = [", LAYOUT, ("packs/booking.toml", "not valid TOML")),
        ('[pack]\nname = "booking"\n', LAYOUT, ("packs/booking.toml", "[pack] has no layout")),
        ('pack = "booking"\n', LAYOUT, ("packs/booking.toml", "[pack] has no layout")),
        (PACK_HEAD, None, ("layouts/booking.toml", "cannot be read")),
        (PACK_HEAD, LAYOUT, ("layouts/booking.toml", "columns is missing")),
        (PACK_HEAD, f'{LAYOUT}[object.columns]\nid = {{ type = "id" }}\n', ("packs/booking.toml", "object is missing")),
    ],
)
def test_a_template_that_cannot_be_used_is_named_where_it_stands(tmp_path, export, monkeypatch, pack, layout, said):
    """Who writes a pack or layout is told the file to mend, not the copy that was being made; nothing is left."""
    shutil.copytree(TEMPLATES, tmp_path / "templates", ignore=shutil.ignore_patterns("packs", "layouts"))
    for kind, text in (("packs", pack), ("layouts", layout)):
        (tmp_path / "templates" / kind).mkdir(parents=True)
        if text:
            (tmp_path / "templates" / kind / "booking.toml").write_text(text)
    monkeypatch.setattr("workbench.new_engagement.TEMPLATES", tmp_path / "templates")

    with pytest.raises(UsageError) as caught:
        create_engagement("acme", source=export, pack="booking", url=URL, plan="pro", runs=tmp_path / "runs")

    assert all(word in str(caught.value) for word in said)
    assert ".new-" not in str(caught.value)
    assert not (tmp_path / "runs").exists()


def test_an_unknown_pack_is_shown_the_way_to_a_new_one(tmp_path, export):
    """The message for a source nobody has a pack for says where it is told how one is written, and that is there."""
    with pytest.raises(UsageError, match="templates/README.md shows how"):
        create_engagement("acme", source=export, pack="booking2", url=URL, plan="pro", runs=tmp_path / "runs")

    assert (TEMPLATES / "README.md").exists()


def test_an_export_that_does_not_describe_itself_is_shown_the_way(tmp_path, export, monkeypatch):
    """Where nothing can be drafted, the command says what can be, and where it is told how rows are written by hand."""
    made = create(tmp_path, export)
    monkeypatch.setattr("workbench.engagement.find_engagement", lambda name: made)

    said = CliRunner().invoke(draft, ["acme"])

    assert said.exit_code == 0
    assert "[catalog]" in said.output and "templates/README.md" in said.output
