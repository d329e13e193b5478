"""The people of a made-up RSoft CRM export: users, companies, contacts and leads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import polars as pl

from workbench.generate.companies import draw_industry, name_company, name_domain
from workbench.generate.dice import Dice
from workbench.generate.export import NUMBER
from workbench.generate.people import MAIL_DOMAINS, draw_person, write_email
from workbench.generate.quirks import (
    find_original,
    is_repeat,
    leave_empty,
    sometimes,
    vary_case,
)
from workbench.generate.rsoft_cells import (
    FORMER,
    SHARED_NAME,
    Columns,
    draw_owner,
    draw_tags,
    make_custom,
    write_address,
    write_id,
    write_mail,
    write_phone,
)
from workbench.generate.written import draw_time, write_time

N, ORIGINAL = pl.col(NUMBER), pl.col("original")
FULL_NAME = pl.col("first") + " " + pl.col("last")
OPENED, EXPORTED = datetime(2022, 4, 1, 9), datetime(2026, 3, 1)
CULTURES = ("in",) * 8 + ("uk", "us")
# Every so many records repeats one shortly before it.
COMPANY_EVERY, CONTACT_EVERY, LEAD_EVERY = 5, 10, 8
HOUSEHOLD_EVERY = 23
USERS = (
    ("U-1", "Asha Menon", "asha.menon@tenant.example", "Administrator", "Active"),
    ("U-2", "Arjun Iyer", "arjun.iyer@tenant.example", "Sales Manager", "Active"),
    ("U-3", SHARED_NAME, "rahul.sharma@tenant.example", "Sales Executive", "Active"),
    ("U-4", SHARED_NAME, "rahul.sharma2@tenant.example", "Sales Executive", "Active"),
    ("U-5", "Meera Patel", "meera.patel@tenant.example", "Tele Caller", "Active"),
    ("U-6", FORMER, "vikram.chauhan@tenant.example", "Sales Executive", "Inactive"),
)
STAGES = ("Customer", "Prospect", "Lead", "Subscriber")
SOURCES = ("Web Form", "WhatsApp", "Manual", "IVR", "Facebook")
STATUSES = ("New", "Contacted", "Interested", "Not Interested", "Junk")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """How many records each file has."""

    contacts: int
    activities_each: float = 3

    @property
    def companies(self) -> int:
        """About five contacts to a company."""
        return max(COMPANY_EVERY, self.contacts // 5)

    @property
    def leads(self) -> int:
        """One for two contacts."""
        return max(LEAD_EVERY, self.contacts // 2)

    @property
    def deals(self) -> int:
        """One for three contacts."""
        return max(6, self.contacts // 3)

    @property
    def activities(self) -> int:
        """Three to a contact, where nothing else is asked for."""
        return round(self.contacts * self.activities_each)

    @property
    def tickets(self) -> int:
        """One for four contacts."""
        return max(4, self.contacts // 4)

    @property
    def tags(self) -> int:
        """One for two contacts."""
        return max(5, self.contacts // 2)

    def count(self) -> dict[str, int]:
        """All of them by file."""
        names = ("companies", "contacts", "leads", "deals", "activities", "tickets", "tags")
        return {name: getattr(self, name) for name in names}


def list_users() -> pl.DataFrame:
    """The user list, with a name that is that of two and one who has left."""
    return pl.DataFrame(USERS, schema=["User Id", "Name", "Email", "Role", "Status"], orient="row")


def make_companies(part: pl.DataFrame, dice: Dice, sizes: Sizes) -> pl.DataFrame:
    """Companies.csv; a repeat has the same web site, and the name in capitals or with another ending."""
    name, is_renamed = pl.col("name"), dice.happens(N, "other name", 0.5)
    other = pl.when(is_renamed).then(name.str.to_uppercase()).otherwise(name.str.replace(r" \S+$", " India"))
    return draw_companies(part, dice).select(
        **{
            "Company Id": write_id("CMP", N),
            "Company Name": pl.when(is_repeat(N, every=COMPANY_EVERY)).then(other).otherwise(name),
            "Industry": leave_empty(dice, N, "industry", 0.1, draw_industry(dice, ORIGINAL)),
            "Size": dice.pick(ORIGINAL, "size", ("1-10", "11-50", "51-200", "201-500")),
            "Phone": write_phone(dice, N),
            "Website": dice.pick(N, "site", ("http://www.", "www.", "https://", "")) + pl.col("domain"),
            "Address": leave_empty(dice, N, "address", 0.1, pl.col("street")),
            "City": sometimes(dice, N, "city case", 0.2, pl.col("city").str.to_uppercase(), pl.col("city")),
            "State": leave_empty(dice, N, "state", 0.15, pl.col("region")),
            "Pincode": leave_empty(dice, N, "pincode", 0.1, pl.col("postcode")),
            "Owner": draw_owner(dice, N),
            "Created On": write_time(draw_time(dice, N, "created", since=OPENED, until=EXPORTED), "%d-%m-%Y"),
            **make_custom(dice, N, ("Regular", "Composition", "Dealer", "Exporter"), count=5),
        }
    )


def make_contacts(part: pl.DataFrame, dice: Dice, sizes: Sizes) -> pl.DataFrame:
    """Contacts.csv; a repeat has the address of another, now and then in capitals."""
    created = draw_time(dice, N, "created", since=OPENED, until=EXPORTED)
    return draw_contacts(part, dice, sizes).select(
        **{
            "Contact Id": write_id("CON", N),
            "Name": pl.col("name"),
            "Company Id": pl.col("company"),
            "Company Name": pl.when(pl.col("company").is_not_null()).then(name_company(pl.col("company_number"))),
            "Phone": write_phone(dice, N),
            "Email": write_mail(dice, N),
            "Address": write_address(dice, N),
            "Lifecycle Stage": vary_case(dice, N, "stage case", dice.pick(N, "stage", STAGES)),
            "Owner": draw_owner(dice, N),
            "Tags": draw_tags(dice, N),
            "Created On": write_time(created, "%d-%m-%Y %I:%M %p"),
            "Modified On": write_time(created + pl.duration(days=dice.below(N, "modified", 20)), "%d-%m-%Y %I:%M %p"),
            **make_custom(dice, N, ("Gold", "2BHK", "Walk-in", "Evening", "Loan"), count=7),
        }
    )


def make_leads(part: pl.DataFrame, dice: Dice, sizes: Sizes) -> pl.DataFrame:
    """Leads.csv; enquiries come twice by their address, some became contacts, some are contacts without saying so."""
    converted_on = write_time(draw_time(dice, N, "converted on", since=OPENED, until=EXPORTED), "%d-%m-%Y")
    return draw_leads(part, dice, sizes).select(
        **{
            "Enquiry No": write_id("ENQ", N),
            "Lead Id": write_id("LED", N),
            "Name": pl.col("name"),
            "Company": leave_empty(dice, N, "no company", 0.5, name_company(dice.below(N, "company", sizes.companies))),
            "Phone": write_phone(dice, N),
            "Email": write_mail(dice, N),
            "Source": dice.pick(N, "source", SOURCES),
            "Status": vary_case(dice, N, "status case", dice.pick(N, "status", STATUSES)),
            "Score": leave_empty(dice, N, "no score", 0.2, dice.between(N, "score", 0, 100).cast(pl.String)),
            "Owner": draw_owner(dice, N),
            "Converted Contact Id": pl.col("converted"),
            "Converted On": pl.when(pl.col("converted").is_not_null()).then(converted_on),
            "Tags": draw_tags(dice, N),
        }
    )


def draw_companies(part: pl.DataFrame, dice: Dice) -> pl.DataFrame:
    """What is true of companies, by the number of each."""
    facts = part.with_columns(original=find_original(dice, N, every=COMPANY_EVERY))
    facts = facts.with_columns(name=name_company(ORIGINAL), domain=name_domain(ORIGINAL))
    return facts.with_columns(**draw_person(dice, ORIGINAL, cultures=("in",)))


def draw_contacts(part: pl.DataFrame, dice: Dice, sizes: Sizes) -> pl.DataFrame:
    """What is true of contacts, by the number of each."""
    facts = part.with_columns(original=find_original(dice, N, every=CONTACT_EVERY))
    # Two people of one household write from one address: no repeat, and no proof of one either.
    at_home = pl.when(ORIGINAL % HOUSEHOLD_EVERY == 1).then(ORIGINAL - 1).otherwise(ORIGINAL)
    facts = facts.with_columns(home=at_home, company_number=dice.below(ORIGINAL, "company", sizes.companies))
    host = draw_person(dice, pl.col("home"), cultures=CULTURES)
    facts = facts.with_columns(host_first=host["first"], host_last=host["last"], **_draw_named(dice, ORIGINAL))
    domain = dice.pick(pl.col("home"), "mail", MAIL_DOMAINS)
    email = write_email(pl.col("host_first"), pl.col("host_last"), pl.col("home"), domain)
    return facts.with_columns(
        name=FULL_NAME,
        company=leave_empty(dice, ORIGINAL, "no company", 0.2, write_id("CMP", pl.col("company_number"))),
        email=leave_empty(dice, ORIGINAL, "no mail", 0.1, email),
        is_shared=pl.col("home") != ORIGINAL,
    )


def draw_leads(part: pl.DataFrame, dice: Dice, sizes: Sizes) -> pl.DataFrame:
    """What is true of leads, by the number of each."""
    facts = part.with_columns(original=find_original(dice, N, every=LEAD_EVERY))
    facts = facts.with_columns(
        contact_number=dice.below(ORIGINAL, "contact", sizes.contacts),
        is_known=dice.happens(ORIGINAL, "known", 0.3),
        is_converted=dice.happens(ORIGINAL, "converted", 0.7) & ~is_repeat(N, every=LEAD_EVERY),
        **_draw_named(dice, ORIGINAL),
    )
    contact = facts.select(n="contact_number")
    contact = draw_contacts(contact, dice.of("contacts"), sizes).select("name", "email", "mobile")
    email = write_email(pl.col("first"), pl.col("last"), ORIGINAL, pl.lit("enquiry.example"))
    facts = facts.with_columns(name=FULL_NAME, email=leave_empty(dice, ORIGINAL, "no mail", 0.15, email))
    facts = facts.with_columns(
        pl.when("is_known").then(contact[name]).otherwise(name).alias(name) for name in contact.columns
    )
    contact_id = pl.when("is_known").then(write_id("CON", pl.col("contact_number")))
    return facts.with_columns(contact=contact_id, converted=pl.when("is_converted").then(contact_id))


def tell_companies(part: pl.DataFrame, dice: Dice, sizes: Sizes) -> pl.DataFrame:
    """Truth about companies: the one each repeats, null for none, and its domain."""
    return draw_companies(part, dice).select(**_tell_repeat("CMP"), domain="domain")


def tell_contacts(part: pl.DataFrame, dice: Dice, sizes: Sizes) -> pl.DataFrame:
    """Truth about contacts: the one each repeats, its names and its address as they are meant."""
    told = {"first_name": "first", "last_name": "last", "email": "email", "is_shared": "is_shared", "mobile": "mobile"}
    return draw_contacts(part, dice, sizes).select(**_tell_repeat("CON"), **told)


def tell_leads(part: pl.DataFrame, dice: Dice, sizes: Sizes) -> pl.DataFrame:
    """Truth about leads: the one each repeats, and the contact each is."""
    return draw_leads(part, dice, sizes).select(**_tell_repeat("LED"), contact="contact")


def _draw_named(dice: Dice, number: pl.Expr) -> Columns:
    return draw_person(dice, number, cultures=CULTURES)


def _tell_repeat(prefix: str) -> Columns:
    repeats = pl.when(ORIGINAL != N).then(write_id(prefix, ORIGINAL))
    return {"id": write_id(prefix, N), "repeats": repeats}
