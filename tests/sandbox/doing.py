"""The shortest ways to have something done about somebody, for tests of activities."""

from typing import Any

TIMES = {"from_date": "2016-06-20T07:00:00Z", "end_date": "2016-06-20T08:00:00Z"}
PAST = {"start_date": "2017-01-02T10:00:00Z", "end_date": "2017-01-02T11:00:00Z"}
TODAY = "2026-11-25T18:00:00Z"


def about(record: dict[str, Any], model: str = "Contact") -> dict[str, Any]:
    """The attributes that point at a record."""
    return {"targetable_type": model, "targetable_id": record["id"]}


def make_task(api, record, **attributes):
    """A new task about a contact."""
    sent = {"title": "Call", "due_date": TODAY, **about(record), **attributes}
    return api.ask("POST", "/tasks", {"task": sent}, status=201)["task"]


def make_appointment(api, record, **attributes):
    """The answer to a new appointment with a contact."""
    sent = {"title": "Visit", **TIMES, **about(record), **attributes}
    return api.ask("POST", "/appointments", {"appointment": sent}, status=201)


def make_activity(api, record, *, type="Site visit", answered=201, **attributes):
    """The answer to a new sales activity about a contact."""
    type_id = api.choice("sales_activity_types", type)
    sent = {"title": "Visit", **PAST, **about(record), "sales_activity_type_id": type_id, **attributes}
    return api.ask("POST", "/sales_activities", {"sales_activity": sent}, status=answered)


def log_call(api, record, *, answered=201, **attributes):
    """The answer to a new phone call with a contact."""
    return api.ask("POST", "/phone_calls", {"call_direction": True, **about(record), **attributes}, status=answered)


def titles(answer, plural):
    """Titles of the records of a list."""
    return [each["title"] for each in answer[plural]]
