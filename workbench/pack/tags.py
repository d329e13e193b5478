"""Masking tags of the columns a pack adds, and of the destination fields its rules fill."""

from __future__ import annotations

from dataclasses import replace

from workbench.layout import Layout
from workbench.model import FieldRule, Lines
from workbench.pack.made import Compute, View
from workbench.pack.values import Pack, Route
from workbench.transforms.compose import placeholders

# The first of two that meet in one value decides how it is masked.
STRICTNESS = ("secret", "score", "health", "birth", "contact", "address", "name", "money", "id", "none")


def tag_columns(pack: Pack, layout: Layout) -> dict[tuple[str, str], str]:
    """Tag of every column by object and column: the layout's, and for added columns the strictest they are made of."""
    tags = {(o.name, column.name): column.tag for o in layout.objects.values() for column in o.columns.values()}
    for rule in pack.dedupes:
        if rule.among:
            tags[rule.object, rule.column] = tags[rule.among.object, rule.among.id]
    for column in pack.columns:
        if isinstance(column, View):
            tags |= _tag_view(column, tags)
            continue
        if isinstance(column, Compute):
            made_of = [tags[column.object, name] for name in column.columns]
        else:
            made_of = [tags[column.source, column.take]] if column.take else []
        tags[column.object, column.column] = strictest(made_of)
    return tags


def _tag_view(view: View, tags: dict[tuple[str, str], str]) -> dict[tuple[str, str], str]:
    return {
        (view.object, name): strictest(
            [tags[part.source, part.columns[name]] for part in view.parts if name in part.columns]
        )
        for name in view.columns
    }


def strictest(tags: list[str]) -> str:
    """The tag that decides; `none` where there is nothing to mask."""
    return min(tags, key=STRICTNESS.index, default="none")


def tag_rule(rule: FieldRule, source: str, tags: dict[tuple[str, str], str], merge_line: str = "") -> FieldRule:
    """The rule with the strictest tag among the columns it reads; merged lines count with all they name."""
    columns = [name for name in (rule.source, *rule.with_) if name]
    named = [name for column in columns for name in (placeholders(merge_line) if column == "LINES" else [column])]
    return replace(rule, tag=strictest([tags.get((source, name), "none") for name in named]))


def _tag_lines(lines: Lines, tags: dict[tuple[str, str], str]) -> Lines:
    return replace(lines, tag=strictest([tags.get((lines.object, name), "none") for name in lines.columns]))


def tag_rules(pack: Pack, layout: Layout) -> Pack:
    """The pack with every field rule tagged."""
    tags = tag_columns(pack, layout)

    def tag_route(source: str, route: Route) -> Route:
        line = route.merge.line if route.merge else ""
        fields = tuple(replace(f, rule=tag_rule(f.rule, source, tags, line)) for f in route.fields)
        return replace(route, fields=fields, lines=_tag_lines(route.lines, tags) if route.lines else None)

    rows = (replace(row, routes=tuple(tag_route(row.source, route) for route in row.routes)) for row in pack.objects)
    return replace(pack, objects=tuple(rows))
