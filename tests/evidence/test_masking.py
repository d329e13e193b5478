import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.errors import UsageError
from workbench.evidence.masking import mask_column, mask_value
from workbench.model import TAGS

CASES = [
    ("name", "Maude Wunsch", "M•••• W•••••"),
    ("name", "O'Brien-Smith", "•'B••••-S••••"),
    ("name", "Jorge Luis88", "J•••• L•••••"),
    ("name", "王小明", "王••"),
    ("name", "王 伟", "• •"),
    ("name", "Zoe\u0301", "Z•••"),
    ("name", "3M", "••"),
    ("name", "Ann²", "A•••"),
    ("address", "418 Olson Landing Apt 2", "••• O•••• L•••••• A•• •"),
    ("address", "90804", "•••••"),
    ("birth", "1987-04-12", "19••-••-••"),
    ("birth", "1987-04-12T06:30:00Z", "19••-••-•••••:••:•••"),
    ("birth", "04/12/1987", "••/••/••••"),
    ("birth", "12 April 1987", "•• ••••• ••••"),
    ("contact", "maude@door.org", "m•••@d•••"),
    ("contact", "(619) 470-4321", "(•••) •••-••21"),
    ("contact", "x4321", "•••••"),
    ("contact", "@maude", "@•••••"),
    ("id", "4f1a1eee-31c0-887b", "4f1a…"),
    ("id", "10001", "10…"),
    ("id", "7", "…"),
    ("health", "Closed fracture of hip", "•••• (22 characters)"),
    ("money", "146.76", "146.76"),
    ("none", "ambulatory", "ambulatory"),
    ("secret", "999-16-9876", "not shown"),
]


@pytest.mark.parametrize(("tag", "value", "masked"), CASES)
def test_a_value_keeps_its_shape_and_loses_its_content(tag, value, masked):
    """Enough to compare two values by eye, too little to name anybody."""
    assert mask_value(value, tag) == masked


@pytest.mark.parametrize("tag", TAGS)
def test_an_empty_cell_stays_empty(tag):
    """Null is null in a column and an empty text alone, so that fill can still be seen."""
    assert mask_value(None, tag) == ""
    assert pl.DataFrame({"a": [None]}).select(mask_column(pl.col("a"), tag)).to_series().to_list() == [None]


@pytest.mark.parametrize("tag", TAGS)
def test_a_column_is_masked_like_its_values(tag):
    """Column and value give the same text, under the column's own name, whatever the column's type."""
    values = ["Maude Wunsch", "1987-04-12", "maude@door.org", "6194704321", "é", ""]
    masked = pl.DataFrame({"a": values, "n": range(6)}).select(mask_column(pl.col("a", "n"), tag))

    assert masked.columns == ["a", "n"]
    assert masked["a"].to_list() == [mask_value(value, tag) for value in values]
    assert masked["n"].to_list() == [mask_value(number, tag) for number in range(6)]


def test_an_unknown_tag_is_refused():
    """Nothing is shown by mistake of spelling."""
    with pytest.raises(UsageError, match="no tag 'nmae'; known: none, id, name"):
        mask_value("Maude", "nmae")


@pytest.mark.parametrize("tag", ["name", "address", "birth", "contact", "health", "secret"])
@given(value=st.text(alphabet=st.characters(categories=("L", "N"), codec="utf-8"), min_size=3, max_size=30))
def test_no_word_survives(tag, value):
    """Of a word of three letters or digits and more, at most two stand in what is shown."""
    assert value[:3] not in mask_value(value, tag)


@given(value=st.text(min_size=1, max_size=40))
def test_an_id_shows_at_most_half(value):
    """Short ids would otherwise be shown whole."""
    shown = mask_value(value, "id").removesuffix("…")

    assert value.startswith(shown)
    assert len(shown) <= len(value) / 2
