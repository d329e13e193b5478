"""From an engagement to its tenant."""

from __future__ import annotations

import pytest

from workbench import progress
from workbench.engagement import KEY_VARIABLE, read_engagement
from workbench.errors import UsageError
from workbench.freshsales.connect import connect
from workbench.freshsales.pacing import SPREADING

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


def test_every_process_on_one_account_counts_together(tmp_path, monkeypatch):
    """What is sent to an account is noted beside the analyst's key; a local tenant is nobody else's."""
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path / "home"))
    monkeypatch.setenv(KEY_VARIABLE, "k")
    for _ in range(2):
        connect(make_engagement(tmp_path, "https://acme.myfreshworks.com/crm/sales/api")).close()
    connect(make_engagement(tmp_path, "http://127.0.0.1:8765/crm/sales/api")).close()

    assert [path.name for path in (tmp_path / "home" / "sent").iterdir()] == ["acme.myfreshworks.com.sqlite"]


def test_only_waits_worth_reading_are_said(tmp_path, capsys, monkeypatch):
    """Spreading shows by itself, as the count moves; a used-up hour is said with the time of the next request."""
    monkeypatch.setattr(progress, "_current", None)  # as in a new process
    tenant = connect(make_engagement(tmp_path, "http://127.0.0.1:8765/crm/sales/api"))
    tell = tenant._pacer._on_wait
    tell(36.0, SPREADING)
    tell(3.0, "the tenant is busy")
    assert capsys.readouterr().err == ""

    tell(1200.0, "the hour's quota is used up")
    assert "next request at " in capsys.readouterr().err
