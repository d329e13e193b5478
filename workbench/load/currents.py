"""How the tenant holds records that are about to change: read one by one, or from lists where that is cheaper."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from workbench.destinations import PRODUCT
from workbench.freshsales.client import Tenant
from workbench.freshsales.routes import is_module
from workbench.load.reading import Parent, read_record
from workbench.load.reads import choose_lists
from workbench.values import INCLUDES, Values, read_values

AGE = 60.0  # seconds for which a list is taken for what the tenant holds


@dataclass(slots=True, kw_only=True)
class _Shown:
    """One list: when each record was shown and how, the requests the list cost, and how many it spared."""

    values: dict[int, tuple[float, Values]]
    cost: int
    served: int = 0


@dataclass(slots=True, kw_only=True)
class Currents:
    """Values of records as the tenant holds them now.

    A change is never sent before its record was looked at. That is a request a record, or a page of a hundred where
    more records of an object are about to change than its list has pages. A list is read when the first of its records
    is asked for, so that as little time as possible passes between the look and the change.

    What a list showed counts for `AGE` seconds: later, somebody may have edited the record meanwhile. Then the list is
    read again where it spared requests the last time, and else each record alone.

    Attributes:
        listed: Objects to list, see `choose_listed`.
    """

    tenant: Tenant
    listed: frozenset[str] = frozenset()
    _shown: dict[str, _Shown] = field(default_factory=dict)

    def read(self, object: str, id: int, *, parent: Parent | None = None) -> Values:
        """What the tenant holds in one record.

        Raises:
            NotFound: It is not there.
        """
        shown = self._find_shown(object, id) if object in self.listed else None
        return shown if shown is not None else read_record(self.tenant, object, id, parent=parent)

    def _find_shown(self, object: str, id: int) -> Values | None:
        """What a list showed of a record no longer than a moment ago; null where none did."""
        shown = self._shown.get(object)
        is_old = shown is not None and id in shown.values and self.tenant.now - shown.values[id][0] > AGE
        if shown is None or (is_old and shown.served > shown.cost):
            shown = self._shown[object] = self._list(object)
        # Looked at once: whoever asks again wants to know what became of it.
        at, values = shown.values.pop(id, (0.0, None))
        if values is None or self.tenant.now - at > AGE:
            return None
        shown.served += 1
        return values

    def _list(self, object: str) -> _Shown:
        """The whole list, each record with a moment just before its page was asked for."""
        values, before = {}, self.tenant.requests
        at, last, asked = self.tenant.now, self.tenant.now, before
        for record in self.tenant.list_all(object, include=INCLUDES.get(object, ())):
            if self.tenant.requests != asked:
                at, asked = last, self.tenant.requests
            if not record.get("partial"):
                values[record["id"]] = at, read_values(object, record)
            last = self.tenant.now
        return _Shown(values=values, cost=self.tenant.requests - before)


def choose_listed(wanted: Mapping[str, int], held: Mapping[str, int]) -> frozenset[str]:
    """The objects to list before many of their records change.

    Args:
        wanted: Records about to change by object.
        held: Records the tenant holds at least, by object.
    """
    # Lists of modules show neither fields nor links, that of products their names alone, and notes have no list.
    thin = ("note", PRODUCT)
    whole = {object: count for object, count in wanted.items() if object not in thin and not is_module(object)}
    return frozenset(choose_lists(whole, held))
