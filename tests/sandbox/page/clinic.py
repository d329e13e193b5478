"""A small clinic in a tenant, written through its API: every kind of value, and texts that mean harm."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx

SCRIPT = "<script>document.title='taken over'</script><img src=x onerror=alert(1)>"
QUOTED = "\"><svg onload=alert(1)> ' & {{ 7 * 7 }} {% raw %}"
RIGHT_TO_LEFT = "ليلى الحسن"
# Turns the direction of writing round and never back.
OVERRIDE = "invoice\u202egnp.exe"
CONTROLS = "bell\x07 escape\x1b[31m null"
STACKED = "Z" + "\u0335\u0322\u0348" * 60
ENDLESS = "a" * 10_000
FIRST = ("Zoë", "Łukasz", "Amélie", "Jürgen", "Søren", "Nguyễn", "Ana", "李", "Ольга", "Maeve")
LAST = (
    "O'Neil",
    "García Márquez",
    "Müller-Lüdenscheidt",
    "明",
    "Петрова",
    "Smith",
    "d'Arcy",
    "Thị Hoa",
    "Björk",
    "Kaya",
)
CITIES = ("Graz", "Košice", "São Paulo", "Reykjavík", "Boston", "東京")
REMARKS = (
    "Called about the bill; wants the statement by e-mail.\nWill come back on Friday.",
    "Allergic to penicillin (as told by the patient's daughter).",
    "Asked for an interpreter: Portuguese.",
)
FIELDS = (
    {"label": "Source id", "name": "cf_source_id", "type": "text", "unique": True},
    {"label": "Blood type", "type": "dropdown", "choices": ["A", "B", "AB", "0"]},
    {"label": "Languages", "type": "multi_select_dropdown", "choices": ["Deutsch", "Português", "العربية"]},
    {"label": "Born", "type": "date"},
    {"label": "Visits", "type": "number"},
    {"label": "Consent given", "type": "checkbox"},
    {"label": "History", "type": "textarea"},
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clinic:
    """What was written, by what a test looks for."""

    patient: int
    hostile: int
    deal: int
    plan: int
    deleted: int
    job: int


class Writer:
    """The shortest way to write a record."""

    def __init__(self, http: httpx.Client) -> None:
        self._http = http

    def send(self, method: str, path: str, body: Any = None) -> Any:
        """The JSON of an answer, whatever its status."""
        response = self._http.request(method, path, json=body)
        return response.json() if response.content else None

    def make(self, path: str, object: str, **attributes: Any) -> int:
        """Id of a new record."""
        answer = self.send("POST", path, {object: attributes})
        assert object in answer, answer
        return answer[object]["id"]


def fill_clinic(http: httpx.Client, *, patients: int = 120) -> Clinic:
    """Fill a fresh Enterprise tenant.

    Args:
        http: A client of its API that sends the key.
    """
    to = Writer(http)
    _add_schema(to)
    clinics = [
        to.make("/sales_accounts", "sales_account", name=f"Clinic {city}", city=city, website="https://clinic.example")
        for city in CITIES
    ]
    people = [_add_patient(to, number, clinics) for number in range(patients)]
    deals = [_add_claim(to, number, people, clinics) for number in range(patients // 2)]
    plans = [
        to.make("/custom_module/cm_care_plan", "cm_care_plan", name=f"Care plan {n}",
                custom_field={"cf_patient": people[n], "cf_start": "2026-03-01"})
        for n in range(patients // 4)
    ]  # fmt: skip
    for person in people[: patients // 2]:
        _add_activities(to, person)
    hostile = _add_hostile(to, clinics[0])
    job = to.send("POST", "/contacts/bulk_upsert", {"contacts": [
        {"emails": "bulk@mail.example", "data": {"first_name": "Bulk"}},
        {"emails": SCRIPT, "data": {"first_name": SCRIPT}},
    ]})  # fmt: skip
    for person in people[-3:]:
        to.send("DELETE", f"/contacts/{person}")
    to.send("GET", "/contacts")
    to.send("GET", f"/contacts/{people[-1]}")
    return Clinic(
        patient=people[0],
        hostile=hostile,
        deal=deals[0],
        plan=plans[0],
        deleted=people[-1],
        job=int(job["job_status_url"].rpartition("/")[2]),
    )


def _add_schema(to: Writer) -> None:
    form = to.send("GET", "/settings/contacts/forms")["forms"][0]["id"]
    for field in FIELDS:
        to.send("POST", f"/settings/contacts/forms/{form}/fields", {"field": field})
    module = {"entity_name": "cm_care_plan", "singular_name": "Care plan", "plural_name": "Care plans", "icon": "leaf"}
    to.send("POST", "/settings/module_customizations", {"module_customization": module})
    form = to.send("GET", "/settings/cm_care_plan/forms")["forms"][0]["id"]
    for field in (
        {"label": "Patient", "name": "cf_patient", "type": "auto_complete", "points_at": "contact"},
        {"label": "Start", "name": "cf_start", "type": "date"},
    ):
        to.send("POST", f"/settings/cm_care_plan/forms/{form}/fields", {"field": field})


def _add_patient(to: Writer, number: int, clinics: list[int]) -> int:
    return to.make(
        "/contacts",
        "contact",
        first_name=FIRST[number % len(FIRST)],
        last_name=LAST[number // len(FIRST) % len(LAST)],
        email=f"patient{number}@mail.example",
        mobile_number=f"+43 660 {1000000 + number}",
        external_id=f"P-{number:05d}",
        city=CITIES[number % len(CITIES)],
        tags=["vip", "Stammkunde"] if number % 7 == 0 else [],
        sales_accounts=[{"id": clinics[number % len(clinics)], "is_primary": True}],
        custom_field={
            "cf_source_id": f"src-{number}", "cf_blood_type": ("A", "B", "AB", "0")[number % 4],
            "cf_languages": "Deutsch;Português", "cf_born": f"19{50 + number % 50}-02-03", "cf_visits": number * 37,
            "cf_consent_given": number % 2 == 0,
        },
    )  # fmt: skip


def _add_claim(to: Writer, number: int, people: list[int], clinics: list[int]) -> int:
    return to.make(
        "/deals",
        "deal",
        name=f"Claim {2026_000 + number}",
        amount=1234.5 * (number + 1),
        expected_close=f"2026-12-{number % 28 + 1:02d}",
        sales_account_id=clinics[number % len(clinics)],
        contacts_added_list=[people[number]],
    )


def _add_activities(to: Writer, person: int) -> None:
    about = {"targetable_type": "Contact", "targetable_id": person}
    day = f"2026-0{person % 9 + 1}-1{person % 9}"
    to.make("/notes", "note", description=REMARKS[person % len(REMARKS)], **about)
    to.make("/tasks", "task", title="Send the statement", due_date=f"{day}T10:00:00Z", **about)
    to.make(
        "/appointments",
        "appointment",
        title="General exam",
        from_date=f"{day}T09:00:00Z",
        end_date=f"{day}T09:30:00Z",
        location="Room 4",
        description="Bring the letter of referral.",
        **about,
    )


def _add_hostile(to: Writer, clinic: int) -> int:
    person = to.make(
        "/contacts",
        "contact",
        first_name=SCRIPT,
        last_name=RIGHT_TO_LEFT,
        email="hostile@mail.example",
        job_title=OVERRIDE,
        city=CONTROLS,
        keyword=STACKED,
        linkedin="javascript:alert(1)",
        external_id=QUOTED,
        tags=[SCRIPT, RIGHT_TO_LEFT, "x" * 80],
        sales_accounts=[{"id": clinic, "is_primary": True}],
        custom_field={"cf_history": ENDLESS},
    )
    for text in (ENDLESS, SCRIPT, RIGHT_TO_LEFT * 200, OVERRIDE + "\n" + CONTROLS):
        to.make("/notes", "note", description=text, targetable_type="Contact", targetable_id=person)
    to.make("/deals", "deal", name=QUOTED, amount=9007199254740991, contacts_added_list=[person])
    return person
