"""The formulas an export describes: which needs which, which go in a circle, and each as an expression over columns."""

from __future__ import annotations

import re
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

from workbench.errors import UsageError
from workbench.pack.catalog import CatalogField, CatalogObject
from workbench.transforms.formulas import read_formula

READY, CIRCLE, UNKNOWN, UNREADABLE = "ready", "circle", "unknown field", "no expression"
BEHIND = "needs one that is not evaluated"
_TEXT = re.compile(r"'(?:[^']|'')*'")
_PATH = re.compile(r"\b([A-Za-z_]\w*)\.([A-Za-z_]\w*)\b")
_WORD = re.compile(r'"[^"]*"|\b[A-Za-z_]\w*\b')
MADE = " (formula)"  # behind the name of a field, of the column with what its formula makes


@dataclass(frozen=True, slots=True, kw_only=True)
class Formula:
    """One formula field and what can be done with it.

    Attributes:
        needs: The fields it is made of, as `object.field`.
        state: READY, or why it is not evaluated; `detail` says which fields that is about.
        order: Its place among those that are ready, from 1: each comes after what it needs.
    """

    field: CatalogField
    needs: tuple[str, ...]
    state: str
    detail: str = ""
    order: int = 0


def find_formulas(objects: dict[str, CatalogObject]) -> list[Formula]:
    """Every formula field, those that can be evaluated in the order they need each other, then the others."""
    fields = {each.place: each for object in objects.values() for each in object.fields}
    needs = {place: _list_needs(each, objects) for place, each in fields.items() if each.formula}
    states = _judge_all(fields, needs, objects)
    order = TopologicalSorter(
        {place: set(needs[place]) & needs.keys() for place, (state, _) in states.items() if state == READY}
    ).static_order()
    ready = [place for place in order if states.get(place, ("",))[0] == READY]
    places = {place: number for number, place in enumerate(ready, start=1)}
    listed = [*ready, *(place for place in needs if place not in places)]
    return [
        Formula(
            field=fields[place], needs=tuple(needs[place]), state=states[place][0], detail=states[place][1],
            order=places.get(place, 0),
        )
        for place in listed
    ]  # fmt: skip


def find_circles(needs: dict[str, list[str]]) -> list[list[str]]:
    """The circles formulas go in, each from its first field in the alphabet on; fields stand in one circle at most."""
    graph, circles = {place: set(each) & needs.keys() for place, each in needs.items()}, []
    while True:
        try:
            TopologicalSorter(graph).prepare()
        except CycleError as error:
            circle = error.args[1][-1:0:-1]
            start = circle.index(min(circle))
            circles.append(circle[start:] + circle[:start])
            graph = {place: each - set(circle) for place, each in graph.items() if place not in circle}
        else:
            return circles


def find_missing_lookups(objects: dict[str, CatalogObject]) -> list[CatalogField]:
    """Lookup fields that point at an object the export does not describe."""
    return [each for object in objects.values() for each in object.fields if each.lookup and each.lookup not in objects]


def express_formula(field: CatalogField, object: CatalogObject) -> tuple[str, dict[str, tuple[str, str]]]:
    """The formula over columns of its own row, and which of these are taken from other objects.

    Returns:
        The SQL text; column to the lookup field and the field of the object it points at. Where a formula reads
        another formula, it reads what that makes, and not what was exported.
    """
    taken: dict[str, tuple[str, str]] = {}
    formulas = {each.name for each in object.fields if each.formula}

    def name_path(match: re.Match[str]) -> str:
        if match[1] == object.name:
            return match[2]
        taken[match[0]] = find_lookup(object, match[1]).name, match[2]
        return f'"{match[0]}"'

    def name_word(match: re.Match[str]) -> str:
        return f'"{match[0]}{MADE}"' if match[0] in formulas else match[0]

    def outside_texts(text: str) -> str:
        return _WORD.sub(name_word, _PATH.sub(name_path, text))

    pieces, end = [], 0
    for literal in _TEXT.finditer(field.formula):
        pieces += [outside_texts(field.formula[end : literal.start()]), literal[0]]
        end = literal.end()
    return "".join([*pieces, outside_texts(field.formula[end:])]), taken


def find_lookup(object: CatalogObject, word: str) -> CatalogField | None:
    """The lookup a path begins with: the field of that name, else the only one that points at an object so called."""
    own = object.find(word)
    if own:
        return own if own.lookup else None
    pointing = [each for each in object.fields if each.lookup == word]
    return pointing[0] if len(pointing) == 1 else None


def _list_needs(field: CatalogField, objects: dict[str, CatalogObject]) -> list[str]:
    """What the source says a formula refers to, and what its text names besides."""
    own = objects[field.object]
    bare = _TEXT.sub("''", field.formula)
    paths = []
    for word, name in _PATH.findall(bare):
        lookup = find_lookup(own, word)
        paths.append(f"{lookup.lookup if lookup else word}.{name}")
    words = {word for word in _WORD.findall(_PATH.sub("", bare)) if own.find(word)}
    return list(dict.fromkeys([*field.references, *paths, *(f"{field.object}.{word}" for word in sorted(words))]))


def _judge_all(
    fields: dict[str, CatalogField], needs: dict[str, list[str]], objects: dict[str, CatalogObject]
) -> dict[str, tuple[str, str]]:
    """State and detail of every formula: its own fault, else that of one it is made of."""
    circles = find_circles(needs)
    states = {place: _judge(fields[place], needs[place], fields, objects, circles) for place in needs}
    faulty = {place for place, (state, _) in states.items() if state != READY}
    for place in needs.keys() - faulty:
        if lost := _list_behind(place, needs) & faulty:
            states[place] = BEHIND, ", ".join(sorted(lost))
    return states


def _judge(
    field: CatalogField,
    needs: list[str],
    fields: dict[str, CatalogField],
    objects: dict[str, CatalogObject],
    circles: list[list[str]],
) -> tuple[str, str]:
    for circle in circles:
        if field.place in circle:
            return CIRCLE, " -> ".join([*circle, circle[0]])
    if unknown := [need for need in needs if need not in fields]:
        return UNKNOWN, ", ".join(unknown)
    own, bare = objects[field.object], _TEXT.sub("''", field.formula)
    for word, _ in _PATH.findall(bare):
        if word != own.name and not find_lookup(own, word):
            return UNREADABLE, f"it does not say which record of {word} it means"
    try:
        read_formula(_PATH.sub(lambda match: f'"{match[0]}"', bare))
    except UsageError as error:
        return UNREADABLE, str(error)
    return READY, ""


def _list_behind(place: str, needs: dict[str, list[str]]) -> set[str]:
    """Everything a formula is made of, through whatever it is made of."""
    behind: set[str] = set()
    waiting = [*needs[place]]
    while waiting:
        need = waiting.pop()
        if need not in behind:
            behind.add(need)
            waiting += needs.get(need, [])
    return behind
