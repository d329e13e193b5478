"""The proof that routes take every row exactly once."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.predicates import columns_of, prove_partition

COLUMNS = {"MINUTES": "number", "KIND": "text", "COUNT": "whole", "IS_OLD": "boolean", "A B": "text"}

PROVED = [
    ("MINUTES > 15", "MINUTES <= 15 OR MINUTES IS NULL"),
    ("15 < MINUTES", "15 >= MINUTES OR MINUTES IS NULL"),
    ("MINUTES BETWEEN 1 AND 5", "MINUTES NOT BETWEEN 1 AND 5 OR MINUTES IS NULL"),
    ("COUNT < 15 OR COUNT IS NULL", "COUNT > 15.5", "COUNT = 15"),
    ("KIND IN ('x', 'it''s')", "KIND NOT IN ('x', 'it''s') OR KIND IS NULL"),
    ("KIND < '2020' OR KIND IS NULL", "KIND BETWEEN '2020' AND '2021'", "KIND > '2021'"),
    ("KIND = 'a AND b > 1'", "KIND <> 'a AND b > 1' OR KIND IS NULL"),
    ("IS_OLD = TRUE", "IS_OLD = false OR IS_OLD IS NULL"),
    ("\"A B\" = '1'", 'NOT "A B" = \'1\' OR "A B" IS NULL'),
    (
        "MINUTES > 15 OR KIND = 'wellness'",
        "(MINUTES <= 15 OR MINUTES IS NULL) AND (KIND <> 'wellness' OR KIND IS NULL)",
    ),
]
REFUTED = [
    (("MINUTES > 15", "MINUTES <= 15"), "no route takes a row with MINUTES = null"),
    (("MINUTES >= 15", "MINUTES <= 15 OR MINUTES IS NULL"), "r0 and r1 both take a row with MINUTES = 15"),
    (("MINUTES <= 15 OR MINUTES IS NULL", "MINUTES >= 16"), "no route takes a row with MINUTES = 15.5"),
    (("COUNT < 15 OR COUNT IS NULL", "COUNT > 15"), "no route takes a row with COUNT = 15"),
    (("KIND = 'a'", "KIND = 'b' OR KIND IS NULL"), "no route takes a row with KIND = 'any other text'"),
    (
        ("NOT (KIND = 'a' AND COUNT > 3)", "KIND = 'a' AND COUNT > 3"),
        "no route takes a row with KIND = 'a', COUNT = null",
    ),
    (("KIND >= 'b' OR KIND IS NULL", "KIND < 'a'"), "no route takes a row with KIND = 'a'"),
]
UNPROVABLE = [
    ("lower(KIND) = 'x'", "'lower'"),
    ('KIND = "A B"', "'KIND'"),
    ("KIND LIKE 'x%'", "'KIND'"),
    ("MINUTES + 1 > 3", "'MINUTES'"),
    ("KIND = 'x' OR 1 = 1", "'1'"),
    ("KIND IS NOT DISTINCT FROM 'x'", "'KIND'"),
    ("KIND = 'a' -- rest", "'-'"),
    ("", "compares no column"),
    ("IS_OLD", "'IS_OLD'"),
    ("KIND = 'a' AND", "cannot be evaluated"),
    ("KIND = 'a' KIND = 'b'", "cannot be evaluated"),
    ("KIND = 'a' OR ?", "'?'"),
    ("OTHER = 1", "no column 'OTHER'"),
    ("MINUTES = '15'", "MINUTES is number"),
    ("KIND > 15", "KIND is text"),
    ("COUNT = TRUE", "COUNT is whole"),
]


def prove(*predicates: str) -> list[str]:
    return prove_partition({f"r{place}": sql for place, sql in enumerate(predicates)}, COLUMNS)


@pytest.mark.parametrize("predicates", PROVED)
def test_a_partition_is_proved(predicates):
    """Predicates that take every row exactly once have no problem."""
    assert prove(*predicates) == []


@pytest.mark.parametrize(("predicates", "problem"), REFUTED)
def test_a_hole_or_an_overlap_is_named_by_a_row(predicates, problem):
    """What is no partition is refuted by one row that none or two of the predicates take."""
    assert prove(*predicates) == [problem]


@pytest.mark.parametrize(("predicate", "said"), UNPROVABLE)
def test_what_cannot_be_proved_is_named(predicate, said):
    """Anything but comparisons of columns with literals is a problem that names the first word it stumbles on."""
    problems = prove(predicate, "KIND IS NULL")

    assert len(problems) == 1
    assert said in problems[0]


def test_every_unprovable_predicate_is_named_at_once():
    """The analyst corrects all predicates in one go."""
    assert len(prove("lower(KIND) = 'x'", "KIND LIKE 'y'", "NONE = 1")) == 3


def test_too_many_combinations_are_refused():
    """A grid beyond the limit is no proof."""
    columns = {f"C{n}": "text" for n in range(12)}
    sql = " AND ".join(f"{name} IN ('a', 'b', 'c')" for name in columns)

    problems = prove_partition({"a": sql, "b": f"NOT ({sql})"}, columns)

    assert len(problems) == 1
    assert problems[0].startswith("too complex to prove: 244140625 combinations")


def test_the_columns_of_a_predicate_are_found():
    """Quoted names too, each once."""
    assert columns_of("\"A B\" = '1' AND (KIND IN ('x') OR KIND IS NULL) AND 3 < COUNT") == ("A B", "KIND", "COUNT")


literals = st.sampled_from(["'a'", "'b'", "'B'", "''", "'é'"])
text_tests = st.one_of(
    st.builds("KIND {} {}".format, st.sampled_from(["=", "<>", "<", "<=", ">", ">="]), literals),
    st.builds("KIND IN ({}, {})".format, literals, literals),
    st.builds("KIND NOT BETWEEN {} AND {}".format, literals, literals),
    st.just("KIND IS NULL"),
)
number_tests = st.builds(
    "MINUTES {} {}".format, st.sampled_from(["=", "<>", "<", ">="]), st.sampled_from(["-1", "0", "2.5"])
)
predicates = st.recursive(
    st.one_of(text_tests, number_tests),
    lambda inner: st.one_of(
        st.builds("({} AND {})".format, inner, inner),
        st.builds("({} OR {})".format, inner, inner),
        st.builds("NOT {}".format, inner),
    ),
    max_leaves=4,
)
kinds = st.one_of(st.none(), st.text(alphabet="aBbéz\0 ", max_size=3))
minutes = st.one_of(st.none(), st.floats(min_value=-3, max_value=5))


@settings(max_examples=200, deadline=None)
@given(st.lists(predicates, min_size=1, max_size=3), st.lists(st.tuples(kinds, minutes), min_size=1, max_size=20))
def test_a_proof_holds_for_rows_nobody_thought_of(routes, rows):
    """Where the proof finds no hole, every row is taken; where it finds no overlap, none is taken twice."""
    frame = pl.DataFrame(rows, schema={"KIND": pl.String, "MINUTES": pl.Float64}, orient="row")
    taken = frame.select(pl.sum_horizontal(pl.sql_expr(sql).fill_null(False) for sql in routes)).to_series()

    problems = " ".join(prove(*routes))

    assert "both take" in problems or taken.max() <= 1
    assert "no route takes" in problems or taken.min() >= 1
