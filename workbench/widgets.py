"""The review of the map: a grid in which an analyst decides field by field. The only importer of anywidget."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anywidget
import polars as pl
import traitlets
from IPython import get_ipython

from workbench.decisions_file import drop_decision, save_decision
from workbench.destinations import FIELD_TYPES
from workbench.errors import UsageError
from workbench.shown import Shown
from workbench.tables import show_proposals
from workbench.tables.words import ACTIONS, say_destination

_HERE = Path(__file__).parent


class MappingReview(anywidget.AnyWidget):
    """A grid over the proposals; every decision goes straight into `decisions.toml`, and nowhere else."""

    _esm = _HERE / "widgets_review.js"
    _css = _HERE / "widgets_review.css"
    rows = traitlets.List().tag(sync=True)
    types = traitlets.List().tag(sync=True)
    answer = traitlets.Dict().tag(sync=True)

    def __init__(self, proposals: pl.DataFrame, decisions_path: Path) -> None:
        self._path, self._twin = decisions_path, show_proposals(proposals)
        super().__init__(rows=_list_rows(proposals), types=list(FIELD_TYPES))
        self.on_msg(lambda _, message, __: self.decide(message))

    def decide(self, message: dict[str, str]) -> None:
        """Write what the grid sent, and answer it with what stands in the file or with what is wrong."""
        about = {"object": message.get("object", ""), "field": message.get("field", "")}
        try:
            if message.get("action") == "undo":
                drop_decision(self._path, *about.values())
            else:
                save_decision(self._path, message)
            answer = {"action": message.get("action", ""), "problem": ""}
        except UsageError as error:
            answer = {"action": "", "problem": str(error)}
        # Counted, because an answer equal to the last one would not be sent.
        self.answer = {**about, **answer, "number": self.answer.get("number", 0) + 1}

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        # Where no kernel runs, as in an exported page, the same rows are read as a table.
        bundle = super()._repr_mimebundle_(**kwargs)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        return {**(data or {}), **self._twin._repr_mimebundle_()}, metadata


def review_mappings(proposals: pl.DataFrame, decisions_path: Path) -> MappingReview | Shown:
    """Show every proposal: as a grid to decide in where an analyst is at the keyboard, else as a table.

    Args:
        proposals: PROPOSALS.
        decisions_path: File that takes the decisions; it is read when the mapping runs again.
    """
    return MappingReview(proposals, decisions_path) if is_attended() else show_proposals(proposals)


def is_attended() -> bool:
    """Whether somebody sits at the notebook: only then does a cell come with the permission to ask for input."""
    kernel = getattr(get_ipython(), "kernel", None)
    request = kernel.get_parent("shell") if kernel else {}
    return bool(request.get("content", {}).get("allow_stdin"))


def _list_rows(proposals: pl.DataFrame) -> list[dict[str, Any]]:
    columns = ("object", "field", "tag", "to", "via", "confidence", "evidence", "state", "decided_by", "reason")
    return [
        {
            **{name: row[name] for name in columns},
            "place": say_destination(row["destination"]),
            "action": ACTIONS[row["action"]],
        }
        for row in proposals.iter_rows(named=True)
    ]
