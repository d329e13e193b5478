"""Made-up exports, loaded once for all tests of their source."""

from __future__ import annotations

import pytest

from tests.packs_of_sources.rsoft import Rsoft, go_to_load, start


@pytest.fixture(scope="session")
def rsoft(tmp_path_factory) -> Rsoft:
    """The made-up export of RSoft CRM, loaded into a tenant of the largest plan; no test changes it."""
    rsoft = start(tmp_path_factory.mktemp("rsoft"), plan="enterprise")
    go_to_load(rsoft)
    return rsoft
