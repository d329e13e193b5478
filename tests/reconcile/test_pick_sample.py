"""The sample covers what can be covered, brings every parent, and is the same for the same seed."""

import polars as pl
import pytest

from tests.load.world import PHASES, change, make_records
from workbench.model import SAMPLE, FieldRule, Phase
from workbench.notes import split_notes
from workbench.reconcile.sample import find_features, pick_sample


@pytest.fixture(scope="module")
def records():
    """200 patients; the rare things are rare."""
    records = make_records(clinics=8, patients=200)
    records = change(records, "patients", "p17", email=None, cf_gender=None)
    records = change(records, "claims", "k33", amount=-5.0)
    records = change(records, "claims", "k34", amount=99_999.5)
    records = change(records, "remarks", "r50", description="long " * 500)
    records = change(records, "encounters.visit", "e61", description=None)
    return change(records, "claims", "k70", **{"lookup.sales_account_id": None})


def covered(phase, records, sample):
    """Features of a phase's records, and those of its sampled records."""
    of = next(each for each in PHASES if each.name == phase)
    shown = find_features(of, records[phase]).with_columns(records[phase]["external_id"])
    chosen = sample.filter(phase=phase)["external_id"].implode()
    sampled = shown.filter(pl.col("external_id").is_in(chosen)).drop("external_id")
    return set(shown.drop("external_id").columns), {name for name in sampled.columns if sampled[name].any()}


@pytest.mark.covers("C-65", "A-69")
def test_every_feature_is_covered(records):
    """Every field filled and empty, every choice, longest, largest and smallest, linked and not: once at least."""
    sample = pick_sample(PHASES, records, size=100, seed=1)

    assert sample.schema == SAMPLE
    assert sample.height == 100
    for phase in PHASES:
        possible, shown = covered(phase.name, records, sample)
        assert possible - shown == set(), phase.name
    assert {"p17"} <= set(sample.filter(phase="patients")["external_id"])
    assert {"k33", "k34", "k70"} <= set(sample.filter(phase="claims")["external_id"])


@pytest.mark.parametrize("size", [20, 60, 150])
def test_nothing_comes_without_its_parents(records, size):
    """Whatever the size, the parents of every sampled record are sampled, and the size is kept."""
    sample = pick_sample(PHASES, records, size=size, seed=5)
    taken = {object: set() for object in ("clinics", "patients")}
    for phase, external_id, _ in sample.iter_rows():
        taken.setdefault(phase, set()).add(external_id)

    assert sample.height == size
    assert sample.select("phase", "external_id").is_unique().all()
    for phase in PHASES:
        chosen = records[phase.name].filter(pl.col("external_id").is_in(list(taken.get(phase.name, ()))))
        for lookup in phase.lookups:
            assert set(chosen[f"lookup.{lookup.to}"].drop_nulls()) <= taken[lookup.object]


def test_the_seed_decides(records):
    """The same seed picks the same sample whatever the order of the rows; another seed another one."""
    reversed_rows = {name: frame.reverse() for name, frame in records.items()}
    first = pick_sample(PHASES, records, size=80, seed=1)

    assert first.equals(pick_sample(PHASES, reversed_rows, size=80, seed=1))
    assert not first.equals(pick_sample(PHASES, records, size=80, seed=2))


def test_the_rest_is_drawn_in_proportion(records):
    """What coverage leaves open goes to the phases by their size."""
    counts = dict(pick_sample(PHASES, records, size=300, seed=1).group_by("phase").len().iter_rows())
    assert all(40 <= counts[phase.name] <= 60 for phase in PHASES if phase.name != "clinics")


def test_a_small_source_is_taken_whole():
    """A source with no more records than the sample is all of the sample."""
    records = make_records()
    sample = pick_sample(PHASES, records, size=100, seed=1)
    assert sample.height == sum(frame.height for frame in records.values())


def test_every_option_counts_on_its_own():
    """Each option of a multi-select and each side of a checkbox is a feature."""
    phase = Phase(
        name="x", source="x", destination="contact", external_id=("Id",),
        fields=(FieldRule(to="cf_many", type="multi_select_dropdown"), FieldRule(to="cf_flag", type="checkbox")),
    )  # fmt: skip
    records = pl.DataFrame(
        {"external_id": ["a", "b", "c"], "cf_many": ["u;v", "w", None], "cf_flag": [True, False, None]}
    )
    features = find_features(phase, records).columns
    assert {"cf_many = u", "cf_many = v", "cf_many = w", "cf_flag = True", "cf_flag = False", "cf_flag empty"} <= {
        *features
    }


@pytest.mark.parametrize("size", [12, 40])
def test_a_text_of_several_notes_comes_whole(records, size):
    """All parts of a text are sampled or none, so that the text can be compared as the one it was."""
    long = change(records, "remarks", "r50", description="line of a text\n" * 2_000)
    long["remarks"] = split_notes(long["remarks"], source="remarks")
    parts = {id for id in long["remarks"]["external_id"] if id.startswith("r50")}
    assert len(parts) == 4

    whole = 0
    for seed in range(5):
        sample = pick_sample(PHASES, long, size=size, seed=seed)
        chosen = parts & set(sample.filter(phase="remarks")["external_id"])
        assert chosen in (set(), parts)
        assert sample.height == size
        whole += chosen == parts
    assert whole or size < 40
