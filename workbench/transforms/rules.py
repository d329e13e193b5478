"""Rules over a customer's fields and events, as trees of and, or and comparisons, written in words."""

from __future__ import annotations

import json
from typing import Any

import polars as pl

Rule = dict[str, Any]
DEEPEST = 50  # a rule that people made has two or three levels
WORDS = {
    "eq": "is", "ne": "is not", "in": "is one of", "contains": "contains", "gt": "is more than", "gte": "is at least",
    "lt": "is less than", "lte": "is at most",
}  # fmt: skip


def rule_text(column: pl.Expr) -> pl.Expr:
    """A rule in JSON as a sentence: `arpu_30d is at least 40 and (language is Hindi or language is Tamil)`.

    Text that is no such rule stands as it is.
    """

    def write(texts: pl.Series) -> pl.Series:
        return pl.Series(texts.name, [None if text is None else describe_rule(text) for text in texts], pl.String)

    return column.map_batches(write, return_dtype=pl.String)


def describe_rule(text: str) -> str:
    """The sentence of one rule."""
    rule = read_rule(text)
    return text if rule is None else _say(rule, is_inside=False)


def read_rule(text: str) -> Rule | None:
    """The tree of a rule; null where the text is none."""
    try:
        rule = json.loads(text)
    except (json.JSONDecodeError, RecursionError):
        return None
    return rule if _is_rule(rule) else None


def list_parts(rule: Rule) -> tuple[str, list[Rule]]:
    """`and` or `or` with the rules it joins; an empty word and nothing for a comparison."""
    return next(((word, rule[word]) for word in ("and", "or") if word in rule), ("", []))


def _is_rule(rule: Any, depth: int = 0) -> bool:
    if not isinstance(rule, dict) or depth > DEEPEST:
        return False
    _, parts = list_parts(rule)
    return (
        bool(parts)
        and isinstance(parts, list)
        and all(_is_rule(part, depth + 1) for part in parts)
        or {"field", "operator"} <= rule.keys()
    )


def _say(rule: Rule, *, is_inside: bool) -> str:
    word, parts = list_parts(rule)
    if word:
        text = f" {word} ".join(_say(part, is_inside=True) for part in parts)
        return f"({text})" if is_inside and len(parts) > 1 else text
    value = rule.get("value")
    shown = ", ".join(map(str, value)) if isinstance(value, list) else value
    what = f"{rule['field']} {WORDS.get(rule['operator'], rule['operator'])} {shown}"
    if rule.get("source", "profile") == "profile":
        return what
    return f"{rule['source']} {what}" + (f" within {rule['window_days']} days" if rule.get("window_days") else "")
