"""What made-up exports are put together from."""

from __future__ import annotations

import polars as pl
import pytest

from workbench.generate.companies import name_company, name_domain
from workbench.generate.dice import Dice
from workbench.generate.export import Csv, Settings, begin_export
from workbench.generate.people import MOBILES, draw_person
from workbench.generate.quirks import find_original, is_repeat, spoil_letters
from workbench.generate.written import write_lakh, write_thousands

N = pl.col("n")
NUMBERS = pl.DataFrame({"n": range(5_000)})
SETTINGS = Settings(source="shop", exported_at="2026-03-01T00:00:00Z", time_zone="UTC", plan="small")


def test_draws_are_even_and_apart():
    """Every face comes up as often as any other, and draws for different things say nothing about each other."""
    dice = Dice(seed=1, kind="people")
    drawn = NUMBERS.select(a=dice.below(N, "a", 10), b=dice.below(N, "b", 10), c=dice.happens(N, "c", 0.25))

    assert drawn["a"].value_counts()["count"].min() > 420
    assert abs(drawn.select(pl.corr("a", "b")).item()) < 0.05
    assert 0.22 < drawn["c"].mean() < 0.28


def test_draws_are_the_same_on_every_machine():
    """The mixer is splitmix64: what it gives is written down, so that a rehearsal can be made again years later."""
    drawn = pl.DataFrame({"n": [0, 1, 2]}).select(Dice(seed=7, kind="people").below(N, "culture", 1_000))

    assert drawn.to_series().to_list() == [343, 339, 174]


def test_an_original_repeats_nothing():
    """Every tenth record repeats one of the nine before it, which is itself no repeat."""
    dice = Dice(seed=1, kind="people")
    found = NUMBERS.select("n", original=find_original(dice, N, every=10), is_repeat=is_repeat(N, every=10))
    repeats = found.filter("is_repeat")

    assert repeats.height == 500 and (repeats["original"] % 10 != 9).all()
    assert (repeats["original"] < repeats["n"]).all() and (repeats["n"] - repeats["original"] < 10).all()
    assert found.filter(~pl.col("is_repeat")).select((pl.col("n") == pl.col("original")).all()).item()


def test_company_names_and_domains_are_their_own():
    """Five thousand companies have five thousand names and domains."""
    named = NUMBERS.select(name=name_company(N), domain=name_domain(N))

    assert named["name"].n_unique() == named["domain"].n_unique() == 5_000
    assert named["domain"].str.contains(r"^[a-z0-9-]+\.example$").all()


@pytest.mark.parametrize("culture", sorted(MOBILES))
def test_people_are_whole(culture):
    """Everybody has a name, a place to live and a number of their country."""
    people = NUMBERS.select(**draw_person(Dice(seed=1, kind="people"), N, cultures=(culture,)))

    assert people.null_count().sum_horizontal().item() == 0
    assert people["mobile"].str.len_chars().n_unique() == 1 and people["country"].n_unique() == 1


@pytest.mark.parametrize(
    ("cents", "lakh", "thousands"),
    [
        (0, "₹0.00", "$0.00"),
        (99_999, "₹999.99", "$999.99"),
        (100_000, "₹1,000.00", "$1,000.00"),
        (12_500_050, "₹1,25,000.50", "$125,000.50"),
        (1_000_000_005, "₹1,00,00,000.05", "$10,000,000.05"),
    ],
)
def test_money_is_grouped_the_indian_way_and_the_other(cents, lakh, thousands):
    """Groups of two above the last three digits, or of three throughout."""
    written = pl.select(lakh=write_lakh(pl.lit(cents)), other=write_thousands(pl.lit(cents), symbol="$"))

    assert written.row(0) == (lakh, thousands)


def test_letters_are_spoilt_as_a_wrong_encoding_does():
    """UTF-8 that was read as cp1252."""
    assert pl.select(spoil_letters(pl.lit("Muñoz"))).item() == "MuÃ±oz"


def test_files_are_cut_where_the_source_cuts_them(tmp_path):
    """With at most two records a file, five records are three files, each with its header, whatever the parts."""
    export = begin_export(tmp_path / "out", SETTINGS)
    export.write_csv("a.csv", [pl.DataFrame({"x": [1, 2, 3]}), pl.DataFrame({"x": [4, 5]})], Csv(rows_a_file=2))

    texts = [path.read_text() for path in sorted(export.path.iterdir())]
    assert texts == ["x\n1\n2\n", "x\n3\n4\n", "x\n5\n"]
    assert [told["rows"] for told in export.files.values()] == [2, 2, 1]


def test_conventions_of_a_file(tmp_path):
    """Separator, encoding, quotes and line ends are those of the style."""
    export = begin_export(tmp_path / "out", SETTINGS)
    style = Csv(separator=";", encoding="cp1252", line_end="\r\n", is_quoted=True, empty_columns=1)
    export.write_csv("a.csv", [pl.DataFrame({"name": ["Muñoz"]})], style)

    assert (export.path / "a.csv").read_bytes() == '"name";\r\n"Muñoz";\r\n'.encode("cp1252")


def test_lines_and_sheets(tmp_path):
    """JSON lines and workbooks count their records like CSV files do."""
    export = begin_export(tmp_path / "out", SETTINGS)
    export.write_lines("a.jsonl", [pl.DataFrame({"x": [1]}), pl.DataFrame({"x": [2]})])
    export.write_sheets("b.xlsx", {"First": pl.DataFrame({"x": ["1"]}), "Second": pl.DataFrame({"y": ["2", "3"]})})

    assert (export.path / "a.jsonl").read_text() == '{"x":1}\n{"x":2}\n'
    assert [told["rows"] for told in export.files.values()] == [2, 3]
