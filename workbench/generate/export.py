"""An export being written: files as its source would write them, the manifest, and beside it the truth about it."""

from __future__ import annotations

import hashlib
import io
import json
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from workbench.errors import UsageError
from workbench.generate.archive import pack_folder

PART = 100_000  # records in memory at once
NUMBER = "n"
EXPORT, TRUTH = "export", "truth"


@dataclass(frozen=True, slots=True, kw_only=True)
class Csv:
    """How a source writes its CSV files.

    Attributes:
        is_quoted: Every cell stands in quotes, and not only those that need them.
        has_bom: A mark stands before the first character, as spreadsheets on Windows write it.
        empty_columns: Columns without name and value at the end of every line.
        rows_a_file: Records after which another file begins (`customers_1.csv` ...); 0 for one file.
    """

    separator: str = ","
    encoding: str = "utf-8"
    line_end: str = "\n"
    is_quoted: bool = False
    has_bom: bool = False
    empty_columns: int = 0
    rows_a_file: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the manifest says of an export as a whole; times as the source's own people would write them."""

    source: str
    exported_at: str
    time_zone: str
    plan: str


@dataclass(kw_only=True)
class Export:
    """The folder `export` with the files, and `truth` beside it."""

    folder: Path
    settings: Settings
    files: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def path(self) -> Path:
        """Where the files of the export lie."""
        return self.folder / EXPORT

    @property
    def truth(self) -> Path:
        """Where the truth about it lies."""
        return self.folder / TRUTH

    def write_csv(self, name: str, frames: Iterable[pl.DataFrame], style: Csv = Csv()) -> None:  # noqa: B008
        """Write records as `name`, or as `name_1`, `name_2` ... where the style limits a file's records."""
        if not style.rows_a_file:
            self._write_one_csv(name, frames, style)
            return
        stem, _, ending = name.rpartition(".")
        for place, part in enumerate(_recut(frames, style.rows_a_file), start=1):
            self._write_one_csv(f"{stem}_{place}.{ending}", [part], style)

    def write_lines(self, name: str, frames: Iterable[pl.DataFrame]) -> None:
        """Write records as JSON, one a line."""
        with (self.path / name).open("wb") as file:
            rows = sum(_put(frame, file) for frame in frames)
        self._note(name, rows)

    def write_objects(self, name: str, objects: Iterable[dict[str, Any]]) -> None:
        """Write a few records of whatever shape as JSON, one a line."""
        lines = [json.dumps(each, ensure_ascii=False) + "\n" for each in objects]
        (self.path / name).write_text("".join(lines), encoding="utf-8")
        self._note(name, len(lines))

    def write_json(self, name: str, value: Any) -> None:
        """Write one JSON document; it counts as no record."""
        (self.path / name).write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        self._note(name, 0)

    def write_text(self, name: str, text: str) -> None:
        """Write a file that holds no records."""
        (self.path / name).write_text(text, encoding="utf-8")
        self._note(name, 0)

    def write_bytes(self, name: str, content: bytes) -> None:
        """Write a file that records name, such as a scan; its folder is made where it is new."""
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        self._note(name, 0)

    def write_sheets(self, name: str, sheets: dict[str, pl.DataFrame]) -> None:
        """Write a workbook with a sheet per frame."""
        write_workbook(self.path / name, sheets)
        self._note(name, sum(frame.height for frame in sheets.values()))

    def note_truth(self, name: str, frames: Iterable[pl.DataFrame]) -> None:
        """Keep what is true of records as `truth/<name>.parquet`, without holding all of it in memory."""
        with tempfile.TemporaryDirectory(dir=self.folder) as made:
            parts = []
            for place, frame in enumerate(frames):
                parts.append(Path(made) / f"{place:06}.arrow")
                frame.write_ipc(parts[-1])
            pl.scan_ipc(parts).sink_parquet(self.truth / f"{name}.parquet")

    def note_facts(self, facts: dict[str, Any]) -> None:
        """Keep figures about the whole export as `truth/facts.json`."""
        text = json.dumps(facts, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
        (self.truth / "facts.json").write_text(text, encoding="utf-8")

    def close(self, *, password: str = "") -> Path:
        """Write the manifest; with a password, make one encrypted archive of the export. Returns what to hand over."""
        words = self.settings
        manifest = {
            "source": words.source,
            "exported_at": words.exported_at,
            "time_zone": words.time_zone,
            "plan": words.plan,
            "is_password_protected": bool(password),
            "files": self.files,
        }
        text = json.dumps(manifest, ensure_ascii=False, indent=1) + "\n"
        (self.path / "manifest.json").write_text(text, encoding="utf-8")
        return pack_folder(self.path, password=password) if password else self.path

    def _write_one_csv(self, name: str, frames: Iterable[pl.DataFrame], style: Csv) -> None:
        rows, is_first = 0, True
        with (self.path / name).open("wb") as file:
            for frame in frames:
                file.write(_write_part(frame, style, is_first=is_first))
                rows, is_first = rows + frame.height, False
        self._note(name, rows)

    def _note(self, name: str, rows: int) -> None:
        with (self.path / name).open("rb") as file:
            self.files[name] = {"rows": rows, "sha256": hashlib.file_digest(file, "sha256").hexdigest()}


def write_workbook(path: Path, sheets: dict[str, pl.DataFrame]) -> None:
    """Write a workbook with a sheet per frame; a text stays a text, whatever it begins with."""
    import xlsxwriter

    with xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        for title, frame in sheets.items():
            frame.write_excel(book, title)


def begin_export(folder: Path, settings: Settings) -> Export:
    """An export without files in a folder of its own.

    Raises:
        UsageError: Something lies in the folder already; it is as it was.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{folder}: is there already and not empty; name a new folder")
    for path in (folder / EXPORT, folder / TRUTH):
        path.mkdir(parents=True)
    return Export(folder=folder, settings=settings)


def number_parts(total: int, *, size: int = PART) -> Iterator[pl.DataFrame]:
    """The numbers from 0 to below total as frames of one column `n`, a part at a time; one empty part for none."""
    for start in range(0, max(total, 1), size):
        yield pl.DataFrame({NUMBER: pl.int_range(start, min(start + size, total), eager=True)})


def _recut(frames: Iterable[pl.DataFrame], rows: int) -> Iterator[pl.DataFrame]:
    """The same records, so many to a frame."""
    rest = None
    for frame in frames:
        rest = frame if rest is None else pl.concat([rest, frame])
        while rest.height > rows:
            yield rest.head(rows)
            rest = rest.slice(rows)
    if rest is not None:
        yield rest


def _put(frame: pl.DataFrame, file) -> int:
    frame.write_ndjson(file)
    return frame.height


def _write_part(frame: pl.DataFrame, style: Csv, *, is_first: bool) -> bytes:
    buffer = io.BytesIO()
    # Names cannot repeat in a frame, so the columns without one are cut out of the header again.
    blank = {f"\0{place}": pl.lit(None, pl.String) for place in range(style.empty_columns)}
    frame.with_columns(**blank).write_csv(
        buffer,
        separator=style.separator,
        line_terminator=style.line_end,
        quote_style="non_numeric" if style.is_quoted else "necessary",
        include_header=is_first,
        include_bom=is_first and style.has_bom and style.encoding == "utf-8",
    )
    made = buffer.getvalue()
    for name in blank if is_first else ():
        made = made.replace(f'"{name}"'.encode(), b"", 1).replace(name.encode(), b"", 1)
    if style.encoding == "utf-8":
        return made
    mark = "\ufeff" if is_first and style.has_bom else ""
    return (mark + made.decode()).encode(style.encoding, "replace")
