"""Find what masking should have hidden: staged personal and health values in a finished report."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import polars as pl

from workbench.evidence.masking import mask_value
from workbench.layout import Layout

HIDDEN_TAGS = ("name", "contact", "address", "birth", "health", "id", "secret", "score")
SHORTEST = 5
# A shorter number equals some count or amount of the report by chance: it proves nothing.
SHORTEST_NUMBER = 7
# Reports cut long text, so it is searched by its beginning.
LONGEST = 40
VALUES = pl.Schema({"value": pl.String, "object": pl.String, "field": pl.String, "tag": pl.String, "row": pl.Int64})


@dataclass(frozen=True, slots=True, kw_only=True)
class Leak:
    """A staged value that stands unmasked in a report; the value itself is not repeated here.

    Attributes:
        row: First data row of the source file that holds it.
        masked: What the report should have shown.
    """

    object: str
    field: str
    tag: str
    row: int
    masked: str

    def __str__(self) -> str:
        return f"{self.object}.{self.field} row {self.row} ({self.tag}): should read {self.masked}"


def find_leaks(text: str, staged: dict[str, pl.DataFrame], layout: Layout, *, ours: str = "") -> list[Leak]:
    """Search a report for every staged value whose tag hides it.

    A value counts when it stands as whole words, in any case where it is distinctive, as a name or in capitals
    where it is a single word. It does not count where it proves nothing: fewer than five characters, a number
    of fewer than seven digits, a value that a column tagged `none` or `money` holds too, or one of `ours`.

    Args:
        text: HTML, notebook JSON, Markdown or plain text.
        staged: Frames of text columns with `_row`, by object.
        layout: Its `objects[...].columns[...].tag` says what a column holds.
        ours: Text that would stand in the report without any data: the notebook's own, the pack.
    """
    values = _drop_open(_collect_values(staged, layout, hidden=True), _collect_values(staged, layout, hidden=False))
    forms = _write_forms(values)
    own = _find_words(_read_plain(ours), forms)
    found = _find_words(_read_plain(text), forms) - own
    leaking = values.filter(pl.col("value").is_in(sorted(found))).sort("object", "field", "row")
    return [Leak(**row, masked=mask_value(value, row["tag"])) for value, row in _split_rows(leaking)]


def _split_rows(leaking: pl.DataFrame) -> Iterator[tuple[str, dict[str, Any]]]:
    return ((row.pop("value"), row) for row in leaking.iter_rows(named=True))


def _collect_values(staged: dict[str, pl.DataFrame], layout: Layout, *, hidden: bool) -> pl.DataFrame:
    columns = [
        frame.select(
            pl.col(name).cast(pl.String).alias("value"),
            pl.lit(object_name).alias("object"),
            pl.lit(name).alias("field"),
            pl.lit(column.tag).alias("tag"),
            pl.col("_row").cast(pl.Int64).alias("row"),
        ).filter(pl.col("value").is_not_null())
        for object_name, frame in staged.items()
        if object_name in layout.objects
        for name, column in layout.objects[object_name].columns.items()
        if name in frame.columns and (column.tag in HIDDEN_TAGS) is hidden
    ]
    joined = pl.concat([pl.DataFrame(schema=VALUES), *columns])
    return joined.unique("value", keep="first", maintain_order=True)


def _drop_open(values: pl.DataFrame, open_values: pl.DataFrame) -> pl.DataFrame:
    digits = pl.col("value").str.contains(r"^[\d.,]+$") & (pl.col("value").str.count_matches(r"\d") < SHORTEST_NUMBER)
    kept = values.filter((pl.col("value").str.strip_chars().str.len_chars() >= SHORTEST) & ~digits)
    return kept.join(open_values.select("value"), on="value", how="anti", maintain_order="left")


def _write_forms(values: pl.DataFrame) -> dict[str, set[str]]:
    """Every text by which a report may show a value, with the values it stands for."""
    forms: dict[str, set[str]] = {}
    for value, tag in values.select("value", "tag").iter_rows():
        for form in _list_forms(value, tag):
            forms.setdefault(form, set()).add(value)
    return forms


def _list_forms(value: str, tag: str) -> set[str]:
    flat = _flatten(value)[:LONGEST].strip()
    bare = re.sub(r"\d+\b", "", flat).strip() if tag == "name" else flat
    forms = {case for form in (flat, bare) if len(form) >= SHORTEST for case in _list_cases(form)}
    digits = re.sub(r"\D", "", flat) if tag == "contact" and "@" not in flat else ""
    # Written with its country, a number loses the zeros it begins with at home.
    return forms | {digits, digits.lstrip("0")} if len(digits) >= SHORTEST_NUMBER else forms


def _list_cases(form: str) -> tuple[str, ...]:
    # A single word in small letters may be any word of the language; in a longer value case tells nothing.
    return (form, form.upper(), form.title()) if form.isalpha() else (form.lower(),)


def _find_words(text: str, forms: dict[str, set[str]]) -> set[str]:
    """The values one of whose forms stands in the text as whole words."""
    words = [form for form in forms if form.isalpha()]
    numbers = [form for form in forms if form.isdigit()]
    others = [form for form in forms if not form.isalpha()]
    joined_digits = re.sub(r"(?<=\d)[\s().+-]{1,3}(?=\d)", "", text)
    hits = _search(text, words) | _search(text.lower(), others) | _search(joined_digits, numbers)
    return {value for form in hits for value in forms[form]}


def _search(text: str, forms: list[str]) -> set[str]:
    if not forms or not text:
        return set()
    series = pl.Series([text])
    matches = series.str.extract_many(forms, overlapping=True)[0].to_list()
    offsets = series.str.find_many(forms, overlapping=True)[0].to_list()
    data = text.encode()
    return {form for form, start in zip(matches, offsets, strict=True) if _stands_alone(data, start, form)}


def _stands_alone(data: bytes, start: int, form: str) -> bool:
    """Whether it is no part of a longer word or number; a country's code may come before, the rest of a text after."""
    end = start + len(form.encode())
    before = re.sub(r"\+\d{1,3}$", "", data[max(0, start - 8) : start].decode(errors="ignore"))
    after = data[end : end + 4].decode(errors="ignore")
    goes_on = after[:1].isalnum() and len(form) < LONGEST - 1
    return not goes_on and not before[-1:].isalnum()


def _read_plain(text: str) -> str:
    """What a reader of the text sees: JSON and HTML escapes undone, spaces joined, styles and pictures left out."""
    plain = "\n".join(_walk(_parse(text)))
    plain = re.sub(r"<style\b.*?</style>", " ", plain, flags=re.DOTALL | re.IGNORECASE)
    plain = re.sub(r"[A-Za-z0-9+/]{120,}={0,2}", " ", plain)
    plain = re.sub(r"\\u([0-9a-fA-F]{4})", lambda match: chr(int(match[1], 16)), plain)
    plain = re.sub(r"\\[nrt]", " ", plain).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return _flatten(html.unescape(plain))


def _parse(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _walk(node: Any) -> list[str]:
    if isinstance(node, dict):
        return [line for key, value in node.items() for line in (key, *_walk(value))]
    if isinstance(node, list):
        # A notebook keeps its text as lists of lines, each with its own line end.
        is_lines = all(isinstance(line, str) for line in node) and all(line.endswith("\n") for line in node[:-1])
        return ["".join(node)] if is_lines else [text for item in node for text in _walk(item)]
    return [str(node)]


def _flatten(text: str) -> str:
    return re.sub(r"\s+", " ", text)
