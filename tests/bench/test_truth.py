"""What the tenant holds against what a tool says: each kind of difference is seen."""

import copy

import pytest

from workbench.bench.drivers.mapping import Mapping
from workbench.bench.records import Source, make_records
from workbench.bench.truth import Said, Standing, count_least, judge

SOURCE = make_records(40, seed=7)
NAMES = frozenset((object, row["id"]) for object, rows in SOURCE.rows.items() for row in rows)
ALL_LOADED = Said(loaded=NAMES, words="all loaded")
NOTE = ("note", SOURCE.rows["note"][0]["id"])
DEAL = ("deal", SOURCE.rows["deal"][0]["id"])


def stand(source: Source) -> Standing:
    """Every record as a tenant would hold it."""
    numbers = {name: number for number, name in enumerate(sorted(NAMES), start=1)}
    mapping = Mapping(None, refusals=None)
    mapping.ids = numbers
    standing = {}
    for object, rows in source.rows.items():
        for row in rows:
            record = mapping.build(object, row)
            record["contacts"] = [{"id": id} for id in record.pop("contacts_added_list", [])]
            record["targetables"] = [{"id": record["targetable_id"]}] if object == "note" else []
            standing[object, row["id"]] = [{"id": numbers[object, row["id"]]} | record]
    return standing


@pytest.fixture
def standing():
    """A tenant that holds everything once, rightly linked."""
    return copy.deepcopy(stand(SOURCE))


def tell(truth):
    """The figures that are to be zero."""
    return truth.duplicates, truth.missing, truth.orphans, truth.unexplained


def test_all_is_well(standing):
    """Nothing is wrong where everything stands once and the tool says so."""
    truth = judge(SOURCE, ALL_LOADED, standing)

    assert (truth.landed, truth.fit) == (40, 40) and tell(truth) == (0, 0, 0, 0)


def test_a_record_that_stands_twice(standing):
    """It is a duplicate, and the tool that says it loaded it is wrong."""
    standing[NOTE] *= 2

    assert tell(judge(SOURCE, ALL_LOADED, standing)) == (1, 0, 0, 1)


def test_a_record_that_is_not_there(standing):
    """It is missing; a tool that calls it loaded misstates it, one that calls it refused does not."""
    del standing[NOTE]
    honest = Said(loaded=NAMES - {NOTE}, refused=frozenset({NOTE}))

    assert tell(judge(SOURCE, ALL_LOADED, standing)) == (0, 1, 0, 1)
    assert tell(judge(SOURCE, honest, standing)) == (0, 1, 0, 0)


@pytest.mark.parametrize("links", [[], [{"id": 10**6}]])
def test_a_link_that_is_lost_or_wrong(standing, links):
    """The record is an orphan."""
    standing[DEAL][0]["contacts"] = links

    assert tell(judge(SOURCE, ALL_LOADED, standing)) == (0, 0, 1, 1)


def test_a_record_called_refused_that_stands(standing):
    """The tenant has it, whatever the tool says."""
    said = Said(loaded=NAMES - {DEAL}, refused=frozenset({DEAL}))

    assert tell(judge(SOURCE, said, standing)) == (0, 0, 0, 1)


def test_silence_explains_nothing(standing):
    """A tool without a report leaves every record unexplained."""
    truth = judge(SOURCE, Said(), standing)

    assert truth.unexplained == 40 and "nothing said" in truth.examples[0]


def test_the_least_requests_are_those_of_bulk_and_lists():
    """300 accounts, 1,200 contacts and 600 deals by the hundred and listed, 900 notes one by one."""
    assert count_least(make_records(3_000, seed=7)) == 2 * (3 + 12 + 6) + 900
