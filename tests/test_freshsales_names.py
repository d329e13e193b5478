"""Where everything stands, by the names Freshsales gives its objects."""

from __future__ import annotations

import polars as pl
import pytest

from workbench.freshsales_names import BY_HAND, FIELDS, NOTHING, RECORDS, USERS, list_freshsales_names, read_names
from workbench.model import CROSSWALK, frame

NAMES = [
    "Lead", "Contact", "Account", "Deal", "Deal Product/line item", "Product", "Task", "Event/Meeting",
    "Sales Activity", "Note", "Ticket", "Tag", "User", "Custom Field", "Custom Module/Object", "File", "Segment",
    "Campaign", "Workflow", "Report/Dashboard", "Template", "Channel configuration", "Territory", "Pipeline Stage",
]  # fmt: skip
DICTIONARY = ("object", "field", "to")
INVENTORIES = ("name", "what")


def list_names(*, records=(), fields=(), people=(), inventories=()) -> dict[str, dict]:
    """The rows by name; records as (source, destination), fields and inventories as their columns."""
    crosswalk = [
        {"phase": source, "source": source, "external_id": str(place), "destination": destination,
         "destination_id": place, "created": True}
        for place, (source, destination) in enumerate(records)
    ]  # fmt: skip
    found = list_freshsales_names(
        crosswalk=frame(crosswalk, CROSSWALK),
        dictionary=pl.DataFrame(fields, schema=dict.fromkeys(DICTIONARY, pl.String), orient="row"),
        owners=pl.DataFrame({"source_id": people}, schema={"source_id": pl.String}),
        inventories=pl.DataFrame(inventories, schema=dict.fromkeys(INVENTORIES, pl.String), orient="row"),
    )
    return {row["name"]: row for row in found.to_dicts()}


@pytest.mark.covers("F-22")
def test_every_name_is_answered_once():
    """The names are those used for Freshsales everywhere, each once, and each says something where it is empty."""
    names = list_names()

    assert [name["name"] for name in read_names()] == list(names) == NAMES
    assert all(row["stands"] == NOTHING and row["remark"] for row in names.values())


def test_records_count_where_they_stand_and_modules_together():
    """Each record is under one name, every module under the same, with the objects they come from."""
    names = list_names(records=[("visits", "appointment"), ("pets", "cm_pet"), ("cars", "cm_car"), ("old", "task")])
    found = {name: (row["stands"], row["count"], row["source"]) for name, row in names.items() if row["count"]}

    assert found == {
        "Event/Meeting": (RECORDS, 1, "visits"),
        "Custom Module/Object": (RECORDS, 2, "cars, pets"),
        "Task": (RECORDS, 1, "old"),
    }


def test_a_source_field_that_fills_several_counts_once_under_each_name():
    """Two custom fields made of one column are one field; the stage it decides beside them is told too."""
    names = list_names(fields=[("bookings", "status", "cf_a, deal_stage_id, cf_b"), ("lines", "qty", "products, cf_a")])
    found = {name: (row["stands"], row["count"], row["source"]) for name, row in names.items() if row["count"]}

    assert found == {
        "Deal Product/line item": (FIELDS, 1, "lines"),
        "Custom Field": (FIELDS, 2, "bookings, lines"),
        "Pipeline Stage": (FIELDS, 1, "bookings"),
    }


def test_users_and_what_is_rebuilt_by_hand_are_told_as_such():
    """People on the owner list are users; an inventory stands under the names its own words speak of, once."""
    names = list_names(
        people=["1", "2", None],
        inventories=[
            ("Automations", "Rules and reminders"),
            ("Charts", "Dashboards of sales"),
            ("Other", "Reportedly"),
        ],
    )
    found = {name: (row["stands"], row["count"], row["source"]) for name, row in names.items() if row["count"]}

    assert found["User"] == (USERS, 2, "")
    assert found["Workflow"] == (BY_HAND, 1, "Automations")
    assert found["Report/Dashboard"][0] == BY_HAND
