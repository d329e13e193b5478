"""Secrets, which come from the environment alone."""

from __future__ import annotations

import pytest

from tests.engagement.conftest import SETTINGS, write
from workbench.engagement import KEY_VARIABLE, LOCAL_KEY, Secret, read_engagement, tenant_key
from workbench.errors import UsageError


def test_a_secret_does_not_show_itself():
    """Neither print nor repr nor an f-string gives the key away."""
    secret = Secret("s3cr3t-value")

    assert "s3cr3t" not in f"{secret} {secret!r} {[secret]} {secret!s}"
    assert secret.reveal() == "s3cr3t-value"


def test_a_local_tenant_has_a_public_key_and_a_remote_one_needs_its_own(tmp_path, folder, monkeypatch):
    """Without a key in the environment only a local tenant can be reached."""
    monkeypatch.delenv(KEY_VARIABLE, raising=False)
    assert tenant_key(read_engagement(folder)).reveal() == LOCAL_KEY
    remote = read_engagement(write(tmp_path, SETTINGS.format(url="https://acme.example/crm/sales/api")))

    with pytest.raises(UsageError, match=KEY_VARIABLE):
        tenant_key(remote)

    monkeypatch.setenv(KEY_VARIABLE, "own")
    assert tenant_key(remote).reveal() == "own"
