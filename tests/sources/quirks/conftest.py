"""Small exports with one quirk each, written by code, and the layouts they are read by."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import tomli_w

from workbench.conventions.apply import write_plain
from workbench.conventions.find import find_conventions
from workbench.conventions.values import FILE, settle_conventions
from workbench.engagement import Secret
from workbench.errors import UsageError
from workbench.layout import Layout, read_layout
from workbench.pack import Pack, read_pack
from workbench.sources.files import Staged, read_staged, stage_folder

TODAY = date(2026, 11, 22)
Columns = dict[str, dict[str, Any] | str]


class Export:
    """A folder of the customer's files and what comes of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "export"
        self.folder.mkdir()
        self.out = folder / "run" / "staged"
        self._layout = folder / "layout.toml"

    def write(self, name: str, content: str | bytes, encoding: str = "utf-8") -> Path:
        """Put a file into the export."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return path

    def layout(self, *objects: dict[str, Any], **head: Any) -> Layout:
        """A layout of these objects; a column that is a text is one of that type."""
        rows = [
            {"name": "people", "file": "people.csv"}
            | row
            | {"columns": {name: _column(column) for name, column in row["columns"].items()}}
            for row in objects
        ]
        self._layout.write_text(tomli_w.dumps({"layout": {"name": "quirk", **head}, "object": rows}), encoding="utf-8")
        return read_layout(self._layout)

    def pack(self, layout: Layout, text: str) -> Pack:
        """A pack for the layout, checked like one that ships."""
        path = self._layout.with_name("pack.toml")
        path.write_text(f'[pack]\nname = "quirk"\ntitle = "Quirk"\nlayout = "quirk"\n{text}', encoding="utf-8")
        return read_pack(path, layout)

    def stage(self, layout: Layout, *, source: Path | None = None, password: str = "") -> Staged:
        """Stage it; read = staged + rejected holds for every file."""
        secret = Secret(password) if password else None
        staging = stage_folder(source or self.folder, layout, self.out, password=secret)
        assert (staging.files["read"] == staging.files["staged"] + staging.files["rejected"]).all()
        return staging

    def frame(self, name: str = "people") -> pl.DataFrame:
        """A staged object."""
        return read_staged(self.out)[name]

    def rows(self, name: str = "people") -> list[tuple[Any, ...]]:
        """Its staged records without their numbers."""
        return self.frame(name).drop("_row").rows()

    def refuse(self, layout: Layout, *, source: Path | None = None, password: str = "") -> str:
        """The message with which it is refused; nothing is staged."""
        with pytest.raises(UsageError) as caught:
            self.stage(layout, source=source, password=password)
        assert not list(self.out.parent.glob("**/*.parquet"))
        return str(caught.value)


def _column(column: dict[str, Any] | str) -> dict[str, Any]:
    return {"type": column} if isinstance(column, str) else column


@pytest.fixture
def export(tmp_path: Path) -> Export:
    """An empty export."""
    return Export(tmp_path)


@pytest.fixture
def settle(tmp_path: Path) -> Callable[..., tuple[Any, list[str | None]]]:
    """Find the convention of one column of these values; gives it, and the values in their plain form."""

    def settle(
        values: list[str | None], type_: str, *, zone: str = "Europe/Dublin", **column: Any
    ) -> tuple[Any, list[str | None]]:
        text = tomli_w.dumps(
            {
                "layout": {"name": "quirk"},
                "object": [{"name": "o", "file": "o.csv", "columns": {"V": {"type": type_, **column}}}],
            }
        )
        (tmp_path / "layout.toml").write_text(text, encoding="utf-8")
        layout = read_layout(tmp_path / "layout.toml")
        staged = {"o": pl.DataFrame({"V": values}, schema={"V": pl.String})}
        found = settle_conventions(tmp_path / FILE, find_conventions(staged, layout, today=TODAY), layout)
        plain = write_plain(staged, found, time_zone=zone)["o"]["V"].to_list()
        return (found[0] if found else None), plain

    return settle
