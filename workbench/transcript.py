"""The executed notebook as a file: scrubbed, whole at every moment, and written only when it has news."""

from __future__ import annotations

import html
import json
import mmap
import re
import sys
from collections import Counter
from collections.abc import Callable
from copy import deepcopy
from datetime import datetime
from pathlib import Path
from time import monotonic
from typing import Any
from urllib.parse import quote

import nbformat
from nbformat import NotebookNode
from nbformat.validator import iter_validate

from workbench.engagement import ROOT, Engagement, Secret
from workbench.errors import UsageError, raise_problems
from workbench.folder import write_text
from workbench.run_record import format_time

WRITE_SECONDS = 2.0
WIDGET = "application/vnd.jupyter.widget-view+json"
SHORTEST_SECRET = 8  # anything shorter would be found in innocent words


class Scrubber:
    """Takes out of a text what must not outlive the run: secrets, and the folders of the machine it ran on.

    Args:
        engagement: Its folder is written as `runs/<name>`.
        secrets: Values to replace by `***`, also where JSON, HTML or an address spells them differently.
    """

    def __init__(self, engagement: Engagement, secrets: tuple[Secret, ...]) -> None:
        places = {
            engagement.folder: f"runs/{engagement.name}",
            engagement.source: engagement.source.name,
            engagement.cutover_source: engagement.cutover_source.name,
            ROOT: ".",
            Path(sys.prefix): "(python)",
            Path(sys.base_prefix): "(python)",
            Path.home(): "~",
        }
        # A folder right under the root, such as /data, may as well be the path of some address.
        self._places = {str(path): name for path, name in places.items() if len(path.parts) > 2}
        longest_first = sorted(map(re.escape, self._places), key=len, reverse=True)
        self._folder = re.compile(rf"(?<![\w/.-])({'|'.join(longest_first)})(?![\w-])")
        self._spellings = {spelling for secret in secrets for spelling in _spell(secret.reveal())}

    def clean(self, value: Any) -> Any:
        """The same value with every text in it scrubbed, at any depth."""
        if isinstance(value, str):
            return self.clean_text(value)
        if isinstance(value, dict):
            return {key: self.clean(item) for key, item in value.items()}
        return [self.clean(item) for item in value] if isinstance(value, list) else value

    def clean_text(self, text: str) -> str:
        """The text without secrets and folders."""
        return self.hide_secrets(self._folder.sub(lambda found: self._places[found[0]], text))

    def hide_secrets(self, text: str) -> str:
        """The text without secrets, whatever kind of text it is."""
        for spelling in self._spellings:
            text = text.replace(spelling, "***")
        return text

    def finds_secret(self, path: Path) -> bool:
        """Whether a secret stands in that file, read as bytes."""
        if not self._spellings or not path.stat().st_size:
            return False
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            return any(content.find(spelling.encode()) >= 0 for spelling in self._spellings)


class Transcript:
    """A notebook while it runs, and its file.

    Attributes:
        notebook: Holds everything, unscrubbed; only `write` may put it on disk.
        is_changed: Something happened since the file was last written.
    """

    def __init__(self, path: Path, notebook: NotebookNode, *, scrubber: Scrubber, now: Callable[[], datetime]) -> None:
        self.notebook = notebook
        self.is_changed = True
        self._path = path
        self._scrubber = scrubber
        self._now = now
        self._written_at = float("-inf")

    @property
    def code_cells(self) -> list[int]:
        """Indices of the cells that run."""
        return [index for index, cell in enumerate(self.notebook.cells) if cell.cell_type == "code"]

    def mark(self, index: int, status: str) -> None:
        """Note that a cell is now running, completed or failed, and since when."""
        facts = self.notebook.cells[index].metadata.papermill
        facts.status = status
        facts["start_time" if status == "running" else "end_time"] = format_time(self._now())
        facts.exception = status == "failed"
        self.is_changed = True

    def keep_written(self) -> None:
        """Write the file where it has news and was not written just now."""
        if self.is_changed and monotonic() - self._written_at >= WRITE_SECONDS:
            self.write()

    def write(self) -> NotebookNode:
        """Write the file; returns the notebook as it stands there."""
        clean = nbformat.from_dict(self._scrubber.clean(join_streams(self.notebook)))
        for output in (output for cell in clean.cells for output in cell.get("outputs", ())):
            _drop_live_widget(output)
        text = self._scrubber.hide_secrets(nbformat.writes(clean))
        write_text(self._path, text + "\n")
        self.is_changed, self._written_at = False, monotonic()
        return nbformat.reads(text, as_version=4)


def read_notebook(path: Path) -> NotebookNode:
    """Read a notebook that fits its format to the letter; nbformat alone repairs some faults and lets others pass.

    Raises:
        UsageError: The file cannot be read, or is no notebook of format 4.5 with an id of its own for each cell.
    """
    try:
        text = path.read_text(encoding="utf-8")
        content = json.loads(text)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise UsageError(f"{path}: not a notebook: {error}") from error
    if problem := next(iter_validate(content, version=4, version_minor=5), None):
        raise UsageError(f"{path}: not a notebook of format 4.5: {str(problem).splitlines()[0]}")
    ids = Counter(cell["id"] for cell in content["cells"])
    raise_problems(str(path), [f"{count} cells have the id {name}" for name, count in ids.items() if count > 1])
    return nbformat.reads(text, as_version=nbformat.NO_CONVERT)


def prepare_notebook(notebook: NotebookNode) -> NotebookNode:
    """The notebook as it is before its run: nothing ran yet, and nothing says on whose machine it was written."""
    fresh = nbformat.v4.upgrade(nbformat.from_dict(notebook))
    fresh.metadata = nbformat.from_dict(
        {
            "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
            "language_info": {"name": "python", "version": sys.version.split()[0], "file_extension": ".py"},
        }
    )
    for cell in fresh.cells:
        cell.metadata = nbformat.from_dict({"tags": cell.metadata.get("tags", [])})
        if cell.cell_type == "code":
            cell.execution_count, cell.outputs = None, []
            cell.metadata.papermill = nbformat.from_dict(
                {"status": "pending", "start_time": None, "end_time": None, "exception": None}
            )
    return fresh


def join_streams(notebook: NotebookNode) -> NotebookNode:
    """A copy in which text printed in pieces is one text again; a secret printed in pieces is found only so."""
    joined = deepcopy(notebook)
    for cell in joined.cells:
        outputs: list[NotebookNode] = []
        for output in cell.get("outputs", ()):
            if outputs and output.output_type == "stream" and outputs[-1].get("name") == output.name:
                outputs[-1].text += output.text
            else:
                outputs.append(output)
        if "outputs" in cell:
            cell.outputs = outputs
    return joined


def _spell(secret: str) -> set[str]:
    """The ways a secret may be written in what a run leaves; none for one too short to be told from a word."""
    if len(secret) < SHORTEST_SECRET:
        return set()
    plain = {secret, html.escape(secret), quote(secret, safe=""), repr(secret)[1:-1]}
    return plain | {json.dumps(text, ensure_ascii=is_ascii)[1:-1] for text in plain for is_ascii in (True, False)}


def _drop_live_widget(output: NotebookNode) -> None:
    """A widget lives only as long as its kernel; the record keeps the static form beside it."""
    data = output.get("data", {})
    if data.pop(WIDGET, None) and not data.get("text/html"):
        data["text/plain"] = "An interactive element, without a static form."
