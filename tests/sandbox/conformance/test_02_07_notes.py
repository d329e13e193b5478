"""Notes: text about something."""

import pytest

from tests.sandbox.doing import about


@pytest.fixture
def contact(api):
    """Somebody to write about."""
    return api.make("contact", email="ann@example.org")


@pytest.fixture
def note(api, contact):
    """A note about them."""
    return api.make("note", description="first", **about(contact))


@pytest.mark.contract("2.7-01")
def test_2_7_a_new_note_is_answered_with_200(api, contact):
    """Unlike every other activity."""
    sent = {"description": "first", **about(contact)}

    assert api.ask("POST", "/notes", {"note": sent}, status=200)["note"]["description"] == "first"


@pytest.mark.contract("2.7-02")
@pytest.mark.parametrize("text", ["", "  ", None])
def test_2_7_a_note_needs_text(api, contact, text):
    """Blanks are none."""
    sent = {"description": text, **about(contact)}

    assert api.refuse("POST", "/notes", {"note": sent}) == ["Description can't be blank"]


@pytest.mark.contract("2.7-03")
def test_2_7_what_a_note_shows(api, contact, note):
    """Every key is there, most of them empty."""
    assert set(note) == {
        "id",
        "description",
        "created_at",
        "updated_at",
        "creater_id",
        "url",
        "duration",
        "has_access",
        "collab_context",
        "targetables",
    }
    assert note["targetables"] == [{"id": contact["id"], "type": "Contact"}]
    assert (note["creater_id"], note["has_access"], note["url"]) == (api.tenant.admin_id, True, None)


@pytest.mark.contract("2.7-04")
@pytest.mark.contract("2.7-12")
def test_2_7_a_note_in_html_says_so(api, contact, note):
    """Its text comes back as it was sent; plain text has no such key."""
    written = api.make("note", description="<p>first <b>note</b></p>", **about(contact))

    assert written["html_content"] == written["description"] == "<p>first <b>note</b></p>"
    assert "html_content" not in note
    assert "html_content" not in api.make("note", description="a < b > c", **about(contact))


@pytest.mark.contract("2.7-05")
def test_2_7_a_note_is_changed(api, contact, note):
    """The text is another, what it is about stays."""
    changed = api.ask("PUT", f"/notes/{note['id']}", {"note": {"description": "second"}})["note"]

    assert (changed["description"], changed["targetables"]) == ("second", note["targetables"])


@pytest.mark.contract("2.7-06")
def test_2_7_a_note_is_deleted(api, contact, note):
    """For good."""
    assert api.ask("DELETE", f"/notes/{note['id']}") == {"success": "200"}
    assert api.ask("GET", f"/contacts/{contact['id']}/notes")["notes"] == []
    assert api.refuse("DELETE", f"/notes/{note['id']}", status=404)


@pytest.mark.contract("2.7-07")
def test_2_7_there_is_no_list_of_notes(api, note):
    """Nor a page of a single one."""
    assert api.refuse("GET", "/notes", status=404)
    assert api.refuse("GET", f"/notes/{note['id']}", status=404)


@pytest.mark.contract("2.7-08")
@pytest.mark.contract("2.7-09")
@pytest.mark.parametrize(
    ("plural", "model", "attributes"),
    [
        ("contacts", "Contact", {"email": "bo@example.org"}),
        ("sales_accounts", "SalesAccount", {"name": "A"}),
        ("deals", "Deal", {"name": "D", "amount": 1}),
    ],
)
def test_2_7_notes_are_read_through_their_record(api, plural, model, attributes):
    """As a list of its own, and beside the record."""
    record = api.make(plural[:-1], **attributes)
    written = api.make("note", description="x", **about(record, model))

    listed = api.ask("GET", f"/{plural}/{record['id']}/notes")
    beside = api.ask("GET", f"/{plural}/{record['id']}", include="notes")

    assert ([each["id"] for each in listed["notes"]], listed["meta"]["total"]) == ([written["id"]], 1)
    assert [each["id"] for each in beside["notes"]] == [written["id"]]


@pytest.mark.contract("2.7-10")
def test_2_7_a_note_is_of_now(api, contact):
    """Whatever date a client sends."""
    dates = dict.fromkeys(("created_at", "updated_at", "date", "conversation_time"), "2001-01-01T00:00:00Z")

    written = api.make("note", description="x", **dates, **about(contact))

    assert written["created_at"] == written["updated_at"] == "2026-11-25T06:00:00-06:00"
    assert not {"date", "conversation_time"} & set(written)


@pytest.mark.contract("2.7-11")
def test_2_7_how_long_a_note_may_be(make_api, api, contact):
    """As long as anybody likes, or as long as the switch says: refused beyond it, or cut."""
    assert len(api.make("note", description="x" * 200_000, **about(contact))["description"]) == 200_000
    strict = make_api(switches={"note_limit": 10})
    someone = strict.make("contact", email="a@example.org")
    assert strict.make("note", description="x" * 10, **about(someone))
    assert strict.refuse("POST", "/notes", {"note": {"description": "x" * 11, **about(someone)}}) == [
        "Description is not in required length"
    ]
    silent = make_api(switches={"note_limit": 10, "refuse_long_text": False})
    someone = silent.make("contact", email="a@example.org")
    assert silent.make("note", description="x" * 11, **about(someone))["description"] == "x" * 10
