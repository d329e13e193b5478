"""The analyst's conflicts.toml: which side of a conflict stays. Read by the next cutover, never written by one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import tomli_w

from workbench.errors import name_nearest, raise_problems
from workbench.folder import write_text
from workbench.load.review import SIDES, Decision
from workbench.toml_file import read_toml

FILE = "conflicts.toml"
HEADER = """\
# What waits for a decision. Copy what you decide about into conflicts.toml of the engagement, beside engagement.toml.
#   keep = "source"   what the old system says goes to Freshsales; a record that left the source is deleted there
#   keep = "tenant"   what Freshsales holds stays; a record that was deleted there is let go
#   A record deleted in Freshsales comes back from the recycle bin where the source is to stay and Freshsales lets it.
#   field = "..."     only that field of the record; without it all that both sides changed
# A decision holds for the values it was made about: leave `case` as it is.
"""
_KEYS = {"phase": True, "record": True, "keep": True, "case": True, "by": True, "field": False}


def read_conflict_decisions(path: Path) -> tuple[Decision, ...]:
    """Read the decisions; a block whose `keep` is empty is not decided yet. Without a file there are none.

    Raises:
        UsageError: Names every block that cannot be read.
    """
    if not path.exists():
        return ()
    data = read_toml(path)
    unknown = [f"{key} is not known here; write [[conflict]]" for key in data if key != "conflict"]
    blocks = data.get("conflict", [])
    if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
        raise_problems(str(path), ["conflict: write each decision as a block of its own: [[conflict]]"])
    decided = [(place, block) for place, block in enumerate(blocks, start=1) if block.get("keep") != ""]
    problems = [f"block {place}: {problem}" for place, block in decided for problem in _find_problems(block)]
    raise_problems(f"{path}: decisions that cannot be used", [*unknown, *problems])
    return tuple(Decision(**({"field": ""} | {key: block[key] for key in _KEYS if key in block}))
                 for _, block in decided)  # fmt: skip


def draft_conflicts(path: Path, conflicts: pl.DataFrame) -> None:
    """Write a block for every record that waits for a decision, ready to be copied.

    Args:
        conflicts: CONFLICTS.
    """
    waiting = conflicts.filter(decision="").group_by("phase", "external_id", "case", maintain_order=True).agg("field")
    blocks = [
        _name_fields(row["field"])
        + "[[conflict]]\n"
        + tomli_w.dumps(
            {"phase": row["phase"], "record": row["external_id"], "case": row["case"], "keep": "", "by": ""}
        )
        for row in waiting.iter_rows(named=True)
    ]
    write_text(path, "\n".join([HEADER, *blocks]))


def _name_fields(fields: list[str]) -> str:
    named = [field for field in fields if field]
    return f"# fields: {', '.join(named)}\n" if named else "# the whole record\n"


def _find_problems(block: dict[str, Any]) -> list[str]:
    problems = [f"{key} is not a key here{name_nearest(key, _KEYS)}" for key in block if key not in _KEYS]
    problems += [f"{key} is missing" for key, is_needed in _KEYS.items() if is_needed and not block.get(key)]
    wrong = [key for key in _KEYS if key in block and not isinstance(block[key], str)]
    problems += [f"{key} = {block[key]!r}: expected a text" for key in wrong]
    if block.get("keep") and block["keep"] not in SIDES:
        problems.append(f"keep = {block['keep']!r}: use one of {', '.join(SIDES)}")
    return problems
