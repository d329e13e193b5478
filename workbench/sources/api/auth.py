"""Who asks: the headers and parameters that carry a secret, and the login that yields a token."""

from __future__ import annotations

import base64
import re
import threading
from collections.abc import Callable, Mapping
from math import inf

from workbench.engagement import Secret
from workbench.errors import UsageError
from workbench.layout.api import TOKEN, Api

EARLY = 60.0  # seconds before its end in which a token is no longer trusted to outlive a request
_NAME = re.compile(r"\{(\w+)\}")


class Signer:
    """Gives each request what says who asks.

    Args:
        values: By the names that the layout's texts hold.
        clock: Seconds since 1970.
    """

    def __init__(self, api: Api, values: Mapping[str, Secret], *, clock: Callable[[], float]) -> None:
        self._api, self._values, self._clock = api, dict(values), clock
        self._ends = -inf
        self.lock = threading.Lock()  # one login at a time

    @property
    def needs_login(self) -> bool:
        """Whether a token has to be got before the next request."""
        return self._api.auth.kind == "login" and self._clock() >= self._ends - EARLY

    @property
    def is_early(self) -> bool:
        """Whether the token should still have been good."""
        return self._clock() < self._ends - EARLY

    @property
    def parameter(self) -> str:
        """The parameter that carries a secret, empty where none does."""
        return self._api.auth.parameter if self._api.auth.kind == "query" else ""

    def headers(self) -> dict[str, str]:
        """Headers of every request but the login's own."""
        return self.plain_headers() | self._sign()

    def plain_headers(self) -> dict[str, str]:
        """Headers that say nothing of a token."""
        return {name: self.fill(text) for name, text in self._api.headers.items()}

    def parameters(self) -> dict[str, str]:
        """Parameters of every request."""
        return {self.parameter: self.fill(self._api.auth.value)} if self.parameter else {}

    def login_body(self) -> dict[str, str]:
        """What is sent to log in."""
        return {name: self.fill(text) for name, text in self._api.auth.body.items()}

    def take_token(self, token: str) -> None:
        """Sign with this token from now on."""
        if not token or not token.isascii() or not token.isprintable():
            raise UsageError("the source's login gave no token; check [api.auth] answer in layout.toml")
        self._values[TOKEN] = Secret(token)
        self._ends = self._clock() + (self._api.auth.seconds or inf)

    def drop_token(self) -> None:
        """Log in again before the next request."""
        self._ends = -inf

    def fill(self, text: str) -> str:
        """The text with the values of its names."""
        return _NAME.sub(lambda match: self._values[match[1]].reveal(), text)

    def _sign(self) -> dict[str, str]:
        auth = self._api.auth
        if auth.kind in ("header", "login"):
            return {auth.header: self.fill(auth.value)}
        if auth.kind == "basic":
            pair = f"{self.fill(auth.user)}:{self.fill(auth.password)}"
            return {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}
        return {}
