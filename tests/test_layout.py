"""Layouts: what a good one holds, and every way a bad one is refused."""

import pytest

from workbench.engagement import TEMPLATES
from workbench.errors import UsageError
from workbench.layout import read_layout

GOOD = """
[layout]
name = "small"
title = "A small source"
unknown_columns = "drop"
[[object]]
name = "people"
file = "people.csv"
key = ["Id"]
required = false
[object.columns]
Id = { type = "id", tag = "id" }
SSN = { type = "text", tag = "secret" }
BORN = { type = "date", tag = "birth" }
"""


def read(tmp_path, text):
    path = tmp_path / "layout.toml"
    path.write_text(text, encoding="utf-8")
    return read_layout(path)


def test_a_layout_says_files_columns_types_and_tags(tmp_path):
    """What stands in the file is what the product works by; secret columns are not among those kept."""
    layout = read(tmp_path, GOOD)

    people = layout.objects["people"]
    assert (layout.name, layout.title, layout.unknown_columns, layout.encoding) == (
        "small",
        "A small source",
        "drop",
        "",
    )
    assert (people.file, people.key, people.is_required) == ("people.csv", ("Id",), False)
    assert people.kept == ["Id", "BORN"]
    assert layout.column("people", "BORN").tag == "birth"


def test_what_is_left_out_has_a_safe_default(tmp_path):
    """Unknown columns are refused, files required, columns without a tag public."""
    text = '[layout]\nname = "x"\n[[object]]\nname = "a"\nfile = "a.csv"\n[object.columns]\nB = { type = "text" }\n'
    layout = read(tmp_path, text)

    assert (layout.unknown_columns, layout.title) == ("refuse", "x")
    assert (layout.objects["a"].is_required, layout.objects["a"].key) == (True, ())
    assert layout.column("a", "B").tag == "none"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("[layout]", "[layuot]", "layuot is not known here; did you mean layout?"),
        ("[layout]", "[layuot]", "[layout] is missing"),
        ("[[object]]", "[object]", "[[object]] is missing"),
        ('name = "small"', "", "[layout]: name is missing"),
        ('title = "A small source"', "title = 1", "[layout]: title = 1: expected a text"),
        ('"drop"', '"ignore"', "[layout]: unknown_columns = 'ignore': use one of refuse, drop, keep"),
        ("title =", "titel =", "[layout]: titel is not a key here; did you mean title?"),
        ('name = "small"', 'name = "small"\nencoding = "latin9000"', "encoding = 'latin9000' is no text encoding"),
        ("required = false", 'required = "no"', "[[object]] people: required = 'no': expected true or false"),
        ("required", "requierd", "[[object]] people: requierd is not a key here; did you mean required?"),
        ('name = "people"', "", "[[object]] number 1: name is missing"),
        ('name = "people"', 'name = "../people"', "name = '../people': use a to z, 0 to 9 and _"),
        ('"people.csv"', '"/etc/people.csv"', "a path inside the export"),
        ('"people.csv"', '".."', "a path inside the export"),
        ('["Id"]', '["ID"]', "key names 'ID', which is no column; did you mean Id?"),
        ('["Id"]', "[[1]]", "key names [1], which is no column"),
        ('["Id"]', '["SSN"]', "key names SSN, which is secret and therefore never staged"),
        ('type = "date"', 'type = "day"', "column BORN: type = 'day': use one of id, text, integer"),
        ('type = "date", ', "", "column BORN: type is missing"),
        ('tag = "birth"', 'tag = "brith"', "column BORN: tag = 'brith': use one of none, id, name"),
        ('tag = "birth"', 'tga = "birth"', "column BORN: tga is not a key here; did you mean tag?"),
        ('{ type = "date", tag = "birth" }', '"date"', "column BORN = 'date': write BORN = { type"),
        ("BORN =", '" BORN" =', "a column name has no blanks around it"),
        ("BORN =", '"_row" =', "and no _ before it"),
        ("required = false", 'format = "xml"', "format = 'xml': use one of csv, jsonl, json, xlsx, fhir"),
        ("required = false", 'sheet = "A"', "[[object]] people: sheet goes with format = 'xlsx'"),
        ("required = false", 'format = "fhir"', "[[object]] people: resource is missing"),
        ("required = false", 'delimiter = "::"', "delimiter = '::': one character"),
        ("required = false", "null = [0]", "null = [0]: expected texts"),
        ("required = false", 'unknown_tag = "secret"', "unknown_tag = 'secret': use one of none, id, name"),
        ("required = false", 'format = "json"\nrecords = "a..b"', "records = 'a..b': cannot be read from '..b' on"),
        ('type = "date", ', 'type = "date", path = "a.b", ', "column BORN: path goes with format = 'json'"),
        ('type = "date", ', 'type = "date", path = "@here", ', "path = '@here': use @folder or @file"),
        ('type = "date", ', 'type = "date", required = "no", ', "required = 'no': expected true or false"),
        ('type = "date", ', 'type = "date", written = 5, ', "written = 5: expected a text or a list"),
    ],
)
def test_a_wrong_layout_is_refused(tmp_path, old, new, said):
    """Each mistake is named with its place, what is allowed, and the word that was probably meant."""
    with pytest.raises(UsageError) as caught:
        read(tmp_path, GOOD.replace(old, new, 1))

    assert said in str(caught.value)
    assert "layout.toml" in str(caught.value)


def test_every_mistake_is_named_at_once(tmp_path):
    """The analyst corrects a layout in one go."""
    wrong = GOOD.replace('"drop"', '"x"').replace('"date"', '"day"').replace('["Id"]', '["Ix"]')

    with pytest.raises(UsageError) as caught:
        read(tmp_path, wrong + GOOD[GOOD.index("[[object]]") :])

    assert str(caught.value).count("\n  - ") == 5


@pytest.mark.parametrize(
    ("data", "said"),
    [(b"name = ", "not valid TOML"), ("name = 'é'".encode("cp1252"), "not UTF-8 text"), (None, "cannot be read")],
)
def test_a_file_that_is_no_toml_is_one_message(tmp_path, data, said):
    """A missing, foreign or broken file is explained without a traceback."""
    path = tmp_path / "layout.toml"
    if data is not None:
        path.write_bytes(data)

    with pytest.raises(UsageError, match=said):
        read_layout(path)


def test_the_clinic_layout_tags_what_must_not_show():
    """Of the 17 files no identity document is ever staged, and no name, birth date or diagnosis goes untagged."""
    layout = read_layout(TEMPLATES / "layouts" / "clinic.toml")

    tags = {(row.name, column.name): column.tag for row in layout.objects.values() for column in row.columns.values()}
    secret = {column for (_, column), tag in tags.items() if tag == "secret"}
    assert len(layout.objects) == 17
    assert secret == {"SSN", "DRIVERS", "PASSPORT"}
    assert {tags["patients", name] for name in ("FIRST", "LAST", "MAIDEN")} == {"name"}
    assert tags["providers", "NAME"] == tags["payer_transitions", "OWNERNAME"] == "name"
    assert tags["patients", "BIRTHDATE"] == "birth"
    assert {tag for (_, column), tag in tags.items() if "DESCRIPTION" in column and "MODALITY" not in column
            and "SOP" not in column} == {"health"}  # fmt: skip


def test_an_object_may_come_in_other_forms(tmp_path):
    """Each further form has a file and format of its own and everything else of the object."""
    also = 'also = [{ file = "people_*.json", format = "json", records = "items" }]'
    people = read(tmp_path, GOOD.replace("required = false", f"required = false\n{also}")).objects["people"]

    pages = people.forms[1]
    assert [form.file for form in people.forms] == ["people.csv", "people_*.json"]
    assert (pages.format, pages.records, pages.key, pages.kept) == ("json", "items", people.key, people.kept)


@pytest.mark.parametrize(
    ("also", "said"),
    [
        ('["people.json"]', "write also ="),
        ('[{ format = "json" }]', "file is missing"),
        ('[{ file = "people.json", format = "yaml" }]', "format = 'yaml'"),
        ('[{ file = "people.json", format = "json", key = ["Id"] }]', "key is not a key here"),
        ('[{ file = "../people.json", format = "json" }]', "a path inside the export"),
        ('[{ file = "People.csv" }]', "stands more than once"),
    ],
)
def test_a_form_that_cannot_be_is_refused(tmp_path, also, said):
    """What is wrong with a further form is said with its object."""
    with pytest.raises(UsageError, match=said):
        read(tmp_path, GOOD.replace("required = false", f"required = false\nalso = {also}"))


def test_what_lies_beside_the_records_is_known(tmp_path):
    """Folders of files that records name are no finding of what nobody reads."""
    assert read(tmp_path, GOOD.replace("[[object]]", 'beside = ["scans"]\n[[object]]')).beside == ("scans",)
