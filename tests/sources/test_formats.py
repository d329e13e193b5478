"""JSON, JSON lines, FHIR and workbooks: the same account of every record as CSV, and nothing of them lost unseen."""

import datetime
import io
import json

import pytest
import xlsxwriter

from tests.sources.quirks.conftest import Export
from workbench.discover.gaps import build_gap_register
from workbench.model import RELATIONSHIPS, frame


@pytest.fixture
def export(tmp_path):
    """An empty export."""
    return Export(tmp_path)


def test_json_values_are_read_as_they_are_spelt(export):
    """Long ids, trailing zeros, truth values, nothing and nested values all come out as text, none of it rounded."""
    record = '{"Id": 514810972972521916, "N": 1.50, "B": true, "E": null,'
    record += ' "L": [1.10, "ü"], "O": {"a": 9007199254740993}}'
    export.write("people.jsonl", record + "\n")
    columns = dict.fromkeys(("Id", "N", "B", "E", "L", "O"), "text")

    export.stage(export.layout({"file": "people.jsonl", "format": "jsonl", "columns": columns}))

    assert export.rows() == [("514810972972521916", "1.50", "true", None, '[1.10, "ü"]', '{"a": 9007199254740993}')]


def test_nested_values_are_addressed(export):
    """A path leads to a key, a place in a list or an element by its value; what is left has a column of its own."""
    record = {
        "id": "1",
        "name": [{"family": "O'Neill", "given": ["Zoë", "Maeve"]}],
        "telecom": [{"system": "email", "value": "z@x.ie"}, {"system": "phone", "value": "01", "use": "home"}],
        "address": {"city": "Galway", "lines": ["Quay St"]},
    }
    export.write("people.json", json.dumps({"data": {"items": [record]}, "next": 2}))
    columns = {
        "id": "id",
        "family": {"type": "text", "path": "name[0].family"},
        "phone": {"type": "text", "path": "telecom[system=phone].value"},
        "email": {"type": "text", "path": "telecom[system=email].value"},
        "city": {"type": "text", "path": "address.city"},
    }
    row = {"file": "people.json", "format": "json", "records": "data.items", "columns": columns}

    export.stage(export.layout(row, unknown_columns="keep"))

    assert export.frame().drop("_row").rows(named=True) == [
        {
            "id": "1",
            "family": "O'Neill",
            "phone": "01",
            "email": "z@x.ie",
            "city": "Galway",
            "name[0].given": '["Zoë", "Maeve"]',
            "telecom[system=phone].use": "home",
            "address.lines": '["Quay St"]',
        }
    ]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"Id": "2"', "not JSON: expecting ',' delimiter, column 11 (line 2)"),
        ('["2"]', "not a JSON object (line 2)"),
        ('{"Id": "2", "Id": "3"}', "a key stands twice in one object (line 2)"),
        ('{"Id": NaN}', "NaN is no value of JSON (line 2)"),
        ('{"Id": "\\ud800"}', "half of a letter stands alone (line 2)"),
        ('{"Id": "a\\u0000"}', "a cell holds a NUL character (line 2)"),
        ('{"Id": null}', "no cell is filled (line 2)"),
        ("[" * 100_000, "objects stand in one another too deep to be data (line 2)"),
    ],
)
def test_a_broken_line_is_rejected_alone(export, line, reason):
    """A line that is no record takes no other with it, and its reason holds nothing of it."""
    export.write("people.jsonl", f'{{"Id": "1"}}\n{line}\n\n{{"Id": "4"}}\n')

    staging = export.stage(export.layout({"file": "people.jsonl", "format": "jsonl", "columns": {"Id": "id"}}))

    assert export.frame().rows() == [("1", 1), ("4", 3)]
    assert staging.rejected.select("row", "reason").rows() == [(2, reason)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"data": [{"Id": "1"}', "people.json: line 1 is not JSON: expecting ',', column 22; export the file again"),
        ('{"rows": []}', "people.json: holds no data; see records"),
        ('{"data": 5}', "people.json: holds no list of records at data"),
        ('{"data": []} x', "people.json: line 1 is not JSON: extra data"),
        ('{"data": [{"Id": "1", "Id": "2"}]}', "a key stands twice in one object"),
    ],
)
def test_a_broken_document_is_one_message(export, text, said):
    """Half a document is refused as a whole, before anything is staged."""
    export.write("people.json", text)
    row = {"file": "people.json", "format": "json", "records": "data", "columns": {"Id": "id"}}

    assert said in export.refuse(export.layout(row))


def test_what_stands_beside_the_records_is_named(export):
    """Lists of a document that no object reads are said; those that another object reads are not."""
    export.write("all.json", json.dumps({"people": [{"Id": "1"}], "deals": [{"Id": "7"}], "notes": [{"x": 1}]}))
    people = {"file": "all.json", "format": "json", "columns": {"Id": "id"}}
    layout = export.layout(people | {"records": "people"}, people | {"name": "deals", "records": "deals"})

    staging = export.stage(layout)

    assert (export.rows(), export.rows("deals")) == ([("1",)], [("7",)])
    assert staging.unlisted == ("all.json: notes",)


def test_an_absent_key_is_null_and_a_column_in_no_record_is_refused(export):
    """JSON leaves keys out where there is no value; a column that is nowhere is missing, unless it may be."""
    export.write("people_1.jsonl", '{"Id": "1", "Name": "Ann"}\n')
    export.write("people_2.jsonl", '{"Id": "2"}\n')
    row = {"file": "people_*.jsonl", "format": "jsonl", "columns": {"Id": "id", "Name": "text"}}

    export.stage(export.layout(row))

    assert export.rows() == [("1", "Ann"), ("2", None)]
    extra = row | {"columns": row["columns"] | {"Born": {"type": "date", "required": False}}}
    export.stage(export.layout(extra))
    assert export.rows() == [("1", "Ann", None), ("2", None, None)]
    for path in export.out.iterdir():
        path.unlink()
    assert "people_*.jsonl: column Born is missing" in export.refuse(
        export.layout(row | {"columns": row["columns"] | {"Born": "date"}})
    )


def test_numbered_pieces_are_one_object(export):
    """Pieces come in natural order, each with its own count, and records are numbered over all of them."""
    for number in (1, 2, 10):
        export.write(f"people_{number}.csv", f"Id,Name\n{number},N{number}\nshort\n")

    staging = export.stage(export.layout({"file": "people_*.csv", "columns": {"Id": "id", "Name": "text"}}))

    assert export.frame().rows() == [("1", "N1", 1), ("2", "N2", 3), ("10", "N10", 5)]
    assert staging.files.select("file", "read", "staged", "rejected").rows() == [
        (f"people_{number}.csv", 2, 1, 1) for number in (1, 2, 10)
    ]
    assert staging.rejected.select("file", "row").rows() == [(f"people_{number}.csv", 2) for number in (1, 2, 10)]


@pytest.mark.parametrize(
    ("names", "absent"),
    [
        (["contacts_1", "contacts_2", "contacts_4"], ["contacts_3"]),
        (["contacts_2", "contacts_3"], ["contacts_1"]),
        (["contacts", "contacts_2", "contacts_3"], []),
        (["contacts_0", "contacts_1"], []),
        (["contacts_008", "contacts_010", "contacts_009", "contacts_012"], ["contacts_011"]),
        (["contacts (1)", "contacts (3)"], ["contacts (2)"]),
        (["contacts1of4", "contacts2of4", "contacts4of4"], ["contacts3of4"]),
        (["contacts_2024", "contacts_2025"], []),
        (["contacts_20260101", "contacts_20260201"], []),
        (["contacts_7"], []),
    ],
)
def test_a_piece_that_is_not_there_is_a_gap(export, names, absent):
    """What the numbers of the pieces leave out is said with its name; days and a first one without number are not."""
    for name in names:
        export.write(f"{name}.csv", "Id\n1\n")
    layout = export.layout({"file": "contacts*.csv", "columns": {"Id": "id"}})

    staging = export.stage(layout)
    gaps = build_gap_register((), staging, frame([], RELATIONSHIPS), layout=layout)

    assert staging.absent == tuple(("people", f"{name}.csv") for name in absent)
    assert gaps.select("object", "gap").rows() == [
        ("people", f"The export holds numbered pieces of people, and {name}.csv is not among them") for name in absent
    ]


@pytest.mark.parametrize(
    ("manifest", "unlisted"),
    [
        ({"extracted": {"host": "h"}, "objects": {}, "files": {"scans/1/a.pdf": {}}}, ()),
        ({"made": "by somebody else"}, ("manifest.json", "scans")),
        ([], ("manifest.json", "scans")),
    ],
)
def test_what_an_extraction_wrote_is_no_gap(export, manifest, unlisted):
    """Its manifest and the files it fetched are known wherever the folder is read; another manifest is not."""
    export.write("people.csv", "Id\n1\n")
    export.write("manifest.json", json.dumps(manifest))
    export.write("scans/1/a.pdf", "%PDF")

    assert export.stage(export.layout({"columns": {"Id": "id"}})).unlisted == unlisted


def test_a_folder_for_each_patient(export):
    """Files of one name in many folders are one object, and the folder can be a column; other files are named."""
    for patient in ("p1", "p2"):
        export.write(f"{patient}/visits.csv", f"Day\n2021-04-0{patient[1]}\n")
        export.write(f"{patient}/scan.pdf", "%PDF")
    columns = {"Day": "date", "Patient": {"type": "id", "path": "@folder"}, "File": {"type": "text", "path": "@file"}}

    staging = export.stage(export.layout({"name": "visits", "file": "*/visits.csv", "columns": columns}))

    assert export.rows("visits") == [("2021-04-01", "p1", "visits.csv"), ("2021-04-02", "p2", "visits.csv")]
    assert staging.unlisted == ("*/scan.pdf",)


def test_two_patterns_never_share_a_file(export):
    """A file that two objects could take is refused; one that is named in full is no piece of a pattern."""
    export.write("people_1.csv", "Id\n1\n")
    columns = {"Id": "id"}

    message = export.refuse(
        export.layout({"file": "people_*.csv", "columns": columns}, {"name": "b", "file": "p*.csv", "columns": columns})
    )
    export.stage(
        export.layout(
            {"file": "people_1.csv", "columns": columns},
            {"name": "b", "file": "p*.csv", "required": False, "columns": columns},
        )
    )

    assert "people_1.csv fits the files of people and of b" in message
    assert (export.rows(), export.rows("b")) == ([("1",)], [])


def test_open_columns_are_staged_with_their_tag(export):
    """Columns of a pattern are kept with its type and tag, others are refused; a secret pattern is dropped."""
    export.write("people.csv", "Id,cf:Size,cf:Colour,key_a\n1,L,,s3cret\n")
    columns = {
        "Id": "id",
        "cf:*": {"type": "text", "tag": "contact"},
        "key_*": {"type": "text", "tag": "secret"},
    }
    layout = export.layout({"columns": columns})

    staging = export.stage(layout)
    wide = layout.widen({"people": export.frame().columns})

    assert export.frame().rows(named=True) == [{"Id": "1", "cf:Size": "L", "cf:Colour": None, "_row": 1}]
    assert staging.dropped == [("people", "key_a", 1)]
    assert wide.objects["people"].kept == ["Id", "cf:Size", "cf:Colour"]
    assert (wide.column("people", "cf:Size").tag, wide.column("people", "cf:Size").is_open) == ("contact", True)


def test_unknown_columns_that_are_kept_are_masked_like_the_most_private(export):
    """Nobody has looked at such a column yet, so its tag hides all of it, unless the layout says another."""
    export.write("people.csv", "Id,New\n1,x\n")
    layout = export.layout({"columns": {"Id": "id"}}, unknown_columns="keep")

    export.stage(layout)

    assert layout.widen({"people": export.frame().columns}).column("people", "New").tag == "health"


def make_workbook(fill, **options):
    """The bytes of a workbook."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, options) as workbook:
        fill(workbook)
    return made.getvalue()


def test_a_sheet_is_read_by_what_its_cells_are(export):
    """Dates, times, numbers and texts come out by what they are; numbers cut to 15 digits are rejected."""

    def fill(book):
        book.add_worksheet("Cover").write(0, 0, "hello")
        page = book.add_worksheet("People")
        page.write_row(2, 0, ["Id", "Born", "At", "N", "B"])
        page.write_string(3, 0, "514810972972521916")
        page.write_datetime(3, 1, datetime.date(2021, 4, 16), book.add_format({"num_format": "dd/mm/yyyy"}))
        page.write_datetime(3, 2, datetime.datetime(2021, 4, 16, 0, 2), book.add_format({"num_format": "d/m/yy h:mm"}))
        page.write_row(3, 3, [12, True])
        page.write_row(5, 0, ["007", "", "", 12.5])
        page.write_row(6, 0, [514810972972521916])
        page.write_row(7, 0, ["8"])
        page.write_formula(7, 3, "=1/0", None, "#DIV/0!")

    export.write("book.xlsx", make_workbook(fill))
    columns = {"Id": "id", "Born": "date", "At": "datetime", "N": "decimal", "B": "boolean"}

    staging = export.stage(
        export.layout({"file": "book.xlsx", "format": "xlsx", "sheet": "People", "columns": columns})
    )

    assert export.rows() == [
        ("514810972972521916", "2021-04-16", "2021-04-16 00:02:00", "12", "true"),
        ("007", None, None, "12.5", None),
    ]
    assert staging.rejected.select("row", "reason").rows() == [
        (3, "a number of more than 15 digits, of which a spreadsheet keeps 15; export the column as text (line 7)"),
        (4, "cell D8 holds an error of the spreadsheet (line 8)"),
    ]
    assert staging.unlisted == ("book.xlsx: sheet Cover",)


@pytest.mark.parametrize(
    ("sheet", "content", "said"),
    [
        ({"sheet": "Nope"}, None, "book.xlsx: has no sheet Nope; it has A, B"),
        ({}, None, 'book.xlsx: has 2 sheets; name one with sheet = "..." in layout.toml: A, B'),
        ({}, b"Id\n1\n", "book.xlsx: is no workbook that can be read"),
    ],
)
def test_a_workbook_that_cannot_be_read_is_one_message(export, sheet, content, said):
    """Which sheet is meant is asked, and what is no workbook is said to be none."""
    made = make_workbook(lambda book: [book.add_worksheet(name).write(0, 0, "Id") for name in "AB"])
    export.write("book.xlsx", content or made)

    assert said in export.refuse(
        export.layout({"file": "book.xlsx", "format": "xlsx", "columns": {"Id": "id"}, **sheet})
    )


@pytest.mark.parametrize("form", ["bundle", "lines", "single"])
def test_fhir_resources_are_found_in_any_form(export, form):
    """A bundle, a line for each resource or a file for each give the same records; other types are named."""
    patients = [{"resourceType": "Patient", "id": f"p{n}", "name": [{"family": f"F{n}"}]} for n in (1, 2)]
    others = [{"resourceType": "Observation", "id": "o"}]
    if form == "bundle":
        entries = [{"resource": resource} for resource in patients + others]
        export.write("all.json", json.dumps({"resourceType": "Bundle", "entry": entries}))
    elif form == "lines":
        export.write("all.ndjson", "\n".join(map(json.dumps, patients + others)))
    else:
        for resource in patients + others:
            export.write(f"all_{resource['id']}.json", json.dumps(resource))
    columns = {"id": "id", "family": {"type": "text", "path": "name[0].family"}}

    staging = export.stage(
        export.layout({"file": "all*.*json", "format": "fhir", "resource": "Patient", "columns": columns})
    )

    assert export.rows() == [("p1", "F1"), ("p2", "F2")]
    assert staging.unlisted == ("all*.*json: Observation",)
