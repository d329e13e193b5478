"""The demo clinic at several points of its way."""

from __future__ import annotations

import pytest

from tests.stages.walk import Walk, start_walk
from workbench.engagement import TEMPLATES

DEMO = TEMPLATES / "demo"


@pytest.fixture
def walk(tmp_path) -> Walk:
    """The demo clinic, not yet begun."""
    return start_walk(
        tmp_path, source=DEMO / "clinic", cutover_source=DEMO / "clinic_later", roster=DEMO / "roster.csv"
    )
