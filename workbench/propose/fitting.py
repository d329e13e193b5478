"""The rule a confirmed custom field gets: its type and transform, held against the values that are there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from workbench.destinations import CHOICE_TYPES, MAX_CHOICES
from workbench.freshsales.plans import find_field_type
from workbench.pack.options import fill_options
from workbench.pack.reading import build_rule
from workbench.pack.rules import express
from workbench.transforms.multiple import JOIN

# How a staged text becomes what a field of the type takes; dates are written plainly by then, see `conventions`.
_READERS: dict[str, dict[str, Any]] = {
    "checkbox": {"via": "yes_no"},
    "number": {"via": "whole"},
    "decimal": {"via": "number"},
    "date": {"via": "date_only"},
    "datetime": {"via": "datetime_utc"},
    "dropdown": {"via": "trim"},
    "multiselect": {"via": "multi_select", "options": [], "separator": JOIN},
}
_LONGEST = find_field_type("text").longest  # of a choice nothing is published
_LARGEST = 10**11  # what a number of Freshsales stays below: eleven digits before the point


def fit_field(to: str, type_: str, values: pl.Series, *, defaults: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
    """The keys of a rule under which every value arrives, and why they are not those of the type that was proposed.

    Args:
        to: The custom field.
        type_: Freshsales type that was proposed.
        values: The staged column, in its plain form.
        defaults: Options a transform takes from the engagement, such as `time_zone`.

    Returns:
        Keys of a `[[decision]]` without `object`, `field` and `action`; the reason is empty where the type fits.
    """
    filled = values.drop_nulls()
    words, why = _state(to, type_, defaults), ""
    made = _make(words, filled)
    if type_ in CHOICE_TYPES:
        choices = _list_choices(made, type_)
        why = _judge_choices(type_, choices)
        words |= {"choices": choices}
    elif made.dtype != pl.String or made.null_count():
        why = _judge_values(type_, filled, made)
    if why or words["type"] == "text":
        is_long = (filled.str.len_chars().max() or 0) > _LONGEST
        words = _state(to, "textarea" if is_long else "text", defaults)
    return words, why


def _state(to: str, type_: str, defaults: Mapping[str, Any]) -> dict[str, Any]:
    reader = _READERS.get(type_, {})
    options = {key: value for key, value in reader.items() if key != "via"}
    stated = {"to": to, "type": type_, "label": to.removeprefix("cf_").replace("_", " ").capitalize()}
    return stated | reader | fill_options(reader.get("via", ""), options, defaults)


def _make(words: Mapping[str, Any], filled: pl.Series) -> pl.Series:
    return filled.to_frame().select(express(build_rule({**words, "from": filled.name}))).to_series()


def _list_choices(made: pl.Series, type_: str) -> list[str]:
    single = made.str.split(JOIN).explode() if type_ == "multiselect" else made
    return sorted(single.drop_nulls().unique())


def _judge_choices(type_: str, choices: list[str]) -> str:
    longest = max(map(len, choices), default=0)
    if longest > _LONGEST:
        return f"kept as text: a value has {longest:,} characters"
    if 0 < len(choices) <= MAX_CHOICES:
        return ""
    return f"kept as text: {len(choices):,} different values, and a {type_} takes 1 to {MAX_CHOICES} choices"


def _judge_values(type_: str, filled: pl.Series, made: pl.Series) -> str:
    """Why the values cannot be kept as that type; empty where they all can. None is shown: they may be personal."""
    lost = made.null_count()
    if lost:
        help_ = ", or give the column its type in layout.toml and run discovery again" if "date" in type_ else ""
        return f"kept as text: {lost:,} of {len(filled):,} values are no {type_}{help_}"
    large = int((made.abs() >= _LARGEST).sum()) if made.dtype.is_numeric() else 0
    return f"kept as text: {large:,} of {len(filled):,} values are larger than a {type_} stores" if large else ""
