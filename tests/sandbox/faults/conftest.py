"""Tenants on a bad day."""

from collections.abc import Callable, Iterator

import pytest

from tests.sandbox.faults.day import Day


@pytest.fixture
def make_day() -> Iterator[Callable[..., Day]]:
    """Makes tenants from lines such as `slow:seconds=3`; settings and `switches` by name."""
    made: list[Day] = []

    def make(*lines: str, **more) -> Day:
        made.append(Day(*lines, **more))
        return made[-1]

    yield make
    for day in made:
        day.close()
