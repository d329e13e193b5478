"""What discovery and mapping say about an export of RSoft CRM, and what becomes of it on smaller plans."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import polars as pl
import pytest

from tests.packs_of_sources.rsoft import STAFF, Rsoft, decide, go_to_load, start
from workbench.errors import UsageError
from workbench.freshsales.schema import read_schema
from workbench.sandbox.users import User

TICKET_COLUMNS = [f"Custom {number}" for number in range(1, 8)]
SKIP = """
[[decision]]
object = "tickets"
field = "{column}"
action = "skip"
reason = "Of no use any more"
by = "Ada"
"""
PAIR = """
[[duplicate]]
object = "contacts"
id = "CON-000002"
repeats = "CON-000001"
action = "merge"
by = "Ada"
"""


@pytest.fixture(scope="module")
def growth(tmp_path_factory) -> Rsoft:
    """Mapped for the smallest plan that has custom fields, after the first mapping showed its open points."""
    rsoft = start(tmp_path_factory.mktemp("growth"), plan="growth")
    add_columns(rsoft.source / "Tickets.csv", TICKET_COLUMNS)
    walk = rsoft.walk
    walk.run("discovery")
    walk.approve("discovery")
    walk.results["first mapping"] = walk.run("mapping")
    decide(rsoft, *(SKIP.format(column=name) for name in TICKET_COLUMNS))
    walk.run("mapping")
    return rsoft


def add_columns(path: Path, names: list[str]) -> None:
    """Give every row of a file a value in further columns, before the empty ones that its lines end with."""
    header, *rows = csv.reader(path.read_text(encoding="utf-8-sig").splitlines(keepends=True))
    place = len(list(filter(None, header)))
    lines = [header[:place] + names, *(row[:place] + [f"old {name}" for name in names] for row in rows)]
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(lines)


@pytest.fixture(scope="module")
def loaded(tmp_path_factory) -> Rsoft:
    """Loaded on Pro, where somebody said of one pair that shares an address that they are one person."""
    rsoft = start(tmp_path_factory.mktemp("pro"), plan="pro")
    go_to_load(rsoft, PAIR)
    return rsoft


def find_audit(rsoft: Rsoft, name: str) -> dict:
    """One line of the audit that discovery wrote."""
    audit = pl.read_csv(rsoft.walk.engagement.latest_run("discovery").path / "audit.csv")
    return audit.filter(pl.col("name") == name).row(0, named=True)


def read_scope(rsoft: Rsoft) -> str:
    """The scope document, as the customer gets it."""
    return (rsoft.walk.engagement.latest_run("mapping").path / "scope.md").read_text(encoding="utf-8")


def list_boxes(rsoft: Rsoft, name: str) -> list[str]:
    """What a document written out of the export has to tick off."""
    text = rsoft.text("discovery", f"document_{name}.md")
    return [line.removeprefix("- [ ] ") for line in text.split("\n") if line.startswith("- [ ] ")]


@pytest.mark.covers("R-12", "R-42")
def test_columns_above_the_cap_are_shown_and_wait(growth):
    """Of seven custom columns the audit names the two the plan does not allow; the mapping waits for a decision."""
    audit = find_audit(growth, "Custom fields of contacts")

    assert (audit["found"], audit["limit"], audit["above"]) == (7, 5, 2)
    assert audit["beyond"] == "Custom 6; Custom 7"
    waiting = growth.walk.results["first mapping"].open_points
    assert [each for each in waiting if each.startswith("contacts.")] == [
        f"contacts.Custom {number}: contact cf_custom_{number}, because the name is not known; text field"
        for number in (6, 7)
    ]
    assert growth.walk.results["mapping"].open_points == ()


@pytest.mark.covers("R-33")
def test_tickets_are_audited_against_the_cap(growth):
    """Of seven custom columns of the tickets two stand above the cap; document and mapping put them to the customer."""
    audit = find_audit(growth, "Custom fields of tickets")
    waiting = [each.split(":")[0] for each in growth.walk.results["first mapping"].open_points]

    assert (audit["found"], audit["limit"], audit["above"]) == (7, 5, 2)
    assert audit["beyond"] == "Custom 6; Custom 7"
    assert f"| Custom fields of tickets | 7 | 5 | {'; '.join(TICKET_COLUMNS)} | Custom 6; Custom 7 |" in read_scope(
        growth
    )
    assert {f"tickets.{name}" for name in TICKET_COLUMNS} <= set(waiting)


@pytest.mark.covers("R-07", "R-76", "R-60")
def test_workflows_are_listed_by_name(growth):
    """Each active workflow stands in the audit, the one above the cap once more, and in a list to tick off."""
    told = json.loads((growth.source / "account.json").read_text())["workflows"]
    audit, objects = find_audit(growth, "Active workflows"), growth.walk.results["discovery"].objects

    assert audit["items"].split("; ") == told and audit["beyond"] == told[5]
    assert list_boxes(growth, "workflows") == told
    row = objects.filter(pl.col("source") == "Workflows").row(0, named=True)
    assert (row["outcome"], row["destination"]) == ("inventory", "")


@pytest.mark.covers("R-27", "R-78")
def test_stage_triggers_are_in_the_inventory(growth):
    """Each trigger is in the audit and the scope, as something to rebuild; nothing of it is written to the tenant."""
    told = json.loads((growth.source / "account.json").read_text())["stage_triggers"]
    journal = growth.walk.app.state.tenant.journal()
    written = {entry["path"].split("/api/")[-1] for entry in journal if entry["method"] in ("POST", "PUT")}

    assert find_audit(growth, "Stage triggers")["items"].split("; ") == told
    assert all(trigger in read_scope(growth) for trigger in told)
    assert list_boxes(growth, "stage_triggers") == told
    row = growth.walk.results["discovery"].objects.filter(pl.col("source") == "Stage triggers").row(0, named=True)
    assert (row["outcome"], row["destination"]) == ("inventory", "")
    assert written and all("/forms/" in path for path in written)


@pytest.mark.covers("R-60")
def test_the_audit_counts_what_the_account_holds(growth):
    """Plan, records per object, pipelines, stages, staff and add-ons, as the export and its account say."""
    manifest = json.loads((growth.source / "manifest.json").read_text())["files"]

    assert find_audit(growth, "Plan")["items"] == "Standard"
    for name in ("Companies", "Contacts", "Leads", "Deals", "Activities", "Tickets", "Tags"):
        assert find_audit(growth, name)["found"] == manifest[f"{name}.csv"]["rows"]
    assert find_audit(growth, "Contacts")["limit"] == 50_000
    assert find_audit(growth, "Pipelines")["items"] == "Sales; Dealer Onboarding"
    assert find_audit(growth, "Owner roster")["found"] == 6
    assert [find_audit(growth, f"Add-on {name}")["items"] for name in ("IVR", "WhatsApp", "Autodialler")] == [
        "true", "true", "false"
    ]  # fmt: skip


@pytest.mark.covers("R-06", "R-29", "R-52", "R-61")
def test_what_does_not_export_is_put_to_the_customer(growth):
    """Recordings, call logs and WhatsApp threads stand in the scope with what is lost, a decision, and their use."""
    gaps = [line.strip("| ").split(" | ") for line in read_scope(growth).split("\n") if line.startswith("| ")]
    told = {cells[1]: cells for cells in gaps if len(cells) == 4}

    recordings = told["Recordings of IVR calls are not in the export"]
    assert recordings[2] == "Calls arrive as text without their audio" and recordings[3].startswith("Decide: ask RSoft")
    logs = told["Call logs of IVR and autodialler live in modules of their own that are not in the export"]
    assert logs[2] == "Only the calls that stand among the activities arrive" and "extra file" in logs[3]
    chats = told["WhatsApp conversations are not in the export"]
    assert chats[0] == "leads" and chats[3].startswith("Decide: export the chats")
    assert [find_audit(growth, f"Add-on {name}")["items"] for name in ("IVR", "WhatsApp")] == ["true", "true"]


@pytest.mark.covers("R-25", "R-26", "R-70")
def test_stages_are_a_list_for_the_admin(growth):
    """Every stage of every pipeline with its order and probability is written down before any load."""
    path = growth.walk.engagement.latest_run("discovery").path / "inventory_stages.csv"
    rows = list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines()))

    assert [(row["Pipeline"], row["Order"], row["Stage"], row["Probability"]) for row in rows][:2] == [
        ("Sales", "1", "New", "10"), ("Sales", "2", "Site Visit", "30"),
    ]  # fmt: skip
    assert len(rows) == 10
    stages = growth.walk.results["discovery"].objects.filter(pl.col("source") == "stages").row(0, named=True)
    assert (stages["outcome"], stages["fidelity"]) == ("inventory", "lossy")


@pytest.mark.covers("R-70", "R-43")
def test_fields_are_created_before_the_load(growth):
    """What the map needs is in the tenant once it is mapped, before any record is."""
    with growth.walk.connect() as tenant:
        schema = read_schema(tenant, plan="growth")

    assert {"cf_custom_1", "cf_custom_6", "cf_custom_7", "cf_source_created_at"} <= schema.fields["contact"].keys()
    assert {"cf_source_stage", "cf_source_pipeline", "cf_closed_reason"} <= schema.fields["deal"].keys()
    assert growth.walk.results["mapping"].schema_plan.filter(pl.col("state") == "missing").is_empty()
    assert growth.walk.records("contact") == growth.walk.records("sales_account") == []


@pytest.mark.covers("R-12", "R-62")
def test_the_scope_is_one_document(growth):
    """Gaps, the field map and the recommended plan stand in one text."""
    text = read_scope(growth)
    proposals = growth.walk.results["mapping"].proposals

    assert "WhatsApp conversations are not in the export" in text
    assert f"| {proposals['object'][0]} | {proposals['field'][0]} |" in text
    assert "Recommended: **growth**" in text
    assert "Custom 6; Custom 7" in text


@pytest.mark.covers("R-44")
def test_fields_a_plan_has_no_room_for_are_named(growth):
    """The free plan has no custom fields: for each object it is said how many are needed and how many there are."""
    plans = growth.walk.results["discovery"].plan_fit
    free = plans.filter(pl.col("plan") == "free").row(0, named=True)
    needs = pl.read_csv(growth.walk.engagement.latest_run("discovery").path / "plan_needs.csv")
    named = needs.filter(plan="free", state="lacks", object="deal", need="custom fields").row(0, named=True)

    assert "contact: " in free["lacks"] and "the plan has 0" in free["lacks"]
    assert "Closed reason" in named["fields"] and named["loses"].startswith("No room for")
    assert not free["is_recommended"]
    assert plans.filter(pl.col("plan") == "growth").row(0, named=True)["lossy"] == "tickets"


class TestLoaded:
    """One load on Pro; the tests run in the order they stand here."""

    @pytest.mark.covers("R-31", "R-32")
    def test_without_modules_tickets_are_notes_on_their_contacts(self, loaded):
        """Each ticket whose contact stands is a note on it, with status, priority, channel, assignee and thread."""
        contacts, staged = loaded.records("contact"), loaded.staged("tickets")
        notes = {id: note for id, note in loaded.records("note").items() if id in staged}
        held = set(loaded.walk.results["load"].held.filter(pl.col("phase") == "tickets")["external_id"])

        assert notes.keys() == staged.keys() - held and len(notes) > 5
        for id, note in notes.items():
            row, contact = staged[id], loaded.survivor(staged[id]["Contact Id"])
            contact = "CON-000001" if contact == "CON-000002" else contact
            assert [link["id"] for link in note.get("targetables") or [{"id": note["targetable_id"]}]] == [
                contacts[contact]["id"]
            ]
            assert note["description"].startswith(f"Ticket {id}: {row['Subject']}\nStatus: {row['Status']}, priority")
            assert "When will my order" in note["description"] and "-----" not in note["description"]

    @pytest.mark.covers("R-13")
    def test_what_somebody_confirmed_is_merged(self, loaded):
        """The pair is one contact, held is neither, and the row says which record it repeats."""
        rows = loaded.walk.results["mapping"].row_outcomes.filter(pl.col("reason") == "repeats CON-000001")
        held = loaded.walk.results["load"].held

        assert "CON-000001" in loaded.records("contact") and "CON-000002" not in loaded.records("contact")
        assert rows.height >= 1 and set(rows["outcome"]) == {"merge"}
        assert "CON-000002" not in set(held["external_id"])

    @pytest.mark.covers("R-75")
    def test_the_last_changes_come_over_at_the_switch(self, loaded):
        """After the freeze one contact has another tag in the export: the delta changes that record alone."""
        walk = loaded.walk
        walk.approve("load")
        path = loaded.source / "Contacts.csv"
        text = path.read_bytes().decode("utf-8-sig")
        line = next(line for line in text.split("\r\n") if line.startswith("CON-000003,"))
        path.write_bytes(text.replace(line, line.replace("Chetan Acharya", "Chetan Acharya-Rao")).encode("utf-8-sig"))
        before = loaded.records("contact")
        result = walk.run("cutover")

        changed = {id for id, record in loaded.records("contact").items() if record != before.get(id)}
        assert "Chetan Acharya" in line and changed == {"CON-000003"}
        assert loaded.records("contact")["CON-000003"]["last_name"] == "Acharya-Rao"
        assert result.counts["loaded"].sum() == 1


@pytest.mark.covers("R-38", "R-39", "R-69")
def test_unresolved_owners_stop_the_mapping_until_somebody_says_who_they_are(tmp_path):
    """Under the policy to block, each name that leads to no user is listed; a roster that knows them opens the way."""
    users = (*STAFF, User(name="Meera Patel", email="meera.patel@tenant.example"))
    rsoft = start(tmp_path, plan="growth", users=users, unmatched_owner="block")
    walk = rsoft.walk
    walk.run("discovery")
    walk.approve("discovery")
    with pytest.raises(UsageError) as refused:
        walk.run("mapping")
    for name in ("Rahul Sharma", "Sunita Bose", "Vikram Chauhan"):
        assert f"belong to {name}" in str(refused.value)
    assert "Meera Patel" not in str(refused.value)
    lines = ["source_id,email", "Rahul Sharma,rahul.sharma@tenant.example", "Sunita Bose,asha.menon@tenant.example"]
    (walk.folder / "roster.csv").write_text("\n".join([*lines, "Vikram Chauhan,asha.menon@tenant.example", ""]))
    walk.run("discovery")
    walk.approve("discovery")

    owners = walk.run("mapping").owners
    assert set(owners.drop_nulls("source_id")["resolution"]) == {"email"}
