"""What a pack writes out of an export for somebody to rebuild, checked: its object, its columns, its wording."""

from __future__ import annotations

import re

from workbench.pack.values import InventoryItem
from workbench.transforms.compose import placeholders

_NAMED = re.compile(r'"([^"]+)"|\b([A-Za-z_]\w*)\b')
_WORDS = {"and", "or", "not", "is", "null", "in", "like", "between", "true", "false"}


def find_inventory_problems(item: InventoryItem, scope) -> list[str]:
    """Name what is wrong with an item that is written out of the export.

    Args:
        scope: `workbench.pack.scope.Scope` of the pack.
    """
    where = f"[[inventory]] {item.name}"
    if not item.object:
        stray = [key for key in ("where", "heading", "text", "parts", "part") if getattr(item, key)]
        return [f"{where}: {key} goes with object, whose rows are written out" for key in stray]
    problems = scope.find_object(where, item.object)
    named = [*placeholders(item.heading), *(name for line in item.text.split("\n") for name in placeholders(line))]
    problems += scope.find_columns(where, item.object, [*named, *filter(None, [item.parts]), *list_columns(item.where)])
    if not item.heading:
        problems.append(f"{where}: heading is missing; it names each row, such as heading = '{{name}}'")
    if bool(item.parts) != bool(item.part):
        problems.append(f"{where}: parts names the column with a list, and part how its members are written")
    return problems


def list_columns(where: str) -> list[str]:
    """The columns a predicate names, whatever it asks of them."""
    bare = re.sub(r"'(?:[^']|'')*'", "", where)
    return [quoted or name for quoted, name in _NAMED.findall(bare) if quoted or name.lower() not in _WORDS]
