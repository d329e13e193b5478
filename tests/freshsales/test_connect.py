"""From an engagement to its tenant."""

from __future__ import annotations

import pytest

from workbench.engagement import KEY_VARIABLE, read_engagement
from workbench.errors import UsageError
from workbench.freshsales.connect import connect

SETTINGS = """
[engagement]
name = "a"
pack = "clinic"
source = "export"
[tenant]
url = "{url}"
plan = "growth"
share = 0.5
[policies]
unmatched_owner = "block"
"""


def make_engagement(folder, url: str):
    (folder / "engagement.toml").write_text(SETTINGS.format(url=url))
    return read_engagement(folder)


def test_a_local_tenant_needs_no_key(tmp_path, monkeypatch):
    """The public default is enough, and nothing is sent by connecting."""
    monkeypatch.delenv(KEY_VARIABLE, raising=False)
    with connect(make_engagement(tmp_path, "http://127.0.0.1:8765/crm/sales/api/")) as tenant:
        assert (tenant.base_url, tenant.requests) == ("http://127.0.0.1:8765/crm/sales/api", 0)


def test_any_other_tenant_needs_one(tmp_path, monkeypatch):
    """The message names the variable."""
    monkeypatch.delenv(KEY_VARIABLE, raising=False)
    with pytest.raises(UsageError, match=KEY_VARIABLE):
        connect(make_engagement(tmp_path, "https://acme.myfreshworks.com/crm/sales/api"))
