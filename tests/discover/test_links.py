"""Relationships: found by the values, counted with their orphans."""

import polars as pl
import pytest

from workbench.discover.links import find_relationships
from workbench.engagement import ROOT
from workbench.model import RELATIONSHIPS
from workbench.sources.files import read_staged, stage_folder


def list_links(relationships):
    return {f"{row['child']}.{row['child_field']}": row["parent"] for row in relationships.iter_rows(named=True)}


@pytest.mark.covers("C-60")
def test_the_links_of_the_demo_clinic_are_found(staged, clinic):
    """Columns whose names say little, such as APPOINTMENTID, are linked by what they hold."""
    relationships = find_relationships(staged, clinic)

    links = list_links(relationships)
    assert relationships.schema == RELATIONSHIPS
    assert links["claims.APPOINTMENTID"] == "encounters"
    assert links["claims.SUPERVISINGPROVIDERID"] == "providers"
    assert links["encounters.ORGANIZATION"] == links["providers.ORGANIZATION"] == "organizations"
    assert links["payer_transitions.PAYER"] == "payers"
    assert "payer_transitions.MEMBERID" not in links
    assert (relationships["filled"] == relationships["matched"] + relationships["orphans"]).all()


def test_orphans_are_counted_by_record(build_frames, build_layout):
    """A value that is no key counts as often as records carry it; an empty cell is no orphan."""
    layout = build_layout({"people": ({"Id": "id"}, ("Id",)), "visits": ({"WHO": "id"}, ())})
    frames = build_frames({"people": {"Id": ["p-a", "p-b"]}, "visits": {"WHO": ["p-a", "p-b", "gone", "gone", None]}})

    row = find_relationships(frames, layout).row(0, named=True)

    assert (row["parent"], row["filled"], row["matched"], row["orphans"]) == ("people", 4, 2, 2)
    assert row["evidence"] == "2 of 3 different values are keys of people"


def test_running_numbers_need_a_name_that_agrees(build_frames, build_layout):
    """Small numbers lie inside each other by chance: only a column that is called so points there."""
    numbers = [str(n) for n in range(1, 9)]
    layout = build_layout(
        {
            "customers": ({"customer_id": "id"}, ("customer_id",)),
            "films": ({"film_id": "id"}, ("film_id",)),
            "rentals": ({"customer_id": "id", "film": "id", "shelf": "id"}, ()),
        }
    )
    frames = build_frames(
        {
            "customers": {"customer_id": numbers},
            "films": {"film_id": numbers},
            "rentals": {"customer_id": numbers[:3], "film": numbers[3:6], "shelf": numbers[:3]},
        }
    )

    links = list_links(find_relationships(frames, layout))

    assert links == {"rentals.customer_id": "customers", "rentals.film": "films"}


def test_empty_objects_have_no_links(build_frames, build_layout):
    """Objects without records neither link nor fail."""
    layout = build_layout({"people": ({"Id": "id"}, ("Id",)), "visits": ({"WHO": "id"}, ())})

    assert find_relationships(build_frames({"people": {"Id": []}, "visits": {"WHO": []}}), layout).is_empty()
    assert find_relationships(build_frames({"people": {"Id": []}, "visits": {"WHO": ["x"]}}), layout).is_empty()


def test_a_real_clinic_links_whole(clinic, tmp_path):
    """In a real export every patient and encounter named anywhere exists; only the insurance `0` is an orphan."""
    folder = ROOT.parent / "shared" / "data" / "synthea_ca"
    if not folder.is_dir():
        pytest.skip("the shared data set synthea_ca is not here")
    stage_folder(folder, clinic, tmp_path / "staged")

    relationships = find_relationships(read_staged(tmp_path / "staged"), clinic)

    broken = relationships.filter(pl.col("orphans") > 0)
    assert len(relationships) == 35
    assert broken["child_field"].to_list() == ["PRIMARYPATIENTINSURANCEID", "SECONDARYPATIENTINSURANCEID"]
