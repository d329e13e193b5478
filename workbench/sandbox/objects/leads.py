"""Leads, which only Classic has: people who may buy, with the company and the deal they may bring."""

from __future__ import annotations

from typing import Any

from workbench.sandbox.fields import Field
from workbench.sandbox.objects.accounts import WEBSITE
from workbench.sandbox.objects.drafts import stamp_owner, take_value
from workbench.sandbox.objects.emails import primary_email, shape_person, show_emails, show_name
from workbench.sandbox.objects.kind import Draft, Kind, Reference
from workbench.sandbox.objects.money import read_amount
from workbench.sandbox.objects.references import SHARED
from workbench.sandbox.objects.show import show_base, show_links
from workbench.sandbox.schema import standard_fields
from workbench.sandbox.store import Record
from workbench.sandbox.tenant import Tenant
from workbench.sandbox.wire import parse_day, show_time

TEXTS = (
    "job_title", "department", "work_number", "mobile_number", "address", "city", "state", "zipcode", "country",
    "time_zone", "keyword", "medium", "facebook", "twitter", "linkedin",
)  # fmt: skip
MARKS = ("has_authority", "do_not_disturb")
UNKNOWN = (
    "avatar", "last_seen", "last_contacted", "last_contacted_mode", "last_contacted_sales_activity_mode",
    "last_contacted_via_chat", "last_contacted_via_sales_activity", "email_status", "recent_note",
)  # fmt: skip
# What a lead holds inside, and the fields each of the two has.
PARTS = {"company": "lead_company", "deal": "lead_deal"}


def shape_lead(draft: Draft) -> None:
    """Read company and deal, the stage, and what identifies a person."""
    shape_person(draft)
    for name in PARTS:
        _take_part(draft, name)
    _take_stage(draft)
    stamp_owner(draft)


def _take_part(draft: Draft, name: str) -> None:
    """What was sent of the company or the deal; what was not stays, and null clears it all."""
    if not draft.has(name):
        return
    sent = draft.sent[name] or {}
    if not isinstance(sent, dict):
        draft.problems.append(f"{name.capitalize()} is invalid")
        return
    part = dict(draft.get(name) or {}) if sent else {}
    for field in standard_fields(PARTS[name]).values():
        if field.name in sent:
            _take_attribute(draft, field, sent[field.name], into=part)
    if part.get("website") and not WEBSITE.fullmatch(part["website"]):
        draft.problems.append("website is not in required format")
    draft.record[name] = part


def _take_attribute(draft: Draft, field: Field, sent: Any, *, into: Record) -> None:
    """A value inside a lead as accounts and deals treat theirs: money is a text, a day that is none is lost."""
    if field.name == "amount":
        into["amount"] = None if sent in (None, "") else read_amount(draft, sent)
    else:
        take_value(draft, field, parse_day(sent) if field.name == "expected_close" else sent, into=into)


def _take_stage(draft: Draft) -> None:
    """A lead stands at the first stage unless told; when it last moved is noted."""
    if draft.get("lead_stage_id") is None:
        draft.record["lead_stage_id"] = draft.tenant.selectors["lead_stages"][0]["id"]
    if draft.before is None or draft.before.get("lead_stage_id") != draft.get("lead_stage_id"):
        draft.record["stage_updated_time"] = draft.tenant.stamp()


def show_lead(tenant: Tenant, record: Record, includes: frozenset[str]) -> Record:
    """A lead as a client reads it; unlike contacts it names its references without being asked."""
    return {
        "id": record["id"],
        "first_name": record.get("first_name"),
        "last_name": record.get("last_name"),
        "display_name": show_name(record),
        "email": primary_email(record),
        "emails": show_emails(record),
        **{name: record.get(name) for name in TEXTS},
        **{name: bool(record.get(name)) for name in MARKS},
        **dict.fromkeys(UNKNOWN),
        **show_base(tenant, KIND, record, includes),
        "lead_score": 0,
        "lead_quality": "Cold",
        "stage_updated_time": show_time(record["stage_updated_time"], tenant.zone),
        "company": _show_part(record, "company"),
        "deal": _show_part(record, "deal"),
        "links": show_links(tenant, KIND, record, also=("timeline_feeds",)),
    }


def _show_part(record: Record, name: str) -> Record | None:
    """The company or the deal inside a lead, which has the lead's id; null where there is none."""
    part = record.get(name)
    return {"id": record["id"], **{field: part.get(field) for field in standard_fields(PARTS[name])}} if part else None


KIND = Kind(
    name="lead",
    plural="leads",
    model="Lead",
    shape=shape_lead,
    show=show_lead,
    own=frozenset({"emails", *PARTS}),
    keys=("mobile_number", "work_number"),
    identifiers=("emails", "id", "mobile_number"),
    unlike=("emails", "mobile_number"),
    references=SHARED
    | {
        "lead_stage": Reference(field="lead_stage_id", beside="lead_stages", selector="lead_stages"),
        "lead_reason": Reference(field="lead_reason_id", beside="lead_reasons", selector="lead_reasons"),
    },
    thin=(
        "id", "job_title", "lead_score", "email", "work_number", "mobile_number", "display_name", "avatar",
        "last_contacted", "first_name", "last_name", "city", "country", "created_at", "updated_at",
    ),
)  # fmt: skip
