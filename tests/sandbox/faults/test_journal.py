"""What the tenant writes down of every call."""

import sqlite3
from contextlib import closing

import pytest

from tests.sandbox.conftest import HEADERS
from workbench.sandbox import TenantSettings, build_app

FIRST_JOURNAL = """
CREATE TABLE journal(seq INTEGER PRIMARY KEY, at REAL, method TEXT, path TEXT, status INTEGER, cost INTEGER);
INSERT INTO journal VALUES (1, 5.0, 'GET', '/crm/sales/api/contacts/1', 404, 1);
"""


def test_a_row_tells_what_was_asked_and_what_was_answered(make_day):
    """Never what was sent: it may be health data."""
    day = make_day()
    made = day.make("contact", email="a@example.org", first_name="Zoë")
    day.ask("GET", f"/contacts/{made['id']}", include="owner", page=2)
    day.ask("PUT", f"/contacts/{made['id']}", {"city": "Graz"})
    day.ask("DELETE", f"/contacts/{made['id']}")
    day.refuse("POST", "/contacts", {"email": "nonsense"})

    rows = day.tenant.journal()

    base = "/crm/sales/api/contacts"
    assert [(row["method"], row["path"], row["query"], row["status"], row["records"]) for row in rows] == [
        ("POST", base, "", 200, [made["id"]]),
        ("GET", f"{base}/{made['id']}", "include=owner&page=2", 200, []),
        ("PUT", f"{base}/{made['id']}", "", 200, [made["id"]]),
        ("DELETE", f"{base}/{made['id']}", "", 200, [made["id"]]),
        ("POST", base, "", 400, []),
    ]
    assert [row["seq"] for row in rows] == [1, 2, 3, 4, 5]
    assert all(row["meant"] == row["status"] and row["fault"] == "" for row in rows)
    assert not any("Zoë" in str(row) or "Graz" in str(row) for row in rows)


def test_the_journal_is_read_piece_by_piece(make_day):
    """After a row, so many at most."""
    day = make_day()
    for _ in range(5):
        day.look()
    local = "http://tenant.test/local/journal"

    pieces = [day.http.get(f"{local}?{query}").json()["journal"] for query in ("since=3", "limit=2", "since=1&limit=1")]

    assert [[row["seq"] for row in piece] for piece in pieces] == [[4, 5], [1, 2], [2]]


def test_a_file_of_an_older_tenant_still_opens(make_day, tmp_path):
    """Its journal gets the columns it lacks, and its rows stay."""
    path = tmp_path / "old.sqlite"
    make_day(path=path).tenant.close()
    with closing(sqlite3.connect(path)) as old:
        old.executescript(f"DROP TABLE journal; {FIRST_JOURNAL}")

    day = make_day(path=path)
    day.look()
    first, second = day.tenant.journal()

    assert (first["status"], first["query"], first["meant"], first["fault"], first["records"]) == (
        404,
        "",
        None,
        "",
        [],
    )
    assert (second["seq"], second["meant"]) == (2, 200)


def test_a_snapshot_of_an_older_tenant_is_brought_back(make_day, tmp_path):
    """The journal in it is completed as well."""
    day = make_day(path=tmp_path / "tenant.sqlite")
    day.look()
    day.tenant.snapshot(tmp_path / "old.sqlite")
    with closing(sqlite3.connect(tmp_path / "old.sqlite")) as old:
        for column in ("query", "meant", "fault", "records"):
            old.execute(f"ALTER TABLE journal DROP COLUMN {column}")
        old.commit()

    day.tenant.restore(tmp_path / "old.sqlite")
    day.look()

    assert [row["fault"] for row in day.tenant.journal()] == ["", ""]


def test_a_call_that_breaks_the_tenant_is_in_the_journal(make_day, monkeypatch):
    """As the 500 the client gets."""
    day = make_day()
    monkeypatch.setattr(day.tenant.store, "count", lambda *_, **__: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        day.view("contacts", "All Contacts")

    assert [row["status"] for row in day.tenant.journal()] == [200, 500]


def test_what_a_refused_write_undid_is_not_told(make_day):
    """Ids of records that were not kept are not in the journal."""
    day = make_day()
    made = day.make("contact", email="a@example.org")
    day.refuse("POST", "/contacts/bulk_assign_owner", {"selected_ids": [made["id"], 7], "owner_id": 1}, status=400)

    assert day.tenant.journal()[-1]["records"] == []


def test_the_journal_and_the_faults_are_outside_the_digest(make_day):
    """A bad day leaves the content what it was."""
    day = make_day("html:odds=0.5", "quota_cut:remaining=9")
    before = day.tenant.digest(with_schema=True)
    for _ in range(5):
        day.look()

    assert day.tenant.digest(with_schema=True) == before


def test_a_tenant_started_again_goes_on_counting(make_day, tmp_path):
    """Calls, strikes and a smaller quota all stand in the file."""
    path, lines = tmp_path / "tenant.sqlite", ("html:at=3+5,count=2", "quota_cut:per_hour=50,at=2")
    first = make_day(*lines, path=path)
    answers = [first.look() for _ in range(3)]
    first.tenant.close()

    again = make_day(*lines, path=path)
    answers += [again.look() for _ in range(3)]

    assert [answer.headers["content-type"][:9] for answer in answers] == [
        "applicati", "applicati", "text/html", "applicati", "text/html", "applicati",
    ]  # fmt: skip
    assert answers[-1].headers["x-ratelimit-remaining"] == "46"


def test_an_address_with_odd_letters_is_written_down(make_day):
    """Whatever bytes a query holds."""
    day = make_day()

    day.http.get("/search?q=%FF%00&x=ü".encode("latin-1").decode("latin-1"), headers=HEADERS)

    assert day.tenant.journal()[0]["query"].startswith("q=%FF%00&x=")


def test_a_scenario_can_be_given_to_the_application():
    """Without one nothing goes wrong."""
    app = build_app(TenantSettings())

    assert app.state.tenant.faults.is_quiet
    app.state.tenant.close()
