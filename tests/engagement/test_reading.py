"""The settings of an engagement and its folders."""

from __future__ import annotations

import pytest

from tests.engagement.conftest import SETTINGS, write
from workbench.engagement import find_engagement, open_engagement, open_run, read_engagement
from workbench.errors import UsageError


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("fallback_owner =", "falback_owner =", "did you mean fallback_owner?"),
        ("[policies]", "[policy]", "did you mean policies?"),
        ('plan = "growth"', 'plan = "gold"', "use one of free, growth, pro, enterprise"),
        ('plan = "growth"', "plan = 3", "expected str"),
        ('name = "acme"', "", "[engagement] name is missing"),
        ('url = "http', 'url = "ftp', "expected http(s)"),
        ("127.0.0.1:1", "127.0.0.1:99999", "expected http(s)"),
        ("127.0.0.1:1", "[broken", "expected http(s)"),
        ("[engagement]", "tenant = 5\n[engagement]", "not valid TOML"),
        ("[engagement]", "sample = 5\n[engagement]", "sample = 5: expected a table"),
        ('plan = "growth"', 'plan = "growth"\nshare = 1.5', "above 0 and at most 1"),
        ('fallback_owner = "a@b.example"', "", "needs fallback_owner"),
        ("[tenant]", "[sample]\nsize = 900\n[tenant]", "1 to 500"),
        ("[tenant]", "[tenant", "not valid TOML"),
        ("[tenant]", '[cutover]\nat = "soon"\n[tenant]', "[cutover] at = 'soon'"),
        ("[tenant]", '[cutover]\nat = 2026-12-01T08:00:00\ntime_zone = "Mars"\n[tenant]', "IANA name"),
    ],
)
def test_a_wrong_setting_is_named_with_what_is_allowed(tmp_path, before, after, said):
    """A typo, a wrong value and a missing setting each say where and what to write instead."""
    text = SETTINGS.format(url="http://127.0.0.1:1/crm/sales/api")
    assert before in text
    folder = write(tmp_path, text.replace(before, after))

    with pytest.raises(UsageError) as caught:
        read_engagement(folder)

    assert said in str(caught.value)
    assert "engagement.toml" in str(caught.value)


def test_settings_are_found_from_a_folder_below(folder):
    """A notebook in a subfolder finds the engagement it belongs to."""
    below = folder / "notebooks"
    below.mkdir()

    assert open_engagement(below).name == "acme"


def test_outside_of_an_engagement_the_message_says_how_to_get_in(tmp_path):
    """A notebook opened elsewhere names the command that opens it right."""
    with pytest.raises(UsageError, match="workbench lab"):
        open_engagement(tmp_path)


def test_an_unknown_name_lists_the_known_ones(folder):
    """A misspelt engagement shows those that exist."""
    with pytest.raises(UsageError, match="known: acme"):
        find_engagement("acmee", runs=folder.parent)


def test_a_draft_forgets_its_last_result(folder, monkeypatch):
    """An old closing fact never stands for a new attempt."""
    monkeypatch.chdir(folder)
    first = open_run("sample", "")
    (first.path / "result.json").write_text("{}")

    again = open_run("sample", "")

    assert again.path == first.path == folder / "30_sample" / "draft"
    assert not (again.path / "result.json").exists()


def test_a_run_on_record_is_never_run_again(folder, monkeypatch):
    """An executed notebook that is run once more by hand leaves its own run, and the proof in it, untouched."""
    monkeypatch.chdir(folder)
    run = read_engagement(folder).run("sample", "20260101T000000Z")
    run.path.mkdir(parents=True)
    for name in ("result.json", "manifest.json"):
        (run.path / name).write_text("{}")

    with pytest.raises(UsageError, match="is on record"):
        open_run("sample", run.stamp)

    assert (run.path / "result.json").exists()


def test_a_stage_that_never_ran_says_how_to_run_it(folder):
    """The latest run of a stage without runs names the command."""
    with pytest.raises(UsageError, match="workbench run acme sample"):
        read_engagement(folder).latest_run("sample")


def test_the_folder_and_the_settings_carry_one_name(folder):
    """Commands find an engagement by its folder and approvals by its name, so two names are refused."""
    folder.rename(folder.parent / "moved")

    with pytest.raises(UsageError, match="name = 'acme', but the folder is 'moved'"):
        find_engagement("moved", runs=folder.parent)


@pytest.mark.parametrize(
    ("at", "more", "expected"),
    [
        ("2026-12-01T08:00:00", '\ntime_zone = "Europe/Berlin"', "2026-12-01T08:00:00+01:00"),
        ("2026-12-01T08:00:00", "", "2026-12-01T08:00:00+00:00"),
        ("2026-12-01T08:00:00-05:00", '\ntime_zone = "Europe/Berlin"', "2026-12-01T08:00:00-05:00"),
    ],
)
def test_a_cutover_has_a_zone(tmp_path, at, more, expected):
    """Its own offset first, then its zone, then the engagement's; without a cutover there is none."""
    text = SETTINGS.format(url="http://127.0.0.1:1/crm/sales/api")

    assert read_engagement(write(tmp_path, text)).cutover_at is None
    assert read_engagement(write(tmp_path, f"{text}[cutover]\nat = {at}{more}\n")).cutover_at.isoformat() == expected
