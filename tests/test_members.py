"""The members of a JSON object in a cell as rows: what becomes of nesting, lists, empty and broken texts."""

from __future__ import annotations

import polars as pl
import pytest

from tests.packs import LAYOUT, PACK, write_pack
from workbench.errors import UsageError
from workbench.pack.members import unfold_members

CASES = {
    '{"a": "x"}': [("a", "x")],
    '{"section": {"a": "x", "deep": {"b": "y"}}}': [("a", "x"), ("b", "y")],
    '{"list": ["one", "two, three"]}': [("list", "one|two, three")],
    '{"yes": true, "no": false, "none": null, "empty": "", "bare": []}': [("yes", "true"), ("no", "false")],
    '{"digits": 514810972972521916, "price": 165.50}': [("digits", "514810972972521916"), ("price", "165.50")],
    '["no object"]': [],
    '{"broken": ': [],
    "plain text": [],
}
VIEW = """
[[view]]
object = "own"
key = ["ID", "MEMBER"]
rows = [{ from = "firms", columns = ["ID"], members = "TOWNS" }]

[[object]]
source = "own"
outcome = "exclude"
reason = "Only looked at"
"""


@pytest.mark.parametrize("text", CASES)
def test_members_of_a_text(text):
    """Each member is a row with its name and its value as it is written; what is no object has none."""
    rows = unfold_members(pl.DataFrame({"ID": ["1"], "MEMBER": [text], "VALUE": [text]}))

    assert rows.rows() == [("1", name, value) for name, value in CASES[text]]


def test_rows_without_a_text_have_no_members():
    """An empty cell gives no row, and the columns stay."""
    rows = unfold_members(
        pl.DataFrame(
            {"ID": ["1"], "MEMBER": [None], "VALUE": [None]},
            {"ID": pl.String} | dict.fromkeys(("MEMBER", "VALUE"), pl.String),
        )
    )

    assert (rows.columns, rows.height) == (["ID", "MEMBER", "VALUE"], 0)


def test_a_column_that_is_not_there_is_named(tmp_path):
    """The pack is refused with the place and the column."""
    assert "TOWNS" not in LAYOUT
    with pytest.raises(UsageError, match="own.*rows firms.*TOWNS"):
        write_pack(tmp_path, PACK + VIEW)
