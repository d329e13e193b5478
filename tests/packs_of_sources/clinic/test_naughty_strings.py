"""The big list of naughty strings through a whole engagement: stored as given, or held or changed for a named cause."""

from __future__ import annotations

import csv
import hashlib
import re
from collections import Counter

import pytest

from tests.packs_of_sources.clinic.conftest import Clinic, begin
from tests.packs_of_sources.clinic.naughty import is_file_name, keep_every_word, read_strings, write_export

LONGEST = 255  # characters of a name or a text field
# Separators and marks no system takes in a name, controls, and marks that turn the direction of writing.
HARMFUL = {*'<>:"|?*/\\', *map(chr, range(32)), *"\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"}
LIVE = re.compile(r"[=+\-@\t\r]")
NUMBER = re.compile(r"[+-]?\d+([.,]\d+)*")


@pytest.fixture(scope="module")
def strings() -> list[str]:
    """Each in its place."""
    return read_strings()


@pytest.fixture(scope="module")
def naughty(strings, tmp_path_factory) -> Clinic:
    """Discovered, asked back, mapped, loaded and handed off."""
    folder = tmp_path_factory.mktemp("naughty")
    world = begin(folder, write_export(folder / "made", strings), "enterprise")
    world.walk.run("discovery")
    keep_every_word(world.walk.folder)
    world.walk.go_to("handoff")
    return world


class TestStored:
    def test_names_and_addresses_are_stored_byte_for_byte(self, naughty, strings):
        """Given name, family name, street, town, middle name, own field and owner's name come back as they are."""
        checked = 0
        for number, text in enumerate(strings):
            if not 0 < len(text) <= LONGEST:
                continue
            contact = naughty.contacts[f"P{number}"]
            own = contact["custom_field"]
            found = [
                contact["first_name"], contact["last_name"], contact["address"], contact["city"],
                own["cf_middle_name"], own["cf_source_owner"],
            ]  # fmt: skip
            assert [each.encode() for each in found] == [text.encode()] * len(found), number
            checked += 1
        assert checked > 500

    def test_an_empty_string_is_no_value(self, naughty, strings):
        """A patient without any name goes by its id, for Freshsales takes nobody without a family name."""
        number = strings.index("")
        contact = naughty.contacts[f"P{number}"]

        assert (contact.get("first_name"), contact["last_name"]) == (None, f"P{number}")

    def test_what_is_too_long_is_held_by_name(self, naughty, strings):
        """A name of more characters than Freshsales takes is never cut: the record waits and says which field."""
        held = naughty.walk.results["load"].held.filter(phase="people")
        too_long = {f"P{number}" for number, text in enumerate(strings) if len(text) > LONGEST}

        assert set(held["external_id"]) == too_long != set()
        assert set(held["code"]) == {"too_long"}

    @pytest.mark.parametrize(
        ("object", "source", "mark"), [("appointment", "appointments", "A"), ("note", "labs", "L")]
    )
    def test_notes_hold_every_letter(self, naughty, strings, object, source, mark):
        """A note stands in its text as a line of its own; only blanks at the end of the line are gone."""
        found, checked = naughty.marked(object, source), 0
        for number, text in enumerate(strings):
            if len(text) > LONGEST:
                continue
            lines = found[f"{mark}{number}"]["description"].rpartition("\n")[0]
            assert text.rstrip() in lines, number
            if text.strip():
                assert lines.encode().endswith(text.rstrip().encode()), number
                checked += 1
        assert checked > 500

    def test_accounts_are_called_as_given(self, naughty, strings):
        """A name is stored as it is; of names that are equal to Freshsales each has its place behind it."""
        accounts = naughty.own("sales_account")
        names = Counter(text.strip().lower() for text in strings)
        for number, text in enumerate(strings):
            if text.strip() and len(text) <= LONGEST:
                is_alone = names[text.strip().lower()] == 1
                assert accounts[f"C{number}"]["name"] == (text if is_alone else f"{text} (T, {number})"), number

    def test_files_keep_their_content_and_get_names_that_do_no_harm(self, naughty, strings):
        """Each file is there byte for byte; what it was called and is called now stand side by side in the list."""
        uploads = {row["external_id"]: row for row in naughty.walk.results["load"].uploads.to_dicts()}
        codes = dict(
            naughty.walk.results["load"].held.filter(phase="documents").select("external_id", "code").iter_rows()
        )
        there = {record["file_name"] for record in naughty.walk.records("document")}
        loaded = 0
        for number, text in enumerate(strings):
            row = uploads[f"D{number}"]
            # The path is put together in the pack, where blanks at the end of a line go; a / makes it another's path.
            is_found = is_file_name(text) and text == text.rstrip() and len(text) <= LONGEST
            if not is_found:
                assert codes[f"D{number}"] in ("file_missing", "parent_held")
                continue
            loaded += 1
            assert row["sha256"] == hashlib.sha256(f"file {number}".encode()).hexdigest()
            assert row["path"] == f"documents/P{number}/{text}"
            assert row["file_name"] in there
            assert not set(row["file_name"]) & HARMFUL
        assert loaded == len(there_of(naughty)) > 300

    def test_the_balance_closes(self, naughty):
        """Whatever the strings are, every record is loaded or held with a cause."""
        counts = naughty.walk.results["load"].counts

        assert (counts["attempted"] == counts["loaded"] + counts["skipped"] + counts["held"]).all()
        assert set(naughty.walk.results["load"].held["code"]) == {
            "too_long", "parent_held", "file_missing", "missing_required"
        }  # fmt: skip


class TestWritten:
    def test_no_cell_of_a_table_is_a_live_formula(self, naughty):
        """A cell that a spreadsheet would calculate has a quote before it, in every CSV of every stage."""
        tables = sorted(naughty.walk.folder.rglob("*.csv"))
        live, quoted = [], 0
        for path in tables:
            with path.open(encoding="utf-8-sig", newline="") as file:
                cells = [cell for row in csv.reader(file) for cell in row]
            live += [(path.name, cell) for cell in cells if LIVE.match(cell) and not NUMBER.fullmatch(cell)]
            quoted += sum(cell.startswith(("'=", "'+", "'-", "'@", "'\t")) for cell in cells)

        assert len(tables) > 10
        assert live == []
        assert quoted > 50

    def test_no_workbook_is_written(self, naughty):
        """Spreadsheets get CSV only, so that there is one place where formulas are kept from living."""
        assert [path.name for path in naughty.walk.folder.rglob("*.xls*")] == []


def there_of(world: Clinic) -> list[dict]:
    """Every document of the tenant."""
    return world.walk.records("document")
