"""A sample that covers every mapped field, choice, route and edge, with the parents of everything it holds.

Coverage comes first: the record that shows the most features nobody has shown yet is taken, again and again. What is
left of the size is drawn by seed, each phase in proportion to its records. Nothing is taken without its parents.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field

import polars as pl

from workbench.model import SAMPLE, FieldRule, Phase, frame
from workbench.reconcile.parents import Key, Parents

# Which values show that a feature of a field survives the journey; one record each is enough.
_CHOICE_TYPES = ("dropdown", "radio", "multi_select_dropdown", "multi_select", "multiselect")
ABOVE, BESIDE = "parent of", "part of the text of"  # why a record came with another one
SEPARATOR = ";"  # between the options of a multi-select value


def pick_sample(phases: tuple[Phase, ...], records: dict[str, pl.DataFrame], *, size: int, seed: int) -> pl.DataFrame:
    """Pick the records to load first and compare field by field.

    Args:
        records: Frames of `build_records` by phase.
        size: Records altogether; a source with no more is taken whole.
        seed: The same seed over the same records picks the same sample.

    Returns:
        SAMPLE, in load order; `why` says what a record was taken for.
    """
    chosen = _Chosen(phases=phases, records=records, size=size)
    if sum(records[phase.name].height for phase in phases) <= size:
        _take_everything(chosen)
    else:
        shuffled = _shuffle(phases, records, seed=seed)
        _cover_features(chosen, shuffled)
        _fill_up(chosen, shuffled)
    return chosen.to_frame()


def find_features(phase: Phase, records: pl.DataFrame) -> pl.DataFrame:
    """One Boolean column a feature, one row a record: which record shows which feature of its phase."""
    features = {"any record": pl.lit(True)}
    for rule in phase.fields:
        features |= _describe_field(rule, records)
    for lookup in phase.lookups:
        parent = pl.col(f"lookup.{lookup.to}")
        features |= {f"{lookup.to} linked": parent.is_not_null(), f"{lookup.to} not linked": parent.is_null()}
    shown = records.select(test.fill_null(False).alias(name) for name, test in features.items())
    return shown.select(name for name in shown.columns if shown[name].any())


def _describe_field(rule: FieldRule, records: pl.DataFrame) -> dict[str, pl.Expr]:
    value, name = pl.col(rule.to), rule.to
    tests = {f"{name} filled": value.is_not_null(), f"{name} empty": value.is_null()}
    if rule.type in _CHOICE_TYPES or rule.choices or records.schema[rule.to] == pl.Boolean:
        return tests | _describe_choices(rule, records[rule.to])
    if records.schema[rule.to] == pl.String:
        length = value.str.len_chars()
        tests[f"{name} at its longest"] = (length == length.max()) & (length.max() > length.min())
        tests[f"{name} beyond ASCII"] = value.str.contains(r"[^\x00-\x7F]")
    if records.schema[rule.to].is_numeric():
        tests |= {f"{name} largest": value == value.max(), f"{name} smallest": value == value.min()}
    return tests


def _describe_choices(rule: FieldRule, values: pl.Series) -> dict[str, pl.Expr]:
    if values.dtype == pl.Boolean:
        return {f"{rule.to} = {choice}": pl.col(rule.to) == choice for choice in (True, False)}
    options = pl.col(rule.to).cast(pl.String)
    options = options.str.split(SEPARATOR) if rule.type.startswith("multi") else pl.concat_list(options)
    present = values.to_frame().select(options.explode().drop_nulls().unique().sort()).to_series()
    return {f"{rule.to} = {choice}": options.list.contains(choice) for choice in present}


def _shuffle(phases: tuple[Phase, ...], records: dict[str, pl.DataFrame], *, seed: int) -> dict[str, pl.DataFrame]:
    draw, shuffled = random.Random(seed), {}
    for phase in phases:
        order = list(range(records[phase.name].height))
        draw.shuffle(order)
        shuffled[phase.name] = records[phase.name].sort("external_id")[order]
    return shuffled


def _take_everything(chosen: _Chosen) -> None:
    for phase in chosen.phases:
        for external_id in chosen.records[phase.name]["external_id"]:
            chosen.take((phase.name, external_id), "the source is small enough to take whole")


def _cover_features(chosen: _Chosen, shuffled: dict[str, pl.DataFrame]) -> None:
    # Round by round over the phases, so that a size too small for everything still shows something of each.
    hunts = [_hunt(phase, shuffled[phase.name], chosen) for phase in chosen.phases if shuffled[phase.name].height]
    while hunts and not chosen.is_full:
        hunts = [hunt for hunt in hunts if next(hunt, None) is not None]


def _hunt(phase: Phase, records: pl.DataFrame, chosen: _Chosen) -> Iterator[Key]:
    shown, ids = find_features(phase, records), records["external_id"]
    open_features = set(shown.columns)
    while open_features and not chosen.is_full:
        columns = [name for name in shown.columns if name in open_features]
        row = shown.select(pl.sum_horizontal(pl.col(columns).cast(pl.UInt16))).to_series().arg_max()
        covered = [name for name in columns if shown[name][row]]
        open_features -= set(covered)
        key = (phase.name, ids[row])
        if not chosen.take(key, "covers " + ", ".join(covered)):
            return
        yield key


def _fill_up(chosen: _Chosen, shuffled: dict[str, pl.DataFrame]) -> None:
    total = sum(records.height for records in shuffled.values())
    for phase in chosen.phases:
        share = chosen.size * shuffled[phase.name].height / total
        _draw(chosen, phase, shuffled[phase.name], until=share)
    # What rounding left open goes to the last phases: their parents are in the sample by now.
    for phase in reversed(chosen.phases):
        _draw(chosen, phase, shuffled[phase.name], until=chosen.size)


def _draw(chosen: _Chosen, phase: Phase, records: pl.DataFrame, *, until: float) -> None:
    for external_id in _put_children_of_chosen_first(chosen, phase, records):
        if chosen.is_full or chosen.counts[phase.name] >= until:
            return
        if (phase.name, external_id) not in chosen.why:
            chosen.take((phase.name, external_id), "drawn by seed")


def _put_children_of_chosen_first(chosen: _Chosen, phase: Phase, records: pl.DataFrame) -> pl.Series:
    sources = {each.name: each.source for each in chosen.phases}
    is_free = pl.col("external_id").is_not_null()
    for lookup in phase.lookups:
        parents = [external_id for name, external_id in chosen.why if sources[name] == lookup.object]
        parent = pl.col(f"lookup.{lookup.to}")
        is_free &= parent.is_null() | parent.is_in(parents)
    return records.sort(is_free, descending=True, maintain_order=True)["external_id"]


@dataclass(kw_only=True)
class _Chosen:
    """What is in the sample so far; a record comes with its parents and the rest of its text, or not at all."""

    phases: tuple[Phase, ...]
    records: dict[str, pl.DataFrame]
    size: int
    why: dict[Key, str] = field(default_factory=dict)
    counts: dict[str, int] = field(init=False)
    _parents: Parents = field(init=False)

    def __post_init__(self) -> None:
        self.counts = {phase.name: 0 for phase in self.phases}
        self._parents = Parents(self.phases, self.records)

    @property
    def is_full(self) -> bool:
        return len(self.why) >= self.size

    def take(self, key: Key, why: str) -> bool:
        """Take a record with its missing parents and parts, unless they are too many; false where they are."""
        missing = [parent for parent in self._parents.above(key) if parent not in self.why]
        if len(self.why) + len(missing) + (key not in self.why) > self.size:
            return False
        for parent in missing:
            word = BESIDE if self._parents.are_parts(key, parent) else ABOVE
            self._note(parent, f"{word} {key[0]} {key[1]}")
        self._note(key, why)
        return True

    def _note(self, key: Key, why: str) -> None:
        if key not in self.why:
            self.counts[key[0]] += 1
        known = self.why.get(key, "")
        self.why[key] = why if not known or known.startswith((ABOVE, BESIDE)) else f"{known}; {why}"

    def to_frame(self) -> pl.DataFrame:
        order = {phase.name: number for number, phase in enumerate(self.phases)}
        keys = sorted(self.why, key=lambda key: (order[key[0]], key[1]))
        return frame([{"phase": p, "external_id": x, "why": self.why[p, x]} for p, x in keys], SAMPLE)
