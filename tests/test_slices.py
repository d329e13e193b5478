"""Mapping a slice of rows at a time gives the records that mapping all rows at once gives."""

from pathlib import Path

import polars as pl
import pytest

from tests.packs import PACK, stage, write_pack
from workbench.conventions.values import Convention
from workbench.engagement import TEMPLATES
from workbench.errors import UsageError
from workbench.freshsales.plans import read_plans
from workbench.generate.registry import generate
from workbench.layout import read_layout
from workbench.pack import read_pack
from workbench.pack.slices import list_sliceable
from workbench.plan import compile_phases
from workbench.records import build_records, derive_columns
from workbench.slices import Export, build_all
from workbench.sources.files import read_staged, stage_folder

# A generator, the pack for what it makes, and an object of it that goes in slices.
SOURCES = (
    ("rsoft_crm", "rsoft_crm", "activities"),
    ("clinic", "clinic_ehi", "appointments"),
    ("aerona", "aerona", "notes"),
)
VISITS = """
[[object]]
source = "visits"
destination = "note"
fidelity = "1:1"
external_id = ["WHAT"]
lookups = { targetable = { object = "people", from = "PERSON" } }
fields = [{ from = "AT", to = "description" }]
"""


def put(folder: Path, staged: dict[str, pl.DataFrame], *, rows: int, conventions=()) -> Export:
    for name, frame in staged.items():
        frame.write_parquet(folder / f"{name}.parquet")
    return Export(folder=folder, conventions=tuple(conventions), time_zone="UTC", rows=rows)


@pytest.fixture
def shop(tmp_path):
    """The small shop whose visits are notes, each with an id of its own, and its phases."""
    pack, layout = write_pack(tmp_path, PACK[: PACK.index('[[object]]\nsource = "visits"')] + VISITS + SKIPPED)
    return pack, compile_phases(pack, layout=layout, capabilities=frozenset())


SKIPPED = "".join(f'[[object.skip]]\nfield = "{name}"\nreason = "left"\n' for name in ("UNTIL", "PRICE"))


@pytest.mark.parametrize(("source", "name", "object"), SOURCES)
def test_every_source_is_mapped_alike_in_slices(source, name, object, tmp_path):
    """The records of all phases are the same, and what points at merged ones points alike; the bulk is sliced."""
    layout = read_layout(TEMPLATES / "layouts" / f"{name}.toml")
    pack = read_pack(TEMPLATES / "packs" / f"{name}.toml", layout, defaults={"country": "US", "time_zone": "UTC"})
    export = generate(source, records=30, out=tmp_path / "made", seed=5)
    stage_folder(export, layout, tmp_path / "staged")
    phases = compile_phases(pack, layout=layout, capabilities=read_plans()["enterprise"].capabilities)
    derived = derive_columns(read_staged(tmp_path / "staged"), pack)

    sliced = build_all(pack, phases, Export(folder=tmp_path / "staged", conventions=(), time_zone="UTC", rows=7))

    assert sliced.keys() == {phase.name for phase in phases}
    assert [phase.name for phase in phases if not sliced[phase.name].equals(build_records(phase, derived))] == []
    assert object in list_sliceable(pack, phases) and len(read_staged(tmp_path / "staged")[object]) > 7


def test_objects_that_others_are_made_of_stay_whole(shop):
    """Firms need all their names to tell them apart; visits are counted for people; people stand each alone."""
    assert list_sliceable(*shop) == {"people"}


def test_a_row_without_id_keeps_its_object_whole(tmp_path):
    """Such a row is known by its digest and how often it stands there, which no slice can tell."""
    pack, layout = write_pack(tmp_path)
    phases = compile_phases(pack, layout=layout, capabilities=frozenset())
    staged = stage(people=[{"ID": "p1", "LAST": "Ada"}, *({"LAST": "Bob"},) * 3])

    sliced = build_all(pack, phases, put(tmp_path, staged, rows=1))

    derived = derive_columns(staged, pack)
    assert all(sliced[phase.name].equals(build_records(phase, derived)) for phase in phases)
    assert sliced["people"]["external_id"].n_unique() == 4


def test_an_id_that_stands_in_two_slices_is_found(tmp_path):
    """Records that share an id are refused however far apart they stand."""
    pack, layout = write_pack(tmp_path)
    phases = compile_phases(pack, layout=layout, capabilities=frozenset())
    staged = stage(people=[{"ID": "p1"}, {"ID": "p2"}, {"ID": "p3"}, {"ID": "p1"}])

    with pytest.raises(UsageError, match="people: 2 records share their external id .* such as p1"):
        build_all(pack, phases, put(tmp_path, staged, rows=2))


def test_slices_are_read_in_their_plain_form(tmp_path):
    """A settled convention holds for every slice; one that leaves an id empty keeps its object whole."""
    pack, layout = write_pack(tmp_path)
    phases = compile_phases(pack, layout=layout, capabilities=frozenset())
    staged = stage(people=[{"ID": "p1", "BORN": "14-07-1990"}, {"ID": "none", "BORN": "15-07-1990"}])
    born = Convention(object="people", field="BORN", type="date", written=("%d-%m-%Y",))
    id_ = Convention(object="people", field="ID", type="id", null=("none",))

    people = build_all(pack, phases, put(tmp_path, staged, rows=1, conventions=[born, id_]))["people"]

    assert people["cf_born"].to_list() == ["1990-07-14", "1990-07-15"]
    assert people["external_id"].to_list()[0] == "p1" and "none" not in people["external_id"]


def test_an_object_that_is_not_staged_is_named(tmp_path):
    """A folder of an older discovery lacks an object: the message says which, and what to do."""
    pack, layout = write_pack(tmp_path)
    phases = compile_phases(pack, layout=layout, capabilities=frozenset())
    export = put(tmp_path, stage(people=[{"ID": "p1"}]), rows=2)
    (tmp_path / "people.parquet").unlink()

    with pytest.raises(UsageError, match="not staged: people; run discovery again"):
        build_all(pack, phases, export)
