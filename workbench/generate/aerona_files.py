"""Files that lie beside the records of a made-up AeronaClinic export, and its records as pages of JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import polars as pl

from workbench.generate.export import Export

LOST = 13  # the last of so many documents has no file
PAGE = 100  # records of a page
LARGE = 26  # megabytes, where 25 is what many a mail box and upload form takes
LARGE_ID = "999999"
NESTED = "customFields."
# What has another encoding than UTF-8 in the export as CSV.
ENCODINGS = {"notes": "cp1252"}


def write_documents(export: Export, frames: Iterable[pl.DataFrame]) -> None:
    """Write the file of every document but the lost ones, as large as its row says."""
    number = 0
    for frame in frames:
        for path, size in frame.select("path", "bytes").iter_rows():
            number += 1
            if number % LOST:
                export.write_bytes(path, f"{number:06} ".encode().ljust(int(size), b"."))


def add_large_document(folder: Path, *, patient: str, megabytes: int = LARGE) -> Path:
    """Add a document of that size to an export as CSV; a file with a hole, so that it takes hardly any room."""
    path = Path("documents") / patient / "Cone beam scan.dcm"
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    with (folder / path).open("wb") as file:
        file.write(b"DICM")
        file.truncate(megabytes * 1024**2)
    row = (LARGE_ID, patient, path.name, "application/dicom", megabytes * 1024**2, "05/02/2026 10:00", path.as_posix())
    with (folder / "documents.csv").open("a", encoding="utf-8") as file:
        file.write(",".join(map(str, row)) + "\n")
    return folder / path


def turn_into_pages(folder: Path, *, size: int = PAGE) -> None:
    """Turn an export as CSV into pages of JSON with the same records, as the source's API would have given them."""
    for path in sorted(folder.glob("*.csv")):
        table = path.read_bytes().decode(ENCODINGS.get(path.stem, "utf-8"))
        records = [_nest(row) for row in pl.read_csv(table.encode(), infer_schema=False).to_dicts()]
        pages = [records[start : start + size] for start in range(0, len(records), size)] or [[]]
        for number, items in enumerate(pages, start=1):
            page = {"page": number, "pages": len(pages), "items": items}
            text = json.dumps(page, ensure_ascii=False, indent=1)
            (folder / f"{path.stem}_{number}.json").write_text(text, encoding="utf-8")
        path.unlink()


def _nest(row: dict[str, Any]) -> dict[str, Any]:
    """A record with the clinic's own fields in an object of their own."""
    own = {name.removeprefix(NESTED): value for name, value in row.items() if name.startswith(NESTED)}
    plain = {name: value for name, value in row.items() if not name.startswith(NESTED)}
    return plain | ({"customFields": {name: value for name, value in own.items() if value is not None}} if own else {})
