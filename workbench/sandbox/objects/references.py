"""The references several objects share: people, where a record came from, its territory."""

from __future__ import annotations

from workbench.sandbox.objects.kind import Reference

PEOPLE = {
    "owner": Reference(field="owner_id", beside="users", selector="owners"),
    "creater": Reference(field="creater_id", beside="users", selector="owners"),
    "updater": Reference(field="updater_id", beside="users", selector="owners"),
}
TERRITORY = {"territory": Reference(field="territory_id", beside="territories", selector="territories")}
ORIGIN = {
    # The array of one source keeps its name in the singular.
    "source": Reference(field="lead_source_id", beside="lead_source", selector="lead_sources"),
    "campaign": Reference(field="campaign_id", beside="campaigns", selector="campaigns"),
}
SHARED = PEOPLE | ORIGIN | TERRITORY
