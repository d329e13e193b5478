"""The quote: a rate card over what was counted, never by the record."""

from datetime import date

import pytest

from workbench.discover.advice import SCOPING
from workbench.discover.quote import COUNTED, find_rate_card, quote_migration, read_rate_card, say_total, write_quote
from workbench.errors import UsageError
from workbench.model import QUOTE

CARD = """
[card]
title = "Move"
currency = "CHF"
valid_days = 10
assumes = ["one export"]
terms = ["Written within one business day; no commitment."]
[[rate]]
name = "Base"
per = "engagement"
price = 1000
[[rate]]
name = "Objects"
per = "object"
price = 100.5
included = 8
most = 4
[[rate]]
name = "Grade D"
per = "grade_d"
price = 5000
"""
FACTS = dict.fromkeys(COUNTED, 0) | {"engagement": 1, "object": 10, "grade_b": 1}


def read(tmp_path, text=CARD):
    path = tmp_path / "rates.toml"
    path.write_text(text, encoding="utf-8")
    return read_rate_card(path)


def write(card, *, records, facts=FACTS):
    quote = quote_migration(card, facts, records=records)
    return quote, write_quote(
        quote, card, customer="Acme", records=records, timeline="In 7 to 9 days.", today=date(2026, 11, 22)
    )


@pytest.mark.covers("F-19", "F-21")
def test_the_rules_make_the_price_and_the_number_of_records_does_not(tmp_path):
    """What is above the included counts, up to the most; ten and two million records cost the same."""
    card = read(tmp_path)
    small, text = write(card, records=10)
    large, _ = write(card, records=2_000_000)

    assert small.schema == QUOTE
    assert small.select("position", "counted", "charged", "amount").rows() == [
        ("Base", 1, 1, 1000.0),
        ("Objects", 10, 2, 201.0),
    ]
    assert small.equals(large)
    assert quote_migration(card, FACTS | {"object": 99}, records=10)["charged"].to_list() == [1, 4]
    assert "**Together: 1,201.00 CHF**" in text and "holds until 2026-12-02" in text
    assert "- one export" in text and "within one business day; no commitment" in text and "In 7 to 9 days." in text


@pytest.mark.covers("F-20")
def test_above_two_million_records_nobody_quotes_by_rules(tmp_path):
    """One record more than two million: no position and no price, and it is said why."""
    card = read(tmp_path)
    quote, text = write(card, records=2_000_001)

    assert quote.is_empty() and say_total(quote, card, records=2_000_001) == "scoped individually"
    assert "**Scoped individually.** 2,000,001 records" in text and "CHF" not in text


@pytest.mark.covers("F-19")
def test_a_rate_by_the_record_is_refused_with_every_other_problem(tmp_path):
    """A fee per record cannot be written, nor a rate for what nobody counts, nor a price below nothing."""
    text = CARD + (
        '[[rate]]\nname = "Volume"\nper = "record"\nprice = 1\n'
        '[[rate]]\nname = "Typo"\nper = "modul"\nprice = -1\nincluded = 1.5\n'
    )

    with pytest.raises(UsageError) as error:
        read(tmp_path, text)

    assert "[[rate]] Volume: nothing is charged by the record" in str(error.value)
    assert "did you mean 'module'" in str(error.value) or "module" in str(error.value)
    assert "price = -1" in str(error.value) and "included = 1.5" in str(error.value)


def test_an_engagements_own_card_goes_first(tmp_path):
    """A copy in the engagement's folder is the card; without one it is that of every engagement, which says so."""
    general = find_rate_card(tmp_path)
    read(tmp_path)

    assert general == read_rate_card(SCOPING / "rates.toml") and general.is_example
    assert find_rate_card(tmp_path).currency == "CHF"
    quote, _ = write(general, records=10)
    assert say_total(quote, general, records=10).endswith("EUR at example rates")
