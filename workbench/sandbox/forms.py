"""A form with a file in it, read as it arrives: the file goes to whoever takes it, piece by piece."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import unquote_to_bytes

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import Request

from workbench.sandbox.wire import ApiError

FILE = "file"
# A name as older clients escape it in forms, though the standard wants it there as it is.
ESCAPED_NAME = re.compile(rb"filename\*=(?:utf-8|iso-8859-1)'[\w-]*'([^;\s]+)", re.IGNORECASE)
MOST_PARTS = 50
MOST_TEXT = 64 * 1024
# What a form may be larger than the file in it.
MOST_AROUND = 4 * 1024 * 1024
INVALID = "Invalid or missing attributes"


class UploadForm:
    """The parts of one form as the parser comes upon them.

    Attributes:
        texts: Fields by name; of a name sent twice the last.
        file_name: As the part with the file names it; null until there was a file.
        content_type: What the client says the file is.
        is_whole: The end was there.
    """

    def __init__(self, boundary: bytes, *, take: Callable[[bytes], None]) -> None:
        self.texts: dict[str, str] = {}
        self.file_name: str | None = None
        self.content_type = ""
        self.is_whole = False
        self._take = take
        self._parts = 0
        self._name = ""
        self._is_file = False
        self._header = [b"", b""]
        self._headers: dict[bytes, bytes] = {}
        self._text = bytearray()
        self._parser = MultipartParser(boundary, self._list_callbacks())

    def feed(self, piece: bytes) -> None:
        """Read on.

        Raises:
            ApiError: 400 where it is no form, or none with one file in it.
        """
        with _refuse_broken():
            self._parser.write(piece)

    def _list_callbacks(self) -> dict[str, Callable[..., None]]:
        return {
            "on_part_begin": self._begin,
            "on_header_field": lambda data, start, end: self._add_header(0, data[start:end]),
            "on_header_value": lambda data, start, end: self._add_header(1, data[start:end]),
            "on_header_end": self._end_header,
            "on_headers_finished": self._open_part,
            "on_part_data": self._take_data,
            "on_part_end": self._close_part,
            "on_end": self._finish,
        }

    def _begin(self) -> None:
        self._parts += 1
        if self._parts > MOST_PARTS:
            raise ApiError(400, INVALID)
        self._headers, self._text = {}, bytearray()

    def _add_header(self, half: int, piece: bytes) -> None:
        self._header[half] += piece

    def _end_header(self) -> None:
        name, value = self._header
        self._headers[name.lower()] = value
        self._header = [b"", b""]

    def _open_part(self) -> None:
        disposition = self._headers.get(b"content-disposition", b"")
        _, options = parse_options_header(disposition)
        self._name, file_name = _decode(options.get(b"name", b"")), _find_file_name(disposition, options)
        self._is_file = file_name is not None and self._name == FILE
        if not self._is_file:
            return
        if self.file_name is not None:
            raise ApiError(400, "One file can be uploaded at a time")
        self.file_name = file_name
        self.content_type = _decode(self._headers.get(b"content-type", b""))

    def _take_data(self, data: bytes, start: int, end: int) -> None:
        if self._is_file:
            self._take(data[start:end])
        elif len(self._text) + end - start > MOST_TEXT:
            raise ApiError(400, f"{self._name[:50]} is not in required length")
        else:
            self._text += data[start:end]

    def _close_part(self) -> None:
        if not self._is_file:
            self.texts[self._name] = _decode(bytes(self._text))

    def _finish(self) -> None:
        self.is_whole = True


async def read_form(request: Request, *, take: Callable[[bytes], None], most: int) -> UploadForm:
    """Read a form with one file in it.

    Args:
        take: Given the file piece by piece; may refuse to take more.
        most: Bytes of the largest file; whatever else is sent is bounded by it.

    Raises:
        ApiError: 400 where it is no such form, 413 where it does not end.
        ClientDisconnect: The client left before the end.
    """
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    boundary = options.get(b"boundary", b"")
    if kind != b"multipart/form-data" or not boundary:
        raise ApiError(400, INVALID)
    with _refuse_broken():
        form = UploadForm(boundary, take=take)
    read = 0
    async for piece in request.stream():
        read += len(piece)
        if read > most + MOST_AROUND:
            raise ApiError(413, "The request is too large.")
        form.feed(piece)
    if not form.is_whole:
        raise ApiError(400, INVALID)
    return form


@contextmanager
def _refuse_broken() -> Iterator[None]:
    try:
        yield
    except (FormParserError, ValueError):
        raise ApiError(400, INVALID) from None


def _find_file_name(disposition: bytes, options: dict[bytes, bytes]) -> str | None:
    """The name a part gives its file; null where the part is a text."""
    escaped = ESCAPED_NAME.search(disposition)
    if escaped:
        return _decode(unquote_to_bytes(escaped[1]))
    return _decode(options[b"filename"]) if b"filename" in options else None


def _decode(text: bytes) -> str:
    """Text as clients write it; bytes that are no UTF-8 are read one by one."""
    try:
        return text.decode()
    except UnicodeDecodeError:
        return text.decode("latin-1")
