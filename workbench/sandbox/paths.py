"""Which address is answered by what: found word by word, so that a tenant with many addresses is no slower."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from starlette.routing import BaseRoute, Match, NoMatchFound
from starlette.types import ASGIApp, Receive, Scope, Send

# Stands in the tree for a part of the path that varies; no word of a path can be equal to these.
ANY, END = "{}", "{end}"
Branch = dict[str, Any]


class Paths(BaseRoute):
    """Every address below a prefix.

    A word comes before what varies, whichever was named first; a slash at the end counts for nothing.

    Args:
        prefix: What all of them begin with, empty for nothing.
        routes: Method, path below the prefix with `{name}` for what varies, and the application that answers.
    """

    def __init__(self, prefix: str, routes: Iterable[tuple[str, str, ASGIApp]]) -> None:
        self._prefix = prefix + "/"
        self._roots: dict[str, Branch] = {}
        for method, path, app in routes:
            self._add(method, path, app)
        self._roots.setdefault("HEAD", self._roots.get("GET", {}))

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Whether the address is one of these."""
        path = scope["path"]
        if scope["type"] != "http" or not path.startswith(self._prefix):
            return Match.NONE, {}
        words = path[len(self._prefix) :].rstrip("/").split("/")
        found = _walk(self._roots.get(scope["method"], {}), words, ())
        if found is None:
            return Match.NONE, {}
        (names, app), values = found
        return Match.FULL, {"endpoint": app, "path_params": dict(zip(names, values, strict=True))}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the call to what answers it."""
        await scope["endpoint"](scope, receive, send)

    def url_path_for(self, name: str, /, **path_params: Any) -> Any:
        """No address here has a name to be found by."""
        raise NoMatchFound(name, path_params)

    def _add(self, method: str, path: str, app: ASGIApp) -> None:
        branch = self._roots.setdefault(method, {})
        words = path.strip("/").split("/")
        for word in words:
            branch = branch.setdefault(ANY if word.startswith("{") else word, {})
        branch.setdefault(END, (tuple(word[1:-1] for word in words if word.startswith("{")), app))


def _walk(branch: Branch, words: list[str], values: tuple[str, ...]) -> tuple[Any, tuple[str, ...]] | None:
    if not words:
        return (branch[END], values) if END in branch else None
    word, rest = words[0], words[1:]
    found = _walk(branch[word], rest, values) if word in branch and word not in (ANY, END) else None
    if found is None and word and ANY in branch:
        found = _walk(branch[ANY], rest, (*values, word))
    return found
