"""Import files: rows as CSV under the importer's limits, what an administrator does with them, and their hashes."""

from __future__ import annotations

import csv
import hashlib
import io
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from workbench.folder import write_text
from workbench.freshsales.schema import TenantSchema
from workbench.ledger.standings import Standings
from workbench.load.import_cells import DAYS, ENCODING, MOST_BYTES, MOST_ROWS, Row
from workbench.load.setup import Desk
from workbench.model import IMPORTS, frame
from workbench.own_fields import name_id_field

FOLDER = "imports"
INSTRUCTION = "instruction.md"
CHECKSUMS = "SHA256SUMS"
OBJECTS = {"sales_account": "Accounts", "contact": "Contacts", "deal": "Deals"}  # as Freshsales calls them


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The rows of one file, by external id, and the file's text."""

    rows: Mapping[str, Row]
    text: str


def split_rows(rows: Mapping[str, Row], *, object: str, schema: TenantSchema) -> Iterator[Part]:
    """Cut rows into files, each with the same header and as many rows as the importer takes.

    Args:
        rows: Cells by field, by external id; the file keeps their order.
    """
    columns = _list_columns(rows.values(), object)
    header = _write_line([name_column(object, column, columns, schema) for column in columns])
    lines = {id: _write_line([row.get(column, "") for column in columns]) for id, row in rows.items()}
    part, size = {}, count_bytes(header)
    for external_id, line in lines.items():
        if part and (size + count_bytes(line) > MOST_BYTES or len(part) == MOST_ROWS):
            yield Part(rows=part, text=header + "".join(lines[id] for id in part))
            part, size = {}, count_bytes(header)
        part[external_id], size = rows[external_id], size + count_bytes(line)
    if part:
        yield Part(rows=part, text=header + "".join(lines[id] for id in part))


def fits_file(row: Row) -> bool:
    """Whether a row leaves room for a header and company in a file."""
    return count_bytes(_write_line(list(row.values()))) <= MOST_BYTES // 2


def name_column(object: str, field: str, beside: Iterable[str], schema: TenantSchema) -> str:
    """The header of a field: what Freshsales calls it, with its name where two fields are called alike."""
    known = schema.fields.get(object, {})
    label = known[field].label if field in known else field
    alike = [each for each in beside if each in known and known[each].label == label]
    return f"{label} ({field})" if len(alike) > 1 else label


def name_file(ledger: Standings, desk: Desk, *, phase: str, object: str, position: int) -> str:
    """The path of the next import file of a phase, relative to the engagement; no two ever have one name."""
    number = 1 + sum(name == phase for name, _ in ledger.import_files().values())
    return f"{desk.label}/{FOLDER}/{position:02d}_{object}_{number:02d}.csv"


def write_file(desk: Desk, file: str, text: str) -> None:
    """Write an import file so that it is there as a whole or not at all."""
    path = desk.folder / file
    path.parent.mkdir(parents=True, exist_ok=True)
    write_text(path, text)


def describe_files(ledger: Standings, folder: Path) -> pl.DataFrame:
    """IMPORTS: every file that was handed over, and what became of its rows.

    A row that went into a later file counts there alone.

    Args:
        folder: The engagement's.
    """
    rows = []
    states: dict[str, dict[int, str]] = {}
    for file, (phase, intents) in ledger.import_files().items():
        if phase not in states:
            states[phase] = _read_states(ledger, phase)
        fates = [fate for intent in intents if (fate := states[phase].get(intent))]
        path = folder / file
        content = path.read_bytes() if path.exists() else b""
        rows.append({
            "file": file, "phase": phase, "destination": path.name.split("_", 1)[1].rpartition("_")[0],
            "rows": len(fates), "bytes": len(content),
            "sha256": hashlib.sha256(content).hexdigest() if content else "",
            "found": fates.count("found"), "waiting": fates.count("handed_over"),
            "missing": fates.count("not_imported"),
        })  # fmt: skip
    # In the order in which they are to be imported: parents before what points at them.
    return frame(sorted(rows, key=lambda row: Path(row["file"]).name), IMPORTS)


def write_instruction(files: pl.DataFrame, folder: Path, schema: TenantSchema) -> None:
    """Write what the administrator does, in order, with the hashes of the files; nothing where nothing waits.

    Args:
        files: IMPORTS; those that wait are told of.
        folder: The run's own `imports`.
    """
    waiting = files.filter(pl.col("waiting") > 0)
    if waiting.is_empty():
        return
    folder.mkdir(parents=True, exist_ok=True)
    rows = [row | {"path": _find_path(row["file"], folder)} for row in waiting.iter_rows(named=True)]
    steps = [_write_step(number, row, schema) for number, row in enumerate(rows, start=1)]
    write_text(folder / INSTRUCTION, "\n\n".join([_HEAD, *steps, _FOOT]) + "\n")
    write_text(folder / CHECKSUMS, "".join(f"{row['sha256']}  {row['path']}\n" for row in rows if row["sha256"]))


_HEAD = f"""# Importing these files into Freshsales

Import them in this order, each only after Freshsales has reported the one before it as done. Do not open them in a
spreadsheet: it would write days and long numbers in its own way. They hold personal data; delete your copies when
the migration is signed off. A file that is named with a folder was written by an earlier run; it lies there, seen from
this page. `sha256sum -c {CHECKSUMS}`, run here, shows that all are whole. Days are written {DAYS}; where
Freshsales asks for a date format, choose that one."""
_FOOT = """When all are in, tell the analyst, and send along the reports of rows that Freshsales refused. Every record
is then looked for by its external id and compared with what should be there; what is missing is named. Importing a
file a second time does no harm as long as the same field is matched."""


def _write_step(number: int, row: Mapping[str, object], schema: TenantSchema) -> str:
    object = str(row["destination"])
    match = name_column(object, name_id_field(object), (), schema)
    alone = " as contacts only" if object == "contact" else ""
    return f"""## {number}. {row["path"]}: {row["rows"]:,} {OBJECTS[object].lower()}

- [ ] Open **{OBJECTS[object]}**, choose **Import**, upload the file{alone}.
- [ ] Choose **Find duplicate records and update**, matched by **{match}**. No other field may be matched.
- [ ] Each column stands under the name of its field; map **{match}** first, and leave no column unmapped.
- [ ] Do not let empty cells overwrite anything. Start the import and keep its report."""


def _find_path(file: str, folder: Path) -> str:
    """The way from a run's `imports` to a file named from the engagement's folder on."""
    here = Path(*folder.parts[-len(Path(file).parent.parts) :])
    return Path(os.path.relpath(file, here)).as_posix()


def _read_states(ledger: Standings, phase: str) -> dict[int, str]:
    """What became of the newest intent of each record of a phase, by the intent's number."""
    waiting = dict(ledger.handed_over(phase).values())
    found = {each.intent: "found" for each in ledger.standings(phase) if each.is_standing and each.intent}
    return found | waiting


def _list_columns(rows: Iterable[Row], object: str) -> list[str]:
    names = dict.fromkeys([name_id_field(object), *(name for row in rows for name in row)])
    return list(names)


def _write_line(cells: list[str]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow(cells)
    return line.getvalue()


def count_bytes(text: str) -> int:
    """Bytes of a text as the file holds it."""
    return len(text.encode(ENCODING))
