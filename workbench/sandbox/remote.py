"""A local tenant's state from outside: asked of its server, or read from its file."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import httpx

from workbench.errors import RetryLater, UsageError
from workbench.sandbox.settings import UNFIT, TenantSettings
from workbench.sandbox.tenant import Tenant

# A digest of a large tenant takes its time.
TIMEOUT = 600.0
JOURNAL_PAGE = 10_000


def ask_server(url: str, key: str, method: str, path: str, body: Any = None) -> Any:
    """What a served tenant answers at an address below `/local`.

    Args:
        url: Any address of the tenant, such as the base of its API.

    Raises:
        UsageError: It is no local tenant, or it refuses; the address or the key can be none.
        RetryLater: Nobody answers there.
    """
    address = _find_address(url, path)
    if UNFIT.search(key):
        raise UsageError("--key can be no tenant's key: it has blanks, commas, quotes or letters outside of ASCII")
    headers = {"Authorization": f"Token token={key}", "Accept": "application/json"}
    try:
        with httpx.Client(headers=headers, timeout=TIMEOUT, trust_env=False) as client:
            answer = client.request(method, address, json=body)
    except httpx.HTTPError as error:
        raise RetryLater(f"{url}: no answer ({error}); is the tenant served? workbench tenant serve") from error
    return _read_answer(url, answer)


def read_whole_journal(url: str, key: str) -> Iterator[dict[str, Any]]:
    """Every row of a served tenant's journal, oldest first."""
    since = 0
    while rows := ask_server(url, key, "GET", f"journal?since={since}&limit={JOURNAL_PAGE}")["journal"]:
        yield from rows
        since = rows[-1]["seq"]


@contextmanager
def open_file(path: Path) -> Iterator[Tenant]:
    """The tenant a file keeps, with no server.

    Raises:
        UsageError: There is no such file, or it is none of a tenant's.
    """
    if not path.is_file():
        raise UsageError(f"{path}: no such file; name the one given to `workbench tenant serve --data`")
    tenant = Tenant(TenantSettings(), path=path, clock=time.time)
    try:
        yield tenant
    finally:
        tenant.close()


def _find_address(url: str, path: str) -> str:
    try:
        scheme, host, *_ = urlsplit(url if "://" in url else f"http://{url}")
        address = httpx.URL(urlunsplit((scheme, host, f"/local/{path}", "", "")))
    except (ValueError, httpx.InvalidURL) as error:
        raise UsageError(f"--url {url}: is no address ({error}); write http://127.0.0.1:8765") from None
    if address.scheme not in ("http", "https") or not address.host:
        raise UsageError(f"--url {url}: is no address of a tenant; write http://127.0.0.1:8765")
    return str(address)


def _read_answer(url: str, answer: httpx.Response) -> Any:
    if answer.status_code == 401:
        raise UsageError(f"{url}: the key is not the tenant's; name it with --key")
    try:
        body = answer.json()
    except ValueError:
        body = None
    if answer.status_code >= 400 or not isinstance(body, dict):
        said = "; ".join(((body or {}).get("errors") or {}).get("message") or [f"status {answer.status_code}"])
        raise UsageError(f"{url}: {said}")
    return body
