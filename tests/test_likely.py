"""Likely duplicates on their way: listed with evidence, merged or left as somebody says, never merged by themselves."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from tests.packs import PACK, stage, write_pack
from workbench import tables
from workbench.errors import UsageError
from workbench.generate.registry import generate
from workbench.layout import read_layout
from workbench.new_engagement import TEMPLATES
from workbench.pack import read_pack
from workbench.pack.dedupe import find_duplicates
from workbench.pack.examining import Verdict
from workbench.pack.likely import list_duplicates
from workbench.pack.survivors import decide
from workbench.records import derive_columns
from workbench.sources.files import read_staged, stage_folder

RULE = """
[[dedupe]]
object = "people"
id = "ID"
alike = [
  { from = ["LAST"], as = "name" },
  { from = ["BORN"], as = "date" },
]
references = [{ object = "visits", column = "PERSON" }]
requirement = ["N-76"]
"""
LAST = ("Nowak", "Quintero", "Fjord", "Hughes", "Demir", "Osei", "Lindqvist", "Abbott")
FIRST = ("Olive", "Tomas", "Ines", "Gareth", "Yusuf", "Noor", "Pavel", "Sunniva")
PEOPLE = [
    {"ID": "p1", "LAST": "Maude Wunsch", "BORN": "1990-05-17", "BOSS": None},
    {"ID": "p2", "LAST": "Maud Wunsch", "BORN": "1990-05-17", "BOSS": "b9"},
    {"ID": "p3", "LAST": "Maude Wunsh", "BORN": "1990-05-17"},
    *(
        {"ID": f"q{x}{y}", "LAST": f"{first} {last}", "BORN": f"19{40 + 5 * x}-0{1 + y}-1{x}"}
        for x, first in enumerate(FIRST)
        for y, last in enumerate(LAST)
    ),
]
VISITS = [{"PERSON": "p3", "WHAT": "check"}]


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """The small shop, whose people are compared by name and birth date."""
    return write_pack(tmp_path_factory.mktemp("shop"), PACK + RULE)


@pytest.fixture(scope="module")
def staged():
    return stage(people=PEOPLE, visits=VISITS)


def say(id: str, repeats: str, action: str) -> Verdict:
    return Verdict(object="people", external_id=id, repeats=repeats, action=action, by="Ada")


def test_likely_pairs_wait_with_their_evidence(shop, staged):
    """Each pair is open, says field by field how far it agrees, and merges nothing."""
    pack, layout = shop
    found = list_duplicates(staged, pack, layout)

    assert found.pairs.select("external_id", "repeats", "state").sort("external_id", "repeats").rows() == [
        ("p2", "p1", "open"), ("p3", "p1", "open"), ("p3", "p2", "open")
    ]  # fmt: skip
    assert all(text.startswith("LAST: alike, BORN: same; likeness 9") for text in found.pairs["evidence"])
    assert derive_columns(staged, pack)["people"]["ID"].to_list() == staged["people"]["ID"].to_list()
    assert derive_columns(staged, pack)["people"]["_repeats"].null_count() == len(PEOPLE)


def test_the_report_shows_no_value(shop, staged):
    """The list of pairs names columns only; the table of evidence masks what it shows, the file beside it does not."""
    pack, layout = shop
    found = list_duplicates(staged, pack, layout)
    shown = [
        tables.show_duplicates(found.pairs).html,
        tables.show_likely_duplicates(found.evidence).html,
    ]

    assert not any(word in html for html in shown for word in ("Maud", "Wunsch", "1990"))
    assert "M••••" in shown[1]
    assert found.likeness.select("object", "records", "likely", "left_out").rows() == [("people", 67, 3, "")]
    assert {"Maude Wunsch", "Maud Wunsch"} <= {*found.evidence["value"], *found.evidence["other"]}


def test_a_confirmed_pair_is_merged_and_not_asked_again(shop, staged):
    """What pointed at the one points at the other, which takes what it lacks; the pair is not open any more."""
    pack, layout = shop
    decided = replace(pack, verdicts=(say("p3", "p1", "merge"),))
    frames = derive_columns(staged, decided)
    pairs = list_duplicates(staged, decided, layout).pairs

    assert dict(frames["people"].drop_nulls("_repeats").select("ID", "_repeats").iter_rows()) == {"p3": "p1"}
    assert frames["visits"]["PERSON"].to_list() == ["p1"]
    assert pairs.select("external_id", "repeats", "state").rows() == [("p3", "p1", "merged"), ("p2", "p1", "open")]


def test_a_refused_pair_stays_two_and_is_said_to_be_apart(shop, staged):
    """Whichever way round somebody wrote it; the pair stays on the list with its evidence, and is not open."""
    pack, layout = shop
    refused = replace(pack, verdicts=(say("p1", "p2", "apart"), say("p3", "p1", "apart"), say("p3", "p2", "apart")))

    assert set(list_duplicates(staged, refused, layout).pairs["state"]) == {"apart"}
    assert derive_columns(staged, refused)["people"]["_repeats"].null_count() == len(PEOPLE)
    listed = list_duplicates(staged, pack, layout).pairs
    assert set(decide(listed, refused.verdicts)["state"]) == {"apart"}


def test_who_turns_a_pair_round_chooses_who_stays(shop, staged):
    """The block says which record repeats which, and that is what is done."""
    decided = replace(shop[0], verdicts=(say("p1", "p3", "merge"),))

    frames = derive_columns(staged, decided)
    assert dict(frames["people"].drop_nulls("_repeats").select("ID", "_repeats").iter_rows()) == {"p1": "p3"}


def test_the_same_as_two_makes_these_the_same(shop, staged):
    """Three records of one person end as one, however the pairs were confirmed."""
    decided = replace(shop[0], verdicts=(say("p3", "p1", "merge"), say("p3", "p2", "merge")))
    people = derive_columns(staged, decided)["people"]

    assert people.drop_nulls("_repeats").height == 2
    assert people.drop_nulls("_repeats")["_repeats"].n_unique() == 1
    survivor = people.filter(pl.col("ID") == people.drop_nulls("_repeats")["_repeats"][0])
    assert survivor["BOSS"].to_list() == ["b9"]


def test_decisions_that_contradict_each_other_are_refused(shop, staged):
    """Two records that were left apart cannot both be the third."""
    verdicts = (say("p2", "p1", "apart"), say("p3", "p1", "merge"), say("p3", "p2", "merge"))

    with pytest.raises(UsageError, match="p2 and p1: decided apart, but both are merged"):
        find_duplicates(staged, replace(shop[0], verdicts=verdicts))


def test_a_decision_about_nobody_is_seen(shop, staged):
    """A slip in an id merges nothing, and stands open on the list until it is mended."""
    found = find_duplicates(staged, replace(shop[0], verdicts=(say("p4", "p1", "merge"),)))

    assert found.select("external_id", "state").rows() == [("p4", "open")]
    assert "not in the export" in found["evidence"][0]


@pytest.mark.parametrize(
    ("line", "said", "problem"),
    [
        ('as = "date"', 'as = "dates"', "did you mean date"),
        ('from = ["BORN"]', 'from = ["BORNE"]', "no staged column 'BORNE'"),
        ('from = ["BORN"]', "from = []", "from is empty"),
        ('  { from = ["BORN"], as = "date" },\n', "", "compare two at least"),
        ('  { from = ["BORN"], as = "date" },\n', '  { from = ["BORN"] },\n', "as is missing"),
    ],
)
def test_a_comparison_that_cannot_be_made_is_refused(tmp_path, line, said, problem):
    """Kinds and columns are checked with the pack."""
    assert line in RULE
    with pytest.raises(UsageError, match=problem):
        write_pack(tmp_path, PACK + RULE.replace(line, said))


@pytest.fixture(scope="module", params=["aerona", "rsoft_crm"])
def planted(request, tmp_path_factory):
    """A made-up export whose repeats lost what gave them away, and of each record who it is in truth."""
    source = request.param
    object, id, telling, truth = {
        "aerona": ("patients", "patientId", "mergedIntoId", "survivor"),
        "rsoft_crm": ("contacts", "Contact Id", "Email", "repeats"),
    }[source]
    folder = tmp_path_factory.mktemp(source)
    generate(source, records=200, out=folder / "made", seed=11)
    layout = read_layout(TEMPLATES / "layouts" / f"{source}.toml")
    pack = read_pack(TEMPLATES / "packs" / f"{source}.toml", layout, defaults={"country": "IN", "time_zone": "UTC"})
    stage_folder(folder / "made" / "export", layout, folder / "staged")
    told = pl.read_parquet(folder / "made" / "truth" / f"{object}.parquet")
    people = {row["id"]: row[truth] or row["id"] for row in told.iter_rows(named=True)}
    repeats = [record for record, person in people.items() if record != person]
    staged = read_staged(folder / "staged")
    hidden = pl.when(~pl.col(id).is_in(repeats)).then(telling).alias(telling)
    staged[object] = staged[object].with_columns(hidden)
    return object, people, staged, list_duplicates(staged, pack, layout), pack


def test_planted_repeats_without_a_key_are_found(planted):
    """Nine of ten at least of the repeats that no key gives away any more are on the list, and few others."""
    object, people, _, found, _ = planted
    listed = found.pairs.filter(pl.col("object") == object, pl.col("evidence").str.contains("likeness"))
    right = [people[id] == people[other] for id, other in listed.select("external_id", "repeats").iter_rows()]
    ids = {*listed["external_id"], *listed["repeats"]}
    repeats = {id for id, person in people.items() if id != person}

    assert len(repeats) >= 8
    assert len(repeats & ids) >= 0.9 * len(repeats)
    assert sum(right) >= 0.9 * len(right)


def test_nobody_of_a_household_is_merged(planted):
    """What is merged without a person is one person in truth; families with one address and number stay two."""
    object, people, staged, found, pack = planted
    merged = found.pairs.filter(object=object, state="merged").select("external_id", "repeats").rows()
    frame = derive_columns(staged, pack)[object]

    assert all(people[id] == people[other] for id, other in merged)
    assert frame["_repeats"].count() == len(merged)
