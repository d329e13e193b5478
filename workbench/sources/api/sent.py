"""What was sent to a source, kept in a file so that the next process knows what the one before used up."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(slots=True, eq=False)
class Sent:
    """A request; `answered` is null while it is under way."""

    method: str
    path: str
    answered: float | None = None


class SentLog:
    """What was sent, as lines of a file: `+` method path when it goes, `-` with the moment of its answer.

    A line is there before its request goes. A request without an answer is one of a process that was killed; it
    counts from when it is found.
    """

    def __init__(self, path: Path, *, keep: float) -> None:
        self._path, self._keep = path, keep
        self._number = 0
        self._numbers: dict[int, int] = {}

    def read(self, now: float) -> list[Sent]:
        """What still counts; older lines are forgotten."""
        found: dict[str, Sent] = {}
        text = self._path.read_text("utf-8") if self._path.exists() else ""
        for line in text.split("\n")[:-1]:  # what stands behind the last line end was never finished
            mark, number, *rest = line.split(" ", 3)
            if mark == "+":
                found[number] = Sent(rest[0], rest[1])
            elif number in found:
                found[number].answered = float(rest[0])
        alive = []
        for sent in found.values():
            sent.answered = now if sent.answered is None else sent.answered
            if sent.answered + self._keep > now:
                alive.append(sent)
        self._write(alive)
        return alive

    def note_sent(self, sent: Sent, now: float) -> None:
        """A request is about to go."""
        self._number += 1
        self._numbers[id(sent)] = self._number
        self._append(f"+ {self._number} {sent.method} {sent.path}\n")

    def note_answered(self, sent: Sent) -> None:
        """Its answer has come, or will not come any more."""
        self._append(f"- {self._numbers.pop(id(sent))} {sent.answered}\n")

    def _write(self, alive: list[Sent]) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        lines = []
        for self._number, sent in enumerate(alive, start=1):
            lines += [f"+ {self._number} {sent.method} {sent.path}\n", f"- {self._number} {sent.answered}\n"]
        made = self._path.with_name(f"{self._path.name}.new")
        made.write_text("".join(lines), "utf-8")
        os.replace(made, self._path)

    def _append(self, line: str) -> None:
        with self._path.open("a", encoding="utf-8") as file:
            file.write(line)
