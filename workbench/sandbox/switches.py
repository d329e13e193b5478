"""Everything about a tenant that public material leaves open or that differs between tenants: one switch each."""

from __future__ import annotations

import contextlib
import difflib
from collections.abc import Iterable
from dataclasses import MISSING, dataclass, field, fields
from typing import Any

from workbench.errors import raise_problems

WORDS = {"true": True, "on": True, "yes": True, "false": False, "off": False, "no": False}


def _switch(default: Any, meaning: str, *, about: str, known: tuple[Any, ...] = ()) -> Any:
    """A switch with its default; `about` names the part of the API it belongs to, `known` the values it may have."""
    return field(default=default, metadata={"meaning": meaning, "about": about, "known": known})


@dataclass(frozen=True, slots=True, kw_only=True)
class Switches:
    """How a tenant decides what is not documented; each default is the best documented behaviour."""

    required_identifier: str = _switch(
        "email_or_mobile",
        "What a contact must carry.",
        about="contacts",
        known=("email_or_mobile", "email", "mobile", "none"),
    )
    unique_mobile: bool = _switch(False, "Two live contacts may not share a mobile number.", about="contacts")
    reuse_deleted_email: bool = _switch(
        True, "The e-mail of a contact in the recycle bin may be used again.", about="contacts"
    )
    stage_owns_status: bool = _switch(
        True, "A contact status must belong to the contact's lifecycle stage.", about="contacts"
    )
    references_need_include: bool = _switch(
        True, "Contacts and deals name their owner, stage and the like only when included.", about="records"
    )
    created_at_writable: bool = _switch(False, "created_at and updated_at sent by a client are kept.", about="records")
    refuse_long_text: bool = _switch(
        True, "Text over the limit is refused; otherwise it is cut without a word.", about="records"
    )
    note_limit: int = _switch(0, "Longest note in characters, 0 for no limit.", about="notes")
    default_activity_types: bool = _switch(
        False, "Sales activities may have one of the types every tenant has.", about="sales activities"
    )
    plain_email_upserts: bool = _switch(False, "Upsert accepts `email` beside `emails`.", about="upsert")
    upsert_created_status: int = _switch(
        200, "Status of an upsert that created its record.", about="upsert", known=(200, 201)
    )
    bulk_cap: int = _switch(100, "Most records in one bulk call.", about="bulk")
    busy_jobs: int = _switch(0, "Unfinished jobs from which bulk answers 405, 0 for never.", about="bulk")
    job_seconds: float = _switch(
        0.0, "How long a bulk job runs before its records exist, in tenant time.", about="bulk"
    )
    core_forms: bool = _switch(
        True, "Contacts, accounts and deals accept new fields through the forms endpoint.", about="custom fields"
    )
    retry_after: bool = _switch(False, "A 429 carries `Retry-After`.", about="quota")
    per_minute: int = _switch(0, "Calls allowed in a minute, 0 for no such limit.", about="quota")
    failed_calls_cost: bool = _switch(True, "Calls answered with 4xx use up quota too.", about="quota")
    per_page_cap: int = _switch(100, "Most records on one page.", about="lists")
    views_cover_pipelines: bool = _switch(
        True, "Views of deals show every pipeline, not only the first.", about="lists"
    )
    index_lag_seconds: float = _switch(
        0.0, "How long a new record stays invisible to search, lookup and filtered search.", about="search"
    )

    def problems(self) -> list[str]:
        """Every switch with a value it cannot have, a line each."""
        return [
            f"switch {each.name} is {each.value!r}; known: {', '.join(map(str, each.known))}"
            for each in list_switches(self)
            if each.known and each.value not in each.known
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """One switch as a person reads it.

    Attributes:
        about: The part of the API it belongs to.
        known: The values it may have; empty where any of its type will do.
        value: What it stands at.
    """

    name: str
    about: str
    meaning: str
    default: Any
    known: tuple[Any, ...]
    value: Any


def list_switches(switches: Switches | None = None) -> list[Switch]:
    """Every switch in the order of the API's parts, at its default or as it stands in `switches`."""
    standing = switches or Switches()
    return [
        Switch(name=each.name, default=each.default, value=getattr(standing, each.name), **each.metadata)
        for each in fields(Switches)
        if each.default is not MISSING
    ]


def read_switches(named: Iterable[tuple[str, Any]], *, where: str) -> Switches:
    """Switches from names and values; values may be texts, as a command line has them.

    Args:
        where: What the message names: the file or the option they were read from.

    Raises:
        UsageError: Every name that is no switch, with the nearest one, and every value it cannot have.
    """
    facts = {each.name: each for each in list_switches()}
    values: dict[str, Any] = {}
    problems = []
    for name, sent in named:
        if name not in facts:
            near = difflib.get_close_matches(name, facts, n=1, cutoff=0)
            problems.append(f"no switch {name!r}; nearest: {near[0]}")
            continue
        try:
            values[name] = _read_value(facts[name], sent)
        except ValueError as error:
            problems.append(str(error))
    switches = Switches(**values)
    raise_problems(where, problems + switches.problems())
    return switches


def _read_value(switch: Switch, sent: Any) -> Any:
    """The value as the type of the switch's default."""
    kind = type(switch.default)
    if isinstance(sent, str) and kind is bool:
        sent = WORDS.get(sent.lower(), sent)
    elif isinstance(sent, str) and kind in (int, float):
        with contextlib.suppress(ValueError):
            sent = kind(sent)
    if kind is float and type(sent) is int:
        sent = float(sent)
    if type(sent) is not kind:
        raise ValueError(f"switch {switch.name} takes {_describe(kind)}, not {sent!r}")
    if kind in (int, float) and not sent >= 0:
        raise ValueError(f"switch {switch.name} is {sent}; use 0 or more")
    return sent


def _describe(kind: type) -> str:
    return {bool: "true or false", int: "a whole number", float: "a number", str: "a word"}[kind]
