"""Things to rebuild, written out of the export: headings, lines, parts, and nobody's data."""

from __future__ import annotations

from tests.packs import PACK, stage, write_pack
from workbench.discover.written_documents import write_documents

ITEM = """
[[inventory]]
name = "People to call, by hand"
what = "Everybody"
why = "Nobody else does"
rebuild = "Call them"
object = "people"
where = "LAST <> 'Quirk'"
heading = "{LAST} ({ID})"
text = "Firm: {FIRM}\\nBorn: {BORN}"
parts = "BOSS"
part = "{id}: {kind}, then {next}; {more}"
"""
NESTED = '[{"id": 1, "kind": "call", "next": null, "more": [{"when": "busy", "next": 2}]}, "odd", {"id": 2}]'


def write(tmp_path, *people: dict) -> dict[str, str]:
    pack, layout = write_pack(tmp_path, PACK.replace("\n[[object]]", f"{ITEM}\n[[object]]", 1))
    return write_documents(pack, layout, stage(people=list(people)))


def test_a_row_is_a_heading_with_its_lines_and_parts(tmp_path):
    """Lines and clauses without a value are left out, lists are spelt out, and what is no object is passed over."""
    person = {"ID": "p-00000001", "LAST": "Wunsch", "FIRM": "f1", "BOSS": NESTED}
    (text,) = write(tmp_path, person, {"ID": "p2", "LAST": "Quirk"}).values()

    assert text.startswith("# People to call, by hand\n\nEverybody. Nobody else does.\n\nWhat to do: Call them.\n")
    assert "Firm: f1" in text and "Born" not in text and "p2" not in text
    assert "- 1: call; when: busy, next: 2\n- 2: -\n" in text


def test_a_list_of_plain_values_is_written_value_by_value(tmp_path):
    """Where the pack asks for them, members that are no objects are lines to tick off."""
    item = ITEM.replace('part = "{id}: {kind}, then {next}; {more}"', 'part = "[ ] {value}"')
    pack, layout = write_pack(tmp_path, PACK.replace("\n[[object]]", f"{item}\n[[object]]", 1))
    people = stage(people=[{"ID": "p-00000001", "LAST": "Wunsch", "BOSS": '["Call back", 7]'}])

    assert "\n- [ ] Call back\n- [ ] 7\n" in "".join(write_documents(pack, layout, people).values())


def test_names_are_masked_and_ids_are_not(tmp_path):
    """Whoever works through a document has to know which record is meant, and need not read who it is."""
    person = {"ID": "p-00000001", "LAST": "Wunsch", "BORN": "1980-05-17"}
    (text,) = write(tmp_path, person).values()

    assert "## W••••• (p-00000001)" in text
    assert "Wunsch" not in text and "1980-05-17" not in text and "Born: 19" in text


def test_a_document_without_rows_says_so(tmp_path):
    """The customer reads that there was nothing, and does not look for what is missing."""
    assert "The export holds none." in write(tmp_path)["document_people_to_call_by_hand.md"]
