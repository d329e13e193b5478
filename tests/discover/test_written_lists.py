"""Lists of what becomes no record: the source's own columns, and of the pack's only those it gives a heading."""

from __future__ import annotations

from tests.packs import PACK, stage, write_pack
from workbench.discover.written_lists import write_lists
from workbench.records import derive_columns

LISTED = """[[object]]
source = "firms"
outcome = "inventory"
fidelity = "lossy"
reason = "Somebody sets them up by hand"
listed = { SHOWN = "Firm and town" }
"""
COMPUTES = """[[compute]]
object = "firms"
column = "SHOWN"
with = ["NAME", "TOWN"]
via = "template"
text = "{NAME}, {TOWN}"

[[compute]]
object = "firms"
column = "SEARCHED"
from = "NAME"
via = "template"
text = "- {NAME}:"

"""


def test_a_list_shows_the_sources_columns_and_named_ones(tmp_path):
    """What the pack makes for itself is left out, what it made to be read has a heading; secrets are never there."""
    begin, end = PACK.index('[[object]]\nsource = "firms"'), PACK.index('[[object]]\nsource = "people"')
    people = 'lookups = { sales_accounts = { object = "firms", from = "FIRM", required = false } }\n'
    skip = '[[object.skip]]\nfield = "FIRM"\nreason = "Firms are a list"\n\n'
    text = (PACK[:begin] + COMPUTES + LISTED + PACK[end:]).replace(people, "")
    text = text.replace('[[object]]\nsource = "visits"', skip + '[[object]]\nsource = "visits"')
    pack, layout = write_pack(tmp_path, text)
    staged = stage(firms=[{"ID": "f1", "NAME": "Acme", "TOWN": "Cork"}])

    listed = write_lists(pack, layout, derive_columns(staged, pack), frozenset())["inventory_firms"]

    assert listed.to_dicts() == [{"ID": "f1", "NAME": "Acme", "TOWN": "Cork", "Firm and town": "Acme, Cork"}]
