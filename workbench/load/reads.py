"""Whether records are cheaper to find in lists, a hundred a request, or one by one.

A list that goes back to some moment shows everything of ours that changed since, wanted or not. So a handful of records
out of many is read alone, and many are listed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from math import ceil

from workbench.destinations import DOCUMENT, PRODUCT
from workbench.freshsales.costs import PAGE
from workbench.freshsales.routes import ROUTES, is_module
from workbench.load.listing import LISTED
from workbench.load.selection import Chosen, Selection
from workbench.model import CORE_OBJECTS


def count_pages(object: str, records: int) -> int:
    """Requests of a list that shows so many records: at least one for each of its parts."""
    parts = len(ROUTES[object].slices) or 1 if object in ROUTES else 1
    return max(ceil(records / PAGE), parts)


def count_shown(standing: Iterable[Chosen], since: datetime | None) -> Counter[str]:
    """Records of ours that lists back to a moment show, by object."""
    return Counter(each.key[0] for each in standing if not (since and each.stamp and each.stamp < since))


def choose_lists(wanted: Mapping[str, int], shown: Mapping[str, int]) -> set[str]:
    """The objects to list, because reading so many wanted records alone would cost more; notes need all three lists."""
    unlisted = ("note", DOCUMENT, PRODUCT)
    chosen = {o for o, n in wanted.items() if o not in unlisted and n > count_pages(o, shown.get(o, 0))}
    further = sum(count_pages(object, shown.get(object, 0)) for object in CORE_OBJECTS if object not in chosen)
    return chosen | ({"note"} if wanted.get("note", 0) > further else set())


def count_reads(wanted: Mapping[str, int], shown: Mapping[str, int]) -> int:
    """Requests in which so many records of each object are looked for, whichever way is cheaper."""
    lists = choose_lists(wanted, shown)
    listed = (lists - {"note"}) | (set(CORE_OBJECTS) if "note" in lists else set())
    alone = sum(n for object, n in wanted.items() if object not in listed | lists)
    return alone + sum(count_pages(object, shown.get(object, 0)) for object in listed)


def list_surveyed(selection: Selection) -> list[str]:
    """The objects whose lists show who touched what is chosen: those anything hangs on, and the modules chosen."""
    return [*LISTED, *sorted({each.key[0] for each in selection.chosen if is_module(each.key[0])})]


def is_few(selection: Selection) -> bool:
    """Whether looking at each of the chosen, with what hangs on it, costs less than the lists that show them."""
    shown = count_shown(selection.standing, selection.since)
    return count_looks(selection) < sum(count_pages(object, shown[object]) for object in LISTED) + len(CORE_OBJECTS)


def count_looks(selection: Selection) -> int:
    """Requests of looking at each of the chosen: notes are seen through what they hang on, modules in their list."""
    unseen = ("note", DOCUMENT)
    looks = {each.key for each in selection.chosen if each.key[0] not in unseen and not is_module(each.key[0])}
    noted = {key for each in selection.chosen if each.key[0] == "note" for key in each.parents}
    return len(looks | noted) + 1  # and the list of sales activities


def count_looking(selection: Selection) -> int:
    """Requests in which everything that speaks against a rollback is looked for."""
    shown = count_shown(selection.standing, selection.since)
    pages = {object: count_pages(object, shown[object]) for object in list_surveyed(selection)}
    if is_few(selection):
        return count_looks(selection) + sum(pages[object] for object in pages if is_module(object))
    return len(CORE_OBJECTS) + sum(pages.values())
