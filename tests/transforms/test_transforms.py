"""Every transform against its cases in tests/cases/transforms/, one file a family."""

import tomllib
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.errors import UsageError
from workbench.transforms import ACROSS_ROWS, TRANSFORMS, TRANSFORMS_VERSION, phone
from workbench.transforms.compose import EXTERNAL_ID

CASES = Path(__file__).parent.parent / "cases" / "transforms"
NAMES = "ABCDEFGH"


def read_cases() -> list:
    found = []
    for path in sorted(CASES.glob("*.toml")):
        for place, case in enumerate(tomllib.loads(path.read_text(encoding="utf-8"))["case"], start=1):
            found.append(pytest.param(case, id=f"{path.stem}-{place}-{case['transform']}"))
    return found


def apply(case: dict) -> list:
    rows = [[None if value == "~" else value for value in row] for row in case["rows"]]
    names = NAMES[: len(rows[0])]
    frame = pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")
    frame = frame.with_columns(pl.format("external-id-of-row-{}", pl.int_range(1, pl.len() + 1)).alias(EXTERNAL_ID))
    return (
        frame.select(TRANSFORMS[case["transform"]](*map(pl.col, names), **case.get("options", {})))
        .to_series()
        .to_list()
    )


@pytest.mark.covers("C-38", "C-66")
@pytest.mark.parametrize("case", read_cases())
def test_a_transform_does_what_its_case_states(case):
    """Each case: these rows in, these values out, or this message."""
    if "raises" in case:
        columns = map(pl.col, NAMES[: case.get("columns", 1)])
        with pytest.raises(UsageError, match=case["raises"].replace("{", r"\{")):
            TRANSFORMS[case["transform"]](*columns, **case["options"])
    else:
        assert apply(case) == [None if value == "~" else value for value in case["expected"]]


def test_rows_are_read_each_for_itself_unless_said_otherwise():
    """Row by row a transform gives what it gives for all rows, but for those named as looking at the others."""
    cases = [each.values[0] for each in read_cases() if "raises" not in each.values[0]]

    across = {
        case["transform"]
        for case in cases
        if [value for row in case["rows"] for value in apply(case | {"rows": [row]})] != apply(case)
    }

    assert across == ACROSS_ROWS


def test_many_phone_numbers_are_read_as_few(monkeypatch):
    """Numbers are remembered for some rows at a time, which nobody can see."""
    frame = pl.DataFrame({"A": ["212 555 0100", None, "x", "212 555 0101 / 212 555 0102"] * 3})
    number = TRANSFORMS["phone_e164"](pl.col("A"), country="US", number=2)
    at_once = frame.select(number)
    monkeypatch.setattr(phone, "AT_ONCE", 2)

    assert frame.select(number).equals(at_once) and at_once["A"][3] == "+12125550102"
    assert frame.clear().select(number).schema == at_once.schema


def test_every_transform_has_a_case():
    """A transform without a case is untested."""
    tested = {case.values[0]["transform"] for case in read_cases()}

    assert sorted(TRANSFORMS.keys() - tested) == ["as_text"]


def test_numbers_become_text_without_a_useless_fraction():
    """Counts and computed numbers can be written as text."""
    frame = pl.DataFrame({"N": [3.0, 2.5, None]})

    assert frame.select(TRANSFORMS["as_text"](pl.col("N"))).to_series().to_list() == ["3", "2.5", None]


def test_unique_names_do_not_depend_on_the_order_of_rows():
    """The same records get the same names when the export is sorted differently."""
    frame = pl.DataFrame(
        {"N": ["A", "a", "A", "B"], "C": ["x", "x", "y", "x"], EXTERNAL_ID: ["id-000001", "id-000002", "id-3", "id-4"]}
    )
    name = TRANSFORMS["unique_text"](pl.col("N"), pl.col("C"))

    forward = dict(frame.select(EXTERNAL_ID, name.alias("name")).iter_rows())
    backward = dict(frame.reverse().select(EXTERNAL_ID, name.alias("name")).iter_rows())

    assert forward == backward
    assert len({value.lower() for value in forward.values()}) == 4


@given(st.lists(st.tuples(st.text(max_size=300), st.text(max_size=4)), min_size=1, max_size=12))
def test_unique_names_are_unique_and_fit(rows):
    """Whatever the names, no two records end up with the same one, and none is longer than Freshsales takes."""
    frame = pl.DataFrame(
        {"N": [n for n, _ in rows], "C": [c for _, c in rows], EXTERNAL_ID: [f"{i:09}-id" for i in range(len(rows))]}
    )

    names = frame.select(TRANSFORMS["unique_text"](pl.col("N"), pl.col("C"))).to_series()

    assert names.str.to_lowercase().n_unique() == len(rows)
    assert names.str.len_chars().max() <= 255


@given(st.text(max_size=30))
def test_no_text_makes_a_transform_fail(text):
    """What a transform cannot read becomes null; it never raises on data."""
    frame = pl.DataFrame({"A": [text]})
    options = {"phone_e164": {"country": "US"}, "datetime_utc": {"time_zone": "UTC"}, "date_only": {"time_zone": "UTC"}}

    for name in ("trim", "strip_digits", "money", "number", "whole", "date_iso", "yes_no", *options):
        assert frame.select(TRANSFORMS[name](pl.col("A"), **options.get(name, {}))).height == 1


def test_the_version_is_a_digest():
    """Approvals are bound to a sha256 of the transforms' source."""
    assert len(TRANSFORMS_VERSION) == 64
    assert set(TRANSFORMS_VERSION) <= set("0123456789abcdef")
