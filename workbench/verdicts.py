"""What was decided about records that may be the same: the `[[duplicate]]` blocks of decisions.toml."""

from __future__ import annotations

from pathlib import Path

from workbench.errors import raise_problems
from workbench.pack import Pack
from workbench.pack.examining import Verdict
from workbench.pack.keys import TABLES, TEXT
from workbench.pack.shape import check_keys
from workbench.toml_file import read_toml

ACTIONS = ("merge", "apart")
_KEYS = dict.fromkeys(("object", "id", "repeats", "action", "by"), TEXT)


def read_verdicts(path: Path, pack: Pack) -> tuple[Verdict, ...]:
    """Read and check what was decided about pairs of records; without the file nothing was.

    Raises:
        UsageError: Names every wrong or unknown key, object and action at once.
    """
    if not path.exists():
        return ()
    data = read_toml(path)
    rows = data.get("duplicate", [])
    problems = check_keys("the file", {"duplicate": rows}, {"duplicate": TABLES})
    objects = {rule.object for rule in pack.dedupes}
    for place, row in enumerate(rows if not problems else [], start=1):
        where = f"[[duplicate]] {row.get('id', place)}"
        problems += check_keys(where, row, _KEYS, needed=tuple(_KEYS))
        if row.get("object", "") not in objects:
            problems.append(f"{where}: object = {row.get('object')!r}: the pack looks for duplicates among {objects}")
        if row.get("action", "") not in ACTIONS:
            problems.append(f"{where}: action = {row.get('action')!r}: use one of {', '.join(ACTIONS)}")
    raise_problems(f"{path}: decisions that cannot be used", problems)
    return tuple(
        Verdict(object=row["object"], external_id=row["id"], repeats=row["repeats"], action=row["action"], by=row["by"])
        for row in rows
    )
