"""How many records the mapping counts for each owner."""

import polars as pl

from workbench.model import Phase
from workbench.stages.mapping import count_by_owner


def test_what_has_no_owner_in_freshsales_counts_for_nobody():
    """Notes and files name no owner by design; the row for nobody stays, since they too are given to somebody."""
    phases = tuple(
        Phase(name=name, source=name, destination=destination, external_id=())
        for name, destination in (("people", "contact"), ("remarks", "note"), ("papers", "document"))
    )
    nobody = pl.DataFrame({"owner": [None, None]}, schema={"owner": pl.String})
    records = {"people": pl.DataFrame({"owner": ["u1", "u1", None]}), "remarks": nobody, "papers": nobody}

    counted = count_by_owner(phases, records)

    assert dict(counted.iter_rows()) == {"u1": 2, None: 1}
    assert dict(count_by_owner(phases[1:], records).iter_rows()) == {None: 0}
