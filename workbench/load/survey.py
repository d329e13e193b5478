"""What the tenant holds now of what is to be taken back: what somebody touched since, and what others hung on it.

Everything is read from lists, see `workbench.load.listing`. An untouched `updated_at` means an untouched record; where
it moved, the values of the list decide. One by one are read only: what no list shows, what a thin row cannot tell, and
the newest module records of others, whose lookups no list shows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from math import ceil

from workbench.destinations import DOCUMENT
from workbench.freshsales.client import NotFound, Tenant
from workbench.freshsales.costs import PAGE
from workbench.freshsales.routes import find_route, is_module
from workbench.ledger import Ledger
from workbench.load.finding import read_parent
from workbench.load.listing import Key, Lists, Record, Row, Shown, list_custom_ids, list_links, read_stamp
from workbench.load.reading import Parent, is_hidden, read_record
from workbench.load.reads import is_few, list_surveyed
from workbench.load.selection import Chosen, Name, Selection, find_parents, index_ids
from workbench.model import CORE_OBJECTS
from workbench.values import INCLUDES, Values, find_edits, read_values

MOST_STRANGERS = PAGE  # module records of others that are read one by one, a module
LINKED = "linked_in_tenant"
# What hangs on a record, by the word that brings it along when the record is read alone.
_ACTIVITIES = {"notes": "note", "tasks": "task", "appointments": "appointment"}
_CHILDREN = {
    "contact": _ACTIVITIES | {"deals": "deal"},
    "sales_account": _ACTIVITIES | {"deals": "deal", "contacts": "contact", "child_sales_accounts": "sales_account"},
    "deal": _ACTIVITIES,
}


@dataclass(kw_only=True)
class Survey:
    """What a rollback has to know before it changes anything.

    Attributes:
        reasons: Hold code and reason of each record that must stay, by (phase, external id).
        current: What pre-existing records hold now, where a list showed it whole.
        shown: How lists showed records: these can be looked for in lists again.
        unseen: What nothing showed, in words a customer reads.
        links: What edited records point at now, beside what we sent.
    """

    ours: dict[Key, Chosen]
    reasons: dict[Name, tuple[str, str]] = field(default_factory=dict)
    current: dict[Name, Values] = field(default_factory=dict)
    shown: dict[Name, Shown] = field(default_factory=dict)
    unseen: list[str] = field(default_factory=list)
    links: dict[Name, set[Key]] = field(default_factory=lambda: defaultdict(set))

    def __post_init__(self) -> None:
        self.by_id = index_ids(self.ours.values())

    def keep_parents(self, stay: Iterable[Chosen]) -> list[Chosen]:
        """Let what these records point at stay with them, and so on; returns what stays because of them."""
        waiting, kept = list(stay), []
        while waiting:
            child = waiting.pop()
            for key in (find_parents(child, self.by_id) | self.links[child.name]) & self.ours.keys():
                parent = self.ours[key]
                if parent.action == "delete" and parent.name not in self.reasons:
                    self.reasons[parent.name] = LINKED, f"{' '.join(child.name)}, which stays, hangs on it"
                    waiting.append(parent)
                    kept.append(parent)
        return kept


def survey_tenant(tenant: Tenant, ledger: Ledger, selection: Selection) -> Survey:
    """Look for everything that speaks against taking these records back; nothing is asked where there are none."""
    survey = Survey(ours={each.key: each for each in selection.chosen})
    if selection.chosen:
        _Look(tenant=tenant, ledger=ledger, selection=selection, survey=survey).look()
    return survey


@dataclass(kw_only=True)
class _Look:
    """One survey under way."""

    tenant: Tenant
    ledger: Ledger
    selection: Selection
    survey: Survey
    missing: dict[Key, Chosen] = field(default_factory=dict)  # of ours, not shown by any list yet

    def __post_init__(self) -> None:
        self.staying = {each.key: each.stamp for each in self.selection.staying}

    @property
    def ours(self) -> dict[Key, Chosen]:
        """What is to be taken back."""
        return self.survey.ours

    def look(self) -> None:
        """Read the lists, then one by one what they left open."""
        self.missing = dict(self.ours)
        lists = Lists(tenant=self.tenant, since=self.selection.since)
        is_seen = is_few(self.selection) and all(self._look_at(each) for each in self.selection.chosen)
        for object in list_surveyed(self.selection):
            if is_seen and object in (*CORE_OBJECTS, "task", "appointment"):
                continue
            strangers = 0
            for row in lists.rows(object):
                if row.key in self.ours:
                    self._judge(row)
                elif is_module(object):
                    strangers += self._read_stranger(row, number=strangers + 1)
                else:
                    self._keep_parents(row.object, row.record)
            self._search_missing(lists, object)
        for row in self._read_missing_notes():
            self._judge(row) if row.key in self.ours else self._keep_parents("note", row.record)
        for each in list(self.missing.values()):
            # A file cannot be edited by any program, and one that somebody deleted is gone.
            if each.key[0] not in ("note", DOCUMENT):
                self._judge_alone(each)
        self.survey.keep_parents([each for each in self.ours.values() if each.name in self.survey.reasons])
        self.survey.unseen += lists.unseen.values()

    def _judge(self, row: Row, *, by_search: bool = False) -> None:
        each = self.missing.pop(row.key, None)
        if each is None:
            return  # a list may show a record twice while others write
        values, stamp = read_values(row.object, row.record), read_stamp(row.record)
        if row.stamp is not None:
            self.survey.shown[each.name] = Shown(stamp=row.stamp, by_search=by_search)
        if not (stamp and stamp == each.stamp) and not self._judge_values(each, row, values):
            self._judge_alone(each)
        is_hidden_part = is_hidden(row.object, self.ledger.last_sent(each.record))
        if each.action != "delete" and row.is_whole and not is_hidden_part:
            self.survey.current[each.name] = values
        if each.name in self.survey.reasons:
            self.survey.links[each.name] |= list_links(row.record)

    def _judge_values(self, each: Chosen, row: Row, values: Values) -> bool:
        """Hold what a list shows to be edited; false where the list cannot tell."""
        known = self.ledger.last_answer(each.record)
        if edits := find_edits(known, values):
            self._keep_edited(each, edits)
        return bool(edits) or row.is_whole and not known.keys() - values.keys() - {"updated_at"}

    def _judge_alone(self, each: Chosen) -> None:
        """Read one record by itself; one that is gone is nobody's edit, for there is nothing left to protect."""
        try:
            parent = read_parent(self.ledger.last_sent(each.record))
            values = read_record(self.tenant, *each.key, parent=parent)
        except NotFound:
            return
        if edits := find_edits(self.ledger.last_answer(each.record), values):
            self._keep_edited(each, edits)
            self.survey.links[each.name] |= list_links(values)
        elif each.action != "delete":
            self.survey.current[each.name] = values

    def _keep_edited(self, each: Chosen, edits: list[str]) -> None:
        self.survey.reasons[each.name] = "edited_in_tenant", f"edited in Freshsales since: {', '.join(edits)}"

    def _keep_parents(self, object: str, record: Record) -> None:
        """Hold what a record that is not to be taken back points at."""
        links = list_links(record) | {key for id in list_custom_ids(record) for key in self.survey.by_id.get(id, ())}
        for key in links & self.ours.keys():
            if self.ours[key].action == "delete":
                self._keep(self.ours[key], object, record["id"])

    def _keep(self, each: Chosen, object: str, id: int) -> None:
        """Hold a record for what hangs on it."""
        whose = "was not asked for" if (object, id) in self.staying else "was not loaded by us"
        reason = f"a {object.removeprefix('cm_').replace('_', ' ')} that {whose} hangs on it (id {id})"
        self.survey.reasons.setdefault(each.name, (LINKED, reason))

    def _look_at(self, each: Chosen) -> bool:
        """Look at one record with what hangs on it: one request; false where the tenant does not bring that along."""
        object, id = each.key
        if object in ("note", DOCUMENT) or is_module(object):
            return True
        children = _CHILDREN.get(object, {}) if each.action == "delete" else {}
        try:
            record = self.tenant.get(object, id, include=(*INCLUDES.get(object, ()), *children))
        except NotFound:
            self.missing.pop(each.key, None)
            return True
        self._judge(Row(object=object, record=record, is_whole=True, stamp=read_stamp(record)))
        for word, child in children.items():
            for found in record.get(word) or []:
                if child == "note" and (child, found["id"]) in self.ours:
                    self._judge(Row(object=child, record=found, is_whole=True, stamp=None))
                elif (child, found["id"]) not in self.ours:
                    self._keep(each, child, found["id"])
        return children.keys() <= record.keys()

    def _read_stranger(self, row: Row, *, number: int) -> bool:
        """The lookups of somebody else's module record: one request, only for those changed since our first write."""
        stamp, since = read_stamp(row.record), self.selection.since
        if (stamp and since and stamp < since) or (stamp and self.staying.get(row.key) == stamp):
            return False
        if number > MOST_STRANGERS:
            name = row.object.removeprefix("cm_").replace("_", " ")
            beyond = f"{name}: records of others beyond the newest {MOST_STRANGERS}"
            self.survey.unseen += [beyond] * (beyond not in self.survey.unseen)
            return False
        with suppress(NotFound):
            self._keep_parents(row.object, self.tenant.get(row.object, row.key[1]))
        return True

    def _search_missing(self, lists: Lists, object: str) -> None:
        """Ask the search where a view leaves out more than a search costs, as views of one pipeline do."""
        missing = sum(key[0] == object for key in self.missing)
        pages = ceil(sum(key[0] == object for key in self.ours) / PAGE)
        if object in CORE_OBJECTS and missing > pages + 1:
            name = find_route(object).plural.replace("_", " ")
            lists.unseen[object] = f"{name} of others that no view of the tenant shows, as those of other pipelines"
            for row in lists.search(object):
                if row.key in self.missing:
                    self._judge(row, by_search=True)

    def _read_missing_notes(self) -> Iterator[Row]:
        """Notes that came along with no list, through the records they hang on: one request for each of those."""
        parents: dict[Parent, None] = {}
        for key, each in self.missing.items():
            if key[0] == "note" and (parent := read_parent(self.ledger.last_sent(each.record))):
                parents[parent] = None
        for parent in parents:
            try:
                notes = self.tenant.activities_of(*parent)["notes"]
            except NotFound:
                continue
            yield from (Row(object="note", record=note, is_whole=True, stamp=None) for note in notes)
