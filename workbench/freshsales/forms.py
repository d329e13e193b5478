"""A form with a file in it, read piece by piece while it is sent, however large it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO

TIMEOUT = 300.0  # seconds a tenant may take over a large file before it answers


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A file and what is said about it.

    Attributes:
        open_file: Opens it for reading from its beginning.
        name: What the file is to be called.
        fields: The form's other fields.
    """

    open_file: Callable[[], BinaryIO]
    name: str
    fields: Mapping[str, str]

    @contextmanager
    def open(self) -> Iterator[dict[str, Any]]:
        """The body of one request, as the HTTP library takes it; opened anew for every attempt."""
        with self.open_file() as file:
            content = {"file": (self.name, file, "application/octet-stream")}
            yield {"data": dict(self.fields), "files": content, "timeout": TIMEOUT}
