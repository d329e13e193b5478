from tests.load.conftest import ledger, world

__all__ = ["ledger", "world"]
