"""The analyst's decisions.toml, changed one decision at a time; everything else in the file stays as it is."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import tomli_w

from workbench.errors import UsageError
from workbench.folder import write_text

HEADER = "# What the analyst decided about single fields; it stands above the pack. Read when the mapping runs.\n"
_BLOCK = re.compile(r"^(?=\[\[(?:decision|duplicate)\]\])", re.MULTILINE)
_NEEDS = {"confirm": ("by",), "skip": ("by", "reason"), "map": ("by", "to")}


def save_decision(path: Path, decision: dict[str, str]) -> None:
    """Write one decision, in the place of an earlier one about the same field.

    Args:
        decision: Keys of a `[[decision]]`; empty values are left out.

    Raises:
        UsageError: The decision lacks something, or the file is not TOML; the file is as it was.
    """
    said = {key: value.strip() for key, value in decision.items() if value.strip()}
    missing = [key for key in ("object", "field", *_NEEDS.get(said.get("action", ""), ())) if key not in said]
    if missing or said.get("action") not in _NEEDS:
        wanted = ", ".join(missing) or f"action, one of {', '.join(_NEEDS)}"
        raise UsageError(f"{path}: a decision about {said.get('field', 'a field')} needs {wanted}")
    _rewrite(path, said, "[[decision]]\n" + tomli_w.dumps(said))


def drop_decision(path: Path, object_: str, field: str) -> None:
    """Take back the decision about a field; without one nothing changes."""
    _rewrite(path, {"object": object_, "field": field}, "")


def _rewrite(path: Path, about: dict[str, str], block: str) -> None:
    before = path.read_text(encoding="utf-8") if path.exists() else HEADER
    _read_toml(path, before)
    head, *blocks = _BLOCK.split(before)
    kept = [text for text in blocks if not _is_about(_read_toml(path, text), about)]
    after = before if len(kept) == len(blocks) else "".join([head, *kept]).rstrip("\n") + "\n"
    if block:
        after = after.rstrip("\n") + "\n\n" + block
    _read_toml(path, after)
    if after != before:
        write_text(path, after)


def _read_toml(path: Path, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{path}: not valid TOML: {error}; repair it by hand first") from error


def _is_about(block: dict[str, Any], about: dict[str, str]) -> bool:
    decision = next(iter(block.get("decision", ())), {})
    return all(decision.get(key) == about[key] for key in ("object", "field"))
