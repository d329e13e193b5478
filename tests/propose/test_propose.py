"""A proposal for every source field: the pack's word first, then the analyst's, then a guess."""

from pathlib import Path

import polars as pl
import pytest

from tests.packs import write_pack
from workbench.decisions import build_decision, read_decisions
from workbench.discover.profile import build_inventory
from workbench.errors import UsageError
from workbench.model import PROPOSALS, frame
from workbench.plan import compile_phases
from workbench.propose.confirm import confirm_proposals
from workbench.propose.propose import propose_fields

STAGED = {
    "firms": {"ID": ["f1"], "NAME": ["Ada Ltd"], "TOWN": ["Rome"]},
    "people": {"ID": ["p1"], "LAST": ["Roe"], "FIRM": ["f1"], "BOSS": [None], "BORN": ["2001-02-03"]},
    "visits": {"PERSON": ["p1"], "AT": ["2026-01-01T10:00:00Z"], "UNTIL": [None], "WHAT": ["x"], "PRICE": ["1.5"]},
}


@pytest.fixture
def shop(tmp_path):
    """The small pack, its layout and the inventory of one row each."""
    pack, layout = write_pack(tmp_path)
    staged = {name: pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String)) for name, columns in STAGED.items()}
    return layout, pack, build_inventory(staged, layout)


def propose(shop, decisions: str = "", folder: Path | None = None, capabilities: frozenset[str] = frozenset()):
    """The proposals by object and field, with the decisions written to a file first."""
    layout, pack, inventory = shop
    path = (folder or pack.path.parent) / "decisions.toml"
    path.write_text(decisions)
    decided = read_decisions(path, pack, layout)
    phases = compile_phases(pack, layout=layout, capabilities=capabilities, decisions=decided)
    proposals = propose_fields(inventory, pack, phases, decided)
    assert proposals.schema == PROPOSALS
    return {(row["object"], row["field"]): row for row in proposals.iter_rows(named=True)}


@pytest.mark.covers("N-67")
def test_every_source_field_has_one_proposal(shop):
    """Each field of the inventory stands in the proposals exactly once, in its order."""
    _, _, inventory = shop

    assert list(propose(shop)) == list(inventory.select("object", "field").iter_rows())


def test_the_pack_speaks_first(shop):
    """What the pack maps is confirmed by the pack, and says where that is written."""
    row = propose(shop)["people", "LAST"]

    assert (row["action"], row["destination"], row["to"]) == ("migrate", "contact", "last_name")
    assert (row["state"], row["decided_by"]) == ("confirmed", "pack shop")
    assert row["evidence"] == "pack shop: people.LAST → contact.last_name"


@pytest.mark.parametrize(
    ("object_", "field", "action", "to", "via"),
    [
        ("people", "BORN", "custom_field", "cf_born", "date_iso"),
        ("people", "FIRM", "migrate", "sales_accounts", "lookup"),
        ("people", "BOSS", "migrate", "owner_id", "owner"),
        ("people", "ID", "merge", "external_id", "external id"),
        ("firms", "ID", "merge", "cf_source_id", "external id"),
        ("firms", "TOWN", "migrate", "city, name", "unique_text"),
        ("visits", "PRICE", "merge", "description", "merged rows"),
        ("visits", "WHAT", "migrate", "title, description", "merged rows"),
    ],
)
def test_every_way_through_the_pack_is_traced(shop, object_, field, action, to, via):
    """Rules, lookups, owners, ids and merged lines all count as a place, whichever route of the object has them."""
    row = propose(shop)[object_, field]

    assert (row["action"], row["to"], row["via"]) == (action, to, via)


def test_a_column_that_only_decides_says_so(shop):
    """A column from which a route is chosen arrives nowhere, and its evidence says what it is for."""
    row = propose(shop)["visits", "UNTIL"]

    assert row["to"] == "end_date"
    assert "visits.UNTIL" in row["evidence"]


def test_a_derived_column_leads_back_to_its_source(shop):
    """A value taken from another object's rows names the way it takes."""
    row = propose(shop)["visits", "PERSON"]

    assert "targetable" in row["to"]


@pytest.mark.covers("F-03")
def test_the_analyst_stands_above_the_pack(shop):
    """A decision is shown with the name of who made it and the reason; a skipped field is rejected, not lost."""
    rows = propose(
        shop,
        """
[[decision]]
object = "people"
field = "BORN"
action = "skip"
by = "Ann"
reason = "Not wanted"
[[decision]]
object = "people"
field = "LAST"
action = "confirm"
by = "Ann"
[[decision]]
object = "firms"
field = "TOWN"
action = "map"
to = "cf_town"
type = "text"
label = "Town"
by = "Ben"
""",
    )

    born, last, town = rows["people", "BORN"], rows["people", "LAST"], rows["firms", "TOWN"]
    assert (born["action"], born["to"], born["state"], born["decided_by"]) == ("skip", "", "rejected", "Ann")
    assert born["reason"] == "Not wanted"
    assert (last["to"], last["state"], last["decided_by"]) == ("last_name", "confirmed", "Ann")
    assert town["action"] == "custom_field" and "cf_town" in town["to"] and town["decided_by"] == "Ben"


def test_a_field_nobody_knows_is_only_proposed(shop):
    """A field beyond pack and decisions gets a guess with its confidence, and waits to be confirmed."""
    layout, pack, inventory = shop
    stray = {"object": "people", "field": "CELL_PHONE", "type": "text", "tag": "contact", "rows": 1, "filled": 1}
    empty = {**stray, "field": "NOTHING", "filled": 0}
    phases = compile_phases(pack, layout=layout, capabilities=frozenset())

    proposals = propose_fields(pl.concat([inventory, frame([stray, empty], inventory.schema)]), pack, phases)

    phone, nothing = proposals.tail(2).iter_rows(named=True)
    assert (phone["destination"], phone["to"], phone["state"]) == ("contact", "mobile_number", "proposed")
    assert 0.5 < phone["confidence"] < 0.99
    assert (nothing["action"], nothing["state"]) == ("skip", "proposed")


def test_a_place_the_pack_fills_is_not_proposed_again(shop):
    """A second surname gets a field of its own, and the evidence says who has the place."""
    layout, pack, inventory = shop
    stray = {"object": "people", "field": "SURNAME", "type": "text", "tag": "name", "rows": 1, "filled": 1}
    phases = compile_phases(pack, layout=layout, capabilities=frozenset())

    proposals = propose_fields(pl.concat([inventory, frame([stray], inventory.schema)]), pack, phases)

    row = proposals.row(-1, named=True)
    assert (row["action"], row["to"]) == ("custom_field", "cf_surname")
    assert "another column fills last_name already" in row["evidence"]


@pytest.mark.parametrize(
    ("field", "distinct", "longest", "type_", "said"),
    [
        ("KYC_STATUS", 300, 9, "dropdown", "dropdown field"),
        ("KYC_STATUS", 301, 9, "text", "301 different values, a dropdown takes 300"),
        ("ZZQX", 5, 257, "textarea", "up to 257 characters"),
    ],
)
def test_a_proposed_field_has_room_for_its_values(shop, field, distinct, longest, type_, said):
    """What a list or a line of text cannot take is proposed as a field that can, and the evidence says so."""
    layout, pack, inventory = shop
    stray = {"object": "people", "field": field, "type": "text", "tag": "none", "rows": 400, "filled": 400}
    phases = compile_phases(pack, layout=layout, capabilities=frozenset())
    counted = frame([stray | {"distinct": distinct, "longest": longest}], inventory.schema)

    row = propose_fields(pl.concat([inventory, counted]), pack, phases).row(-1, named=True)

    assert row["type"] == type_ and said in row["evidence"]


@pytest.mark.parametrize(
    ("object_", "destination", "to", "said"),
    [
        ("people", "contact", "owner_id", "people.AGENT: contact has no such field"),
        ("people", "contact", "last_name", "people.AGENT: last_name of contact is filled from another column already"),
        ("visits", "note", "description", "visits.AGENT: name it in the text that visits.short has as description"),
    ],
)
def test_a_confirmed_place_that_cannot_be_written_is_refused(shop, object_, destination, to, said):
    """Saying yes to a field that no rule can fill stops with its name and what to do instead."""
    layout, pack, inventory = shop
    decision = build_decision({"object": object_, "field": "AGENT", "action": "confirm", "by": "Ann"}, {})
    phases = compile_phases(pack, layout=layout, capabilities=frozenset())
    row = {"object": object_, "field": "AGENT", "state": "proposed", "destination": destination, "to": to}
    staged = {object_: pl.DataFrame({"AGENT": ["Roe"]})}

    with pytest.raises(UsageError, match=said):
        confirm_proposals((decision,), frame([row], PROPOSALS), phases, staged, pack=pack, layout=layout)


def test_a_secret_is_never_proposed(shop):
    """A column tagged secret goes nowhere, even where a rule would take it."""
    layout, pack, inventory = shop
    tagged = inventory.with_columns(tag=pl.when(pl.col("field") == "LAST").then(pl.lit("secret")).otherwise("tag"))
    phases = compile_phases(pack, layout=layout, capabilities=frozenset())

    rows = {row["field"]: row for row in propose_fields(tagged, pack, phases).iter_rows(named=True)}

    assert (rows["LAST"]["action"], rows["LAST"]["to"]) == ("skip", "")
