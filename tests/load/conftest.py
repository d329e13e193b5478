import pytest

from tests.load.world import make_world


@pytest.fixture
def world(tmp_path):
    world = make_world(tmp_path / "ledger.sqlite")
    yield world
    world.tenant.close()


@pytest.fixture
def ledger(world):
    with world.ledger() as ledger:
        yield ledger
