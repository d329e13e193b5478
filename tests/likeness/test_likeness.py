"""Likeness: who is found though no key agrees, who is not, and what bounds the work."""

from __future__ import annotations

import polars as pl
import pytest

from workbench.likeness import Comparison, find_likely

PEOPLE = (
    Comparison(columns=("first", "last"), kind="name"),
    Comparison(columns=("born",), kind="date"),
    Comparison(columns=("phone",), kind="phone"),
    Comparison(columns=("mail",), kind="email"),
    Comparison(columns=("street", "town"), kind="address"),
)
COLUMNS = ("first", "last", "born", "phone", "mail", "street", "town")
ANNA = ("Anna", "Keller", "1980-03-12", "+44 7700 900123", "anna.keller@mail.example", "4 Mill Lane", "York")
FIRST = ("Olive", "Marek", "Tomas", "Ines", "Gareth", "Yusuf", "Bridget", "Noor", "Pavel", "Sunniva")
LAST = ("Abbott", "Nowak", "Quintero", "Fjord", "Hughes", "Demir", "Osei", "Lindqvist")


def make(*people: tuple[str | None, ...]) -> pl.DataFrame:
    """Those people among eighty strangers, first in the frame."""
    strangers = [
        (first, last, f"{1940 + 3 * x + y}-0{1 + y}-{10 + x}", f"07700 9{x}{y}0{x}{y}", f"{first}{x}{y}@mail.example",
         f"{x + 11 * y} {last} Road", "Leeds")
        for x, first in enumerate(FIRST) for y, last in enumerate(LAST)
    ]  # fmt: skip
    return pl.DataFrame([*people, *strangers], schema=dict.fromkeys(COLUMNS, pl.String), orient="row")


def change(**values: str | None) -> tuple[str | None, ...]:
    """Anna Keller with other values."""
    return tuple(values.get(name, value) for name, value in zip(COLUMNS, ANNA, strict=True))


def find(*people: tuple[str | None, ...]) -> list[tuple[int, int]]:
    return find_likely(make(*people), PEOPLE).pairs.select("a", "b").rows()


@pytest.mark.parametrize(
    "again",
    [
        change(first="Ana", phone=None, mail=None),
        change(last="Kelller", born="1980-12-03", mail=None),
        change(first="Keller", last="Anna", phone=None),
        change(last="Sorensen", street="99 Harbour Street", town="Hull"),
        change(first="A.", mail="anna.keller@work.example", phone=None, born=None),
        change(born=None, phone="07700900123", mail=None, street=None, town=None),
        change(first="ÁNNA", born="1980-03-13", phone="07700 900132", mail=None),
    ],
    ids=["typo", "day and month turned", "names turned", "married and moved", "initial", "other spelling", "slips"],
)
def test_the_same_person_written_otherwise_is_found(again):
    """A slip, a turned date or name, a new surname: the rest of what agrees is enough to ask a person."""
    assert find(ANNA, again) == [(0, 1)]


@pytest.mark.parametrize(
    "other",
    [
        change(first="Emil"),
        change(first="Emil", born="2010-07-01"),
        change(first="Peter", born="1978-11-30", mail="peter@mail.example"),
        change(born="2011-05-06", mail=None, phone=None),
        change(last="Novotna", born="1991-01-22", phone=None, mail=None, street="2 Oak Row"),
        change(first="Peter", last="Sorensen", born="1978-11-30"),
    ],
    ids=["twins", "mother and son", "couple", "namesakes at home", "strangers of one first name", "flat share"],
)
def test_a_household_is_not_one_person(other):
    """Who differs in given name or birth date is another, whatever number, address and e-mail they share."""
    assert find(ANNA, other) == []


def test_nothing_agrees_by_being_empty():
    """Missing values speak neither for nor against: two records with nothing but a common surname are no pair."""
    bare = change(first=None, born=None, phone=None, mail=None, street=None, town=None)

    assert find(bare, bare) == []


def test_what_is_rare_says_more():
    """The same name is worth the less, the more people have it."""
    namesakes = [change(born=f"19{50 + n}-01-01", phone=None, mail=None, street=f"{n} Elm") for n in range(12)]
    rare = find_likely(make(ANNA, ANNA), PEOPLE).pairs.row(0, named=True)
    common = find_likely(make(ANNA, ANNA, *namesakes), PEOPLE).pairs.row(0, named=True)

    assert (common["a"], common["b"]) == (0, 1)
    assert rare["0.bits"] > common["0.bits"] + 2


def test_the_same_source_gives_the_same_answer():
    """Nothing depends on chance or on the order of threads."""
    people = make(ANNA, change(first="Ana"), change(born="1980-12-03"))

    assert find_likely(people, PEOPLE).pairs.equals(find_likely(people, PEOPLE).pairs)


def test_a_number_everybody_has_pairs_nobody():
    """A front desk's number is no reason to compare, and that it was left out is said."""
    strangers = make().with_columns(phone=pl.lit("07700 900000"))
    crowd = pl.concat([strangers, strangers.with_columns(pl.col("first").str.reverse(), pl.col("last").str.reverse())])
    found = find_likely(crowd, PEOPLE)

    assert found.compared < crowd.height**2 / 8
    assert "values that more than 100 records share" in found.left_out


def test_too_much_is_bounded_and_said():
    """With room for few pairs the rarest keys come first; beyond the limit of records nothing is compared."""
    office = make().with_columns(phone=pl.lit("07700 900000"))
    whole, part = find_likely(office, PEOPLE), find_likely(office, PEOPLE, most_pairs=1_000)
    none = find_likely(office, PEOPLE, most_records=79)

    assert part.compared < 1_000 < whole.compared
    assert whole.left_out == "" and "values that more than 9 records share" in part.left_out
    assert (none.pairs.height, none.compared) == (0, 0)
    assert none.left_out == "80 records are not compared; at most 79 are"


@pytest.mark.parametrize("people", [[], [ANNA]])
def test_nobody_is_like_nobody(people):
    """No record and one record give no pair and no error."""
    frame = pl.DataFrame(people, schema=dict.fromkeys(COLUMNS, pl.String), orient="row")

    assert find_likely(frame, PEOPLE).pairs.is_empty()


def test_firms_are_told_apart_by_what_they_are_called():
    """The same firm with a slip and another ending is found; its neighbour in the same house is not."""
    firms = pl.DataFrame(
        {
            "name": [
                "Cedar Chemicals Ltd",
                "Ceder Chemicals",
                "Blue Door Cafe",
                *(f"{a} {b}" for a in LAST for b in FIRST),
            ],
            "phone": ["0113 496 0001"] * 3 + [f"0161 496 {n:04}" for n in range(80)],
            "street": ["12 Peacock Lane"] * 3 + [f"{n} {LAST[n % 8]} Street" for n in range(80)],
        }
    )
    by = tuple(
        Comparison(columns=(name,), kind=kind)
        for name, kind in (("name", "title"), ("phone", "phone"), ("street", "address"))
    )

    assert find_likely(firms, by).pairs.select("a", "b").rows() == [(0, 1)]
