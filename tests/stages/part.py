"""A part of a clinic's export, for tests that need the whole way and not every patient."""

from __future__ import annotations

from pathlib import Path

import polars as pl

LINKS = {"patients": "Id", "claims": "PATIENTID"}


def copy_part(source: Path, folder: Path, *, patients: int) -> Path:
    """The export with its first patients and what hangs on them; clinics, payers and staff are all there."""
    folder.mkdir()
    chosen = read_file(source / "patients.csv")["Id"].head(patients).to_list()
    for path in source.glob("*.csv"):
        rows, link = read_file(path), LINKS.get(path.stem, "PATIENT")
        part = rows.filter(pl.col(link).is_in(chosen)) if link in rows.columns else rows
        part.write_csv(folder / path.name)
    return folder


def read_file(path: Path) -> pl.DataFrame:
    """A file of the export as it stands, every cell a text."""
    return pl.read_csv(path, infer_schema=False)
