"""The demo clinic, at the beginning of its way."""

from __future__ import annotations

from dataclasses import fields

import pytest

from tests.stages.kept_walk import KeptWalk, Shelf
from tests.stages.walk import start_walk
from workbench.engagement import TEMPLATES

DEMO = TEMPLATES / "demo"


@pytest.fixture(scope="session")
def shelf(tmp_path_factory) -> Shelf:
    """How far the demo clinic came before."""
    return Shelf(folder=tmp_path_factory.mktemp("shelf"))


@pytest.fixture
def walk(tmp_path, shelf) -> KeptWalk:
    """The demo clinic, not yet begun."""
    begun = start_walk(
        tmp_path, source=DEMO / "clinic", cutover_source=DEMO / "clinic_later", roster=DEMO / "roster.csv"
    )
    return KeptWalk(**{each.name: getattr(begun, each.name) for each in fields(begun)}, shelf=shelf)
