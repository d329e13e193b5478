"""An extraction under way, as files beside the export: each page is kept before the next one is asked for.

The lines of a page are flushed to the disk first and then named by a checkpoint that is replaced whole; what stands
behind the checkpoint was written by a process that was killed, and is cut off. Of a page whose records are asked for
one by one, each answer is kept until the page is.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from workbench.folder import write_text
from workbench.sources.json_text import decode
from workbench.sources.nested import write_json

FINISH = "finish.json"  # the manifest that is to be; from here on the export is being put in place
PLAN = "plan.json"


@dataclass(slots=True, kw_only=True)
class Checkpoint:
    """How far an object was read.

    Attributes:
        position: The page that comes next; null before the first of a list.
        is_over: The list was read to its end.
        parent: Records of the object this one is asked for that are through.
        bytes: Length of the lines that count.
        round: How often the list was begun.
        fresh: Records this round brought.
        total: Records the source said there are, the most of this round; null where it does not say.
        fell: That number became smaller in this round.
        absent: Lists the source does not have.
        began: When the first answer of the first round was given, by the source's clock if it tells it.
    """

    position: dict[str, Any] | None = None
    is_over: bool = False
    parent: int = 0
    bytes: int = 0
    lines: int = 0
    round: int = 1
    fresh: int = 0
    total: int | None = None
    fell: bool = False
    doubles: int = 0
    absent: int = 0
    without_detail: int = 0
    began: str = ""
    is_done: bool = False


class UnderWay:
    """The folder of an extraction under way."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def is_finishing(self) -> bool:
        """Whether everything was read, and it is being put in place."""
        return (self.folder / FINISH).exists()

    def read_plan(self) -> dict[str, Any] | None:
        """What was begun, null where nothing was."""
        path = self.folder / PLAN
        return json.loads(path.read_text("utf-8")) if path.exists() else None

    def write_plan(self, plan: dict[str, Any]) -> None:
        """Begin, or note how much was asked."""
        self.folder.mkdir(parents=True, exist_ok=True)
        write_text(self.folder / PLAN, json.dumps(plan, ensure_ascii=False, indent=1) + "\n")

    def lines_path(self, name: str) -> Path:
        """The records of an object, a line each."""
        return self.folder / f"{name}.jsonl"

    def read_checkpoint(self, name: str) -> Checkpoint:
        """How far an object was read; what was written after that is cut off."""
        path = self.folder / f"{name}.checkpoint"
        found = Checkpoint(**json.loads(path.read_text("utf-8"))) if path.exists() else Checkpoint()
        lines = self.lines_path(name)
        lines.touch()
        os.truncate(lines, found.bytes)
        return found

    def keep_page(self, name: str, records: list[dict[str, Any]], checkpoint: Checkpoint) -> None:
        """Keep a page's records, and then where to go on; the checkpoint's length moves on by them."""
        if records:
            with self.lines_path(name).open("ab") as file:
                for record in records:
                    file.write(f"{write_json(record)}\n".encode())
                file.flush()
                os.fsync(file.fileno())
                checkpoint.bytes = file.tell()
            checkpoint.lines += len(records)
        self.keep_checkpoint(name, checkpoint)

    def keep_checkpoint(self, name: str, checkpoint: Checkpoint) -> None:
        """Keep where to go on."""
        write_text(self.folder / f"{name}.checkpoint", json.dumps(asdict(checkpoint)))
        self._details_path(name).unlink(missing_ok=True)

    def read_records(self, name: str) -> Iterator[dict[str, Any]]:
        """The records of an object that are kept."""
        return read_lines(self.lines_path(name))

    def read_details(self, name: str) -> dict[str, Any]:
        """Answers about records of the page that was under way, by their key."""
        return dict(self._read_pairs(self._details_path(name)))

    def keep_detail(self, name: str, key: str, record: Any) -> None:
        """Keep the answer about one record until its page is kept."""
        self._append(self._details_path(name), [key, record])

    def read_files(self, name: str) -> dict[str, Any]:
        """What is known of the files of an object's records, by the record's key."""
        return dict(self._read_pairs(self.folder / f"{name}.files"))

    def keep_file(self, name: str, key: str, saved: Any) -> None:
        """Keep what is known of a file that lies in its place."""
        self._append(self.folder / f"{name}.files", [key, saved])

    def write_finish(self, manifest: dict[str, Any]) -> None:
        """From here on the export is put in place, whatever happens."""
        write_text(self.folder / FINISH, json.dumps(manifest, ensure_ascii=False, indent=1) + "\n")

    def remove(self) -> None:
        """Forget it, at once or not at all."""
        done = self.folder.with_name(f"{self.folder.name}.done")
        shutil.rmtree(done, ignore_errors=True)
        os.rename(self.folder, done)
        shutil.rmtree(done)

    def _details_path(self, name: str) -> Path:
        return self.folder / f"{name}.details"

    def _read_pairs(self, path: Path) -> Iterator[tuple[str, Any]]:
        text = path.read_text("utf-8") if path.exists() else ""
        for line in text.split("\n")[:-1]:  # what stands behind the last line end was never finished
            yield decode(line)
        if text and not text.endswith("\n"):
            os.truncate(path, len(text[: text.rfind("\n") + 1].encode()))

    def _append(self, path: Path, pair: list[Any]) -> None:
        with path.open("a", encoding="utf-8") as file:
            file.write(f"{write_json(pair)}\n")


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    """The records of a file, one a line."""
    with path.open(encoding="utf-8", newline="\n") as file:
        for line in file:
            yield decode(line)
