"""Q11 to Q23: dates, times, numbers, ids and empty cells as people and programs write them."""

import polars as pl
import pytest

from workbench.conventions.values import FILE, list_open_conventions, read_conventions
from workbench.discover.damage import find_damage
from workbench.errors import UsageError
from workbench.layout import read_layout
from workbench.transforms import TRANSFORMS


def apply(name, values, **options):
    frame = pl.DataFrame({"V": values}, schema={"V": pl.String})
    return frame.select(TRANSFORMS[name](pl.col("V"), **options)).to_series().to_list()


@pytest.mark.parametrize(
    "values", [["03/04/2021", "12/11/2021"], ["05/05/2021"], ["13/04/2021", "04/13/2021", "01/02/2021"]]
)
def test_q11_a_day_that_could_be_a_month_is_asked(settle, values):
    """Q11: where nothing in the column decides, or it decides both ways, the values stay and the analyst is asked."""
    convention, plain = settle(values, "date")

    assert plain == values
    assert convention.is_open and convention.choices == ("%d/%m/%Y", "%m/%d/%Y")
    assert list_open_conventions((convention,)) == (
        "o.V: its values fit %d/%m/%Y and %m/%d/%Y; say which in conventions.toml",
    )


def test_q11_the_answer_is_frozen(settle, tmp_path):
    """Q11: an answer stands in the file, is used from then on, and no later export asks again."""
    settle(["03/04/2021"], "date")
    file = tmp_path / FILE
    file.write_text(file.read_text().replace("written = []", 'written = ["%m/%d/%Y"]').replace('by = ""', 'by = "Ada"'))

    convention, plain = settle(["03/04/2021", "11/12/2021"], "date")

    assert plain == ["2021-03-04", "2021-11-12"]
    assert (convention.by, list_open_conventions((convention,))) == ("Ada", ())


def test_q11_an_answer_without_a_way_is_refused(settle, tmp_path):
    """Q11: a name alone is no answer, and a way that does not exist is named with the nearest that does."""
    settle(["03/04/2021"], "date")
    file = tmp_path / FILE
    open_, layout = file.read_text(), read_layout(tmp_path / "layout.toml")

    file.write_text(open_.replace('by = ""', 'by = "Ada"'))
    with pytest.raises(UsageError, match="o.V: written is empty; choose one of %d/%m/%Y, %m/%d/%Y"):
        read_conventions(file, layout)
    file.write_text(open_.replace("written = []", 'written = ["dd/mm/yyyy"]').replace('by = ""', 'by = "Ada"'))
    with pytest.raises(UsageError, match="written = 'dd/mm/yyyy' is no way of writing a date"):
        read_conventions(file, layout)


def test_q11_what_a_layout_knows_is_not_asked(settle):
    """Q11: where the source is known for its way of writing, the layout says it."""
    convention, plain = settle(["03/04/2021"], "date", written="%m/%d/%Y")

    assert (plain, convention.by) == (["2021-03-04"], "layout")


def test_q11_a_layout_that_names_no_way_is_refused(settle):
    """Q11: a slip in the layout is said with the ways there are."""
    with pytest.raises(UsageError, match="written = 'mm/dd/yyyy' is no way of writing a date"):
        settle(["03/04/2021"], "date", written="mm/dd/yyyy")


def test_q11_one_day_beyond_twelve_decides(settle):
    """Q11: a single value that can only be read one way settles the column."""
    assert settle(["03/04/2021", "13/04/2021"], "date")[1] == ["2021-04-03", "2021-04-13"]


@pytest.mark.parametrize(
    ("values", "tag", "written", "plain"),
    [
        (["16/04/85", "01/02/26"], "none", "%d/%m/%y 1930-2029", ["1985-04-16", "2026-02-01"]),
        (["16-Apr-31"], "none", "%d-%b-%y 2000-2099", ["2031-04-16"]),
        (["29/02/48", "16/04/50"], "birth", "%d/%m/%y 1930-2029", ["1948-02-29", "1950-04-16"]),
        (["16.04.85"], "birth", "%d.%m.%y 1930-2029", ["1985-04-16"]),
    ],
)
def test_q11_years_of_two_digits_are_settled_where_one_century_can_be(settle, values, tag, written, plain):
    """Q11: nobody is born tomorrow, and records lie near today: where that leaves one century, it is named and used."""
    convention, actual = settle(values, "date", tag=tag)

    assert actual == plain
    assert (convention.written, convention.by) == ((written,), "evidence")


@pytest.mark.parametrize(
    ("values", "tag", "choices"),
    [
        (["16/04/24"], "birth", ("%d/%m/%y 1930-2029", "%d/%m/%y 1900-1999")),
        (["16/04/35", "16/04/85"], "none", ("%d/%m/%y 1930-2029", "%d/%m/%y 2000-2099")),
        (["16/04/20", "16/04/29"], "birth", ("%d/%m/%y 1900-1999", "%d/%m/%y 1927-2026")),
        (["01/02/85"], "none", ("%d/%m/%y 1930-2029", "%m/%d/%y 1930-2029")),
    ],
)
def test_q11_a_century_that_could_be_another_is_asked(settle, values, tag, choices):
    """Q11: a child of two or somebody of 102: no century is guessed, the values stay and the analyst is asked."""
    convention, plain = settle(values, "date", tag=tag)

    assert (convention.is_open, convention.choices, plain) == (True, choices, values)


def test_q11_a_time_keeps_its_clock_beside_a_short_year(settle):
    """Q11: day, century and clock are read together."""
    assert settle(["16/04/21 10:15 PM"], "datetime")[1] == ["2021-04-16T22:15:00"]


@pytest.mark.parametrize(
    ("quirk", "type_", "values", "written", "plain"),
    [
        ("Q12", "datetime", ["16 Apr, 2021 00:02:00"], "%d %b, %Y %H:%M:%S", ["2021-04-16T00:02:00"]),
        ("Q12", "datetime", ["16-04-2021 10:15 PM"], "%d-%m-%Y %I:%M %p", ["2021-04-16T22:15:00"]),
        ("Q13", "date", ["44302", "2021-04-17"], "excel serial", ["2021-04-16", "2021-04-17"]),
        ("Q13", "datetime", ["44302.5"], "excel serial", ["2021-04-16T12:00:00"]),
        ("Q14", "datetime", ["1618531200000"], "epoch milliseconds", ["2021-04-16T00:00:00Z"]),
        ("Q14", "datetime", ["1618531200"], "epoch seconds", ["2021-04-16T00:00:00Z"]),
        ("Q14", "date", ["1618529400000"], "epoch milliseconds", ["2021-04-16"]),
        ("Q17", "decimal", ["$1,234.50", "-$5"], "decimal point", ["1234.5", "-5"]),
        ("Q17", "decimal", ["12K", "1.5M", "300"], "decimal point", ["12000", "1500000", "300"]),
        ("Q17", "decimal", ["₹1,25,000.00", "2.5 lakh"], "decimal point", ["125000", "250000"]),
        ("Q17", "decimal", ["1.234,50", "45,00", "1.500"], "decimal comma", ["1234.5", "45", "1500"]),
        ("Q17", "integer", ["1,234", "12"], "decimal point", ["1234", "12"]),
    ],
)
def test_values_decide_how_they_are_written(settle, quirk, type_, values, written, plain):
    """Q12-Q14, Q17: one way fits all values, is settled by evidence, and gives their plain form."""
    convention, actual = settle(values, type_)

    assert actual == plain
    assert (convention.written, convention.by) == ((written,), "evidence")


def test_q15_a_date_of_zeros_is_none(settle):
    """Q15: 0000-00-00 means no date, with and without its time."""
    convention, plain = settle(["0000-00-00", "2021-04-16", "0000-00-00 00:00:00"], "datetime")

    assert plain == [None, "2021-04-16", None]
    assert convention.null == ("0000-00-00", "0000-00-00 00:00:00")


def test_q16_a_local_time_in_the_night_the_clock_is_set(export):
    """Q16: hours that the clock skipped or showed twice are counted, and read as the report says they are."""
    values = ["2021-03-28 01:30:00", "2021-10-31 01:30", "2021-06-01T09:00:00", "2021-03-28T01:30:00Z"]
    layout = export.layout({"columns": {"At": "datetime"}})
    export.write("people.csv", "At\n" + "\n".join(values) + "\n")
    export.stage(layout)

    damages = find_damage({"people": export.frame()}, layout, time_zone="Europe/Dublin")

    assert [(item.count, item.consequence) for item in damages] == [
        (1, "They arrive empty"),
        (1, "Each is taken as the first of the two"),
    ]
    assert apply("datetime_utc", values, time_zone="Europe/Dublin") == [
        None,
        "2021-10-31T00:30:00Z",
        "2021-06-01T08:00:00Z",
        "2021-03-28T01:30:00Z",
    ]


@pytest.mark.parametrize("values", [["1.234", "2.500"], ["1,234", "22,500"]])
def test_q17_a_thousand_or_a_thousandth_is_asked(settle, values):
    """Q17: where every number has exactly three digits behind its sign, it could be either and is asked."""
    convention, plain = settle(values, "decimal")

    assert plain == values
    assert convention.is_open and convention.choices == ("decimal point", "decimal comma")


def test_q18_long_ids_stay_whole_and_spoilt_ones_are_said(export):
    """Q18: 18 digits come through text and JSON as they are; what a spreadsheet cut is counted with its remedy."""
    columns = {"columns": {"Id": "id"}}
    export.write("people.csv", "Id\n514810972972521916\n5.1481E+17\n")
    export.write("more.jsonl", '{"Id": 514810972972521916}\n')
    layout = export.layout(columns, {"name": "more", "file": "more.jsonl", "format": "jsonl", **columns})

    export.stage(layout)
    damages = find_damage({name: export.frame(name) for name in ("people", "more")}, layout, time_zone="UTC")

    assert export.rows() == [("514810972972521916",), ("5.1481E+17",)]
    assert export.rows("more") == [("514810972972521916",)]
    assert [(item.object, item.count) for item in damages] == [("people", 1)]
    assert "last digits are gone" in damages[0].what and "column as text" in damages[0].remedy


def test_q19_a_zero_a_spreadsheet_took(export):
    """Q19: zeros that are there stay; postcodes of which some are a digit short are said to have lost theirs."""
    full, short = ["02139", "94110", "10001", "60601", "02139"], ["2139", "94110", "10001", "60601", "73301"]
    export.write("people.csv", "Zip,Postcode\n" + "".join(f"{a},{b}\n" for a, b in zip(full, short, strict=True)))
    layout = export.layout({"columns": {"Zip": "text", "Postcode": "text"}})

    export.stage(layout)
    (damage,) = find_damage({"people": export.frame()}, layout, time_zone="UTC")

    assert export.frame()["Zip"].to_list() == full
    assert (damage.field, damage.count) == ("Postcode", 1)


def test_q20_telephone_cells():
    """Q20: an extension does not spoil a number, two in a cell are two, and zeros are none."""
    values = ["(617) 555-0134 ext. 12", "617-555-0134 / 617-555-0199", "000", "000-000-0000"]

    assert [number and number[:12] for number in apply("phone_e164", values, country="US")][:2] == ["+16175550134"] * 2
    assert apply("phone_e164", values[1:2], country="US", number=2) == ["+16175550199"]
    assert apply("phone_e164", values[2:], country="US") == [None, None]


def test_q21_a_comma_inside_an_option():
    """Q21: an option that holds the separator is one value."""
    values = ["DSL, Streaming TV, Phone, landline", "phone, landline"]

    assert apply("multi_select", values, options=["DSL", "Streaming TV", "Phone, landline"]) == [
        "DSL;Streaming TV;Phone, landline",
        "Phone, landline",
    ]


def test_q22_values_joined_by_double_hashes():
    """Q22: the separator of the vtiger family takes its values apart."""
    assert apply("multi_select", ["Red |##| Blue", "Green"], options=["Red", "Blue", "Green"], separator="|##|") == [
        "Red;Blue",
        "Green",
    ]


def test_q23_spellings_of_no_value(settle, export):
    """Q23: empty, blank, NULL, N/A and - are no value, by evidence or because the layout says so."""
    convention, plain = settle(["", " ", "NULL", "N/A", "-", "x"], "text")
    export.write("people.csv", "V,W\nNULL,1\n N/A ,2\n?,3\nx,4\n")
    export.stage(export.layout({"columns": {"V": "text", "W": "id"}, "null": ["NULL", "N/A", "?"]}))

    assert plain == [None, None, None, None, None, "x"]
    assert set(convention.null) == {"", "NULL", "N/A", "-"}
    assert export.frame()["V"].to_list() == [None, None, None, "x"]


def test_q23_an_answer_in_free_text_is_left_alone(settle):
    """Q23: "none" may be what somebody answered; it stays, and nobody is asked."""
    convention, plain = settle(["none", "NA", "null", "x"], "text")

    assert plain == ["none", "NA", None, "x"]
    assert not convention.is_open


def test_q23_a_blank_is_seen_in_the_question(settle):
    """Q23: the question shows each spelling in quotes, so that a blank is one too."""
    convention, _ = settle([" ", "Null", "Smith"], "text", tag="name")

    assert convention.question == 'o.V: does "" or "Null" mean no value? Say so in conventions.toml'


def test_q23_a_word_that_could_be_a_name_is_asked(settle):
    """Q23: somebody is called Null; in a column of names the spelling is a question."""
    convention, plain = settle(["Null", "Smith"], "text", tag="name")

    assert plain == ["Null", "Smith"]
    assert convention.is_open and convention.question == 'o.V: does "Null" mean no value? Say so in conventions.toml'
