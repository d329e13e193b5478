"""Beginning an engagement: whole, or not at all."""

from __future__ import annotations

import os

import pytest

from workbench.engagement import read_engagement
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
    made = create(tmp_path, export, customer="Acme Clinics")

    assert read_engagement(made.folder) == made
    assert (made.customer, made.plan, made.source) == ("Acme Clinics", "growth", export)
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
