"""A clinic's export whose names, addresses, notes, own fields, rules and file names are strings that break things."""

from __future__ import annotations

import csv
import json
import re
import shutil
from pathlib import Path

import polars as pl
import pytest

from workbench.engagement import ROOT
from workbench.generate.registry import generate

PATH = ROOT.parent / "shared" / "data" / "blns" / "blns.json"
# What spreadsheets take for a formula, beside those of the list.
FORMULAS = ["=1+1", "+1|cmd", "-2+3|cmd", "@SUM(A1:A9)", "\t=1+1", '=HYPERLINK("http://leak.example","x")']
LEFT_OUT = (
    "encounters", "invoices", "payments", "claims", "treatment_plans", "coverages", "patients_archived",
    "patients_deleted", "dashboards",
)  # fmt: skip
LONGEST_PART = 250  # bytes of a file name


def read_strings() -> list[str]:
    """The strings, each in its place."""
    if not PATH.exists():
        pytest.skip("the shared data set ../shared/data/blns is not here")
    return [*json.loads(PATH.read_text(encoding="utf-8")), *FORMULAS]


def is_file_name(text: str) -> bool:
    """Whether a file of that name can lie in a folder here."""
    return bool(text) and text not in (".", "..") and not set(text) & {"/", "\0"} and len(text.encode()) <= LONGEST_PART


def write_export(folder: Path, strings: list[str]) -> Path:
    """An export with one clinic, provider, patient, appointment, result, document and rule for each string."""
    source = generate("clinic", records=10, out=folder, seed=3)
    for name in LEFT_OUT:
        next(source.glob(f"{name}.*")).unlink()
    shutil.rmtree(source / "documents")
    _write(source / "locations.csv", strings, lambda n, s: {"id": f"C{n}", "name": s, "city": "T", "street": str(n)})
    _write(source / "providers.csv", strings, lambda n, s: {"id": f"S{n}", "name": s, "role": "Nurse", "active": "1"})
    _write(source / "patients.csv", strings, _make_patient)
    _write(source / "appointments.csv", strings, _make_appointment)
    _write(source / "labs.csv", strings, lambda n, s: {"id": f"L{n}", "pid": f"P{n}", "test": "T", "raw_text": s})
    _write(source / "documents.csv", strings, lambda n, s: {"id": f"D{n}", "pid": f"P{n}", "file": s})
    for number, text in enumerate(strings):
        if is_file_name(text):
            (source / "documents" / f"P{number}").mkdir(parents=True)
            (source / "documents" / f"P{number}" / text).write_bytes(f"file {number}".encode())
    keys = ("name", "kind", "trigger", "conditions", "actions")
    rules = [{"id": f"W{n}", **dict.fromkeys(keys, text), "active": True} for n, text in enumerate(strings)]
    (source / "workflows.json").write_text(json.dumps({"workflows": rules}), encoding="utf-8")
    return source


def keep_every_word(engagement: Path) -> None:
    """Answer what discovery asks: a name that reads NULL is a name, and so is every other word of the export."""
    path = engagement / "conventions.toml"
    text = re.sub(r"null = \[.*?\]\n", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    path.write_text(re.sub(r'by = ".*"', 'by = "Ada"', text), encoding="utf-8")


def _make_patient(number: int, text: str) -> dict[str, str]:
    return {
        "pid": f"P{number}", "fname": text, "mname": text, "lname": text, "street": text, "city": text, "sex": "F",
        "status": "active", "email": f"p{number}@example.com", "primary_provider_id": f"S{number}",
        "custom": json.dumps({"front desk": {"language": text}}),
    }  # fmt: skip


def _make_appointment(number: int, text: str) -> dict[str, str]:
    return {
        "id": f"A{number}", "pid": f"P{number}", "type": "Visit", "notes": text,
        "starts_at": "2025-01-06 10:00:00", "ends_at": "2025-01-06 11:00:00",
    }  # fmt: skip


def _write(path: Path, strings: list[str], make) -> None:
    columns = pl.read_csv(path, infer_schema=False).columns
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns, restval="", quoting=csv.QUOTE_ALL)
        writer.writeheader()
        writer.writerows(make(number, text) for number, text in enumerate(strings))
