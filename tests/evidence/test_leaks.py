import html
import json
from time import perf_counter

import polars as pl
import pytest

from workbench.evidence.leaks import find_leaks
from workbench.layout import Layout, LayoutColumn, LayoutObject

PEOPLE = pl.DataFrame(
    {
        "_row": [1, 2, 3],
        "Id": ["4f1a1eee-31c0-887b", "593aaa05-d864-1df7", "10001"],
        "FIRST": ["Maude482", "Zoë", "Marks"],
        "LAST": ["Wunsch504", "O'Brien", "White"],
        "MAIL": ["Maude.W@door.org", None, "k@x"],
        "PHONE": ["(619) 470-4321", "555-1234", "0171/1234567"],
        "ADDRESS": ["418 Olson Landing\n  Apt 2", "Long Beach", "90804"],
        "BIRTHDATE": ["2009-09-20", "1987-04-12", "1990-01-01"],
        "NOTE": ["Closed fracture of hip", "She said \"it hurts\" & left early, twice that week and again", None],
        "CLASS": ["wellness visit", "ambulatory", "Long Beach"],
        "COST": ["6194700000", "1.5", "2"],
    }
)  # fmt: skip
TAGS = {"Id": "id", "FIRST": "name", "LAST": "name", "MAIL": "contact", "PHONE": "contact", "ADDRESS": "address",
        "BIRTHDATE": "birth", "NOTE": "health", "CLASS": "none", "COST": "money"}  # fmt: skip

COLUMNS = {column: LayoutColumn(name=column, type="text", tag=tag) for column, tag in TAGS.items()}
OBJECT = LayoutObject(name="people", file="people.csv", key=("Id",), is_required=True, columns=COLUMNS)
LAYOUT = Layout(name="test", title="Test", unknown_columns="refuse", encoding="", objects={"people": OBJECT})


def find(text, **options):
    return [f"{leak.field} {leak.row}" for leak in find_leaks(text, {"people": PEOPLE}, LAYOUT, **options)]


@pytest.mark.parametrize(
    ("text", "leaking"),
    [
        ("<td>Maude482</td>", "FIRST 1"),
        ("<td>Maude</td>", "FIRST 1"),
        ("Dear MAUDE,", "FIRST 1"),
        ("•Wunsch•", "LAST 1"),
        ("Maude_W", "FIRST 1"),
        ("O&#39;Brien", "LAST 2"),
        ("o'brien", "LAST 2"),
        ("write to maude.w@door.org.", "MAIL 1"),
        ("call +1 619-470-4321", "PHONE 1"),
        ("call 6194704321", "PHONE 1"),
        ("+16194704321", "PHONE 1"),
        ("5551234", "PHONE 2"),
        ("+49 171 1234567", "PHONE 3"),
        ("418 Olson  Landing Apt&nbsp;2", "ADDRESS 1"),
        ("born 2009-09-20", "BIRTHDATE 1"),
        ("<li>closed fracture of hip</li>", "NOTE 1"),
        ("She said &quot;it hurts&quot; &amp; left early, twice th…", "NOTE 2"),
        ("patient 4F1A1EEE-31C0-887B", "Id 1"),
        ("\\nMaude482\\n", "FIRST 1"),
    ],
)
def test_a_value_is_found_however_it_is_written(text, leaking):
    """Escaped, in capitals, without its digits or punctuation, spaced anew, cut short."""
    assert find(f"<p>before</p>{text}<p>after</p>") == [leaking]


@pytest.mark.parametrize(
    "text",
    [
        "M•••• W•••••, born 20••-••-••, 4f1a…",  # masked
        "Maudeline, Wunschliste, 12009-09-201",  # parts of other words
        "her marks were white",  # ordinary words, not names
        "row 10001 of 90804",  # short numbers
        "Long Beach, wellness visit",  # an open column holds it too
        "total 6194700000",  # money
        "Zoë, k@x",  # under five characters
        "<style>.Wunsch { color: White }</style>",
        f"data:image/png;base64,{'iVBORw0KGgo' * 30}/Marks/{'AAAA' * 50}",
        "",
    ],
)
def test_what_proves_nothing_is_no_leak(text):
    """Masked values, parts of words, ordinary words, short numbers, open values, styles, pictures."""
    assert find(text) == []


def test_a_name_that_is_a_word_of_ours_is_no_leak():
    """A word that stands in the notebook without any data does not count; any other value still does."""
    assert find("<h2>Marks</h2><p>Wunsch</p>") == ["FIRST 3", "LAST 1"]
    assert find("<h2>Marks</h2><p>Wunsch</p>", ours="# Marks of the sample") == ["LAST 1"]


def test_a_notebooks_json_is_read_as_its_reader_sees_it():
    """Escapes of JSON and of HTML inside it, lines kept as lists, and attachments of any depth."""
    cell = {"outputs": [{"data": {"text/html": ["<td>", "x\n"], "text/plain": ["first\n", "O'Brien"]}}]}
    cells = [cell, {"source": html.escape("<b>Maude</b>")}]
    notebook = json.dumps({"cells": cells, "metadata": {"names": ["Wunsch", "x"]}})

    assert find(notebook) == ["FIRST 1", "LAST 1", "LAST 2"]


def test_letters_written_as_numbers_are_read():
    """A script inside HTML may hold text with \\u escapes."""
    people = pl.DataFrame({"_row": [1], "FIRST": ["Zoë Müller"]})

    assert find_leaks('{"x": <script>"Zo\\u00eb M\\u00fcller"</script>', {"people": people}, LAYOUT)


def test_a_leak_does_not_repeat_the_value():
    """Its text names object, field, row and what should have stood there, so that it may itself be shown."""
    (leak,) = find_leaks("Maude482", {"people": PEOPLE}, LAYOUT)

    assert str(leak) == "people.FIRST row 1 (name): should read M•••••••"


def test_columns_the_layout_does_not_know_are_left_out():
    """A derived column, or an object that is no longer in the layout, has no tag."""
    people = PEOPLE.with_columns(DERIVED=pl.lit("Something"))

    assert find_leaks("Something Maude", {"people": people.drop("FIRST"), "others": PEOPLE}, LAYOUT) == []


def test_many_values_are_searched_quickly():
    """A hundred thousand names in a megabyte of report: seconds, not minutes."""
    names = pl.DataFrame({"_row": range(100_000), "FIRST": [f"Person{n} Family{n * 7}" for n in range(100_000)]})
    report = "".join(f"<tr><td>M•••</td><td>{n}</td></tr>" for n in range(40_000)) + "person77 family539"

    started = perf_counter()
    leaks = find_leaks(report, {"people": names}, LAYOUT)

    assert [leak.row for leak in leaks] == [77]
    assert perf_counter() - started < 20
