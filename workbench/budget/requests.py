"""The request plan of a load: by which way each phase goes, the least any loader would need, ours, and what was used.

What is counted, and why nobody could do with less:

settings   Fields of each object, modules, lists and users, each at an address of its own. The approvals hold for a
           tenant that is still what it was, and only reading it again shows that it is.
existing   What the tenant holds of an object before we create one: a record of the same e-mail or name must not be
           doubled, products among them, and no index that lags behind can rule it out. A list shows a hundred
           records a request, and names them by a view whose id is on the list of views.
in_doubt   Writes whose answer was lost: each is looked up before anything is sent again.
records    See `workbench.freshsales.costs.count_least_requests`. What stands unchanged costs nothing. Links of circles
           are set by a change of their record, once both sides stand.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from math import ceil

import polars as pl

from workbench.destinations import PRODUCT
from workbench.freshsales.client import Tenant
from workbench.freshsales.costs import BATCH, PAGE, count_least_requests, count_requests, goes_in_batches
from workbench.freshsales.routes import find_route
from workbench.freshsales.schema import TenantSchema
from workbench.freshsales.schema.reading import count_schema_requests
from workbench.ledger.standings import Standings
from workbench.load.late import LINKS, count_late_links
from workbench.model import CORE_OBJECTS, REQUESTS, Phase, PhaseCount, frame

READ, BATCHES, ALONE, NOTHING = "read", "by the hundred", "one by one", "nothing to send"
BY_FILE = "by import file, then found by the hundred"
LOOK_AND_CHANGE = 2  # requests beyond the first for a product that is not for sale
LOOK_UP = 2  # requests for one write in doubt: it is searched, and what is found is read


def plan_requests(
    phases: tuple[Phase, ...],
    records: Mapping[str, pl.DataFrame],
    *,
    schema: TenantSchema,
    holds: Mapping[str, int],
    ledger: Standings | None = None,
    imports: Collection[str] = (),
) -> pl.DataFrame:
    """Plan every request of a load, in the order in which they are sent.

    Args:
        records: Frames of `build_records` by phase.
        holds: Records by object that the tenant held before us, as far as anybody counted.
        ledger: What stands already costs nothing; null where nothing does.
        imports: Objects that go by import file: all they cost is the pages on which they are found again.

    Returns:
        REQUESTS; `used` is null.
    """
    new = {phase.name: _count_new(records[phase.name], phase, ledger) for phase in phases}
    settings = count_schema_requests(schema)
    rows = [_row("settings", method=READ, least=settings, planned=settings)]
    rows += _plan_doubts(ledger)
    swept: set[str] = set()
    for phase in phases:
        object = phase.destination
        if object in (*CORE_OBJECTS, PRODUCT) and new[phase.name] and object not in swept:
            swept.add(object)
            rows.append(_plan_existing(object, holds.get(object, 0) + _count_ours(object, phases, ledger)))
        is_by_file = phase.destination in imports and new[phase.name]
        twice = _count_twice(records[phase.name], phase, ledger)
        row = _plan_import(phase, new[phase.name]) if is_by_file else _plan_phase(phase, new[phase.name], twice=twice)
        rows.append(row)
    late = count_late_links(phases, records, ledger)
    rows += [_plan_links(phase, late[phase.name]) for phase in phases if phase.name in late]
    return frame(rows, REQUESTS)


class Meter:
    """Counts what a load really uses, row by row of its plan.

    Args:
        report: Told the balance of each phase, as `load_phases` would tell it.
    """

    def __init__(self, tenant: Tenant, *, report: Callable[[PhaseCount], None]) -> None:
        self._tenant, self._report = tenant, report
        self._before = Counter(tenant.spent)
        self._used = Counter({("settings", ""): tenant.requests})

    def note_phase(self, count: PhaseCount) -> None:
        """Take in a phase that has just ended."""
        spent = Counter(self._tenant.spent) - self._before
        self._before = Counter(self._tenant.spent)
        self._used["existing", count.destination] += spent["existing"]
        self._used["records", count.phase] += count.requests - spent["existing"]
        self._used["in_doubt", ""] += spent.total() - count.requests
        self._report(count)

    def fill(self, plan: pl.DataFrame) -> pl.DataFrame:
        """The plan with what was used; a row that was not foreseen stands at its end."""
        left = Counter(self._used)
        rows = [row | {"used": left.pop(_key(row), 0)} for row in plan.iter_rows(named=True)]
        rows += [
            _row(kind, method=READ, least=0, planned=0) | {_NAMED_BY.get(kind, "phase"): name, "used": used}
            for (kind, name), used in left.items()
            if used
        ]
        return frame(rows, REQUESTS)


def sum_requests(plan: pl.DataFrame) -> tuple[int, int]:
    """The least requests and the planned ones of a whole load."""
    return plan["least"].sum(), plan["planned"].sum()


_NAMED_BY = {"existing": "destination"}


def _key(row: Mapping[str, object]) -> tuple[str, str]:
    return row["kind"], row[_NAMED_BY.get(row["kind"], "phase")]


def _row(kind: str, *, method: str, least: int, planned: int, records: int = 0, **named: str) -> dict[str, object]:
    base = {"kind": kind, "phase": "", "destination": "", "method": method, "records": records}
    return base | {"least": least, "planned": planned} | named


def _plan_phase(phase: Phase, new: int, *, twice: int) -> dict[str, object]:
    """The writes of a phase; `twice` of its records are looked at and changed once they were made."""
    object = phase.destination
    method = (BATCHES if goes_in_batches(object, new) else ALONE) if new else NOTHING
    least, planned = count_least_requests(object, new), count_requests(object, new) + LOOK_AND_CHANGE * twice
    return _row(
        "records", method=method, least=least, planned=planned, records=new, phase=phase.name, destination=object
    )


def _plan_import(phase: Phase, new: int) -> dict[str, object]:
    pages = ceil(new / PAGE)
    return _row(
        "records", method=BY_FILE, least=pages, planned=pages, records=new, phase=phase.name,
        destination=phase.destination,
    )  # fmt: skip


def _plan_links(phase: Phase, links: int) -> dict[str, object]:
    """Late links change records whose ids are known: any loader hands in a hundred a request, ours looks afterwards."""
    object = phase.destination
    is_bulk = find_route(object).is_bulk
    method = (BATCHES if goes_in_batches(object, links) else ALONE) if links else NOTHING
    return _row(
        "records", method=method, least=ceil(links / BATCH) if is_bulk else links,
        planned=count_requests(object, links), records=links, phase=f"{phase.name}{LINKS}", destination=object,
    )  # fmt: skip


def _plan_existing(object: str, held: int) -> dict[str, object]:
    # The products for sale are one list, and no view leads to it.
    pages = 1 if object == PRODUCT else 1 + max(ceil(held / PAGE), 1)
    return _row("existing", method=READ, least=pages, planned=pages, records=held, destination=object)


def _plan_doubts(ledger: Standings | None) -> list[dict[str, object]]:
    doubts = Counter(doubt.destination for doubt in ledger.in_doubt()) if ledger else Counter()
    if not doubts:
        return []
    # Contacts, accounts and deals are found by the hundred; a view, one more page and the job come with it.
    planned = {
        object: ceil(count / PAGE) + 3 if object in CORE_OBJECTS and count > 1 else LOOK_UP * count
        for object, count in doubts.items()
    }
    least = sum(ceil(count / PAGE) for count in doubts.values())
    return [_row("in_doubt", method=READ, least=least, planned=sum(planned.values()), records=doubts.total())]


def _count_ours(object: str, phases: tuple[Phase, ...], ledger: Standings | None) -> int:
    names = [phase.name for phase in phases if phase.destination == object]
    return sum(len(ledger.standing_ids(name)) for name in names) if ledger else 0


def _count_twice(records: pl.DataFrame, phase: Phase, ledger: Standings | None) -> int:
    """New products that are not for sale: see `workbench.load.products`."""
    if phase.destination != PRODUCT or "is_active" not in records.columns:
        return 0
    return _count_new(records.filter(~pl.col("is_active").cast(pl.Boolean, strict=False)), phase, ledger)


def _count_new(records: pl.DataFrame, phase: Phase, ledger: Standings | None) -> int:
    ids = set(records["external_id"])
    return len(ids - ledger.standing_ids(phase.name)) if ledger else len(ids)
