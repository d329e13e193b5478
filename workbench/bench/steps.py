"""One step of `workbench bench scale`, in a process of its own: `python -m workbench.bench.steps STEP FOLDER`."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import polars as pl

from workbench.conventions.find import find_conventions
from workbench.engagement import TEMPLATES
from workbench.errors import StopRun
from workbench.folder import write_text
from workbench.freshsales.plans import read_plans
from workbench.generate import rsoft_crm
from workbench.generate.export import EXPORT, begin_export
from workbench.generate.rsoft_people import Sizes
from workbench.layout import Layout, read_layout
from workbench.pack import Pack, read_pack
from workbench.plan import compile_phases
from workbench.slices import Export, build_in_slices
from workbench.sources.files import stage_folder

SOURCE, MADE, PLAIN, STAGED, RECORDS = "rsoft_crm", "made", "plain", "staged", "records"
ASKED = "asked.json"
Rows = dict[str, int]


def generate(folder: Path) -> Rows:
    """Write the export that was asked for, a part of its records at a time."""
    asked = json.loads((folder / ASKED).read_text(encoding="utf-8"))
    sizes = Sizes(contacts=asked["contacts"], activities_each=asked["activities"] / asked["contacts"])
    export = begin_export(folder / MADE, rsoft_crm.SETTINGS)
    rsoft_crm.write_records(export, sizes, seed=asked["seed"])
    export.close()
    return sizes.count()


def copy_plainly(folder: Path) -> Rows:
    """The same files from CSV to Parquet by polars alone: no proof, no record refused."""
    rows = {}
    (folder / PLAIN).mkdir()
    for file in sorted((folder / MADE / EXPORT).glob("*.csv")):
        out = folder / PLAIN / f"{file.stem}.parquet"
        pl.scan_csv(file, infer_schema=False).sink_parquet(out, compression="lz4")
        rows[file.stem] = pl.scan_parquet(out).select(pl.len()).collect().item()
    return rows


def stage(folder: Path) -> Rows:
    """Stage the files as discovery does."""
    layout, _ = _read_templates()
    files = stage_folder(folder / MADE / EXPORT, layout, folder / STAGED).files
    if files["read"].sum() != files["staged"].sum() + files["rejected"].sum():
        raise StopRun("records were read that are neither staged nor rejected")
    return dict(files.select("object", "staged").iter_rows())


def build(folder: Path) -> Rows:
    """Find how values are written and build the records of every phase, as the load has them before it sends any."""
    layout, pack = _read_templates()
    staged = {name: _Columns(folder / STAGED / f"{name}.parquet") for name in layout.objects}
    conventions = find_conventions(staged, layout, today=date(2026, 3, 1), pack=pack)
    export = Export(folder=folder / STAGED, conventions=tuple(conventions), time_zone=rsoft_crm.SETTINGS.time_zone)
    phases = compile_phases(pack, layout=layout, capabilities=read_plans()["enterprise"].capabilities)
    rows: Rows = {}
    for place, (phase, records) in enumerate(build_in_slices(pack, phases, export)):
        out = folder / RECORDS / phase.name
        out.mkdir(parents=True, exist_ok=True)
        records.write_parquet(out / f"{place:06}.parquet", compression="lz4")
        rows[phase.name] = rows.get(phase.name, 0) + records.height
    return rows


class _Columns:
    """A staged object of which one column at a time is read."""

    def __init__(self, path: Path) -> None:
        self._rows = pl.scan_parquet(path)

    def __getitem__(self, name: str) -> pl.Series:
        return self._rows.select(name).collect().to_series()


def _read_templates() -> tuple[Layout, Pack]:
    layout = read_layout(TEMPLATES / "layouts" / f"{SOURCE}.toml")
    defaults = {"country": "IN", "time_zone": rsoft_crm.SETTINGS.time_zone}
    return layout, read_pack(TEMPLATES / "packs" / f"{SOURCE}.toml", layout, defaults=defaults)


STEPS: dict[str, Callable[[Path], Rows]] = {
    "generate": generate,
    "polars alone": copy_plainly,
    "stage": stage,
    "map": build,
}


if __name__ == "__main__":
    step, folder = sys.argv[1], Path(sys.argv[2])
    write_text(folder / f"{step}.json", json.dumps(STEPS[step](folder)))
