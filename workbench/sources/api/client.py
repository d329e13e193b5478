"""One source over HTTP: every request to a source goes through `SourceClient`, which paces, signs and repeats it.

This is the second home of httpx beside the tenant's client, and shares nothing with it: there a lost write is in doubt
and the quota is an hour of one known product, here everything is read and the limits are the layout's.

What can go wrong, by what the caller does next:

UsageError   the source refuses: fix the secret, the address or the layout
Absent       404: what was asked for is not there (any more)
RetryLater   unreachable, broken or closed for longer than it is worth waiting: run the same command again
"""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import httpx

from workbench.engagement import Secret, is_local
from workbench.errors import RetryLater, UsageError
from workbench.layout.api import Api
from workbench.layout.paths import read_path
from workbench.sources.api.answers import Absent, Answer, Broken, Saved, decode_answer, take_answer, take_file
from workbench.sources.api.auth import Signer
from workbench.sources.api.limiter import FIRST_WAIT, LONGEST_WAIT, Limiter
from workbench.sources.api.members import find_member

ATTEMPTS = 6  # of one request: half a minute of waiting in all
MOST_REFUSALS = 20  # in a row, each waited out: more than a quarter of an hour where the source names no time
MOST_LOGINS = 3  # in a row without a request that was let through

Taken = TypeVar("Taken")


class SourceClient:
    """A source, named by its address; use it as a context manager. Threads may share it.

    Args:
        address: Where all paths of the layout begin.
        values: What the layout's names stand for.
        transport: Takes the place of the network, for a source in this process.

    Attributes:
        spent: Requests sent so far, by what became of them: answered, refused, failed, login.

    Raises:
        UsageError: A secret would travel unencrypted.
    """

    def __init__(
        self,
        address: str,
        api: Api,
        values: Mapping[str, Secret],
        *,
        limiter: Limiter,
        clock: Callable[[], float] = time.time,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        if values and address.startswith("http://") and not is_local(address):
            raise UsageError(f"{address}: the secrets would travel unencrypted; use https:// for [engagement] source")
        self.address = address.rstrip("/")
        self.host = urlsplit(address).hostname
        self.spent: Counter[str] = Counter()
        self.limiter = limiter
        self._auth = api.auth
        self._signer = Signer(api, values, clock=clock)
        self._http = httpx.Client(
            transport=transport,
            timeout=api.timeout,
            headers={"Accept": "application/json"},
            # A proxy of the company's network must not stand between this machine and itself.
            trust_env=not is_local(address),
        )

    def __enter__(self) -> SourceClient:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._http.close()

    def read(
        self,
        path: str,
        *,
        method: str = "GET",
        parameters: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
        counted: str = "",
    ) -> Answer:
        """The JSON of an answer.

        Args:
            path: Below the source's address, or a whole address of the same host.
            counted: The path limits count it by, where `path` names one record.

        Raises:
            WorkbenchError: See the module.
        """
        asked = {"params": parameters or None, "json": body}
        return self._ask(method, path, counted or path, take_answer, **asked)

    def save(self, path: str, to: Path, *, counted: str = "") -> Saved:
        """Write a file piece by piece; it stands at `to` whole or not at all.

        Raises:
            WorkbenchError: See the module.
        """
        made = to.with_name(f".{to.name[:200]}.part")
        saved = self._ask("GET", path, counted or path, lambda response: take_file(response, made))
        os.replace(made, to)
        return saved

    def drop_secret(self, link: str) -> str:
        """The address without a parameter that carries a secret, fit to be kept in a file."""
        return str(httpx.URL(link).copy_remove_param(self._signer.parameter)) if self._signer.parameter else link

    # --- one request -------------------------------------------------------------------------------------------------

    def _ask(
        self, method: str, path: str, counted: str, take: Callable[[httpx.Response], Taken], **asked: Any
    ) -> Taken:
        address = self._find_address(path)
        failures = logins = 0
        while True:
            try:
                # A token must not grow old in the queue.
                self.limiter.wait_turn(method, counted)
                if self._log_in(logins):
                    logins += 1
                taken = self._exchange(method, address, counted, take, asked)
            except (httpx.HTTPError, Broken) as error:
                failures += 1
                self.spent["failed"] += 1
                reason = str(error) if isinstance(error, Broken) else type(error).__name__
                if failures >= ATTEMPTS:
                    raise RetryLater(
                        f"{self.host}: no answer to {method} {counted} ({reason}); what was read is kept, "
                        "run the same command again later"
                    ) from error
                self.limiter.pause(min(FIRST_WAIT * 2 ** (failures - 1), LONGEST_WAIT), f"{self.host}: {reason}")
                continue
            if taken is not None:
                self.spent["answered"] += 1
                return taken

    def _exchange(
        self, method: str, address: httpx.URL, counted: str, take: Callable[[httpx.Response], Taken], asked: Any
    ) -> Taken | None:
        """What the answer gave; null where it has to be asked again."""
        address = address.copy_merge_params(asked.get("params") or {})
        address = address.copy_merge_params(self._signer.parameters())
        headers = self._signer.headers()
        with (
            self.limiter.turn(method, counted),
            self._http.stream(method, address, json=asked.get("json"), headers=headers) as response,
        ):
            self._http.cookies.clear()  # the secret alone says who asks
            if response.status_code == 200:
                self.limiter.note_answer(response.headers)
                return take(response)
            if response.has_redirect_location and take is not take_answer:
                target = address.join(response.headers["location"])
            else:
                return self._judge(response, f"{method} {counted}")
        return self._follow(target, address, take)

    def _judge(self, response: httpx.Response, what: str) -> None:
        """Prepare for asking again.

        Raises:
            WorkbenchError: Asking again would not help.
            Broken: It may help in a while.
        """
        status = response.status_code
        if status == 429:
            self.spent["refused"] += 1
            if self.limiter.note_refusal(response.headers) > MOST_REFUSALS:
                raise RetryLater(f"{self.host}: {what}: refused for too many requests; run the same command later")
        elif status in (401, 403) and self._auth.kind == "login":
            self.spent["refused"] += 1
            if self._signer.is_early and self.limiter.ends_token:
                # Something used the limit up beside us: logging in at once would end the next token as well.
                self.limiter.wait_window("the source ended the token before its time")
            self._signer.drop_token()
        elif status >= 500 or status == 408:
            raise Broken(f"status {status}")
        elif status == 404:
            raise Absent(f"{self.host}: {what}: there is no such thing; check the path in layout.toml")
        else:
            raise UsageError(f"{self.host}: {what}: refused with status {status}; {_advise(status)}")

    def _follow(self, target: httpx.URL, address: httpx.URL, take: Callable[[httpx.Response], Taken]) -> Taken:
        """Fetch a file from where it really lies; no secret goes there."""
        if target.scheme != "https" and not is_local(str(target)):
            raise UsageError(f"{self.host}: a file is to be fetched unencrypted from {target.host}; it was not fetched")
        headers = self._signer.headers() if _is_same(target, address) else {}
        with self._http.stream("GET", target, headers=headers) as response:
            if response.status_code != 200:
                raise Broken(f"status {response.status_code} where the file should lie")
            return take(response)

    def _log_in(self, logins: int) -> bool:
        """Get a token where one is needed; gives whether it was."""
        if not self._signer.needs_login:
            return False
        with self._signer.lock:
            if not self._signer.needs_login:
                return False  # another thread was here first
            if logins >= MOST_LOGINS:
                raise UsageError(f"{self.host}: a fresh token is refused; check the rights of this user at the source")
            with self.limiter.turn("POST", self._auth.path):
                response = self._http.post(
                    self._find_address(self._auth.path),
                    json=self._signer.login_body(),
                    headers=self._signer.plain_headers(),
                )
            self._http.cookies.clear()
            self.spent["login"] += 1
            self._take_token(response)
        return True

    def _take_token(self, response: httpx.Response) -> None:
        if response.status_code == 429:
            self.limiter.note_refusal(response.headers)
            raise Broken("login refused for too many requests")
        if response.status_code >= 500:
            raise Broken(f"login answered status {response.status_code}")
        if response.status_code not in (200, 201, 204):
            raise UsageError(
                f"{self.host}: login refused with status {response.status_code}; check the secrets in the environment"
            )
        if self._auth.answer_header:
            token = response.headers.get(self._auth.answer_header, "")
        else:
            token = find_member(decode_answer(response.content), read_path(self._auth.answer))
        self._signer.take_token(str(token or ""))

    def _find_address(self, path: str) -> httpx.URL:
        """The address of a path; of a whole address only one of the source's own host.

        Raises:
            UsageError: It is another host's, where the secret must not travel.
        """
        try:
            base = httpx.URL(f"{self.address}/")
            found = base.join(path) if "://" in path or path.startswith(("/", "?")) else httpx.URL(f"{base}{path}")
        except httpx.InvalidURL as error:
            raise UsageError(f"{self.address}: no address ({error}); check [engagement] source") from error
        if not _is_same(found, base):
            raise UsageError(f"{self.host}: the next page would lie on {found.host}; it was not asked")
        return found


def _is_same(one: httpx.URL, other: httpx.URL) -> bool:
    return (one.scheme, one.host, one.port) == (other.scheme, other.host, other.port)


def _advise(status: int) -> str:
    if status in (401, 403):
        return "check the secrets in the environment, and the rights they have at the source"
    if 300 <= status < 400:
        return "the source lies elsewhere; check [engagement] source"
    return "check the path and parameters in layout.toml"
