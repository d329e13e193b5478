"""Staged rows to records, and the account of every row."""

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from tests.packs import PACK, stage, write_pack
from workbench.engagement import ROOT, TEMPLATES
from workbench.errors import StopRun, UsageError
from workbench.layout import read_layout
from workbench.model import ROW_OUTCOMES
from workbench.pack import read_pack
from workbench.plan import compile_phases
from workbench.records import account_rows, build_records, derive_columns
from workbench.sources.files import read_staged, stage_folder

EXPORT = ROOT.parent / "shared" / "data" / "synthea_ca"
PLAIN: frozenset[str] = frozenset()

FIRMS = [
    {"ID": "f1", "NAME": "Acme", "TOWN": "Rome"},
    {"ID": "f2", "NAME": "ACME", "TOWN": "Oslo"},
    {"ID": "f3", "NAME": "Beta"},
]
PEOPLE = [
    {"ID": "p1", "LAST": "Ash", "FIRM": "f2", "BOSS": "u1", "BORN": "1990-02-03"},
    {"ID": "p2", "LAST": "Bea", "BORN": "0000-00-00"},
]
LONG = {"PERSON": "p1", "AT": "2024-01-02T10:00:00Z", "UNTIL": "2024-01-02T11:00:00Z", "WHAT": "Fitting", "PRICE": "5"}
SHORT = {"PERSON": "p1", "AT": "2024-03-02T10:00:00Z", "UNTIL": "2024-03-02T10:05:00Z", "WHAT": "Call", "PRICE": "0"}
LATER = {"PERSON": "p1", "AT": "2024-03-03T10:00:00Z", "WHAT": "Chat"}


def build(folder: Path, text: str = PACK, **objects) -> tuple[dict[str, pl.DataFrame], pl.DataFrame]:
    """Records by phase, and the account of the rows."""
    pack, layout = write_pack(folder, text)
    derived = derive_columns(stage(**objects), pack)
    phases = compile_phases(pack, layout=layout, capabilities=PLAIN)
    return {p.name: build_records(p, derived) for p in phases}, account_rows(pack, phases, derived)


def test_a_record_has_its_id_rows_owner_lookups_and_fields(tmp_path):
    """One contact, column by column; what cannot be read is null, and so are the policy fields."""
    records, _ = build(tmp_path, firms=FIRMS, people=PEOPLE, visits=[LONG, SHORT])

    assert records["people"].to_dicts() == [
        {
            "external_id": "p1", "_rows": [1], "owner": "u1", "lookup.sales_accounts": "f2", "last_name": "Ash",
            "cf_born": "1990-02-03", "cf_visits": 2, "cf_placeholder_email": None, "cf_source_owner": None,
        },
        {
            "external_id": "p2", "_rows": [2], "owner": None, "lookup.sales_accounts": None, "last_name": "Bea",
            "cf_born": None, "cf_visits": 0, "cf_placeholder_email": None, "cf_source_owner": None,
        },
    ]  # fmt: skip
    assert records["people"].schema["cf_placeholder_email"] == pl.Boolean
    assert records["people"].schema["_rows"] == pl.List(pl.Int64)


def test_equal_names_are_told_apart(tmp_path):
    """An account name is taken once in Freshsales."""
    records, _ = build(tmp_path, firms=FIRMS)

    assert records["firms"]["name"].to_list() == ["Acme (Rome)", "ACME (Oslo)", "Beta"]
    assert records["firms"]["cf_source_id"].to_list() == ["f1", "f2", "f3"]


def test_an_activity_keeps_its_times(tmp_path):
    """Dates stand in their fields, in UTC."""
    records, _ = build(tmp_path, visits=[LONG])

    (record,) = records["visits.long"].to_dicts()
    assert (record["from_date"], record["end_date"]) == ("2024-01-02T10:00:00Z", "2024-01-02T11:00:00Z")
    assert record["title"] == "Fitting"


def test_rows_that_belong_together_become_one_record(tmp_path):
    """Lines stand in source order, empty columns leave nothing, the record names all its rows."""
    other = {**SHORT, "PERSON": "p2", "WHAT": "Mail"}

    records, _ = build(tmp_path, visits=[LONG, SHORT, other, LATER])

    assert records["visits.short"].select("external_id", "_rows", "lookup.targetable").rows() == [
        ("p1", [2, 4], "p1"),
        ("p2", [3], "p2"),
    ]
    assert records["visits.short"]["description"][0] == (
        "Visits\n- 2024-03-02T10:00:00Z Call 0\n- 2024-03-03T10:00:00Z Chat"
    )


def test_rows_without_an_id_get_one_from_their_content(tmp_path):
    """The id outlives a new order of rows and a new empty column; equal rows are numbered."""
    first, _ = build(tmp_path, visits=[LONG, LONG, {**LONG, "WHAT": "Other"}])
    second, _ = build(tmp_path, visits=[SHORT, {**LONG, "WHAT": "Other"}, LONG, LONG])

    ids = first["visits.long"]["external_id"].to_list()
    assert ids[0][:-2] == ids[1][:-2]
    assert [id[-2:] for id in ids] == ["-1", "-2", "-1"]
    assert sorted(second["visits.long"]["external_id"].to_list()) == sorted(ids)


def test_a_source_id_that_stands_twice_is_refused(tmp_path):
    """Two records with one id would overwrite each other in the crosswalk."""
    with pytest.raises(UsageError, match="people: 2 records share their external id .ID. with another, such as p1"):
        build(tmp_path, people=[PEOPLE[0], PEOPLE[0]])


def test_a_row_whose_id_is_empty_still_gets_one(tmp_path):
    """A missing key loses no row."""
    records, outcomes = build(tmp_path, people=[{"LAST": "Nobody"}, PEOPLE[0]])

    ids = records["people"]["external_id"].to_list()
    assert ids[1] == "p1"
    assert ids[0].endswith("-1")
    assert outcomes.filter(pl.col("object") == "people")["external_id"].to_list() == ids


def derived_values(folder: Path, derive: str, **objects) -> list:
    text = PACK.replace("count = true", derive).replace(
        'type = "number", label = "Visits"', 'type = "text", label = "Visits"'
    )
    pack, _ = write_pack(folder, text)
    return derive_columns(stage(**objects), pack)["people"]["VISITS"].to_list()


VISITS = [
    {"PERSON": "p1", "AT": "2024-03-01", "WHAT": "b", "PRICE": "0.1"},
    {"PERSON": "p1", "AT": "2024-02-01", "WHAT": "a", "PRICE": "0.2"},
    {"PERSON": "p1", "AT": "2024-03-01", "WHAT": None, "PRICE": "x"},
    {"PERSON": "p1", "AT": None, "WHAT": "z", "PRICE": "0.3"},
    {"PERSON": None, "AT": "2025-01-01", "WHAT": "y"},
]


@pytest.mark.parametrize(
    ("derive", "expected"),
    [
        ("count = true", [4, 0]),
        ('take = "WHAT"\npick = "most_frequent"', ["a", None]),
        ('take = "WHAT"\npick = "first"\norder = "AT"', ["a", None]),
        ('take = "WHAT"\npick = "last"\norder = "AT"', [None, None]),
        ('take = "PRICE"\npick = "sum"', ["0.600000", None]),
    ],
)
def test_a_column_is_taken_from_another_object(tmp_path, derive, expected):
    """Ties go to the smallest value or the later row; the last row counts even if it is empty; sums are exact."""
    if "count" in derive:
        pack, _ = write_pack(tmp_path)
        values = derive_columns(stage(people=PEOPLE, visits=VISITS), pack)["people"]["VISITS"].to_list()
    else:
        values = derived_values(tmp_path, derive, people=PEOPLE, visits=VISITS)

    assert values == expected


def test_derived_columns_leave_rows_and_their_order_alone(tmp_path):
    """A join that doubled or sorted rows would be unseen otherwise."""
    pack, _ = write_pack(tmp_path)
    staged = stage(people=PEOPLE * 3, visits=VISITS * 50)

    derived = derive_columns(staged, pack)

    assert {name: frame.height for name, frame in derived.items()} == {"firms": 0, "people": 6, "visits": 250}
    assert derived["people"]["_row"].to_list() == staged["people"]["_row"].to_list()


def test_objects_without_rows_build_records_without_rows(tmp_path):
    """An empty file is no error."""
    records, outcomes = build(tmp_path)

    assert {name: frame.height for name, frame in records.items()} == dict.fromkeys(records, 0)
    assert outcomes.height == 0
    assert outcomes.schema == ROW_OUTCOMES


def test_an_object_that_is_not_staged_is_named(tmp_path):
    """The analyst reads what to do, not a KeyError."""
    pack, _ = write_pack(tmp_path)
    staged = stage()
    del staged["visits"]

    with pytest.raises(UsageError, match="not staged: visits"):
        derive_columns(staged, pack)


@pytest.mark.covers("C-72")
def test_every_staged_row_has_exactly_one_outcome(tmp_path):
    """Outcome, phase, external id and reason per row."""
    _, outcomes = build(tmp_path, firms=FIRMS, visits=[LONG, SHORT, LATER])

    assert outcomes.schema == ROW_OUTCOMES
    visits = outcomes.filter(pl.col("object") == "visits").sort("row")
    assert visits.drop("external_id", "reason", "is_view").rows() == [
        ("visits", 1, "migrate", "visits.long"),
        ("visits", 2, "merge", "visits.short"),
        ("visits", 3, "merge", "visits.short"),
    ]


@pytest.mark.parametrize(("where", "said"), [("MINUTES > 1", "two outcomes"), ("MINUTES > 1000", "no outcome")])
def test_rows_that_are_not_accounted_for_once_stop_the_run(tmp_path, where, said):
    """A predicate that was changed behind the checker's back cannot lose or double a row unseen."""
    pack, layout = write_pack(tmp_path)
    visits = pack.objects[2]
    pack = replace(
        pack,
        objects=(*pack.objects[:2], replace(visits, routes=(replace(visits.routes[0], where=where), visits.routes[1]))),
    )
    derived = derive_columns(stage(visits=[LONG, SHORT]), pack)
    phases = compile_phases(pack, layout=layout, capabilities=PLAIN)

    with pytest.raises(StopRun, match=f"visits: 1 rows have {said}"):
        account_rows(pack, phases, derived)


@pytest.fixture(scope="module")
def clinic(tmp_path_factory):
    """The real export, staged and derived, with the pack and layout it goes through."""
    if not EXPORT.exists():
        pytest.skip("the shared data set ../shared/data/synthea_ca is not here")
    layout = read_layout(TEMPLATES / "layouts" / "clinic.toml")
    pack = read_pack(TEMPLATES / "packs" / "clinic.toml", layout)
    folder = tmp_path_factory.mktemp("clinic")
    stage_folder(EXPORT, layout, folder)
    return derive_columns(read_staged(folder), pack), pack, layout


def test_the_real_export_gives_the_expected_records(clinic):
    """Counts per phase without custom modules: patients, visits over both routes, one deal per billed visit."""
    derived, pack, layout = clinic
    phases = compile_phases(pack, layout=layout, capabilities=PLAIN)

    counts = {phase.name: build_records(phase, derived).height for phase in phases}

    assert counts == {
        "organizations": 173, "payers.insurer": 9, "patients": 59, "payer_transitions": 63, "encounters.visit": 1549,
        "encounters.check_in": 1041, "claims": 2590, "careplans": 53, "conditions": 1534, "procedures": 1106,
        "medications": 966, "observations.laboratory": 511, "immunizations": 59, "allergies": 9,
    }  # fmt: skip


@pytest.mark.parametrize("capabilities", [PLAIN, frozenset({"custom_modules"})])
@pytest.mark.covers("C-72")
def test_every_row_of_the_real_export_is_accounted_for(clinic, capabilities):
    """41,407 rows, each once; only what the pack leaves behind has no phase, and all of it has a reason."""
    derived, pack, layout = clinic
    phases = compile_phases(pack, layout=layout, capabilities=capabilities)

    outcomes = account_rows(pack, phases, derived)

    assert outcomes.height == sum(frame.height for frame in derived.values()) == 41407
    left = outcomes.filter(pl.col("phase") == "")
    assert set(left["object"]) == {"devices", "imaging_studies", "supplies", "providers", "observations", "payers"}
    assert left["reason"].str.len_chars().min() > 20


@pytest.mark.covers("C-20", "C-66")
def test_the_deals_add_up_to_the_bills_of_the_visits(clinic):
    """No amount is lost, doubled or rounded: the sum over deals is the sum over encounters, to the cent."""
    derived, pack, layout = clinic
    phases = compile_phases(pack, layout=layout, capabilities=PLAIN)
    deals = next(build_records(phase, derived) for phase in phases if phase.source == "claims")
    cents = pl.Decimal(38, 2)

    assert deals["amount"].cast(cents).sum() == derived["encounters"]["TOTAL_CLAIM_COST"].cast(cents).sum()
    assert deals["name"].str.to_lowercase().is_unique().all()
    assert deals["_rows"].list.len().sum() == 4362


@pytest.mark.covers("F-04")
def test_every_lookup_of_the_real_export_finds_its_parent(clinic):
    """Contacts point at clinics, deals and activities at contacts, and no value dangles."""
    derived, pack, layout = clinic
    for capabilities in (PLAIN, frozenset({"custom_modules"})):
        phases = compile_phases(pack, layout=layout, capabilities=capabilities)
        records = {phase.name: build_records(phase, derived) for phase in phases}
        for phase in phases:
            for lookup in phase.lookups:
                parents = pl.concat([records[p.name]["external_id"] for p in phases if p.source == lookup.object])
                values = records[phase.name][f"lookup.{lookup.to}"]
                assert values.drop_nulls().is_in(parents.implode()).all()
                assert values.null_count() == 0
