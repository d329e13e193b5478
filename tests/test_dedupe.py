"""Records that stand twice: what is merged on its own, what waits for somebody, and what follows from either."""

from __future__ import annotations

import polars as pl
import pytest

from tests.packs import PACK, stage, write_pack
from workbench.errors import UsageError
from workbench.pack.dedupe import find_duplicates, list_merged_fields
from workbench.pack.examining import Verdict
from workbench.plan import compile_phases
from workbench.records import account_rows, build_records, derive_columns
from workbench.verdicts import read_verdicts

RULES = """
[[dedupe]]
object = "firms"
id = "ID"
from = "TOWN"
via = "name_key"
same = { from = "NAME", via = "name_key" }
references = [{ object = "people", column = "FIRM" }]

[[dedupe]]
object = "people"
id = "ID"
from = "BORN"
via = "trim"
same = { from = "LAST", via = "name_key" }
references = [{ object = "visits", column = "PERSON", where = "WHAT <> 'other'" }]
"""
FIRMS = [
    {"ID": "f1", "NAME": "Acme Ltd", "TOWN": "York"},
    {"ID": "f2", "NAME": "ACME", "TOWN": " york"},
    {"ID": "f3", "NAME": "Acre", "TOWN": "York"},
    {"ID": "f4", "NAME": "Acme Ltd"},
]
PEOPLE = [
    {"ID": "p1", "LAST": "Ada", "FIRM": "f2", "BORN": "1990-01-01"},
    {"ID": "p2", "LAST": "ADA", "FIRM": "f1", "BORN": "1990-01-01", "BOSS": "b9"},
    {"ID": "p3", "LAST": "Bob", "FIRM": "f4", "BORN": "1990-01-01"},
]
VISITS = [{"PERSON": "p2", "WHAT": "check"}, {"PERSON": "p2", "WHAT": "other"}]


@pytest.fixture
def pack(tmp_path):
    """The small shop, with rules for firms and people."""
    return write_pack(tmp_path, PACK + RULES)[0]


def test_key_and_name_together_are_proof_the_key_alone_is_not(pack):
    """The same key and name is merged, the same key under another name waits, and no key repeats nothing."""
    found = find_duplicates(stage(firms=FIRMS, people=PEOPLE), pack)

    assert found.select("object", "external_id", "repeats", "state").rows() == [
        ("firms", "f2", "f1", "merged"),
        ("firms", "f3", "f1", "open"),
        ("people", "p2", "p1", "merged"),
        ("people", "p3", "p1", "open"),
    ]


def test_no_value_of_the_source_stands_in_the_list(pack):
    """The evidence names columns, so that the list can be shown to anybody."""
    found = find_duplicates(stage(people=PEOPLE), pack)

    assert set(found["evidence"]) == {"same BORN, same LAST", "same BORN, another LAST"}


def test_the_survivor_takes_what_it_lacks(pack):
    """An empty cell is filled from the repeat, a filled one stays; the list tells which came from where."""
    staged = stage(firms=FIRMS, people=PEOPLE)
    people = derive_columns(staged, pack)["people"]

    assert people.filter(pl.col("ID") == "p1").select("LAST", "BOSS").row(0) == ("Ada", "b9")
    assert list_merged_fields(staged, pack).rows() == [("people", "p1", "BOSS", "p2")]


def test_what_points_at_a_repeat_points_at_the_survivor(pack):
    """References are changed where their predicate holds, and nowhere else."""
    frames = derive_columns(stage(firms=FIRMS, people=PEOPLE, visits=VISITS), pack)

    assert frames["people"]["FIRM"].to_list() == ["f1", "f1", "f4"]
    assert frames["visits"]["PERSON"].to_list() == ["p1", "p2"]


def test_a_repeat_makes_no_record_and_is_accounted_for(tmp_path):
    """The survivor stands for both rows; the row of the repeat says what it repeats."""
    pack, layout = write_pack(tmp_path, PACK + RULES)
    phases = compile_phases(pack, layout=layout, capabilities=frozenset())
    frames = derive_columns(stage(firms=FIRMS, people=PEOPLE), pack)
    people = next(phase for phase in phases if phase.name == "people")

    records = build_records(people, frames)
    assert records.select("external_id", "_rows").rows() == [("p1", [1, 2]), ("p3", [3])]
    rows = account_rows(pack, phases, frames).filter((pl.col("object") == "people") & (pl.col("row") == 2))
    assert rows.select("outcome", "phase", "external_id", "reason").rows() == [("merge", "people", "p1", "repeats p1")]


@pytest.mark.parametrize(("action", "state"), [("merge", "merged"), ("apart", "apart")])
def test_a_person_decides_about_the_rest(pack, action, state):
    """What was decided about a pair stands above what the rules say of it."""
    from dataclasses import replace

    verdict = Verdict(object="people", external_id="p3", repeats="p1", action=action, by="Ada")
    found = find_duplicates(stage(people=PEOPLE), replace(pack, verdicts=(verdict,)))

    assert dict(found.select("external_id", "state").iter_rows())["p3"] == state


def test_chains_end_at_the_first(pack):
    """Where a survivor is itself merged by a decision, all end at the same record."""
    from dataclasses import replace

    people = [*PEOPLE, {"ID": "p4", "LAST": "Bob", "BORN": "1990-01-01"}]
    verdict = Verdict(object="people", external_id="p3", repeats="p1", action="merge", by="Ada")
    found = find_duplicates(stage(people=people), replace(pack, verdicts=(verdict,)))

    assert dict(found.select("external_id", "repeats").iter_rows()) == {"p2": "p1", "p3": "p1", "p4": "p1"}


def test_verdicts_are_read_and_checked(tmp_path, pack):
    """A block names object, id, repeats, action and who decided; everything wrong is named at once."""
    path = tmp_path / "decisions.toml"
    path.write_text('[[duplicate]]\nobject = "people"\nid = "p3"\nrepeats = "p1"\naction = "merge"\nby = "Ada"\n')
    assert read_verdicts(path, pack) == (
        Verdict(object="people", external_id="p3", repeats="p1", action="merge", by="Ada"),
    )
    path.write_text('[[duplicate]]\nobject = "dogs"\nid = "p3"\nrepeats = "p1"\naction = "join"\n')
    with pytest.raises(UsageError) as refused:
        read_verdicts(path, pack)
    assert all(word in str(refused.value) for word in ("'dogs'", "'join'", "by is missing"))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('id = "ID"\nfrom = "TOWN"', 'id = "IDD"\nfrom = "TOWN"'),
        ('via = "trim"', 'via = "trimm"'),
        ('column = "PERSON", where', 'column = "PERSONS", where'),
        ("WHAT <> 'other'", "WHEN_IT <> 'other'"),
    ],
)
def test_a_rule_that_names_what_is_not_there_is_refused(tmp_path, line, said):
    """Columns, transforms and predicates of a rule are checked with the pack."""
    assert line in RULES
    with pytest.raises(UsageError, match=r"\[\[dedupe\]\]"):
        write_pack(tmp_path, PACK + RULES.replace(line, said))


TOLD = """
[[dedupe]]
object = "people"
id = "ID"
merged_into = "BOSS"
references = [{ object = "people", column = "BOSS" }, { object = "visits", column = "PERSON" }]
"""


def test_the_word_of_the_source_is_taken(tmp_path):
    """Who was merged into another, along a chain too, is no record, and what pointed at them points at the last."""
    pack = write_pack(tmp_path, PACK + TOLD)[0]
    people = [{"ID": "p1", "LAST": "Ada"}, {"ID": "p2", "BOSS": "p1", "BORN": "1990-01-01"}, {"ID": "p3", "BOSS": "p2"}]
    staged = stage(people=people, visits=[{"PERSON": "p3", "WHAT": "check"}])
    found, made = find_duplicates(staged, pack), derive_columns(staged, pack)

    assert found.select("external_id", "repeats", "state").rows() == [("p2", "p1", "merged"), ("p3", "p1", "merged")]
    assert made["visits"]["PERSON"].to_list() == ["p1"]
    assert made["people"].select("BOSS", "BORN").row(0) == (None, "1990-01-01")
    assert made["people"]["BOSS"].to_list() == [None, "p1", "p1"]


@pytest.mark.parametrize("into", [("p9", None), ("p2", "p1")])
def test_a_merge_into_nobody_or_in_a_circle_is_none(tmp_path, into):
    """Where the record that should stay is not there, or there is none that stays, all stand."""
    pack = write_pack(tmp_path, PACK + TOLD)[0]
    staged = stage(people=[{"ID": "p1", "BOSS": into[0]}, {"ID": "p2", "BOSS": into[1]}])

    assert find_duplicates(staged, pack).is_empty()


def test_a_rule_takes_the_word_of_the_source_or_compares(tmp_path):
    """A rule that says both, or names a column that is not there, is refused."""
    both = TOLD.replace('merged_into = "BOSS"', 'merged_into = "BOSS"\nfrom = "LAST"')
    with pytest.raises(UsageError, match="from stands beside merged_into"):
        write_pack(tmp_path, PACK + both)
    with pytest.raises(UsageError, match="no staged column 'BOSSS'"):
        write_pack(tmp_path, PACK + TOLD.replace('merged_into = "BOSS"', 'merged_into = "BOSSS"'))
