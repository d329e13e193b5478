"""Small exports written to order, and the layout they are read by."""

from pathlib import Path

import pytest

from workbench.layout import Layout, read_layout

LAYOUT = """
[layout]
name = "small"
[[object]]
name = "people"
file = "people.csv"
key = ["Id"]
[object.columns]
Id = { type = "id", tag = "id" }
NAME = { type = "text", tag = "name" }
SSN = { type = "text", tag = "secret" }
NOTE = { type = "text", tag = "health" }
[[object]]
name = "visits"
file = "visits.csv"
required = false
[object.columns]
PERSON = { type = "id", tag = "id" }
DAY = { type = "date" }
"""
HEADER = "Id,NAME,SSN,NOTE\n"


@pytest.fixture
def export(tmp_path: Path) -> Path:
    """An empty folder for the customer's files."""
    folder = tmp_path / "export"
    folder.mkdir()
    return folder


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Where staged files go; not there yet."""
    return tmp_path / "run" / "staged"


@pytest.fixture
def make_layout(tmp_path: Path):
    """Write the small layout, with a text replaced where a test needs another one, and read it."""

    def make(old: str = "", new: str = "") -> Layout:
        path = tmp_path / "layout.toml"
        path.write_text(LAYOUT.replace(old, new) if old else LAYOUT, encoding="utf-8")
        return read_layout(path)

    return make


@pytest.fixture
def layout(make_layout) -> Layout:
    """The small layout as it stands."""
    return make_layout()
