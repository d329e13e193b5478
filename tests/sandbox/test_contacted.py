"""When a contact or account was last contacted, as far as calls, meetings and activities tell."""

import pytest

NAMES = (
    "last_contacted",
    "last_contacted_mode",
    "last_contacted_via_sales_activity",
    "last_contacted_sales_activity_mode",
)


@pytest.fixture
def visited(make_api):
    """A tenant with an activity type of its own, and a contact."""
    api = make_api(activity_types=("Visit",))
    api.contact = api.make("contact", email="a@example.org")
    api.about = {"targetable_type": "Contact", "targetable_id": api.contact["id"]}
    return api


def read(api):
    """When and how the contact was last contacted."""
    shown = api.ask("GET", f"/contacts/{api.contact['id']}")["contact"]
    return tuple(shown[name] for name in NAMES)


def test_nobody_was_contacted_before_anything_happened(visited):
    """All four are null; a task or a note is no contact."""
    visited.ask("POST", "/notes", {"note": {"description": "N", **visited.about}})
    visited.ask("POST", "/tasks", {"task": {"title": "T", "due_date": "2027-01-01", **visited.about}}, status=201)

    assert read(visited) == (None, None, None, None)


def test_a_call_is_when_it_was_written_down(visited):
    """With the direction it had."""
    visited.ask("POST", "/phone_calls", {"call_direction": False, **visited.about}, status=201)

    assert read(visited)[:2] == ("2026-11-25T06:00:00-06:00", "Outgoing call")


def test_a_meeting_counts_when_it_has_ended(visited):
    """One to come does not; of two that were, the later."""
    for day in ("2026-11-01", "2026-11-20", "2027-11-20"):
        times = {"from_date": f"{day}T10:00:00Z", "end_date": f"{day}T11:00:00Z"}
        visited.ask("POST", "/appointments", {"appointment": {"title": "A", **times, **visited.about}}, status=201)

    assert read(visited) == (None, None, "2026-11-20T05:00:00-06:00", "Meeting")


def test_a_sales_activity_is_called_after_its_type(visited):
    """However long ago it was."""
    activity = {"title": "V", "sales_activity_type_id": visited.choice("sales_activity_types", "Visit")}
    times = {"start_date": "2017-12-04T17:00:00Z", "end_date": "2017-12-04T18:00:00Z"}
    visited.ask("POST", "/sales_activities", {"sales_activity": {**activity, **times, **visited.about}}, status=201)

    assert read(visited)[2:] == ("2017-12-04T12:00:00-06:00", "Visit")


def test_the_bin_remembers(visited):
    """A deleted contact shows it in the view of the bin, and is still the same when it comes back."""
    visited.ask("POST", "/phone_calls", {"call_direction": True, **visited.about}, status=201)
    before = read(visited)

    visited.ask("DELETE", f"/contacts/{visited.contact['id']}")
    (binned,) = visited.view("contacts", "Recycle Bin")["contacts"]
    visited.ask("PUT", f"/contacts/{visited.contact['id']}/restore")

    assert tuple(binned[name] for name in NAMES) == before == read(visited)
