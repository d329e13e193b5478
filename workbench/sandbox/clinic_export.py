"""An invented clinic's export in the clinic layout, with the faults a real one has; the same seed, the same bytes.

The faults are deliberate: two organizations of one name, a patient who never came, a household at one address, a
record with a cell too few, a cell that a spreadsheet would run as a formula, claims that point at an insurance `0`.
"""

from __future__ import annotations

import csv
import tomllib
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

from workbench.engagement import TEMPLATES
from workbench.layout import read_layout

WORDS = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
LAYOUT = TEMPLATES / "layouts" / "clinic.toml"
BEGAN = datetime(2023, 3, 1, tzinfo=UTC)
EXPORTED = datetime(2026, 3, 1, tzinfo=UTC)
CUTOVER = datetime(2026, 3, 15, tzinfo=UTC)
HOUSEHOLD = range(3, 6)  # patients who share a name and an address
NEVER_CAME = 7
NEW_PATIENTS = 3
# Files that know the day only, and in which columns.
DATES = {
    "careplans": ("START", "STOP"),
    "conditions": ("START", "STOP"),
    "allergies": ("START", "STOP"),
    "supplies": ("DATE",),
}

Record = dict[str, str]
Export = dict[str, list[Record]]


def write_export(folder: Path, *, seed: int, patients: int, later: bool = False) -> None:
    """Write the 17 files of the export.

    Args:
        patients: How many, 8 to 25.
        later: The same export two weeks on: three new patients who came, two changed ones, one encounter deleted
            with all that hung on it.
    """
    layout = read_layout(LAYOUT)
    export = _build_export(Random(seed), list(layout.objects), patients)
    if later:
        _move_on(export, Random(seed + 1), patients)
    folder.mkdir(parents=True, exist_ok=True)
    for row in layout.objects.values():
        _write_file(folder / row.file, list(row.columns), export[row.name])
    _add_broken_record(folder / "observations.csv")


def _build_export(random: Random, names: list[str], patients: int) -> Export:
    export: Export = {name: [] for name in names}
    export["organizations"] = [_make_organization(random, *facts) for facts in WORDS["organizations"]]
    export["payers"] = [_make_payer(random, *facts) for facts in WORDS["payers"]]
    export["providers"] = [_make_provider(random, export, *facts) for facts in WORDS["providers"]]
    for place in range(patients):
        patient = _add_patient(export, random, place)
        if place != NEVER_CAME:
            _add_visits(export, random, patient, since=BEGAN, until=EXPORTED)
    return export


def _move_on(export: Export, random: Random, patients: int) -> None:
    for place in range(patients, patients + NEW_PATIENTS):
        _add_visits(export, random, _add_patient(export, random, place), since=EXPORTED, until=CUTOVER)
    export["patients"][1] |= {"ADDRESS": "31 Newly Built Close", "ZIP": "98119"}
    export["patients"][2] |= {"MARITAL": "M", "LAST": "O'Hallaran-Reyes"}
    gone = next(visit["Id"] for visit in export["encounters"] if visit["PATIENT"] == export["patients"][0]["Id"])
    for name, records in export.items():
        links = {"encounters": "Id", "claims": "APPOINTMENTID"}
        export[name] = [record for record in records if record.get(links.get(name, "ENCOUNTER")) != gone]


def _make_organization(random: Random, name: str, address: str, city: str, postcode: str) -> Record:
    return {
        "Id": _make_id(random, "org"),
        "NAME": name,
        **_make_place(random, address, city, postcode),
        "PHONE": f"555-01{random.randrange(100):02}",
        "REVENUE": "0.0",
        "UTILIZATION": str(random.randrange(20, 400)),
    }


def _make_provider(random: Random, export: Export, name: str, sex: str, role: str, place: int) -> Record:
    home = export["organizations"][place]
    return {
        **{column: home[column] for column in ("ADDRESS", "CITY", "STATE", "ZIP", "LAT", "LON")},
        "Id": _make_id(random, "prv"),
        "ORGANIZATION": home["Id"],
        "NAME": name,
        "GENDER": sex,
        "SPECIALITY": role,
        "UTILIZATION": str(random.randrange(20, 400)),
    }


def _make_payer(random: Random, name: str, address: str, city: str, state: str, postcode: str, phone: str) -> Record:
    things = ("ENCOUNTERS", "MEDICATIONS", "PROCEDURES", "IMMUNIZATIONS")
    counts = [f"{which}_{thing}" for thing in things for which in ("COVERED", "UNCOVERED")]
    return {
        "Id": _make_id(random, "pay"),
        **{"NAME": name, "ADDRESS": address, "CITY": city, "STATE_HEADQUARTERED": state},
        **{"ZIP": postcode, "PHONE": phone},
        **{column: _make_money(random, 90_000) for column in ("AMOUNT_COVERED", "AMOUNT_UNCOVERED", "REVENUE")},
        **{column: str(random.randrange(200)) for column in (*counts, "UNIQUE_CUSTOMERS", "MEMBER_MONTHS")},
        "QOLS_AVG": f"{random.random():.4f}",
    }


def _add_patient(export: Export, random: Random, place: int) -> Record:
    home = HOUSEHOLD.start if place in HOUSEHOLD else place
    street = WORDS["streets"][home % len(WORDS["streets"])]
    patient = {
        "Id": _make_id(random, "pat"),
        **_make_person(random, place),
        "LAST": WORDS["last"][home],
        **_make_place(random, f"{home + 11} {street}", "Port Fable", f"9810{home % 10}"),
        "STATE": "Washington",
        "COUNTY": "Fable County",
        "HEALTHCARE_EXPENSES": _make_money(random, 90_000),
        "HEALTHCARE_COVERAGE": _make_money(random, 60_000),
    }
    export["patients"].append(patient)
    for year in (2024, 2025):
        _add_policy(export, random, patient, year)
    return patient


def _make_person(random: Random, place: int) -> Record:
    return {
        "BIRTHDATE": (date(1940, 1, 1) + timedelta(days=random.randrange(30_000))).isoformat(),
        "DEATHDATE": "2026-02-27" if place == 11 else "",
        "SSN": f"999-{random.randrange(10, 100)}-{random.randrange(10_000):04}",
        "DRIVERS": f"S999{random.randrange(100_000):05}" if place % 4 else "",
        "PASSPORT": f"X{random.randrange(10**8):08}X" if place % 3 else "",
        "PREFIX": random.choice(("Mr.", "Ms.", "Mrs.", "")),
        "FIRST": WORDS["first"][place],
        "SUFFIX": "PhD" if place == 9 else "",
        "MAIDEN": WORDS["last"][-place - 1] if place % 5 == 2 else "",
        "MARITAL": random.choice(("M", "S", "")),
        "RACE": random.choice(("white", "black", "asian", "other")),
        "ETHNICITY": random.choice(("hispanic", "nonhispanic")),
        "GENDER": random.choice("FM"),
        "BIRTHPLACE": "Port Fable  Washington  US",
    }


def _add_policy(export: Export, random: Random, patient: Record, year: int) -> None:
    payer = random.choice(export["payers"])
    is_insured = payer["NAME"] != "NO_INSURANCE"
    policy = {
        "PATIENT": patient["Id"],
        "MEMBERID": _make_id(random, "mem") if is_insured else "",
        "START_YEAR": f"{year}-01-01T00:00:00Z",
        "END_YEAR": f"{year + 1}-01-01T00:00:00Z",
        "PAYER": payer["Id"],
        "OWNERSHIP": "Self" if is_insured else "",
        "OWNERNAME": f"{patient['FIRST']} {patient['LAST']}" if is_insured else "",
    }
    export["payer_transitions"].append(policy)


def _add_visits(export: Export, random: Random, patient: Record, *, since: datetime, until: datetime) -> None:
    days = (until - since).days - 3  # the longest stay ends before the export
    for day in sorted(random.sample(range(days), random.randint(5, 9))):
        start = since + timedelta(days=day, hours=random.randint(8, 16), minutes=random.choice((0, 15, 30, 45)))
        visit = _add_visit(export, random, patient, start)
        _add_care(export, random, visit)


def _add_visit(export: Export, random: Random, patient: Record, start: datetime) -> Record:
    kind, code, description, minutes, cost = random.choice(WORDS["visits"])
    provider, payer = random.choice(export["providers"]), random.choice(export["payers"])
    reason = random.choice([*WORDS["conditions"], ["", ""], ["", ""]])
    total = cost + random.randrange(60_000) / 100
    visit = {
        "Id": _make_id(random, "enc"),
        "START": _write_time(start),
        "STOP": _write_time(start + timedelta(minutes=random.choice(minutes))),
        "PATIENT": patient["Id"],
        "ORGANIZATION": provider["ORGANIZATION"],
        "PROVIDER": provider["Id"],
        "PAYER": payer["Id"],
        **{"ENCOUNTERCLASS": kind, "CODE": code, "DESCRIPTION": description},
        "BASE_ENCOUNTER_COST": f"{cost:.2f}",
        "TOTAL_CLAIM_COST": f"{total:.2f}",
        "PAYER_COVERAGE": f"{0 if payer['NAME'] == 'NO_INSURANCE' else 0.8 * total:.2f}",
        **{"REASONCODE": reason[0], "REASONDESCRIPTION": reason[1]},
    }
    export["encounters"].append(visit)
    export["claims"].append(_make_claim(random, visit, is_insured=payer["NAME"] != "NO_INSURANCE"))
    return visit


def _make_claim(random: Random, visit: Record, *, is_insured: bool) -> Record:
    is_open = random.random() < 0.15
    return {
        "Id": _make_id(random, "clm"),
        "PATIENTID": visit["PATIENT"],
        "PROVIDERID": visit["PROVIDER"],
        "PRIMARYPATIENTINSURANCEID": visit["PAYER"] if is_insured else "0",
        "SECONDARYPATIENTINSURANCEID": "0",
        **{"DEPARTMENTID": "1", "PATIENTDEPARTMENTID": "1"},
        "DIAGNOSIS1": visit["REASONCODE"] or visit["CODE"],
        "APPOINTMENTID": visit["Id"],
        **{"CURRENTILLNESSDATE": visit["START"], "SERVICEDATE": visit["START"]},
        "SUPERVISINGPROVIDERID": visit["PROVIDER"],
        **{"STATUS1": "BILLED" if is_open else "CLOSED", "STATUSP": "BILLED" if is_open else "CLOSED"},
        **{"OUTSTANDING1": visit["TOTAL_CLAIM_COST"] if is_open else "0", "OUTSTANDINGP": "0"},
        **{"LASTBILLEDDATE1": visit["STOP"], "LASTBILLEDDATEP": visit["STOP"]},
        **{"HEALTHCARECLAIMTYPEID1": "1", "HEALTHCARECLAIMTYPEID2": "0"},
    }


def _add_care(export: Export, random: Random, visit: Record) -> None:
    for name, odds in WORDS["odds"].items():
        if random.random() < odds:
            code, description, *cost = random.choice(WORDS[name])
            costs = {column: f"{cost[0]:.2f}" for column in ("BASE_COST", "TOTALCOST") if cost}
            care = {"CODE": code, "DESCRIPTION": description, **costs, **_describe_care(random, visit)}
            if name in DATES:
                care["STOP"] = random.choice(("", care["STOP"]))  # what is not over yet
            export[name].append(care)
    for category, code, description, (least, most), unit in random.sample(WORDS["observations"], random.randint(0, 2)):
        value = {"CATEGORY": category, "VALUE": f"{random.uniform(least, most):.1f}", "UNITS": unit, "TYPE": "numeric"}
        export["observations"].append(
            {"CODE": code, "DESCRIPTION": description, **_describe_care(random, visit)} | value
        )


def _describe_care(random: Random, visit: Record) -> Record:
    """Every column that any kind of care shares with its visit; each file takes those of its own."""
    taken = ("PATIENT", "PAYER", "START", "STOP", "REASONCODE", "REASONDESCRIPTION")
    return {
        **{column: visit[column] for column in taken},
        "Id": _make_id(random, "act"),
        "ENCOUNTER": visit["Id"],
        "DATE": visit["START"],
        "PAYER_COVERAGE": "0.00",
        "DISPENSES": "1",
        "QUANTITY": str(random.randint(1, 50)),
        "UDI": f"(01)0000000000{random.randrange(10_000):04}",
        **{"SYSTEM": "SNOMED-CT", "TYPE": "allergy", "CATEGORY": "environment"},
        **{"SERIES_UID": f"1.2.3.{random.randrange(10**6)}", "INSTANCE_UID": f"1.2.4.{random.randrange(10**6)}"},
        **{"BODYSITE_CODE": "51185008", "BODYSITE_DESCRIPTION": "Chest", "PROCEDURE_CODE": "399208008"},
        **{"MODALITY_CODE": "DX", "MODALITY_DESCRIPTION": "Digital radiography"},
        **{"SOP_CODE": "1.2.840.10008.5.1.4.1.1.1.1", "SOP_DESCRIPTION": "Digital X-Ray Image Storage"},
    }


def _write_file(path: Path, columns: list[str], records: list[Record]) -> None:
    dates = DATES.get(path.stem, ())
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows(record | {column: record[column][:10] for column in dates} for record in records)


def _add_broken_record(path: Path) -> None:
    """A record that lost its last two cells, as exports do where a text was cut off."""
    with path.open("a", encoding="utf-8", newline="") as file:
        file.write("2026-02-20T10:00:00Z,,,laboratory,4548-4,Hemoglobin A1c in blood,6.1\n")


def _make_place(random: Random, address: str, city: str, postcode: str) -> Record:
    spot = {"LAT": f"{random.uniform(47, 48):.6f}", "LON": f"{random.uniform(-123, -122):.6f}"}
    return {"ADDRESS": address, "CITY": city, "STATE": "WA", "ZIP": postcode, **spot}


def _make_id(random: Random, kind: str) -> str:
    return f"{kind}-{random.getrandbits(32):08x}"


def _make_money(random: Random, most: int) -> str:
    return f"{random.randrange(100 * most) / 100:.2f}"


def _write_time(time: datetime) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")
