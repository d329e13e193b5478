"""Proof that SQL predicates split the rows of an object: each row matches exactly one.

Comparisons of a column with literals cut the column's domain into finitely many cells whose values no predicate can
tell apart. One value per cell, null among them, in every combination with the other columns is therefore a genuine
proof, and a row with another number of matches than one is a counterexample. Null counts as no match, as it does
when rows are filtered. Whatever is no such comparison cannot be proved and is named.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from math import prod
from typing import Any

import polars as pl

MAX_ROWS = 200_000
KINDS = ("text", "number", "whole", "boolean")

_NAME = r'(?:"(?P<quoted{n}>[^"]+)"|(?P<name{n}>[A-Za-z_]\w*))'
_LITERAL = r"'(?:[^']|'')*'|-?\d+(?:\.\d+)?|\bTRUE\b|\bFALSE\b"
_OPERATOR = r"<>|!=|<=|>=|=|<|>"
_COMPARISON = re.compile(
    rf"""
    {_NAME.format(n=1)}\s+IS\s+(?:NOT\s+)?NULL\b
    | {_NAME.format(n=2)}\s+(?:NOT\s+)?IN\s*\((?P<members>\s*(?:{_LITERAL})\s*(?:,\s*(?:{_LITERAL})\s*)*)\)
    | {_NAME.format(n=3)}\s+(?:NOT\s+)?(?P<between>BETWEEN)\s+(?P<low>{_LITERAL})\s+AND\s+(?P<high>{_LITERAL})
    | {_NAME.format(n=4)}\s*(?P<operator>{_OPERATOR})\s*(?P<right>{_LITERAL})
    | (?P<left>{_LITERAL})\s*(?P<mirrored>{_OPERATOR})\s*{_NAME.format(n=5)}
    """,
    re.IGNORECASE | re.VERBOSE,
)
_LITERALS = re.compile(_LITERAL, re.IGNORECASE)
_GLUE = re.compile(r"(?:\s|\(|\)|\bAND\b|\bOR\b|\bNOT\b|\x00)*", re.IGNORECASE)
_SEEN = "\0"
_WORDS = re.compile(r"[A-Za-z_]\w*|\S")


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One comparison of a column with literals; `is_ordered` where it asks for more than equality."""

    column: str
    literals: tuple[Any, ...]
    is_ordered: bool


def prove_partition(predicates: dict[str, str], columns: dict[str, str]) -> list[str]:
    """Find out why the predicates do not split every possible row into exactly one of them.

    Args:
        predicates: Route name to SQL predicate.
        columns: Column name to what its values are, one of `KINDS`.

    Returns:
        The problems, in words; none where the proof holds.
    """
    problems: list[str] = []
    comparisons: list[Comparison] = []
    for name, sql in predicates.items():
        found, why = read_comparisons(sql)
        comparisons += found
        problems += [f"{name}: {reason}" for reason in (*why, *_find_misfits(sql, found, columns))]
    return problems or _find_counterexamples(predicates, _cut_domains(comparisons, columns))


def read_comparisons(sql: str) -> tuple[list[Comparison], list[str]]:
    """Read the comparisons of a predicate, and the reasons why it cannot be proved."""
    found = [_read_comparison(match) for match in _COMPARISON.finditer(sql)]
    rest = _COMPARISON.sub(_SEEN, sql)
    glued = _GLUE.match(rest).end()
    if glued < len(rest):
        word = _WORDS.search(rest, glued).group()
        return found, [
            f"{sql!r} cannot be proved at {word!r}: only comparisons of a column with literals (=, <>, <, IN, BETWEEN, "
            "IS NULL) joined by AND, OR, NOT can; put anything else into a [[compute]] column"
        ]
    if not found:
        return [], [f"{sql!r} compares no column"]
    return found, []


def columns_of(sql: str) -> tuple[str, ...]:
    """The columns a predicate compares, each once."""
    return tuple(dict.fromkeys(comparison.column for comparison in read_comparisons(sql)[0]))


def _read_comparison(match: re.Match) -> Comparison:
    groups = match.groupdict()
    column = next(groups[f"{kind}{n}"] for n in range(1, 6) for kind in ("quoted", "name") if groups[f"{kind}{n}"])
    texts = [groups[key] for key in ("low", "high", "right", "left") if groups[key]]
    texts += _LITERALS.findall(groups["members"] or "")
    operator = groups["operator"] or groups["mirrored"] or ""
    is_ordered = bool(groups["between"]) or operator in ("<", ">", "<=", ">=")
    return Comparison(column=column, literals=tuple(map(_read_literal, texts)), is_ordered=is_ordered)


def _read_literal(text: str) -> str | bool | int | float:
    if text.startswith("'"):
        return text[1:-1].replace("''", "'")
    if text.upper() in ("TRUE", "FALSE"):
        return text.upper() == "TRUE"
    return float(text) if "." in text else int(text)


def _find_misfits(sql: str, comparisons: list[Comparison], columns: dict[str, str]) -> list[str]:
    """Columns that are not there, and literals that are not of their column's kind."""
    problems = []
    for comparison in comparisons:
        kind = columns.get(comparison.column)
        if kind is None:
            problems.append(f"{sql!r}: no column {comparison.column!r}; known: {', '.join(columns)}")
        elif any(_kind_of(literal) != ("number" if kind == "whole" else kind) for literal in comparison.literals):
            literals = ", ".join(map(repr, comparison.literals))
            problems.append(
                f"{sql!r}: {comparison.column} is {kind}, compared with {literals}; staged values are "
                "text, so compare with '...' or compute a number column first"
            )
    return problems


def _kind_of(literal: Any) -> str:
    if isinstance(literal, bool):
        return "boolean"
    return "text" if isinstance(literal, str) else "number"


def _cut_domains(comparisons: list[Comparison], columns: dict[str, str]) -> dict[str, list[Any]]:
    """One value for each cell of each compared column, null last."""
    domains: dict[str, list[Any]] = {}
    for name in dict.fromkeys(comparison.column for comparison in comparisons):
        mine = [comparison for comparison in comparisons if comparison.column == name]
        literals = sorted({literal for comparison in mine for literal in comparison.literals})
        cut = _CUTS[columns[name]]
        domains[name] = [*cut(literals, any(c.is_ordered for c in mine)), None]
    return domains


def _cut_text(literals: list[str], is_ordered: bool) -> list[str]:
    if not is_ordered:
        other = "any other text"
        while other in literals:
            other += "."
        return [*literals, other]
    # No text lies between a literal and the literal with the smallest character after it.
    return sorted({"", *literals, *(literal + "\0" for literal in literals)})


def _cut_numbers(literals: list[float], is_ordered: bool) -> list[float]:
    if not literals:
        return [0.0]
    between = [(low + high) / 2 for low, high in pairwise(literals)]
    return sorted(float(value) for value in {*literals, *between, literals[0] - 1, literals[-1] + 1})


def _cut_whole_numbers(literals: list[float], is_ordered: bool) -> list[int]:
    if not literals:
        return [0]
    return sorted({int(literal // 1) + step for literal in literals for step in (-1, 0, 1)})


def _cut_booleans(literals: list[bool], is_ordered: bool) -> list[bool]:
    return [True, False]


_CUTS = {"text": _cut_text, "number": _cut_numbers, "whole": _cut_whole_numbers, "boolean": _cut_booleans}
_DTYPES = {str: pl.String, float: pl.Float64, int: pl.Int64, bool: pl.Boolean}


def _find_counterexamples(predicates: dict[str, str], domains: dict[str, list[Any]]) -> list[str]:
    size = prod(len(values) for values in domains.values())
    if size > MAX_ROWS:
        return [f"too complex to prove: {size} combinations of {', '.join(domains)}; compute one column that decides"]
    grid = pl.DataFrame({"_": [0]})
    for name, values in domains.items():
        grid = grid.join(pl.DataFrame({name: pl.Series(values, dtype=_DTYPES[type(values[0])])}), how="cross")
    try:
        matches = grid.select(pl.sql_expr(sql).fill_null(False).alias(name) for name, sql in predicates.items())
    except (pl.exceptions.PolarsError, TypeError) as error:
        return [f"the predicates {', '.join(predicates)} cannot be evaluated: {str(error).splitlines()[0]}"]
    counted = grid.with_columns(_matches=matches.sum_horizontal())
    return [
        *_show_first(counted.filter(pl.col("_matches") == 0), domains, matches="no route takes a row with"),
        *_show_first(counted.filter(pl.col("_matches") > 1), domains, matches=_name_overlap(counted, matches)),
    ]


def _show_first(rows: pl.DataFrame, domains: dict[str, list[Any]], *, matches: str) -> list[str]:
    if rows.is_empty():
        return []
    shown = ", ".join(f"{name} = {_show(value)}" for name, value in rows.select(*domains).row(0, named=True).items())
    return [f"{matches} {shown}"]


def _name_overlap(counted: pl.DataFrame, matches: pl.DataFrame) -> str:
    overlapping = matches.filter(counted["_matches"] > 1).head(1)
    names = [name for name in matches.columns if overlapping.height and overlapping[name][0]]
    return f"{' and '.join(names)} both take a row with"


def _show(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, str):
        return repr(value.replace("\0", "+"))
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
