"""An engagement folder with good settings."""

from __future__ import annotations

import pytest

SETTINGS = """
[engagement]
name = "acme"
pack = "clinic"
source = "source"
[tenant]
url = "{url}"
plan = "growth"
[policies]
unmatched_owner = "fallback"
fallback_owner = "a@b.example"
"""


@pytest.fixture
def folder(tmp_path):
    """An engagement folder with good settings."""
    return write(tmp_path, SETTINGS.format(url="http://127.0.0.1:1/crm/sales/api"))


def write(tmp_path, text):
    """Make the folder of those settings."""
    folder = tmp_path / "acme"
    folder.mkdir(exist_ok=True)
    (folder / "engagement.toml").write_text(text)
    return folder
