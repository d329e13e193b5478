"""Q01 to Q10: encodings, delimiters, headers and records that are not as they should be."""

import pytest

from workbench.discover.damage import find_damage

PEOPLE = {"columns": {"Id": "id", "Name": "text", "Note": "text"}}
ROWS = [("1", "Zoë O’Neill", "a"), ("2", "Muñoz", None)]
TEXT = "Id,Name,Note\n1,Zoë O’Neill,a\n2,Muñoz,\n"


@pytest.mark.parametrize(
    ("quirk", "encoding", "delimiter", "found"),
    [
        ("Q01 UTF-8 byte order mark", "utf-8-sig", ",", "utf-8-sig"),
        ("Q02 cp1252", "cp1252", ",", "cp1252"),
        ("Q03 UTF-16LE with tab", "utf-16-le", "\t", "utf-16-le"),
        ("Q04 semicolon", "utf-8", ";", "utf-8"),
        ("Q05 pipe", "utf-8", "|", "utf-8"),
    ],
)
def test_text_is_read_in_any_dress(export, quirk, encoding, delimiter, found):
    """Q01-Q05: whatever the encoding and the delimiter, names and cells come out as they were written."""
    export.write("people.csv", TEXT.replace(",", delimiter), encoding)

    staging = export.stage(export.layout(PEOPLE))

    assert export.rows() == ROWS
    assert staging.files.select("encoding", "delimiter", "read", "rejected").rows() == [(found, delimiter, 2, 0)]


def test_q06_line_ends_inside_a_quoted_cell(export):
    """Q06: a note of two lines is one cell of one record, and keeps its line ends."""
    export.write("people.csv", 'Id,Name,Note\r\n1,Ann,"one\r\ntwo"\r\n2,Bob,x\r\n')

    export.stage(export.layout(PEOPLE))

    assert export.rows() == [("1", "Ann", "one\r\ntwo"), ("2", "Bob", "x")]


def test_q07_trailing_columns(export):
    """Q07: empty columns without a name are nothing; a value under one rejects its record, with its place."""
    export.write("people.csv", "Id,Name,Note,,\n1,Ann,x,,\n2,Bob,y,,lost\n")

    staging = export.stage(export.layout(PEOPLE))

    assert export.rows() == [("1", "Ann", "x")]
    assert staging.rejected.rows() == [
        ("people.csv", "people", 2, "a value stands under a column without a name (line 3)")
    ]


def test_q08_a_header_twice(export):
    """Q08: which of two columns of one name is meant is asked, not guessed."""
    export.write("people.csv", "Id,Name,Name,Note\n1,Ann,Anna,x\n")

    message = export.refuse(export.layout(PEOPLE))

    assert "people.csv: column Name stands more than once; rename or remove one" in message


def test_q09_a_ragged_row(export):
    """Q09: a record with a cell too many or too few is rejected alone, with file, record and line."""
    export.write("people.csv", "Id,Name,Note\n1,Ann,x\n2,Bob,y,z\n3,Cy\n4,Dee,w\n")

    staging = export.stage(export.layout(PEOPLE))

    assert [row[0] for row in export.rows()] == ["1", "4"]
    assert staging.rejected.rows() == [
        ("people.csv", "people", 2, "4 cells where the header has 3 (line 3)"),
        ("people.csv", "people", 3, "2 cells where the header has 3 (line 4)"),
    ]


def test_q10_letters_read_wrongly_before_the_export(export):
    """Q10: mojibake is counted and said, for the text cannot be told with certainty; sound accents are left alone."""
    export.write("people.csv", "Id,Name,Note\n1,CafÌ©,x\n2,CafÃ© Zoë,\n3,Café Ünal Ñandú,it’s – “so”\n")
    layout = export.layout(PEOPLE)

    export.stage(layout)
    (damage,) = find_damage({"people": export.frame()}, layout, time_zone="UTC")

    assert [row[1] for row in export.rows()] == ["CafÌ©", "CafÃ© Zoë", "Café Ünal Ñandú"]
    assert (damage.object, damage.field, damage.count) == ("people", "Name", 2)
    assert "wrong encoding" in damage.what and "Export again as UTF-8" in damage.remedy
