"""Cells of a workbook that hold an error such as #DIV/0!, which its reader gives as empty ones."""

from __future__ import annotations

import re
import zipfile
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree

BLOCK = 1 << 20
LONGEST = 1 << 10  # bytes of a cell's opening tag
_CELL = re.compile(rb'<c\b(?=[^>]*\bt="e")[^>]*\br="([A-Z]+)(\d+)"[^>]*>')
_BOOK, _LINKS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def find_error_cells(file: Path | BytesIO, sheet: str) -> dict[int, str]:
    """The first such cell of each line that has one, by line; none where the file is no .xlsx."""
    if not zipfile.is_zipfile(file):
        return {}
    with zipfile.ZipFile(file) as book:
        part = _find_part(book, sheet)
        return _scan(book, part) if part in book.namelist() else {}


def _find_part(book: zipfile.ZipFile, sheet: str) -> str:
    """Where in the archive the sheet of that name lies, empty where it is nowhere."""
    if not {_BOOK, _LINKS} <= set(book.namelist()):
        return ""
    sheets = {
        node.get("name"): node.get(_ID) for node in ElementTree.fromstring(book.read(_BOOK)).iter() if node.get(_ID)
    }
    links = {node.get("Id"): node.get("Target", "") for node in ElementTree.fromstring(book.read(_LINKS))}
    target = links.get(sheets.get(sheet), "")
    return target.removeprefix("/") if target.startswith("/") else f"xl/{target}"


def _scan(book: zipfile.ZipFile, part: str) -> dict[int, str]:
    found: dict[int, str] = {}
    rest = b""
    with book.open(part) as file:
        while block := file.read(BLOCK):
            text = rest + block
            for match in _CELL.finditer(text):
                found.setdefault(int(match[2]), f"{match[1].decode()}{match[2].decode()}")
            rest = text[-LONGEST:]
    return found
