"""The switches: what is unknown has one, each says what it decides, and words for them are read with care."""

import json
import re
from pathlib import Path

import pytest

from workbench.errors import UsageError
from workbench.sandbox.switch_list import WIDTH, describe_switches, export_switches
from workbench.sandbox.switch_words import collect_switches
from workbench.sandbox.switches import list_switches

TESTS = Path(__file__).parent.parent
# What public material leaves open, in our words, and the switches that decide it.
UNKNOWN = {
    "whether created_at can be written": {"created_at_writable"},
    "how long a note may be": {"note_limit"},
    "the body of a 429": {"too_many_body"},
    "the unit of the reset header": {"reset_unit"},
    "the largest page": {"per_page_cap"},
    "how deep paging goes": {"deep_page_cap", "deep_page_status"},
    "more than a hundred records in one bulk call": {"bulk_cap", "bulk_over_cap"},
    "what a job that went wrong calls itself": {"bulk_state_after_failures"},
    "whether a job names the ids it made": {"bulk_reports_ids"},
    "the status of an upsert that creates": {"upsert_created_status"},
    "the numbers of field types": {"field_codes"},
    "fields of accounts and deals by API": {"core_forms"},
    "the wrapper of a module's record": {"module_wrapper"},
    "activities of a type every tenant has": {"default_activity_types"},
    "the status of too large an upload": {"oversize_status"},
    "an e-mail in the recycle bin": {"reuse_deleted_email"},
    "which plan has a sandbox": {"sandbox_plan"},
    "how many pipelines there are": {"pipelines"},
    "how many records there may be": {"record_cap", "record_cap_status"},
    "what goes along with a deleted account": {"account_delete_options"},
    "the operators of filtered search": {"more_search_operators"},
    "restoring through the API": {"restore_by_api"},
    "whether failed calls cost quota": {"failed_calls_cost"},
}


@pytest.mark.parametrize("unknown", UNKNOWN)
def test_whatever_is_unknown_has_a_switch(unknown):
    """So that a rehearsal can be held both ways."""
    assert UNKNOWN[unknown] <= {switch.name for switch in list_switches()}


def test_a_switch_says_what_it_decides():
    """In a sentence; its default is one of the values it may have."""
    for switch in list_switches():
        assert switch.meaning.endswith("."), switch.name
        assert switch.about
        assert not switch.known or switch.default in switch.known, switch.name
        assert type(switch.default) in (bool, int, float, str), switch.name


def test_the_list_fits_a_terminal_and_names_everything():
    """Grouped by the part of the API each belongs to."""
    lines = describe_switches().splitlines()

    assert max(map(len, lines)) <= WIDTH
    for switch in list_switches():
        assert any(line.startswith(f"  {switch.name}=") for line in lines), switch.name
    parts = [line for line in lines if line and not line.startswith(" ")]
    assert len(parts) == len(set(parts)) == len({switch.about for switch in list_switches()})


def test_one_part_of_the_list():
    """A part nobody knows is named with the nearest."""
    assert describe_switches("quota").splitlines()[0] == "quota"
    assert {switch["about"] for switch in export_switches("quota")} == {"quota"}
    with pytest.raises(UsageError, match="did you mean quota"):
        describe_switches("quotas")


def test_the_list_for_a_program():
    """Plain values; where all values will do there are none to choose from."""
    exported = json.loads(json.dumps(export_switches()))

    assert len(exported) == len(list_switches())
    assert {"name", "about", "meaning", "default", "known"} == set(exported[0])


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("retry_after", "on", True),
        ("retry_after", "No", False),
        ("note_limit", "5000", 5000),
        ("job_seconds", "2", 2.0),
    ],
)
def test_words_of_a_command_line_are_read(name, text, value):
    """As what the switch takes."""
    assert collect_switches([(name, text)]) == ({name: value}, [])


def test_every_wrong_word_is_named_at_once():
    """With the nearest switch, or with what it takes."""
    named = [("note_limi", "5"), ("bulk_cap", "many"), ("retry_after", 1), ("bulk_cap", "-1"), ("language", "fr")]
    values, problems = collect_switches(named)

    assert values == {} and len(problems) == len(named)
    assert "nearest: note_limit" in problems[0] and "known: en, nl, es, de" in problems[4]


@pytest.mark.parametrize("name", [switch.name for switch in list_switches()])
def test_every_switch_is_tried(name):
    """Some test turns it: a switch nobody turned may be connected to nothing."""
    turned = re.compile(rf'"{name}": |\b{name}=')

    assert any(turned.search(path.read_text(encoding="utf-8")) for path in TESTS.rglob("test_*.py"))


@pytest.mark.parametrize(("megabytes", "status"), [(1, 413), (10, 200)])
def test_a_body_may_be_too_large_to_be_read(make_api, megabytes, status):
    """It is refused before it is parsed."""
    api = make_api(switches={"json_body_mb": megabytes})

    assert api.ask("POST", "/contacts", {"email": "a@example.org", "junk": "x" * 2_000_000}, status=status)
