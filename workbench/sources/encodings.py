"""Which encoding a file is in, found by evidence and proved by reading every byte of it."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import BinaryIO

import chardet

from workbench.errors import UsageError

BLOCK = 1 << 20
HEAD = 1 << 16
EVIDENCE = 200_000  # bytes of non-ASCII lines a guess is made from; ASCII lines only dilute it
# Byte order marks, the longer first: that of UTF-32-LE begins like that of UTF-16-LE.
MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
# Files that are no text whatever their name says, by their first bytes.
NOT_TEXT = {
    b"PK\x03\x04": "an Excel workbook or a zip archive",
    b"\xd0\xcf\x11\xe0": "an old or a protected Excel workbook",
    b"\x1f\x8b": "a gzip archive",
    b"%PDF": "a PDF",
}
USUAL = "cp1252"  # what Windows software of the Americas and Western Europe writes
RIVALS = ("cp1250", "cp1251", "cp1253", "cp1254", "cp1257", "cp932", "gb18030", "big5", "euc-kr", "mac-roman", "cp850")
# A few accented letters fit several code pages about equally well. In measured samples a wrong page reached 2.4 times
# the score of the usual one, a right one 3 to 500 times.
CLEARLY = 2.5


def find_encoding(path: Path, *, named: str = "") -> str:
    """Name the Python codec that reads the whole file.

    A byte order mark decides; then the encoding the layout names; then UTF-8 where every byte agrees; then the
    code page that fits the non-ASCII lines best.

    Args:
        named: Encoding the layout names, empty where it names none.

    Raises:
        UsageError: No encoding reads every byte, or the file mixes two.
    """
    head = _read_head(path)
    _refuse_other_formats(head)
    encoding = _find_mark(head) or named or _find_zeros(head)
    if not encoding:
        broken_at = find_break(path, "utf-8")
        if broken_at is None:
            return "utf-8"
        encoding = _guess_page(path, broken_at)
    broken_at = find_break(path, encoding)
    if broken_at is not None:
        raise UsageError(
            f"line {_count_lines(path, broken_at)} cannot be read as {encoding}; save the file as UTF-8, "
            'or name its encoding in layout.toml: encoding = "..."'
        )
    return encoding


def find_break(path: Path, encoding: str) -> int | None:
    """Offset of the first byte the encoding cannot read, null where it reads all."""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    given = 0
    for block in chain(_read_blocks(path), [b""]):
        begins_at = given - len(decoder.getstate()[0])
        try:
            decoder.decode(block, final=not block)
        except UnicodeDecodeError as error:
            return begins_at + error.start
        given += len(block)
    return None


def _read_blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            yield block


def _read_head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(HEAD)


def _refuse_other_formats(head: bytes) -> None:
    for start, what in NOT_TEXT.items():
        if head.startswith(start):
            raise UsageError(f"is {what}, not text; save its contents as CSV, or name its format in layout.toml")


def _find_mark(head: bytes) -> str:
    return next((encoding for mark, encoding in MARKS.items() if head.startswith(mark)), "")


def _find_zeros(head: bytes) -> str:
    """UTF-16 without a mark: in mostly Latin text every other byte is zero."""
    pairs = len(head) // 2
    if pairs and head[1::2].count(0) > 0.3 * pairs:
        return "utf-16-le"
    if pairs and head[0::2].count(0) > 0.3 * pairs:
        return "utf-16-be"
    return ""


def _guess_page(path: Path, broken_at: int) -> str:
    sample = _sample_lines(path)
    read = sample.decode("utf-8", errors="replace")
    broken = read.count("\N{REPLACEMENT CHARACTER}")
    if sum(letter > "\x7f" for letter in read) > 2 * broken:
        raise UsageError(
            f"line {_count_lines(path, broken_at)} is not UTF-8, though the text around it is; "
            "repair that line, or save the file as UTF-8"
        )
    scores = {
        guess["encoding"]: guess["confidence"]
        for guess in chardet.detect_all(
            sample, ignore_threshold=True, include_encodings=(USUAL, *RIVALS), compat_names=False
        )
        if guess["encoding"]  # null where the bytes look like no text at all
    }
    best = max(scores, key=scores.get, default=USUAL)
    return best if scores.get(best, 0) >= CLEARLY * scores.get(USUAL, 0) else USUAL


def _sample_lines(path: Path) -> bytes:
    sample = bytearray()
    with path.open("rb") as file:
        for line in file:
            if not line.isascii():
                sample += line[:EVIDENCE]
            if len(sample) >= EVIDENCE:
                break
    return bytes(sample)


def _count_lines(path: Path, offset: int) -> int:
    """Number of the line that holds the byte, counted from 1."""
    with path.open("rb") as file:
        return 1 + sum(line.endswith(b"\n") for line in _read_up_to(file, offset))


def _read_up_to(file: BinaryIO, offset: int) -> Iterator[bytes]:
    while file.tell() < offset and (line := file.readline(offset - file.tell())):
        yield line
