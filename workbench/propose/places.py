"""Where a field nobody mapped yet should go, on what evidence, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import count

from workbench.destinations import MAX_CHOICES, find_destination
from workbench.freshsales.plans import find_field_type
from workbench.propose.names import Match, match_name, read_lexicon, spell_out
from workbench.propose.values import choose_type, fits

UNKNOWN = 0.62  # a custom field for what nobody recognised keeps the data, and is right more often than not
DISPUTED = 0.6  # two fields want the same place
LONGEST_NAME = 60  # characters of a custom field's name after its prefix; people have to read it
_INSTEAD = {"id": "identifier", "salutation": "salutation"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A source field that needs a place.

    Attributes:
        shape: What its values look like, as `workbench.propose.values.recognise` names it; empty where nobody knows.
    """

    object: str
    name: str
    shape: str = ""
    rows: int = 0
    filled: int = 0
    distinct: int = 0
    longest: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A place for a field.

    Attributes:
        action: migrate, custom_field, merge or skip, as in `workbench.model.PROPOSALS`.
        to: Destination field; empty where the field is left behind.
        type: Freshsales type of a custom field, empty otherwise.
        confidence: Share of such proposals that are right.
    """

    action: str
    to: str
    confidence: float
    evidence: str
    type: str = ""
    repeats: bool = False


def propose_field(field: Field, destination: str, *, taken: frozenset[str] = frozenset()) -> Proposal:
    """Propose a place for one field on a destination object such as `contact`.

    Args:
        taken: Fields of the destination that something else fills already.
    """
    if field.rows and not field.filled:
        return _skip(0.95, f"empty in all {field.rows:,} rows")
    match = match_name(field.name, destination)
    if match is None or match.thing is None:
        return _keep(field, destination, match)
    if not fits(field.shape, match.thing.shape):
        return _propose_instead(field, destination, match, taken)
    return _place(field, destination, match, taken)


def propose_object(fields: list[Field], destination: str, *, taken: frozenset[str] = frozenset()) -> list[Proposal]:
    """Propose a place for every field of one source object; of two that want the same place the surer one has it."""
    proposals = [propose_field(field, destination, taken=taken) for field in fields]
    for place in {proposal.to for proposal in proposals if proposal.action == "migrate" and not proposal.repeats}:
        rivals = [n for n, proposal in enumerate(proposals) if proposal.to == place and proposal.action == "migrate"]
        best = max(rivals, key=lambda n: proposals[n].confidence)
        for n in rivals:
            if n != best:
                proposals[n] = _dispute(proposals[n], fields[best].name)
    return _tell_apart(proposals, taken)


def _place(field: Field, destination: str, match: Match, taken: frozenset[str]) -> Proposal:
    thing = match.thing
    said = f"the name reads as “{match.word}”" + (f", the values as {field.shape}" if field.shape else "")
    place = thing.place(destination)
    if match.is_second and not thing.repeats and not place.startswith(("custom:", "skip:")):
        place, said = "custom:", f"{said}; the first of its kind has {place}"
    if place in taken:
        place, said = "custom:", f"{said}; another column fills {place} already"
    kind, _, rest = place.partition(":")
    if kind == "skip":
        return _skip(match.score, f"{said}; {rest}")
    if kind == "custom":
        return _custom(field, destination, choose_type(field.shape, rest), match.score, said)
    return Proposal(action="migrate", to=place, confidence=match.score, evidence=said, repeats=thing.repeats)


def _propose_instead(field: Field, destination: str, match: Match, taken: frozenset[str]) -> Proposal:
    if field.shape in _INSTEAD:
        thing = read_lexicon()[_INSTEAD[field.shape]]
        return _place(field, destination, replace(match, thing=thing, score=0.85, word=thing.names[0]), taken)
    said = f"the name reads as “{match.word}”, but the values as {field.shape}"
    return _custom(field, destination, choose_type(field.shape, ""), UNKNOWN, said)


def _keep(field: Field, destination: str, match: Match | None) -> Proposal:
    """A custom field, so that nothing is lost for want of a better idea."""
    if match:
        said = f"the last word, “{match.word}”, says what it holds" + (
            f"; values: {field.shape}" if field.shape else ""
        )
        return _custom(field, destination, choose_type(field.shape, match.kind), match.score, said)
    said = f"the name is not known; values: {field.shape}" if field.shape else "the name is not known"
    return _custom(field, destination, choose_type(field.shape, ""), UNKNOWN, said)


def _custom(field: Field, destination: str, type_: str, confidence: float, said: str) -> Proposal:
    if find_destination(destination).text:
        said = f"{said}; {destination}s have no custom fields, so it becomes a line of the text"
        return Proposal(action="merge", to="description", confidence=confidence, evidence=said, repeats=True)
    type_, said = _make_room(field, type_, said)
    to = "cf_" + ("_".join(spell_out(field.name))[:LONGEST_NAME].strip("_") or "field")
    return Proposal(action="custom_field", to=to, type=type_, confidence=confidence, evidence=f"{said}; {type_} field")


def _make_room(field: Field, type_: str, said: str) -> tuple[str, str]:
    """The type, or one that has room for as many different values, or as long ones, as there are."""
    if type_ == "dropdown" and field.distinct > MAX_CHOICES:
        type_, said = "text", f"{said}; {field.distinct:,} different values, a dropdown takes {MAX_CHOICES}"
    if type_ == "text" and field.longest > find_field_type("text").longest:
        type_, said = "textarea", f"{said}; up to {field.longest:,} characters"
    return type_, said


def _skip(confidence: float, why: str) -> Proposal:
    return Proposal(action="skip", to="", confidence=confidence, evidence=why)


def _dispute(proposal: Proposal, rival: str) -> Proposal:
    evidence = f"{proposal.evidence}; {rival} wants the same place"
    return replace(proposal, confidence=min(proposal.confidence, DISPUTED), evidence=evidence)


def _tell_apart(proposals: list[Proposal], others: frozenset[str]) -> list[Proposal]:
    """Give custom fields of one name a number from the second on."""
    taken = set(others)
    for n, proposal in enumerate(proposals):
        if proposal.action == "custom_field":
            names = (f"{proposal.to}_{number}" if number > 1 else proposal.to for number in count(1))
            proposals[n] = replace(proposal, to=next(name for name in names if name not in taken))
            taken.add(proposals[n].to)
    return proposals
