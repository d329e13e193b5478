"""Workbooks of Excel and its kin, also those under a password; each cell by what it is, not by how it is shown."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import msoffcrypto
from msoffcrypto.exceptions import DecryptionError, FileFormatError, InvalidKeyError
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError

from workbench.engagement import Secret
from workbench.errors import UsageError
from workbench.layout import LayoutObject
from workbench.sources.excel_errors import find_error_cells
from workbench.sources.protection import ask_password
from workbench.sources.rows import Opened, Row, batch_rows, cut_unnamed, find_fault, find_header_problems

PROTECTED = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# A spreadsheet keeps 15 digits of a number; what stands behind them is made up.
EXACT = 10**15
LOST = "a number of more than 15 digits, of which a spreadsheet keeps 15; export the column as text"


def open_xlsx(path: Path, row: LayoutObject, password: Secret | None) -> Opened:
    """Find the columns of one sheet; blank lines above its header do not count.

    Raises:
        UsageError: It is no workbook, its password is missing or wrong, or it has no such sheet.
    """
    workbook = _open_workbook(path, password)
    names = workbook.sheet_names
    if not row.sheet and len(names) > 1:
        raise UsageError(f'has {len(names)} sheets; name one with sheet = "..." in layout.toml: {", ".join(names)}')
    name = row.sheet or names[0]
    if name not in names:
        raise UsageError(f"has no sheet {name}; it has {', '.join(names)}")
    lines = ([_write_cell(cell).strip() for cell in line] for line in _read_lines(workbook.get_sheet_by_name(name)))
    cells = next((line for line in lines if any(line)), [])
    header = cut_unnamed(cells)
    if problems := find_header_problems(header):
        raise UsageError("\n".join(problems))
    return Opened(
        header=tuple(header),
        read=lambda: batch_rows(_read_sheet(path, password, name, len(header))),
        unread=tuple(f"sheet {other}" for other in names if other != name),
    )


def _read_sheet(path: Path, password: Secret | None, name: str, named: int) -> Iterator[Row]:
    errors = find_error_cells(_open_file(path, password), name)
    return _read_rows(_open_workbook(path, password).get_sheet_by_name(name), named, errors)


def _open_workbook(path: Path, password: Secret | None) -> CalamineWorkbook:
    try:
        file = _open_file(path, password)
        return (
            CalamineWorkbook.from_filelike(file) if isinstance(file, BytesIO) else CalamineWorkbook.from_path(str(file))
        )
    except PasswordError as error:
        raise UsageError(ask_password()) from error
    except CalamineError as error:
        raise UsageError(f"is no workbook that can be read ({error}); save it as .xlsx") from error


def _open_file(path: Path, password: Secret | None) -> Path | BytesIO:
    """The workbook itself, taken out of its protection where it stands under one."""
    with path.open("rb") as file:
        is_protected = file.read(len(PROTECTED)) == PROTECTED
    return _decrypt(path, password) if is_protected and path.suffix.lower() != ".xls" else path


def _decrypt(path: Path, password: Secret | None) -> BytesIO:
    """The workbook inside; it stays in memory and is never written."""
    if password is None:
        raise UsageError(ask_password())
    plain = BytesIO()
    try:
        with path.open("rb") as file:
            container = msoffcrypto.OfficeFile(file)
            container.load_key(password=password.reveal(), verify_password=True)
            container.decrypt(plain)
    except InvalidKeyError as error:
        raise UsageError(ask_password(is_wrong=True)) from error
    except (FileFormatError, DecryptionError) as error:
        raise UsageError(f"is no workbook that can be read ({error}); save it as .xlsx") from error
    plain.seek(0)
    return plain


def _read_lines(sheet: CalamineSheet) -> Iterator[list[Any]]:
    return sheet.iter_rows() if sheet.height else iter(())


def _read_rows(sheet: CalamineSheet, named: int, errors: dict[int, str]) -> Iterator[Row]:
    number, is_header = 0, True
    for line, cells in enumerate(_read_lines(sheet), start=1):
        texts = [_write_cell(cell) for cell in cells]
        if not any(texts) and line not in errors:
            continue
        if is_header:
            is_header = False
            continue
        number += 1
        reason = f"cell {errors[line]} holds an error of the spreadsheet" if line in errors else ""
        reason = (
            reason or find_fault(texts, width=len(texts), named=named) or (LOST if any(map(_is_lost, cells)) else "")
        )
        filled = texts[:named] + [""] * (named - len(texts))
        yield Row(number, [] if reason else filled, f"{reason} (line {line})" if reason else "")


def _is_lost(cell: Any) -> bool:
    return isinstance(cell, float) and abs(cell) >= EXACT


def _write_cell(cell: Any) -> str:
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    if isinstance(cell, (date, time)):
        return cell.isoformat()
    return _write_duration(cell) if isinstance(cell, timedelta) else str(cell)


def _write_duration(cell: timedelta) -> str:
    minutes, seconds = divmod(int(cell.total_seconds()), 60)
    return f"{minutes // 60:02}:{minutes % 60:02}:{seconds:02}"
