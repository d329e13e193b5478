"""Tenants to look at, a browser's way of asking them, and what is in an answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from typing import Any

import httpx
import pytest

from tests.sandbox.conftest import Api
from tests.sandbox.page.clinic import Clinic, fill_clinic
from workbench.sandbox import in_process

HOST = "http://127.0.0.1:8765"


class Page(HTMLParser):
    """An answer taken apart: its elements, and the text a reader sees."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self._texts: list[str] = []
        self._is_hidden = self._is_drawing = False
        self.feed(text)

    @property
    def text(self) -> str:
        """Everything between the tags of the body, blanks run together."""
        return " ".join(" ".join(self._texts).split())

    def hrefs(self) -> list[str]:
        """Where its links lead."""
        return [attributes["href"] for tag, attributes in self.tags if tag == "a" and attributes.get("href")]

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attributes)))
        self._is_drawing = self._is_drawing or tag == "svg"
        self._is_hidden = tag == "title" and not self._is_drawing

    def handle_endtag(self, tag: str) -> None:
        self._is_drawing = self._is_drawing and tag != "svg"
        self._is_hidden = self._is_hidden and tag != "title"

    def handle_data(self, data: str) -> None:
        if not self._is_hidden:
            self._texts.append(data)


class Looker:
    """Somebody who looks at a tenant without its key."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self.http = httpx.Client(transport=in_process(api.app), base_url=HOST)

    def get(self, path: str, *, status: int = 200) -> str:
        """The HTML of a page."""
        answer = self.http.get(path)
        assert answer.status_code == status, answer.text[:500]
        return answer.text

    def read(self, path: str, *, status: int = 200) -> Page:
        """A page, taken apart."""
        return Page(self.get(path, status=status))


def ask_from(api: Api, address: str, path: str, **headers: str) -> httpx.Response:
    """The answer to somebody at an address, who has no key."""
    with httpx.Client(transport=in_process(api.app, client=(address, 50_000)), base_url=HOST, headers=headers) as http:
        return http.get(path)


@pytest.fixture
def look(api: Api) -> Iterator[Looker]:
    """Somebody who looks at a fresh tenant."""
    looker = Looker(api)
    yield looker
    looker.http.close()


@pytest.fixture
def clinic(api: Api) -> Clinic:
    """A small clinic in the fresh tenant."""
    return fill_clinic(api.http, patients=12)


@pytest.fixture
def make_look(make_api: Callable[..., Api]) -> Iterator[Callable[..., Looker]]:
    """Makes tenants and somebody who looks at them."""
    made: list[Looker] = []

    def make(**settings: Any) -> Looker:
        made.append(Looker(make_api(**settings)))
        return made[-1]

    yield make
    for looker in made:
        looker.http.close()
