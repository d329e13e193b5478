"""The handoff leaves what the customer works with after the switch."""

from __future__ import annotations

import polars as pl
import pytest


@pytest.mark.covers("C-73", "C-42")
def test_every_document_that_is_announced_is_there(walk):
    """Each file of the list lies in the run folder with as many rows as are announced; people are listed by name."""
    result = walk.go_to("handoff")
    folder = walk.engagement.latest_run("handoff").path

    for document in result.documents.iter_rows(named=True):
        assert (folder / document["document"]).exists()
        if document["document"].endswith(".csv"):
            assert pl.read_csv(folder / document["document"], infer_schema=False).height == document["rows"]
    assert {"name", "user_email", "resolution"} <= set(result.owners.columns)
    assert "- [ ]" in (folder / "rebuild.md").read_text()


def test_the_crosswalk_finds_every_record(walk):
    """Every record in the tenant stands in the crosswalk once, under its source id."""
    crosswalk = walk.go_to("handoff").crosswalk

    ids = crosswalk.filter(pl.col("destination") == "contact")["destination_id"].to_list()
    assert sorted(ids) == sorted(record["id"] for record in walk.records("contact"))
    assert crosswalk.select("phase", "external_id").is_unique().all()
