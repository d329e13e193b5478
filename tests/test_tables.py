"""What a customer reads: complete, masked, escaped, and the same every time."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html.parser import HTMLParser

import polars as pl
import pytest

from workbench import model, tables
from workbench.discover.grade import Grade, GradeInput
from workbench.freshsales_names import FRESHSALES_NAMES
from workbench.model import empty, frame
from workbench.shown import Shown, say_hours, show_unseen

HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(2)> =1+1 \u202eevil'
GRADE = Grade(
    letter="B",
    word="Standard",
    inputs=(GradeInput(name="Data volume", finding="1,234 records to load", points=1),),
    timeline="2 days",
)
# One row each, and what it is shown by.
FRAMES = {
    "show_uploads": (
        model.UPLOADS,
        {"phase": "scans", "external_id": "f1", "path": "a/b.pdf", "file_name": "b.pdf", "bytes": 2048, "sha256": "0",
         "outcome": "loaded", "reason": ""},
    ),
    "show_uploads_found": (
        model.UPLOADS_FOUND,
        {"phase": "scans", "external_id": "f1", "file_name": "b.pdf", "bytes": 2048, "found_bytes": 2048,
         "sha256": "0", "found_sha256": "0", "agrees": True},
    ),
    "show_files": (
        model.FILES,
        {"file": "a.csv", "object": "a", "read": 1234, "staged": 1230, "rejected": 4},
    ),
    "show_rejected": (model.REJECTED, {"file": "a.csv", "object": "a", "row": 7, "reason": "too many cells"}),
    "show_inventory": (
        model.INVENTORY,
        {"object": "a", "field": "F", "type": "text", "tag": "name", "rows": 4, "filled": 1, "distinct": 1,
         "longest": 3, "example": "M•••"},
    ),
    "show_relationships": (
        model.RELATIONSHIPS,
        {"child": "a", "child_field": "B", "parent": "b", "parent_field": "Id", "filled": 4, "matched": 3, "orphans": 1,
         "evidence": "values"},
    ),
    "show_conventions": (
        model.CONVENTIONS,
        {"object": "a", "field": "F", "type": "date", "written": "%d/%m/%Y", "choices": "", "null": '""',
         "evidence": "reads 4 of 4 values", "by": "Ada", "unread": 0},
    ),
    "show_formulas": (
        model.FORMULAS,
        {"object": "a", "field": "F", "formula": "B * 2", "needs": "a.B", "state": "ready", "detail": "", "order": 1,
         "compared": 4, "different": 1, "evaluated_only": 0},
    ),
    "show_formula_differences": (
        model.FORMULA_DIFFERENCES,
        {"object": "a", "row": 3, "field": "F", "exported": "4", "evaluated": "5"},
    ),
    "show_segments": (
        model.SEGMENTS,
        {"segment_id": "1", "name": "Loyal", "rule": "age > 3", "state": "filter", "conditions": "age > 3",
         "missing": "", "advice": "", "source_count": 7, "expected": 6},
    ),
    "show_audit": (
        model.AUDIT,
        {"name": "Fields", "object": "a", "found": 7, "limit": 5, "above": 2, "items": "A; B", "beyond": "B",
         "note": "ask", "requirement": ""},
    ),
    "show_duplicates": (
        model.DUPLICATES,
        {"object": "a", "external_id": "1", "repeats_object": "a", "repeats": "2", "evidence": "same A, another B",
         "state": "open", "requirement": ""},
    ),
    "show_likely_duplicates": (
        model.LIKELY_DUPLICATES,
        {"object": "a", "external_id": "1", "repeats": "2", "likeness": 0.93, "field": "First, Last", "tag": "name",
         "value": "Maude Wunsch", "other": "Maud Wunsch", "agreement": "alike", "bits": 7.25},
    ),
    "show_likeness": (
        model.LIKENESS,
        {"object": "a", "records": 10, "compared": 20, "likely": 1, "left_out": "1 value that 200 records share"},
    ),
    "show_plan_fit": (
        model.PLAN_FIT,
        {"plan": "pro", "custom_fields": 20, "lacks": "", "lossy": "tickets", "is_recommended": True},
    ),
    "show_tallies": (
        model.TALLIES,
        {"name": "Fidelity 1:1", "count": 2, "of": 3, "means": "objects that stay", "objects": "a, b"},
    ),
    "show_plan_needs": (
        model.PLAN_NEEDS,
        {"plan": "growth", "state": "lacks", "need": "text fields", "object": "contact", "fields": "Nickname",
         "needed": "21 text fields", "allowed": "20", "loses": "1 text fields have no room"},
    ),
    "show_timeline": (
        model.TIMELINE,
        {"part": "Load", "side": "load", "days_least": 1.0, "days_most": 2.0, "unit": "days", "basis": "quota"},
    ),
    "show_quote": (
        model.QUOTE,
        {"position": "Objects", "per": "object", "counted": 9, "included": 8, "charged": 1, "price": 150.0,
         "amount": 150.0, "currency": "EUR", "is_example": True},
    ),
    "show_notes": (
        model.NOTES,
        {"group": "freshsales", "name": "Phone credits", "text": "no cap", "refuted": "", "requirement": "F-12"},
    ),
    "show_gaps": (
        model.GAPS,
        {"object": "a", "field": "F", "gap": "no files", "consequence": "stay behind", "remedy": "ask"},
    ),
    "show_forecast": (model.FORECAST, {"plan": "pro", "phase": "a", "records": 10, "requests": 10, "hours": 2.6}),
    "show_requests": (
        model.REQUESTS,
        {"kind": "records", "phase": "a", "destination": "contact", "method": "by the hundred", "records": 200,
         "least": 4, "planned": 5, "used": 5},
    ),
    "show_durations": (
        model.DURATIONS,
        {"plan": "pro", "mood": "polite", "requests_least": 9, "requests": 10, "requests_most": 11, "hours_least": 2.4,
         "hours": 2.6, "hours_most": 3.1, "start_by": "2026-12-01 04:55 CET"},
    ),
    "show_savings": (
        model.SAVINGS,
        {"policy": "a", "records": 10, "requests": 9, "hours": 0.5, "loses": "b", "how": "c"},
    ),
    "show_objects": (
        model.OBJECTS,
        {"source": "a", "destination": "sales_account", "outcome": "migrate", "fidelity": "1:1", "rows": 1234,
         "reason": ""},
    ),
    "show_proposals": (
        model.PROPOSALS,
        {"object": "a", "field": "F", "tag": "none", "filled": 1, "action": "migrate", "destination": "contact",
         "to": "first_name", "via": "", "confidence": 0.97, "evidence": "the name", "state": "proposed",
         "decided_by": "", "reason": ""},
    ),
    "show_row_outcomes": (
        model.ROW_OUTCOMES,
        {"object": "a", "row": 1, "outcome": "migrate", "phase": "a", "external_id": "1", "reason": ""},
    ),
    "show_roster": (
        model.ROSTER,
        {"source_id": "1", "name": "Maude Wunsch", "email": "maude@clinic.example", "role": "GP"},
    ),
    "show_owners": (
        model.OWNERS,
        {"source_id": "1", "name": "Maude Wunsch", "email": "maude@clinic.example", "role": "GP", "records": 5,
         "user_email": "m@tenant.example", "resolution": "email"},
    ),
    "show_schema_plan": (
        model.SCHEMA_PLAN,
        {"destination": "contact", "kind": "field", "name": "cf_x", "label": "X", "type": "dropdown",
         "options": ["a", "b"], "is_unique": False, "how": "api", "state": "missing", "note": ""},
    ),
    "show_sample": (model.SAMPLE, {"phase": "a", "external_id": "1", "why": "covers x filled"}),
    "show_diff": (
        model.DIFF,
        {"phase": "a", "external_id": "1234567890", "field": "f", "tag": "name", "expected": "Maude Wunsch",
         "returned": "Maude", "cause": "truncated"},
    ),
    "show_diff_summary": (
        model.COMPARED,
        {"phase": "a", "field": "f", "tag": "name", "compared": 9, "equal": 8, "normalised": 0, "different": 1},
    ),
    "show_counts": (
        model.COUNTS,
        {"phase": "a", "source": "a", "destination": "contact", "attempted": 5, "loaded": 3, "skipped": 1, "held": 1,
         "requests": 5},
    ),
    "show_imports": (
        model.IMPORTS,
        {
            "file": "40_load/x/imports/02_contact_01.csv", "phase": "patients", "destination": "contact", "rows": 3,
            "bytes": 120, "sha256": "ab", "found": 1, "waiting": 1, "missing": 1,
        },
    ),
    "show_held": (
        model.HELD,
        {"phase": "a", "external_id": "1234567890", "code": "missing_identifier", "field": "emails", "reason": "none",
         "release": "an e-mail address"},
    ),
    "show_delta": (model.DELTA, {"phase": "a", "external_id": "1", "change": "new"}),
    "show_held_roots": (
        model.HELD_ROOTS,
        {"phase": "a", "external_id": "1", "code": "too_long", "field": "f", "reason": "r", "release": "shorten it",
         "waiting": 3, "through": "a > b"},
    ),
    "show_retry": (
        model.RETRY,
        {"phase": "a", "external_id": "1", "code": "too_long", "verdict": "send", "why": "w", "requests": 1},
    ),
    "show_conflicts": (
        model.CONFLICTS,
        {"phase": "a", "external_id": "1", "destination": "contact", "destination_id": 1, "field": "city",
         "tag": "address", "loaded": "Graz", "source": "Wien", "tenant": "Linz", "case": "0a1b2c3d", "decision": "",
         "decided_by": ""},
    ),
    "show_rounds": (
        model.ROUNDS,
        {"run": "50_cutover/x", "at": datetime(2026, 1, 1, tzinfo=UTC), "new": 1, "changed": 2, "owner": 0,
         "deleted": 0, "requests": 30, "hours": 0.01, "is_forecast": False},
    ),
    "show_source_proof": (
        model.SOURCE_PROOF,
        {"object": "a", "records": 3, "brought_over": "0a", "found": "0a", "agrees": True},
    ),
    "show_deleted_in_tenant": (
        model.DELETED_IN_TENANT,
        {"phase": "a", "external_id": "1", "destination": "contact", "destination_id": 7,
         "what": "deleted in Freshsales since it was loaded"},
    ),
    "show_validation": (
        model.VALIDATION,
        {"phase": "a", "destination": "note", "expected": 5, "in_ledger": 5, "held": 0, "in_tenant": None,
         "agrees": True},
    ),
    "show_fill": (
        model.FILL,
        {"phase": "a", "field": "f", "tag": "name", "records": 4, "expected": 4, "returned": 3, "agrees": False},
    ),
    "show_owner_rates": (
        model.OWNER_RATES,
        {"phase": "a", "owner": "m@tenant.example", "expected": 4, "returned": 4, "agrees": True},
    ),
    "show_rollback_preview": (
        model.ROLLBACK_PREVIEW,
        {"phase": "a", "destination": "contact", "delete": 4, "restore": 1, "along": 2, "requests": 2},
    ),
    "show_unrestored": (
        model.UNRESTORED,
        {"phase": "a", "external_id": "1234567890", "destination": "deal", "field": "contacts", "why": "only added to",
         "remedy": "by hand"},
    ),
    "show_rollback_limits": (model.ROLLBACK_LIMITS, {"what": "counters", "why": "nobody can write them"}),
    "show_rollback": (
        model.ROLLBACK_COUNTS,
        {"phase": "a", "destination": "contact", "deleted": 4, "restored": 1, "held": 0, "requests": 2},
    ),
    "show_proof": (
        model.PROOF,
        {"phase": "a", "destination": "contact", "deleted": 4, "found_gone": 4, "restored": 1, "found_as_before": 1,
         "held": 0, "holds": True},
    ),
    "show_documents": (
        pl.Schema({"document": pl.String, "rows": pl.Int64, "use": pl.String}),
        {"document": "held.csv", "rows": 4, "use": "to look at"},
    ),
    "show_freshsales_names": (
        FRESHSALES_NAMES,
        {"name": "Task", "stands": "records", "count": 4, "source": "visits", "remark": ""},
    ),
    "show_inventories": (
        pl.Schema(dict.fromkeys(("name", "what", "why", "rebuild"), pl.String)),
        {"name": "Workflows", "what": "reminders", "why": "no import", "rebuild": "by hand"},
    ),
    "show_losses": (
        pl.Schema({"object": pl.String, "field": pl.String, "tag": pl.String, "filled": pl.Int64, "action": pl.String,
                   "reason": pl.String}),
        {"object": "a", "field": "F", "tag": "none", "filled": 4, "action": "skip", "reason": "no place"},
    ),
    "show_approvals": (
        pl.Schema(dict.fromkeys(("stage", "run", "by", "role", "meaning", "at"), pl.String)),
        {"stage": "sample", "run": "30_sample/x", "by": "Ann", "role": "customer", "meaning": "ok", "at": "today"},
    ),
}  # fmt: skip
MASKED_COLUMNS = {"name", "email", "external_id", "expected", "returned"}


class Words(HTMLParser):
    """The text a reader sees, and the tags that make it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words, self.tags, self._hidden = [], [], False
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)

    def handle_data(self, data):
        self.words.append(data)


def show(name: str, rows: list[dict] | None = None) -> Shown:
    """One of the tables, over the given rows or its example row."""
    schema, example = FRAMES[name]
    return getattr(tables, name)(frame([example] if rows is None else rows, schema))


def read(shown: Shown) -> str:
    """The words of a table, as a reader sees them."""
    return " ".join(" ".join(Words(shown.html).words).split())


def test_every_table_has_an_example_here():
    """A new table joins the checks of this file, or this test names it."""
    assert set(tables.__all__) == {*FRAMES, "show_facts", "show_grade"}


@pytest.mark.parametrize("name", FRAMES)
def test_two_renders_are_equal(name):
    """Two renders are equal byte for byte, so that executed notebooks can be compared by hash."""
    assert show(name)._repr_mimebundle_() == show(name)._repr_mimebundle_()


@pytest.mark.parametrize("name", FRAMES)
def test_no_rows_read_as_one_calm_sentence(name):
    """Without rows there is no empty table but one sentence, the same for the eye and for the ear."""
    shown = getattr(tables, name)(empty(FRAMES[name][0]))

    assert "table" not in Words(shown.html).tags
    assert read(shown) == shown.text
    assert shown.text.endswith(".")


@pytest.mark.parametrize("name", FRAMES)
def test_hostile_text_stays_text(name):
    """Markup in the data is shown as it is written and never becomes part of the page."""
    schema, example = FRAMES[name]
    row = {
        key: HOSTILE if schema[key] == pl.String and key not in MASKED_COLUMNS else value
        for key, value in example.items()
    }

    tags = set(Words(getattr(tables, name)(frame([row], schema)).html).tags)

    assert not tags & {"script", "img"}


@pytest.mark.parametrize("name", FRAMES)
def test_headings_are_words(name):
    """No heading is a name of the code."""
    headings = re.findall(r'<th class="gt_col_heading[^>]*>(.*?)</th>', show(name).html)

    assert headings
    assert not [heading for heading in headings if "_" in heading]


@pytest.mark.parametrize("name", FRAMES)
def test_a_table_asks_for_nothing_from_outside(name):
    """No address, font or script is fetched, so that a report opens without a network."""
    html = show(name)._repr_mimebundle_()["text/html"]

    assert not re.search(r"https?:|url\(|@import|<link|<script", html)


def test_text_that_turns_around_is_made_visible():
    """Characters that reverse or hide text show as their number; a long text is cut and says so."""
    assert show_unseen("a\u202eb\x00c") == "a‹U+202E›b‹U+0000›c"
    assert show_unseen("x" * 300, longest=10) == "xxxxxxxxxx… (300 characters)"
    assert show_unseen("Rentería 陳 אבג 👩‍⚕️") == "Rentería 陳 אבג 👩‍⚕️"


@pytest.mark.parametrize(
    ("hours", "words"),
    [(0, "0 s"), (0.01, "36 s"), (0.5, "30 min"), (0.9999, "1 h"), (2.6, "2 h 36 min"), (47, "47 h"),
     (47.9999, "2 days"), (52, "2 days 4 h"), (71.99, "3 days"), (933, "38 days 21 h")],
)  # fmt: skip
def test_hours_are_said_as_people_say_them(hours, words):
    """Hours read as seconds, minutes, hours or days, and never as 60 minutes or 24 hours."""
    assert say_hours(hours) == words


def test_the_balance_is_checked_in_sight():
    """A phase that does not close says so in words, and so does the total of all phases."""
    closed = {**FRAMES["show_counts"][1], "phase": "closed"}
    leaking = {**closed, "phase": "leaking", "loaded": 2}

    words = read(show("show_counts", [closed, leaking]))

    assert "closed Contact 5 3 1 1 5 ✓ yes" in words
    assert "leaking Contact 5 2 1 1 5 ✗ no" in words
    assert "All phases 10 5 2 2 10 ✗ no" in words


def test_files_that_do_not_add_up_say_so():
    """Rows read = staged + rejected is checked for each file and for all of them."""
    assert "a.csv a 1,234 1,230 4 ✓ yes All files 1,234 1,230 4 ✓ yes" in read(show("show_files"))
    broken = {**FRAMES["show_files"][1], "staged": 1229}
    assert read(show("show_files", [broken])).count("✗ no") == 2


@pytest.mark.covers("A-71")
def test_a_difference_shows_both_sides_masked():
    """A difference shows field, expected and returned value and its cause in words; people stay unnamed."""
    words = read(show("show_diff"))

    assert "a f cut to the length Freshsales stores 1" in words
    assert "M•••• W•••••" in words
    assert "Maude" not in words and "1234567890" not in words


def test_a_difference_without_a_known_tag_is_not_shown():
    """What nobody tagged is treated like a secret."""
    row = {**FRAMES["show_diff"][1], "tag": None}

    assert "Maude" not in read(show("show_diff", [row]))


def test_differences_of_one_kind_are_one_line():
    """A thousand equal differences are one line with their number, so that the rare one is seen too."""
    many = [{**FRAMES["show_diff"][1], "external_id": str(number)} for number in range(1200)]
    rare = {**FRAMES["show_diff"][1], "field": "g", "tag": "none", "expected": "1", "returned": "", "cause": "dropped"}
    same = {**rare, "field": "h", "cause": "equal"}

    words = read(show("show_diff", [*many, rare, same]))

    assert "1,200" in words and "sent, but stored empty" in words
    assert "h equal" not in words


def test_held_records_are_masked_and_cut_in_sight():
    """Held records name code and release; ids, addresses and numbers in them are masked; the rest is in the file."""
    reason = "jane.doe@example.com exists, call +1 617 555 0199, see 593aaa05-d864-1df7-5b96-155fbdb19f28"
    rows = [{**FRAMES["show_held"][1], "external_id": f"id{number:06}", "reason": reason} for number in range(1534)]

    words = read(show("show_held", rows))

    assert "the destination needs an identifier the record does not have 1,534 an e-mail address" in words
    assert "Showing 30 of 1,534; all rows in held.csv." in words
    assert not re.search(r"jane|example\.com|555 01|d864|id000001", words)


def test_words_of_the_tenant_stay_in_the_file():
    """A refusal quotes whatever the record holds, so a report never repeats its words."""
    row = {**FRAMES["show_held"][1], "code": "rejected_by_tenant", "reason": "Maude Wunsch is taken"}

    assert "Maude" not in read(show("show_held", [row]))


@pytest.mark.parametrize("name", ["show_roster", "show_owners"])
def test_staff_are_masked(name):
    """Names and addresses of staff come from the source and are masked like those of everybody else."""
    words = read(show(name))

    assert "GP" in words
    assert not re.search(r"Maude|Wunsch|maude@", words)


def test_a_long_table_says_what_it_leaves_out():
    """A table that is cut names how many rows there are and the file that has them."""
    rows = [{**FRAMES["show_rejected"][1], "row": number} for number in range(1534)]

    shown = show("show_rejected", rows)

    assert "Showing 30 of 1,534; all rows in rejected.csv." in read(shown)
    assert "Showing 30 of 1,534; all rows in rejected.csv." in shown.text


def test_shares_are_exact_at_their_ends():
    """100 % and 0 % stand only where every or no cell is filled."""
    almost = {**FRAMES["show_inventory"][1], "rows": 10_000, "filled": 9_999}
    hardly = {**FRAMES["show_inventory"][1], "object": "b", "rows": 10_000, "filled": 1}

    words = read(show("show_inventory", [almost, hardly]))

    assert "over 99 %" in words and "under 1 %" in words
    assert "100 %" not in words


def test_objects_of_any_name_fold_without_clashing():
    """Two objects whose names differ only in signs have their own sections, and a name cannot break out of its id."""
    rows = [{**FRAMES["show_inventory"][1], "object": name} for name in ('a"b', "a'b", "a b")]

    html = show("show_inventory", rows).html

    assert html.count("<details>") == 3
    assert len(set(re.findall(r'<div id="([^"]*)"', html))) == 4


@pytest.mark.covers("F-08")
def test_objects_are_tallied_where_they_are_shown():
    """How many objects are 1:1 and how many need a decision is counted from the rows, and defined beside the figure."""
    plain = FRAMES["show_objects"][1]
    rows = [plain, {**plain, "source": "b", "outcome": "split", "fidelity": "1:many", "reason": "two kinds"}]

    words = read(show("show_objects", rows))

    assert "a Account migrate 1:1 1,234" in words
    assert "1 of 2 objects are 1:1" in words and "1 of 2 need a mapping decision" in words


@pytest.mark.covers("F-15")
def test_the_grade_shows_its_inputs():
    """The letter stands with the findings it comes from, the scale it is read by, and the time."""
    words = read(tables.show_grade(GRADE))

    assert "Grade B: Standard" in words and "1,234 records to load 1" in words and "Timeline 2 days –" in words
    assert "Overall B, Standard: A up to 0, B up to 3, C up to 5, D up to 8 points" in words
    assert "1 of 8 points: four inputs with 0 to 2 each" in words


def test_facts_read_as_lines():
    """Facts stand in their order, numbers with thousands separated, hostile text as text."""
    shown = tables.show_facts({"Rows read": 41409, "Share": 0.8, "Export": HOSTILE})

    assert "Rows read 41,409 Share 0.8 Export <script>" in read(shown)
    assert "script" not in Words(shown.html).tags


def test_the_admin_sees_first_what_is_missing():
    """What the admin has to create stands open above everything that is there."""
    there = {**FRAMES["show_schema_plan"][1], "name": "cf_there", "state": "present"}
    missing = {**FRAMES["show_schema_plan"][1], "name": "cf_missing"}

    shown = show("show_schema_plan", [there, missing])

    assert "<details open><summary>For the admin: 1 to create</summary>" in shown.html
    assert read(shown).index("cf_missing") < read(shown).index("cf_there")
    assert "<details open>" not in show("show_schema_plan", [there]).html


def test_a_column_with_nothing_to_say_is_left_out():
    """A column of empty texts is no column; one whose values are not known stays, with dashes."""
    silent = {**FRAMES["show_objects"][1], "reason": ""}

    assert "Why" not in read(show("show_objects", [silent]))
    assert "Why" in read(show("show_objects", [silent, {**silent, "reason": "two kinds"}]))
    assert "Why –" not in read(show("show_objects", [silent])) and "Why" in read(
        show("show_objects", [{**silent, "reason": None}])
    )


def test_rows_behind_a_held_record_are_counted():
    """A record that is held keeps back every row it is made of, and the rows by outcome say how many."""
    rows = [{**FRAMES["show_row_outcomes"][1], "row": row, "external_id": one} for row, one in enumerate("kkw")]
    held = frame([{**FRAMES["show_held"][1], "phase": "a", "external_id": "k"}], model.HELD)

    words = read(tables.show_row_outcomes(frame(rows, model.ROW_OUTCOMES), held=held))

    assert "a migrate a 3 2" in words and "All rows 3 2" in words
    assert "held" not in read(show("show_row_outcomes", rows)).lower()


def test_fields_left_behind_alike_share_a_line():
    """A customer reads one line for the fields of an object that stay behind for one reason, not twelve."""
    alike = [{**FRAMES["show_losses"][1], "field": name} for name in ("LAT", "LON")]
    other = {**alike[0], "field": "NAME", "filled": 2}

    words = read(show("show_losses", [*alike, other]))

    assert "LAT, LON 4 left behind no place" in words and "NAME 2 left behind" in words


def test_what_freshsales_cannot_list_has_no_sum():
    """The total of what was counted in the tenant is left open where one kind could not be counted."""
    note = FRAMES["show_validation"][1]
    listed = {**note, "phase": "b", "destination": "contact", "in_tenant": 5}

    assert "All phases 10 10 0 – ✓ yes" in read(show("show_validation", [note, listed]))
    assert "All phases 10 10 0 10 ✗ no" in read(show("show_validation", [{**listed, "agrees": False}, listed]))


def test_the_balance_says_what_it_adds_up():
    """Lines of deals and links of a second pass are named beside the records; idle phases are no rows of zeros."""
    row = FRAMES["show_counts"][1]
    idle = {**row, "phase": "quiet", "attempted": 0, "loaded": 0, "skipped": 0, "held": 0, "requests": 0}

    words = read(show("show_counts", [row, {**row, "phase": "a.lines"}, {**row, "phase": "b.links"}, idle]))

    assert "All phases: 5 records, 5 lines of deals and 5 links set in a second pass." in words
    assert "Nothing to do: quiet." in words and "quiet Contact" not in words
    assert "All phases:" not in read(show("show_counts", [row]))


def test_nobody_is_named_only_where_a_record_goes_without_its_owner():
    """Notes have no owner by design: where nothing else names nobody, the table does not speak of it."""
    nobody = {**FRAMES["show_owners"][1], "source_id": None, "name": None, "resolution": "fallback"}

    assert "nobody is named" in read(show("show_owners", [{**nobody, "records": 2}]))
    words = read(show("show_owners", [FRAMES["show_owners"][1], {**nobody, "records": 0}]))
    assert "nobody is named" not in words and "Notes and files have no owner" in words


def test_rows_the_map_makes_are_in_no_total():
    """Rows of a view stand apart from the source's rows; what repeats another row is one line without its id."""
    row = FRAMES["show_row_outcomes"][1]
    repeats = [{**row, "row": number, "outcome": "merge", "reason": f"repeats P-{number}"} for number in (2, 3)]
    views = [{**row, "object": "bills", "row": number, "is_view": True} for number in (1, 2, 3)]

    words = read(show("show_row_outcomes", [row, *repeats, *views]))

    assert "a merge a 2 repeats another row" in words and "P-2" not in words
    assert "All rows 3" in words
    assert "Made out of these rows, and counted there: 3 rows" in words


def test_a_load_of_nothing_is_a_sentence():
    """Where no record changed, no page of zeros follows."""
    idle = {**FRAMES["show_counts"][1], "attempted": 0, "loaded": 0, "skipped": 0, "held": 0, "requests": 0}

    assert read(show("show_counts", [idle, idle])) == "Balance by phase: no record had to be loaded."


@pytest.mark.parametrize(
    ("by", "settled", "person"),
    [("", "nobody yet", "no"), ("evidence", "the values themselves", "no"), ("layout", "the layout", "no"),
     ("Ada", "Ada", "yes")],
)  # fmt: skip
def test_a_convention_says_whether_a_person_answered(by, settled, person):
    """Each column shows who settled how it is written; what nobody settled stands first."""
    row = FRAMES["show_conventions"][1]
    rows = [{**row, "field": "SETTLED", "by": "evidence"}, {**row, "by": by}]

    shown = tables.show_conventions(frame(rows, model.CONVENTIONS)).html

    cells = re.findall(r"<td[^>]*>(.*?)</td>", shown)
    ours = cells.index("<code>a.F</code>")
    assert [settled, person] == [cell for cell in cells[ours : ours + 8] if cell in (settled, person)]
    assert (ours < cells.index("<code>a.SETTLED</code>")) == (by == "")
