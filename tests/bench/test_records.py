"""The records every tool of the bench is given."""

import pytest

from workbench.bench.records import LINKS, make_records, read_records, write_records


def test_the_same_seed_makes_the_same_records():
    """Two tools, or two machines, are given the same."""
    assert make_records(200, seed=7) == make_records(200, seed=7)
    assert make_records(200, seed=7) != make_records(200, seed=8)


def test_there_are_as_many_as_asked_for():
    """All objects together."""
    assert make_records(3_000, seed=7).size == 3_000


def test_every_link_leads_to_a_record():
    """A link that leads nowhere would be no fault of a tool's."""
    source = make_records(200, seed=7)
    ids = {object: {row["id"] for row in rows} for object, rows in source.rows.items()}
    links = [
        row[column] in ids[parent]
        for object, rows in source.rows.items()
        for row in rows
        for column, parent in LINKS[object].items()
    ]

    assert links and all(links)


def test_without_bad_ones_all_can_land():
    """What can land is counted from the records, not assumed."""
    source = make_records(200, seed=7)

    assert len(source.find_fit()) == source.size and not source.bad


def test_one_in_a_thousand_is_bad_and_takes_along_what_hangs_on_it():
    """A record whose parent no tenant takes cannot land either."""
    source = make_records(3_000, seed=7, with_bad=True)
    blocked = {
        (object, row["id"])
        for object in ("deal", "note")
        for row in source.rows[object]
        if ("contact", row["contact"]) in source.bad
    }

    assert len(source.bad) == 3 and blocked
    assert source.find_fit().isdisjoint(source.bad | blocked)
    assert len(source.find_fit()) == source.size - len(source.bad | blocked)


@pytest.mark.parametrize("with_bad", [False, True])
def test_records_come_back_as_they_were_written(tmp_path, with_bad):
    """Tools of other environments read them from files."""
    source = make_records(50, seed=7, with_bad=with_bad)
    write_records(source, tmp_path)

    assert read_records(tmp_path) == source.rows
