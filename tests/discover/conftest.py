"""The demo clinic's export, staged once."""

from pathlib import Path

import polars as pl
import pytest

from workbench.engagement import TEMPLATES
from workbench.layout import Layout, LayoutColumn, LayoutObject, read_layout
from workbench.sources.files import Staged, read_staged, stage_folder


@pytest.fixture(scope="session")
def clinic() -> Layout:
    """The clinic layout."""
    return read_layout(TEMPLATES / "layouts" / "clinic.toml")


@pytest.fixture(scope="session")
def staging(clinic: Layout, tmp_path_factory) -> tuple[Staged, Path]:
    """What staging the demo export reported, and the folder of staged files."""
    out = tmp_path_factory.mktemp("demo") / "staged"
    return stage_folder(TEMPLATES / "demo" / "clinic", clinic, out), out


@pytest.fixture(scope="session")
def staged(staging) -> dict[str, pl.DataFrame]:
    """The staged frames of the demo export."""
    return read_staged(staging[1])


@pytest.fixture
def build_layout():
    """Make a layout from `{object: ({column: type}, key)}`; every tag is none."""

    def build(objects: dict[str, tuple[dict[str, str], tuple[str, ...]]]) -> Layout:
        rows = {
            name: LayoutObject(
                name=name,
                file=f"{name}.csv",
                key=key,
                is_required=True,
                columns={column: LayoutColumn(name=column, type=type_) for column, type_ in columns.items()},
            )
            for name, (columns, key) in objects.items()
        }
        return Layout(name="any", title="Any", unknown_columns="refuse", encoding="", objects=rows)

    return build


@pytest.fixture
def build_frames():
    """Make staged frames from `{object: {column: values}}`."""

    def build(objects: dict[str, dict[str, list[str | None]]]) -> dict[str, pl.DataFrame]:
        return {
            name: pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String)).with_row_index("_row", 1)
            for name, columns in objects.items()
        }

    return build
