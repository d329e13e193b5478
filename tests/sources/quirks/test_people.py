"""Q24 to Q26: people who share an e-mail, stand in two lists, or are known by their name alone."""

import polars as pl
import pytest

from workbench.discover.owner_references import check_owner_references, list_owners
from workbench.discover.roster import build_roster
from workbench.engagement import Policies
from workbench.freshsales.owners import resolve_owners
from workbench.freshsales.schema import TenantSchema, preflight
from workbench.freshsales.users import User
from workbench.pack.dedupe import find_duplicates
from workbench.plan import compile_phases
from workbench.records import account_rows, build_records, derive_columns
from workbench.sources.files import read_staged

TYPES = {"Id": "id"}
CONTACT = """
destination = "contact"
fidelity = "1:1"
external_id = ["Id"]
fields = [{ from = "Name", to = "last_name" }, { from = "Mail", to = "email" }]
"""
PEOPLE = f"""
[[dedupe]]
object = "people"
id = "Id"
from = "Mail"
via = "mail_key"
same = {{ from = "Name", via = "name_key" }}
[[object]]
source = "people"
{CONTACT}"""
LEADS = f"""
[[dedupe]]
object = "leads"
id = "Id"
from = "Mail"
via = "mail_key"
same = {{ from = "Name", via = "name_key" }}
among = {{ object = "people", id = "Id", from = "Mail", same = "Name" }}
column = "SAME_CONTACT"
[[object]]
source = "leads"
outcome = "split"
reason = "Whoever is a contact already is no lead besides"
[[object.route]]
name = "known"
where = "SAME_CONTACT IS NOT NULL"
outcome = "merge"
into = "people"
reason = "Already a contact"
[[object.route]]
name = "new"
where = "SAME_CONTACT IS NULL"
{CONTACT}"""
USERS = (User(id=1, name="Cid Fox", email="cid@tenant.example", is_active=True),)


def read(export, text, **objects):
    """Stage objects written as lines of text; gives the pack, what is staged, the phases, and the pack's frames."""
    rows = []
    for name, lines in objects.items():
        export.write(f"{name}.csv", "\n".join(lines) + "\n")
        columns = {column: TYPES.get(column, "text") for column in lines[0].split(",")}
        rows.append({"name": name, "file": f"{name}.csv", "key": ["Id"], "columns": columns})
    layout = export.layout(*rows)
    export.stage(layout)
    pack, staged = export.pack(layout, text), read_staged(export.out)
    return pack, staged, compile_phases(pack, layout=layout, capabilities=frozenset()), derive_columns(staged, pack)


def test_q24_a_household_shares_an_address(export):
    """Q24: the same e-mail under another name waits for somebody, and both stand; under the same name it is one."""
    pack, staged, (phase,), frames = read(
        export,
        PEOPLE,
        people=["Id,Name,Mail", "1,Ann Roe,roe@a.example", "2,Bob Roe,ROE@a.example", "3,ANN ROE,roe@a.example"],
    )

    pairs = find_duplicates(staged, pack)
    records = build_records(phase, frames)
    outcomes = account_rows(pack, (phase,), frames)

    assert pairs.select("external_id", "repeats", "evidence", "state").rows() == [
        ("2", "1", "same Mail, another Name", "open"),
        ("3", "1", "same Mail, same Name", "merged"),
    ]
    assert records.select("external_id", "last_name", "email").rows() == [
        ("1", "Ann Roe", "roe@a.example"),
        ("2", "Bob Roe", "ROE@a.example"),
    ]
    assert outcomes.select("row", "outcome", "external_id").rows() == [
        (1, "migrate", "1"),
        (2, "migrate", "2"),
        (3, "merge", "1"),
    ]


def test_q25_a_lead_who_is_a_contact_already(export):
    """Q25: with the same e-mail and name the lead goes into the contact; under another name it stays, and is listed."""
    pack, staged, phases, frames = read(
        export,
        PEOPLE + LEADS,
        people=["Id,Name,Mail", "c1,Ann Roe,roe@a.example"],
        leads=["Id,Name,Mail", "l1,Ann Roe,Roe@a.example", "l2,Bob Roe,roe@a.example", "l3,Cid Fox,"],
    )

    pairs = find_duplicates(staged, pack)
    outcomes = account_rows(pack, phases, frames).filter(pl.col("object") == "leads")
    made = {phase.name: build_records(phase, frames)["external_id"].to_list() for phase in phases}

    assert pairs.select("external_id", "repeats_object", "repeats", "state").rows() == [
        ("l1", "people", "c1", "merged"),
        ("l2", "people", "c1", "open"),
    ]
    assert made == {"people": ["c1"], "leads.new": ["l2", "l3"]}
    assert outcomes.sort("row").select("row", "outcome", "reason").rows() == [
        (1, "merge", "Already a contact"),
        (2, "migrate", ""),
        (3, "migrate", ""),
    ]


STAFF = """
[owners]
object = "staff"
id = "Name"
name = "Name"
email = "Mail"
[[object]]
source = "staff"
outcome = "inventory"
reason = "Users are made by hand"
"""


@pytest.mark.parametrize("policy", ["block", "fallback"])
def test_q26_an_owner_by_name(export, policy):
    """Q26: a name two people have, and one nobody has any more, lead to nobody: asked by name, or to the fallback."""
    pack, _, (phase,), frames = read(
        export,
        STAFF + PEOPLE + 'owner = "Owner"',
        people=["Id,Name,Mail,Owner", "1,A,,Cid Fox", "2,B,,Ann Roe", "3,C,,Ann Roe", "4,D,,Gone Long", "5,E,,"],
        staff=[
            "Id,Name,Mail",
            "s1,Cid Fox,CID@tenant.example",
            "s2,Ann Roe,ann1@a.example",
            "s3,Ann Roe,ann2@a.example",
        ],
    )
    policies = Policies(unmatched_owner=policy, fallback_owner="cid@tenant.example")

    roster = build_roster(frames, pack.owners, None, named=list_owners(frames, pack, capabilities=frozenset()))
    (counted,) = check_owner_references(frames, pack, roster, capabilities=frozenset()).iter_rows(named=True)
    named = build_records(phase, frames).group_by(source_id="owner").agg(records=pl.len().cast(pl.Int64))
    owners = resolve_owners(roster, USERS, policies=policies, records=named)
    schema = TenantSchema(plan="pro", capabilities=frozenset(), modules={}, fields={}, selectors={}, users=USERS)
    problems = preflight((), schema, policies=policies, owners=owners)

    assert {name: counted[name] for name in ("records", "valid", "without_email", "unknown", "empty")} == {
        "records": 5, "valid": 1, "without_email": 2, "unknown": 1, "empty": 1,
    }  # fmt: skip
    unmatched = "fallback" if policy == "fallback" else "unresolved"
    assert {row["source_id"]: (row["resolution"], row["records"]) for row in owners.iter_rows(named=True)} == {
        "Cid Fox": ("email", 1),
        "Ann Roe": (unmatched, 2),
        "Gone Long": (unmatched, 1),
        None: ("fallback", 1),
    }
    asked = [line.partition(":")[2] for line in problems if "Ann Roe" in line or "Gone Long" in line]
    assert len(problems) == len(asked) == (2 if policy == "block" else 0)
    assert all("correct the e-mail in roster.csv" in line for line in asked)
