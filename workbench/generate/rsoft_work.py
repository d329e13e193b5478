"""What the people of a made-up RSoft CRM export do: deals, activities, tickets and tags."""

from __future__ import annotations

import polars as pl

from workbench.generate.companies import name_company
from workbench.generate.dice import Dice, look_up
from workbench.generate.quirks import is_repeat, leave_empty, sometimes
from workbench.generate.rsoft_cells import TAGS, draw_owner, draw_tags, write_id
from workbench.generate.rsoft_people import EXPORTED, OPENED, N, Sizes
from workbench.generate.written import draw_cents, draw_time, write_lakh, write_plain, write_time

MISSING = 900_000  # numbers from here on were never given to a record of an export that has fewer
# Pipeline, order, stage, probability; the closing stages are spelled in two ways.
STAGES = (
    ("Sales", 1, "New", 10),
    ("Sales", 2, "Site Visit", 30),
    ("Sales", 3, "Proposal", 50),
    ("Sales", 4, "Negotiation", 75),
    ("Sales", 5, "Closed Won", 100),
    ("Sales", 6, "Closed Lost", 0),
    ("Dealer Onboarding", 1, "Application", 20),
    ("Dealer Onboarding", 2, "Documents", 60),
    ("Dealer Onboarding", 3, "Won", 100),
    ("Dealer Onboarding", 4, "Lost", 0),
)
WON_REASONS, LOST_REASONS = ("Price", "Relationship", "Quality"), ("Too expensive", "Competitor", "No budget")
KINDS = ("Call", "Call", "Email", "SMS", "Note", "Task")
SUBJECTS = {
    "Call": ("Called back", "No answer", "Price discussed"),
    "Email": ("Brochure sent", "Quotation sent", "Thanks"),
    "SMS": ("Reminder of the visit", "Festive greeting"),
    "Note": ("Wants east-facing", "Prefers Hindi", "Pays by cheque"),
    "Task": ("Call again", "Send agreement", "Arrange site visit"),
}
CHANNELS = ("Email", "Online", "Phone", "Chat", "Social")
RECORD_TYPES = ("Contact", "Lead", "Deal")


def list_stages() -> pl.DataFrame:
    """stages.csv: the stages of each pipeline in their order."""
    return pl.DataFrame(STAGES, schema=["Pipeline", "Order", "Stage", "Probability"], orient="row").cast(pl.String)


def make_deals(part: pl.DataFrame, dice: Dice, sizes: Sizes) -> pl.DataFrame:
    """Deals.csv; amounts with lakh grouping, closing stages in two spellings, the reason in a column of its own."""
    deals = draw_deals(part, dice)
    reason = (
        pl.when(pl.col("stage").str.contains("Won")).then(dice.pick(N, "won", WON_REASONS))
        .when(pl.col("stage").str.contains("Lost")).then(dice.pick(N, "lost", LOST_REASONS))
    )  # fmt: skip
    company = dice.below(N, "company", sizes.companies)
    return deals.select(
        **{
            "Deal Id": write_id("DEL", N),
            "Deal Name": name_company(company) + " order " + (dice.below(N, "order", 9) + 1).cast(pl.String),
            "Pipeline": pl.col("pipeline"),
            "Stage": sometimes(dice, N, "spelling", 0.3, pl.col("stage").str.replace("Closed ", ""), pl.col("stage")),
            "Amount": pl.when(~is_repeat(N, every=16)).then(write_lakh(pl.col("cents"))),
            "Probability": pl.col("probability") + "%",
            "Expected Close": write_time(draw_time(dice, N, "close", since=OPENED, until=EXPORTED), "%d-%m-%Y"),
            "Contact Id": write_id("CON", dice.below(N, "contact", sizes.contacts)),
            "Company Id": leave_empty(dice, N, "no company", 0.2, write_id("CMP", company)),
            "Owner": draw_owner(dice, N),
            "Closed Reason": reason,
            "Tags": draw_tags(dice, N),
        }
    )


def make_activities(part: pl.DataFrame, dice: Dice, sizes: Sizes) -> pl.DataFrame:
    """Activities.csv; some parents are missing, and calls have no recording."""
    activities, kind = draw_activities(part, dice, sizes), pl.col("kind")
    subject = pl.coalesce(
        *(pl.when(kind == name).then(dice.pick(N, f"subject {name}", words)) for name, words in SUBJECTS.items())
    )
    time = draw_time(dice, N, "date", since=OPENED, until=EXPORTED)
    return activities.select(
        **{
            "Activity Id": write_id("ACT", N),
            "Type": kind,
            "Related To": pl.col("related_to"),
            "Related Id": pl.col("related_id"),
            "Subject": leave_empty(dice, N, "no subject", 0.05, subject),
            "Description": leave_empty(
                dice, N, "no text", 0.3, subject + ", as agreed on the " + write_time(time, "%d-%m")
            ),
            "Date": write_time(time, "%d-%m-%Y %I:%M %p"),
            "Duration": pl.when(kind == "Call").then(_write_minutes(dice.between(N, "seconds", 0, 1800))),
            "Owner": draw_owner(dice, N),
        }
    )


def make_tickets(part: pl.DataFrame, dice: Dice, sizes: Sizes) -> pl.DataFrame:
    """Tickets.csv; the thread is JSON in some and text with lines of dashes in others."""
    first = pl.lit("When will my order ") + dice.pick(N, "ask", ("arrive", "be billed", "be repaired")) + "?"
    answer = dice.pick(N, "answer", ("By Friday.", "We are on it.", "It left our house today."))
    as_json = pl.format('[{{"from": "customer", "text": "{}"}}, {{"from": "agent", "text": "{}"}}]', first, answer)
    return part.select(
        **{
            "Ticket No": write_id("TKT", N),
            "Subject": dice.pick(N, "subject", ("Delivery", "Invoice", "Warranty", "Wrong item")),
            "Status": dice.pick(N, "status", ("Open", "Pending", "Resolved", "Closed")),
            "Priority": dice.pick(N, "priority", ("Low", "Medium", "High", "Urgent")),
            "Assignee": draw_owner(dice, N),
            "Contact Id": write_id("CON", dice.below(N, "contact", sizes.contacts)),
            "Channel": dice.pick(N, "channel", CHANNELS),
            "Thread": sometimes(dice, N, "json", 0.5, as_json, first + "\n-----\n" + answer),
        }
    )


def make_tags(part: pl.DataFrame, dice: Dice, sizes: Sizes) -> pl.DataFrame:
    """Tags.csv: tags once more, by record, in whatever spelling."""
    kind = dice.pick(N, "kind", RECORD_TYPES)
    tag = dice.pick(N, "tag", TAGS)
    return part.select(
        **{
            "Tag": sometimes(dice, N, "spelling", 0.3, tag.str.to_lowercase() + " ", tag),
            "Record Type": kind,
            "Record Id": _point(dice, kind, sizes),
        }
    )


def draw_deals(part: pl.DataFrame, dice: Dice) -> pl.DataFrame:
    """What is true of deals, by the number of each."""
    facts = part.with_columns(place=dice.below(N, "stage", len(STAGES)))
    return facts.with_columns(
        pipeline=look_up(pl.col("place"), [pipeline for pipeline, _, _, _ in STAGES]),
        stage=look_up(pl.col("place"), [stage for _, _, stage, _ in STAGES]),
        probability=look_up(pl.col("place"), [str(probability) for *_, probability in STAGES]),
        cents=draw_cents(dice, N, "amount", least=500, most=9_000_000),
    )


def draw_activities(part: pl.DataFrame, dice: Dice, sizes: Sizes) -> pl.DataFrame:
    """What is true of activities, by the number of each; the parent of some never was."""
    facts = part.with_columns(
        kind=dice.pick(N, "kind", KINDS),
        is_orphan=is_repeat(N, every=29),
        to=dice.pick(N, "related", RECORD_TYPES),
    )
    missing = pl.lit("CON-") + (max(MISSING, sizes.contacts) + N).cast(pl.String)
    return facts.with_columns(
        related_to=pl.when("is_orphan").then(pl.lit("Contact")).otherwise("to"),
        related_id=pl.when("is_orphan").then(missing).otherwise(_point(dice, pl.col("to"), sizes)),
    )


def tell_deals(part: pl.DataFrame, dice: Dice, sizes: Sizes) -> pl.DataFrame:
    """Truth about deals: the amount as a plain number."""
    return draw_deals(part, dice).select(id=write_id("DEL", N), amount=write_plain(pl.col("cents")))


def tell_activities(part: pl.DataFrame, dice: Dice, sizes: Sizes) -> pl.DataFrame:
    """Truth about activities: whether the parent is missing."""
    return draw_activities(part, dice, sizes).select(id=write_id("ACT", N), is_orphan="is_orphan")


def _point(dice: Dice, kind: pl.Expr, sizes: Sizes) -> pl.Expr:
    """The id of some record of that kind."""
    return (
        pl.when(kind == "Contact").then(write_id("CON", dice.below(N, "to contact", sizes.contacts)))
        .when(kind == "Lead").then(write_id("LED", dice.below(N, "to lead", sizes.leads)))
        .otherwise(write_id("DEL", dice.below(N, "to deal", sizes.deals)))
    )  # fmt: skip


def _write_minutes(seconds: pl.Expr) -> pl.Expr:
    return (seconds // 60).cast(pl.String).str.zfill(2) + ":" + (seconds % 60).cast(pl.String).str.zfill(2)
