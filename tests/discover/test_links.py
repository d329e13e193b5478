"""Relationships: found by the values, counted with their orphans."""

import re
import sqlite3

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


def test_a_column_that_says_so_points_at_its_own_object(build_frames, build_layout):
    """Who recommended whom is found among running numbers too; a number that says nothing of the kind is not."""
    numbers = [str(n) for n in range(1, 9)]
    layout = build_layout({"members": ({"memid": "id", "recommendedby": "id", "shelf": "id"}, ("memid",))})
    frames = build_frames({"members": {"memid": numbers, "recommendedby": numbers[::-1], "shelf": numbers}})

    assert list_links(find_relationships(frames, layout)) == {"members.recommendedby": "members"}


def test_a_key_that_is_another_objects_key_is_a_link(build_frames, build_layout):
    """Where one record extends another under the same id, the extension points at what it extends, not the reverse."""
    numbers = [str(n) for n in range(1, 9)]
    layout = build_layout(
        {"film": ({"film_id": "id"}, ("film_id",)), "film_category": ({"film_id": "id"}, ("film_id",))}
    )
    frames = build_frames({"film": {"film_id": numbers}, "film_category": {"film_id": numbers}})

    assert list_links(find_relationships(frames, layout)) == {"film_category.film_id": "film"}


SHARED = ROOT.parent / "shared" / "data"


def read_tables(folder):
    """The CSV files of a folder as text, by their names."""
    return {path.stem: pl.read_csv(path, infer_schema=False) for path in sorted(folder.glob("*.csv"))}


def read_declared(path, *, tables):
    """The foreign keys that a PostgreSQL dump declares between these tables."""
    found = re.findall(
        r"ALTER TABLE ONLY (?:public\.)?(\w+)\s+ADD CONSTRAINT \w+ FOREIGN KEY \((\w+)\) REFERENCES (?:public\.)?(\w+)",
        path.read_text(encoding="utf-8"),
    )
    return {(f"{child}.{column}", parent) for child, column, parent in found if child in tables and parent in tables}


def open_rental_shop():
    tables = read_tables(SHARED / "sakila" / "csv")
    declared = read_declared(SHARED / "sakila" / "schema.sql", tables=tables)
    return tables, {(at, parent) for at, parent in declared if at.split(".")[1] in tables[at.split(".")[0]].columns}


def open_club():
    tables = read_tables(SHARED / "clubdata" / "csv")
    return tables, read_declared(SHARED / "clubdata" / "clubdata.sql", tables=tables)


def open_music_shop():
    tables, declared = {}, set()
    with sqlite3.connect(SHARED / "chinook" / "Chinook_Sqlite.sqlite") as database:
        for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            rows = database.execute(f'SELECT * FROM "{name}"')
            schema = dict.fromkeys((column[0] for column in rows.description), pl.String)
            texts = [[None if cell is None else str(cell) for cell in row] for row in rows]
            tables[name] = pl.DataFrame(texts, schema=schema, orient="row")
            keys = database.execute(f'PRAGMA foreign_key_list("{name}")').fetchall()
            declared |= {(f"{name}.{key[3]}", key[2]) for key in keys}
    return tables, declared


def find_key(rows):
    first = rows.columns[0]
    return (first,) if rows[first].is_unique().all() and not rows[first].null_count() else tuple(rows.columns[:2])


# SupportRepId names neither the employees it points at nor the customers it stands on: nobody can tell it from a genre.
@pytest.mark.parametrize(
    ("open_data", "folder", "missed"),
    [
        (open_rental_shop, "sakila", set()),
        (open_club, "clubdata", set()),
        (open_music_shop, "chinook", {("Customer.SupportRepId", "Employee")}),
    ],
)
def test_undeclared_links_of_real_data_are_found(open_data, folder, missed, build_layout):
    """Against the foreign keys of three real databases whose ids are running numbers: nothing wrong, all but one."""
    if not (SHARED / folder).is_dir():
        pytest.skip(f"the shared data set {folder} is not here")
    tables, declared = open_data()
    columns_of_keys = {at for at, _ in declared}
    layout = build_layout(
        {
            name: (
                {
                    column: "id" if column.lower().endswith("id") or f"{name}.{column}" in columns_of_keys else "text"
                    for column in rows.columns
                },
                find_key(rows),
            )
            for name, rows in tables.items()
        }
    )
    frames = {name: rows.with_row_index("_row", 1) for name, rows in tables.items()}

    found = set(list_links(find_relationships(frames, layout)).items())

    assert len(declared) >= 3
    assert found - declared == set()
    assert declared - found == missed
