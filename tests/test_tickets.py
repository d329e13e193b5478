"""What `[policies] tickets` of an engagement makes of the tickets of a source."""

from __future__ import annotations

import json

import pytest

from tests.packs import COLUMNS, LAYOUT, PACK, stage_as, write_layout
from workbench.errors import UsageError
from workbench.freshsales.plans import read_plans
from workbench.pack import read_pack
from workbench.pack.tickets import FILE, decide_tickets, write_tickets
from workbench.plan import compile_phases
from workbench.records import account_rows, derive_columns

TICKETS_LAYOUT = """
[[object]]
name = "tickets"
file = "tickets.csv"
key = ["NO"]
[object.columns]
NO = { type = "id", tag = "id" }
WHO = { type = "id", tag = "id" }
SUBJECT = { type = "text" }
STATE = { type = "text" }
"""
TICKETS = """
[tickets]
object = "tickets"
fields = [
  { with = ["NO", "SUBJECT"], to = "subject", via = "template", text = "{NO} {SUBJECT}" },
  { from = "WHO", to = "unique_external_id" },
  { from = "STATE", to = "status", via = "choice", values = { Open = "2", Closed = "5" }, default = "2" },
]
[[object]]
source = "tickets"
destination = "cm_ticket"
needs = ["custom_modules"]
fidelity = "1:1"
external_id = ["NO"]
module = { label = "Ticket", plural = "Tickets" }
lookups = { cf_who = { object = "people", from = "WHO" } }
fields = [{ from = "SUBJECT", to = "name" }, { from = "STATE", to = "cf_state", type = "text", label = "State" }]
[[object]]
source = "tickets"
destination = "note"
unless = ["custom_modules"]
fidelity = "lossy"
reason = "A note on the contact"
external_id = ["NO"]
lookups = { targetable = { object = "people", from = "WHO" } }
fields = [{ with = ["SUBJECT", "STATE"], to = "description", via = "template", text = "{SUBJECT} {STATE}" }]
"""
ROWS = [
    {"NO": "t1", "WHO": "p1", "SUBJECT": "Lost key", "STATE": "closed"},
    {"NO": "t2", "WHO": "p1", "SUBJECT": "Ünïcode\nline", "STATE": "Waiting"},
]


@pytest.fixture
def shop(tmp_path):
    """The small shop with tickets: its pack, its layout and two staged tickets."""
    layout = write_layout(tmp_path, LAYOUT + TICKETS_LAYOUT)
    path = tmp_path / "pack.toml"
    path.write_text(PACK + TICKETS, encoding="utf-8")
    columns = COLUMNS | {"tickets": ("NO", "WHO", "SUBJECT", "STATE")}
    return (
        read_pack(path, layout),
        layout,
        stage_as(columns, {"people": [{"ID": "p1", "LAST": "Roe"}], "tickets": ROWS}),
    )


def decide(pack, policy, plan):
    return decide_tickets(pack, policy, plan=plan, capabilities=read_plans()[plan].capabilities)


@pytest.mark.covers("R-31")
@pytest.mark.parametrize(
    ("policy", "plan", "destination", "outcome"),
    [
        ("by_plan", "enterprise", "cm_ticket", "migrate"),
        ("by_plan", "growth", "note", "migrate"),
        ("custom_module", "enterprise", "cm_ticket", "migrate"),
        ("note", "enterprise", "note", "migrate"),
        ("note", "growth", "note", "migrate"),
        ("freshdesk_export", "enterprise", "", "inventory"),
        ("exclude", "growth", "", "exclude"),
    ],
)
def test_the_policy_decides_where_tickets_go(shop, policy, plan, destination, outcome):
    """Each policy has one outcome for every ticket on the plan, with a reason where none becomes a record."""
    pack, layout, staged = shop
    pack = decide(pack, policy, plan)
    frames = derive_columns(staged, pack)

    phases = compile_phases(pack, layout=layout, capabilities=read_plans()[plan].capabilities)
    outcomes = account_rows(pack, phases, frames).filter(object="tickets")

    assert [phase.destination for phase in phases if phase.source == "tickets"] == [destination] * bool(destination)
    assert outcomes["outcome"].to_list() == [outcome] * 2
    is_said = [policy in ("note", "freshdesk_export", "exclude")] * 2
    assert ["Freshsales has no tickets" in reason for reason in outcomes["reason"]] == is_said


@pytest.mark.parametrize("plan", ["free", "growth", "pro"])
def test_a_module_is_refused_where_the_plan_has_none(shop, plan):
    """The setting, the plan and the other choices are named, before anything is staged."""
    with pytest.raises(UsageError, match=rf"\[policies\] tickets = 'custom_module': plan {plan} .* freshdesk_export"):
        decide(shop[0], "custom_module", plan)


def test_freshdesk_gets_a_line_for_every_ticket(shop):
    """Numbers for its lists, an unknown word as the default, texts as they are, nothing for what is empty."""
    pack, _, staged = shop
    frames = derive_columns(staged, decide(pack, "freshdesk_export", "pro"))

    written = write_tickets(pack, "freshdesk_export", frames)

    assert [json.loads(line) for line in written[FILE].splitlines()] == [
        {"subject": "t1 Lost key", "unique_external_id": "p1", "status": 5},
        {"subject": "t2 Ünïcode\nline", "unique_external_id": "p1", "status": 2},
    ]
    assert write_tickets(pack, "note", frames) == {}


def test_a_source_without_tickets_is_as_it_was(tmp_path):
    """The setting says nothing about a source that has none, not even on a plan without modules."""
    (tmp_path / "pack.toml").write_text(PACK, encoding="utf-8")
    pack = read_pack(tmp_path / "pack.toml", write_layout(tmp_path))

    assert decide(pack, "custom_module", "growth") is pack


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('to = "subject"', 'to = "subjct"', "Freshdesk takes no such field; did you mean subject"),
        ('from = "WHO", to = "unique', 'from = "WHOM", to = "unique', "WHOM"),
        ('[tickets]\nobject = "tickets"', '[tickets]\nobject = "ticket"', "ticket"),
        ('via = "choice", values', 'via = "choise", values', "no transform 'choise'"),
    ],
)
def test_a_slip_in_the_table_is_said(tmp_path, old, new, said):
    """A wrong field, column, object or transform is refused when the pack is read."""
    layout = write_layout(tmp_path, LAYOUT + TICKETS_LAYOUT)
    (tmp_path / "pack.toml").write_text(PACK + TICKETS.replace(old, new, 1), encoding="utf-8")

    with pytest.raises(UsageError, match=said):
        read_pack(tmp_path / "pack.toml", layout)
