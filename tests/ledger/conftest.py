from itertools import count

import pytest

from tests.ledger.places import Place, PostgresPlace, SqlitePlace
from tests.postgres import postgres

__all__ = ["postgres"]

_numbers = count(1)


@pytest.fixture(params=["sqlite", "postgres"])
def place(request, tmp_path) -> Place:
    """Where a new ledger can be kept; every test that asks for it runs over both engines."""
    if request.param == "sqlite":
        return SqlitePlace(folder=tmp_path)
    url = request.getfixturevalue("postgres")
    return PostgresPlace(folder=tmp_path, url=url, schema=f"clinic-{next(_numbers)}")
