"""The other forms such an export comes in: sections with pipes, a folder per patient, pages of JSON, a workbook."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl

from workbench.generate.export import write_workbook

PAGE = 100  # records of a page
WORKBOOK = "ehi-export.xlsx"
PATIENT = "pid"
NESTED = "custom"
LARGE = 26  # megabytes, where 25 is what many an upload form takes
LARGE_ID = "D-999999"


def turn_into_sections(folder: Path) -> None:
    """One text file per section with pipes between the cells, as a conversion between systems asks for."""
    for path, frame in _read_files(folder):
        frame.write_csv(path.with_suffix(".txt"), separator="|")
        path.unlink()


def turn_into_folders(folder: Path) -> None:
    """A folder per patient with the patient's own rows of every file; what belongs to nobody stays at the top."""
    for path, frame in _read_files(folder):
        if PATIENT not in frame.columns:
            continue
        for (patient,), rows in frame.group_by(PATIENT, maintain_order=True):
            (folder / str(patient)).mkdir(exist_ok=True)
            rows.write_csv(folder / str(patient) / path.name)
        path.unlink()


def turn_into_pages(folder: Path, *, size: int = PAGE) -> None:
    """Pages of JSON, as an interface that is asked page by page answers; the clinic's own fields are nested."""
    for path, frame in _read_files(folder):
        records = [_nest(row) for row in frame.to_dicts()]
        pages = [records[start : start + size] for start in range(0, len(records), size)] or [[]]
        for number, items in enumerate(pages, start=1):
            page = {"page": number, "pages": len(pages), "items": items}
            text = json.dumps(page, ensure_ascii=False, indent=1)
            (folder / f"{path.stem}_page_{number}.json").write_text(text, encoding="utf-8")
        path.unlink()


def turn_into_workbook(folder: Path) -> None:
    """One workbook with a sheet for each file, every cell a text."""
    files = _read_files(folder)
    write_workbook(folder / WORKBOOK, {path.stem: frame for path, frame in files})
    for path, _ in files:
        path.unlink()


def add_large_document(folder: Path, *, patient: str, megabytes: int = LARGE) -> Path:
    """Add a document of that size to an export as CSV; a file with a hole, so that it takes hardly any room."""
    path = folder / "documents" / patient / "Scan.dcm"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write(b"DICM")
        file.truncate(megabytes * 1024**2)
    cells = (LARGE_ID, patient, path.name, "Imaging referral", "application/dicom", megabytes * 1024**2, "2026-02-05")
    with (folder / "documents.csv").open("a", encoding="utf-8") as file:
        file.write(",".join(f'"{cell}"' for cell in cells) + "\n")
    return path


def _read_files(folder: Path) -> list[tuple[Path, pl.DataFrame]]:
    return [(path, pl.read_csv(path, infer_schema=False)) for path in sorted(folder.glob("*.csv"))]


def _nest(row: dict[str, Any]) -> dict[str, Any]:
    return row | ({NESTED: json.loads(row[NESTED])} if row.get(NESTED) else {})
