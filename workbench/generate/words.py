"""The words made-up exports are put together from; see words.toml."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from workbench.toml_file import read_toml

WORDS: dict[str, Any] = read_toml(Path(__file__).with_name("words.toml"))
CULTURES: dict[str, dict[str, Any]] = WORDS["cultures"]
COMPANIES: dict[str, list[str]] = WORDS["companies"]
