"""One tenant over HTTP: every request of the project goes through `Tenant`, which paces and counts it.

What can go wrong, by what the caller does next:

UsageError   401, 403, a redirect, a refused search     fix the key, the rights or the address
NotFound     404                                        a HoldRecord: the record is not there (any more)
HoldRecord   400 and the like                           the tenant refuses the values of this record
InDoubt      a write whose answer was lost              a RetryLater: look the record up before sending again
RetryLater   out of reach for a quarter of an hour      run again later

A 429 is none of these: the request waits for quota and goes again, however long that takes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from functools import lru_cache
from http.cookiejar import CookieJar
from typing import Any
from urllib.parse import urlsplit

import httpx

from workbench.engagement import Secret, is_local
from workbench.errors import RetryLater, UsageError
from workbench.freshsales.answers import (
    Answer,
    Forbidden,
    InDoubt,
    NotFound,
    explain_refusal,
    is_no_answer,
    is_quota_refusal,
    parse_body,
)
from workbench.freshsales.calls import Calls
from workbench.freshsales.costs import name_purpose
from workbench.freshsales.forms import Form
from workbench.freshsales.pacing import Pacer

__all__ = ["Answer", "Forbidden", "InDoubt", "NotFound", "Tenant"]

# Seconds of waiting, all in all, for a tenant that fails. The waits grow to a minute each, so that it is asked some
# twenty-five times: should it count failed requests, an outage costs no more of the quota than that.
PATIENCE = 900.0
BUSY_ATTEMPTS = 30  # of a bulk call answered 405 because too many of the tenant's own jobs run


class Tenant(Calls):
    """One Freshsales account, named by the base address of its API; use it as a context manager.

    Args:
        base_url: Such as `https://acme.myfreshworks.com/crm/sales/api`.
        pacer: Decides when each request goes, and does all the waiting.
        transport: Takes the place of the network, for a tenant in this process.
        timeout: Seconds to wait for one answer.

    Attributes:
        spent: Requests sent so far by their purpose, repeated ones included; see `costs.name_purpose`.

    Raises:
        UsageError: The key holds characters no header can carry, or would travel unencrypted.
    """

    def __init__(
        self,
        base_url: str,
        key: Secret,
        *,
        pacer: Pacer | None = None,
        transport: httpx.BaseTransport | None = None,
        timeout: float = 30.0,
    ) -> None:
        super().__init__()
        self.base_url = base_url.rstrip("/")
        self.host = urlsplit(self.base_url).hostname
        self.spent: Counter[str] = Counter()
        self._key = _check_key(key, self.base_url)
        self._pacer = pacer or Pacer()
        self._http = httpx.Client(
            transport=transport,
            timeout=timeout,
            headers={"Authorization": f"Token token={self._key}", "Accept": "application/json"},
            cookies=_NoCookies(),
            # A proxy of the company's network must not stand between this machine and itself.
            trust_env=not is_local(self.base_url),
        )

    def __enter__(self) -> Tenant:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Tenant({self.base_url!r})"

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()

    @property
    def requests(self) -> int:
        """Requests sent so far, repeated ones included."""
        return self.spent.total()

    @property
    def seconds_per_request(self) -> float | None:
        """How long an answer took on average so far; null before the first."""
        return self._pacer.seconds_per_request

    @property
    def now(self) -> float:
        """Seconds since 1970 by the clock that all waiting goes by."""
        return self._pacer.now

    def pause(self, seconds: float, reason: str) -> None:
        """Wait without sending anything, such as for a job of the tenant's."""
        self._pacer.pause(seconds, reason)

    # --- one request -----------------------------------------------------------------------------------------------

    def request(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        params: Mapping[str, Any] | None = None,
        form: Form | None = None,
    ) -> Answer:
        """Send one request and return its answer; wait for quota, and repeat what can be repeated without harm.

        Args:
            path: Below the base address.
            json: Body.
            form: Body of another kind: a file, sent piece by piece as it is read.

        Raises:
            WorkbenchError: See the module.
        """
        is_read = method == "GET" or path.startswith("filtered_search/")
        failures, waited = 0, 0.0
        while True:
            try:
                answer = self._exchange(method, path, json, params, is_read=is_read, form=form)
            except InDoubt:
                raise
            except RetryLater as error:
                failures += 1
                # A tenant that never answered is more likely a wrong address than a lost line.
                if waited >= PATIENCE or not self.requests:
                    raise
                waited += self._pacer.back_off(failures, str(error).partition(";")[0])
                continue
            if is_quota_refusal(answer):
                self._pacer.wait_out(answer.headers)
            elif answer.status == 405 and "/bulk_" in path and failures < BUSY_ATTEMPTS:
                failures += 1
                self._pacer.wait_out(answer.headers)
            else:
                return self._accept(answer, f"{method} {path}", json, is_read=is_read)

    def _exchange(self, method: str, path: str, json: Any, params: Any, *, is_read: bool, form: Form | None) -> Answer:
        self._pacer.wait_turn()
        lost = RetryLater if is_read else InDoubt
        try:
            with form.open() if form else nullcontext({"json": json}) as body:
                address = _read_address(f"{self.base_url}/{path}")
                response = self._http.request(method, address, params=params, **body)
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise RetryLater(
                f"{self.base_url} cannot be reached ({error}): check [tenant] url and the network"
                + (", and that it runs: workbench tenant serve" if is_local(self.base_url) else "")
                + "; then run the same command again"
            ) from error
        except httpx.InvalidURL as error:
            raise UsageError(f"{self.base_url}: no address ({error}); check [tenant] url") from error
        except httpx.HTTPError as error:
            self.spent[name_purpose(method, path, params)] += 1
            raise lost(
                f"{self.host}: no answer to {method} {path} ({type(error).__name__}); run again later"
            ) from error
        self.spent[name_purpose(method, path, params)] += 1
        answer = Answer(status=response.status_code, body=self._read_body(response), headers=response.headers)
        self._pacer.note_answer(answer.headers)
        if answer.status >= 500 or is_no_answer(answer):
            what = f"status {answer.status}" if answer.status >= 500 else "something other than JSON"
            raise lost(f"{self.host}: {method} {path} answered {what}; the tenant has a problem, run again later")
        return answer

    def download(self, address: str) -> Iterator[bytes]:
        """The pieces of a file that an answer names by its address; one request, none of it repeated.

        Raises:
            UsageError: The address is another host's, where the key must not travel.
            RetryLater: The file did not come.
        """
        if not address.startswith(f"{self.base_url}/"):
            raise UsageError(f"a file lies on another host than {self.host}; it was not fetched")
        self._pacer.wait_turn()
        self.spent["look_up"] += 1
        try:
            with self._http.stream("GET", address) as response:
                if response.status_code != 200:
                    raise RetryLater(f"{self.host}: a file was answered {response.status_code}; run again later")
                yield from response.iter_bytes()
        except httpx.HTTPError as error:
            raise RetryLater(f"{self.host}: a file did not come ({type(error).__name__}); run again later") from error

    def _read_body(self, response: httpx.Response) -> Any:
        return parse_body(response.text.replace(self._key, "***"))

    def _accept(self, answer: Answer, request: str, json: Any, *, is_read: bool) -> Answer:
        if answer.status < 300:
            self._pacer.note_success()
            return answer
        if answer.status == 405 and "/bulk_" in request:
            raise RetryLater(f"{self.host}: {request}: still busy with other bulk jobs; run again later")
        raise explain_refusal(answer, host=self.host, request=request, sent=json, is_read=is_read)


class _NoCookies(CookieJar):
    """Keeps none: the key alone says who asks, whatever an answer would have the next request carry."""

    def extract_cookies(self, response: Any, request: Any) -> None:
        """Leave them where they are."""


# Most requests of a load go to a few addresses, and taking one apart costs as much as the rest of a request.
_read_address = lru_cache(maxsize=100)(httpx.URL)


def _check_key(key: Secret, base_url: str) -> str:
    text = key.reveal().strip()
    if not text.isascii() or not text.isprintable() or not text:
        raise UsageError(
            "the API key is empty or holds characters no key has: set WORKBENCH_TENANT_KEY to the key alone"
        )
    if base_url.startswith("http://") and not is_local(base_url):
        raise UsageError(f"{base_url}: the key would travel unencrypted; use https:// in [tenant] url")
    return text
