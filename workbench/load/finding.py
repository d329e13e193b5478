"""Records of ours looked up in the tenant by what they carry of the source, where no id of theirs is known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from workbench.destinations import PRODUCT
from workbench.errors import HoldRecord
from workbench.freshsales.bodies import mark_source
from workbench.freshsales.client import Tenant
from workbench.freshsales.routes import ROUTES
from workbench.load.reading import Parent, get_record
from workbench.model import ACTIVITY_OBJECTS, Phase
from workbench.own_fields import name_id_field
from workbench.values import is_same, read_values

OBJECT_OF = {route.type: object for object, route in ROUTES.items()}
Record = dict[str, Any]


@dataclass(kw_only=True)
class Look:
    """One look at the tenant, for any number of records: what shows several of them is read once."""

    tenant: Tenant
    _hanging: dict[Parent, dict[str, list[Record]]] = field(default_factory=dict)
    _listed: dict[str, list[Record]] = field(default_factory=dict)

    def find_written(self, phase: Phase, external_id: str, body: Record) -> Record | None:
        """Look a record up; null where the tenant has none.

        An activity costs one request for all that hang on the same record, anything else one, and another where it is
        found: the search shows too little of it. Products are listed once, and each of the same name is read.
        """
        if phase.destination in ACTIVITY_OBJECTS:
            mark = mark_source(phase, external_id)
            return next(self.list_marked(phase.destination, mark, parent=read_parent(body)), None)
        if phase.destination == PRODUCT:
            return self._find_product(mark_source(phase, external_id), body)
        attribute = name_id_field(phase.destination)
        for thin in self.tenant.find(phase.destination, attribute, external_id):
            record = get_record(self.tenant, phase.destination, thin["id"])
            if read_values(phase.destination, record).get(attribute) == external_id:
                return record
        return None

    def list_marked(self, object: str, mark: str, *, parent: Parent | None) -> Iterator[Record]:
        """The tenant's activities that end with a mark: one, unless it was written twice."""
        for each in self._list_candidates(object, parent):
            if str(each.get("description") or "").rstrip().endswith(mark):
                yield each

    def _find_product(self, mark: str, body: Record) -> Record | None:
        for thin in self._list_candidates(PRODUCT, None):
            if is_same("name", thin.get("name"), body["name"]):
                product = get_record(self.tenant, PRODUCT, thin["id"])
                if str(product.get("description") or "").rstrip().endswith(mark):
                    return product
        return None

    def _list_candidates(self, object: str, parent: Parent | None) -> Iterable[Record]:
        if parent is None:
            if object not in self._listed:
                self._listed[object] = list(self.tenant.list_all(object))
            return self._listed[object]
        if parent not in self._hanging:
            try:
                self._hanging[parent] = self.tenant.activities_of(*parent)
            except HoldRecord:
                self._hanging[parent] = {}  # the parent is gone, and what hung on it with it
        return self._hanging[parent].get(f"{object}s", [])


def read_parent(body: Record) -> Parent | None:
    """What an activity hangs on, from what was sent; null where it hangs on nothing."""
    return (OBJECT_OF[body["targetable_type"]], body["targetable_id"]) if "targetable_id" in body else None
