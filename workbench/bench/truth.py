"""What a tenant really holds after a tool has run, beside what the tool says."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Any

from workbench.bench.records import LINKS, OBJECTS, Name, Source
from workbench.freshsales.costs import count_least_requests
from workbench.sandbox.remote import ask_server, read_whole_journal

# What each column that holds a source id points at.
PARENTS = {column: parent for links in LINKS.values() for column, parent in links.items()}
Standing = dict[Name, list[dict[str, Any]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a tool reports of its own work, record by record.

    Attributes:
        words: Its own sentence, empty where it ended without one.
    """

    loaded: frozenset[Name] = frozenset()
    refused: frozenset[Name] = frozenset()
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """What became of the records.

    Attributes:
        fit: Records that can land.
        landed: Those of them the tenant holds.
        duplicates: Records of the tenant beyond the first of each.
        missing: Records that can land and did not.
        orphans: Those that landed without a link the source has, or with another one.
        unexplained: Those whose fate the tool's report misstates, or says nothing of.
        examples: A few of the last, and what is wrong.
    """

    fit: int
    landed: int
    duplicates: int
    missing: int
    orphans: int
    unexplained: int
    examples: tuple[str, ...] = ()


def judge(source: Source, said: Said, standing: Standing) -> Truth:
    """Hold what a tool says against what the tenant holds."""
    fit, orphans = source.find_fit(), _find_orphans(source, standing)
    wrong = [(name, why) for name in _list_names(source) if (why := _misstates(name, said, standing, orphans))]
    return Truth(
        fit=len(fit),
        landed=sum(name in standing for name in fit),
        duplicates=sum(len(records) - 1 for records in standing.values()),
        missing=sum(name not in standing for name in fit),
        orphans=len(orphans),
        unexplained=len(wrong),
        examples=tuple(f"{object} {id}: {why}" for (object, id), why in wrong[:5]),
    )


def read_standing(url: str, key: str) -> Standing:
    """Every live record of the tenant by the source record it carries the id of."""
    standing: Standing = defaultdict(list)
    for object in OBJECTS:
        for record in ask_server(url, key, "GET", f"records/{object}")["records"]:
            standing[object, _read_source_id(object, record)].append(record)
    return dict(standing)


def count_requests(url: str, key: str, *, since: int) -> int:
    """Requests that came to the tenant after a row of its journal, refused ones included."""
    return sum(row["seq"] > since and row["method"] not in ("JOB", "EVENT") for row in read_whole_journal(url, key))


def count_least(source: Source) -> int:
    """The fewest requests in which anybody could write the records that can land and know their ids."""
    sizes = Counter(object for object, _ in source.find_fit())
    return sum(count_least_requests(object, sizes[object]) for object in OBJECTS)


def _list_names(source: Source) -> list[Name]:
    return [(object, row["id"]) for object, rows in source.rows.items() for row in rows]


def _read_source_id(object: str, record: dict[str, Any]) -> str:
    if object == "contact":
        return str(record.get("external_id"))
    if object == "note":
        return str(record.get("description")).rpartition(" ")[2].strip("]")
    return str(record["custom_field"].get("cf_source_id"))


def _find_orphans(source: Source, standing: Standing) -> set[Name]:
    orphans: set[Name] = set()
    for object, rows in source.rows.items():
        for row in rows:
            for record in standing.get((object, row["id"]), ()):
                if not all(_is_linked(row, record, column, standing) for column in LINKS[object]):
                    orphans.add((object, row["id"]))
    return orphans


def _is_linked(row: dict[str, Any], record: dict[str, Any], column: str, standing: Standing) -> bool:
    parent = PARENTS[column]
    ids = {each["id"] for each in standing.get((parent, row[column]), ())}
    return bool(ids & _read_links(record, parent))


def _read_links(record: dict[str, Any], parent: str) -> set[int]:
    names = ("sales_accounts", "sales_account_id") if parent == "sales_account" else ("contacts", "targetables")
    values = [value for name in names for value in _as_list(record.get(name))]
    return {value["id"] if isinstance(value, dict) else value for value in values}


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _misstates(name: Name, said: Said, standing: Standing, orphans: set[Name]) -> str:
    """What is wrong with the tool's word on a record; empty where it is right."""
    there = len(standing.get(name, ()))
    if name in said.loaded:
        if there != 1:
            return f"said to be loaded, stands {there} times"
        return "said to be loaded, its links are not there" if name in orphans else ""
    if name in said.refused:
        return f"said to be refused, stands {there} times" if there else ""
    return f"nothing said, stands {there} times"
