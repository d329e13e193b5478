"""What a field's name says: words out of any spelling, matched against the lexicon."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from rapidfuzz import fuzz, process

ALIKE = 88  # of 100, from which two names are the same one spelt differently
SHORTEST_ALIKE = 6  # shorter names resemble each other by chance
# How far a match of each kind is trusted; measured against a labelled set, see tests/propose.
EXACT, REDUCED, ENDING, SPELT_ALIKE, SECOND, HEAD = 0.97, 0.93, 0.88, 0.85, 0.82, 0.78

# One word for each thing, so that the lexicon need not list every spelling.
_WORDS = {
    "organisation": "company", "organization": "company", "org": "company", "firm": "company",
    "no": "number", "num": "number", "nbr": "number", "nr": "number",
    "tel": "phone", "telephone": "phone", "ph": "phone", "phonenumber": "phone number",
    "mob": "mobile", "cell": "mobile", "cellphone": "mobile", "cellular": "mobile",
    "addr": "address", "postcode": "zip", "postal": "zip", "postalcode": "zip", "zipcode": "zip",
    "dob": "birth date", "birthdate": "birth date", "dod": "death date", "deathdate": "death date",
    "fname": "first name", "lname": "last name", "mname": "middle name",
    "amt": "amount", "qty": "quantity", "desc": "description", "dept": "department", "lang": "language",
    "mail": "email", "emails": "email", "ids": "id", "guid": "id", "uuid": "id", "opportunity": "deal", "opp": "deal",
    "exp": "expected", "est": "estimated", "prob": "probability", "refered": "referred", "msisdn": "mobile",
    "speciality": "specialty", "datetime": "date", "optout": "opt out", "optin": "opt in", "allday": "all day",
}  # fmt: skip
_DROPPED = {"of", "the", "a", "an", "c", "custom", "cf", "field"}
_OWN = {
    "contact": {"contact", "lead", "person", "customer", "client", "patient", "member", "prospect", "individual"},
    "sales_account": {"account", "company", "customer", "client", "business"},
    "deal": {"deal", "quote", "booking", "estimate", "order"},
    "task": {"task", "todo", "activity"},
    "appointment": {"appointment", "event", "meeting", "activity", "booking", "visit"},
    "product": {"product", "item", "service"},
    "note": {"note"},
}
_FIRST_OF_SEVERAL = {
    "billing",
    "primary",
    "main",
    "mailing",
    "current",
    "default",
    "1",
    "is",
    "has",
    "flag",
    "preferred",
}
_NOT_THE_FIRST = {
    "shipping", "delivery", "alt", "alternate", "alternative", "other", "secondary", "second", "third", "additional",
    "previous", "old", "former", "temporary", "2", "3", "4", "5",
}  # fmt: skip
_POINTERS = {"id", "name", "key", "email", "number", "url"}
# What the last word of a compound says where the lexicon does not know the whole: its custom field type.
_HEADS = {
    **dict.fromkeys(
        ("description", "notes", "note", "comment", "comments", "remarks", "details", "message"), "textarea"
    ),
    **dict.fromkeys(("date", "birthday", "day", "deadline"), "date"),
    **dict.fromkeys(("at", "time", "timestamp"), "datetime"),
    **dict.fromkeys(("amount", "price", "cost", "total", "value", "fee", "revenue", "balance", "rate"), "decimal"),
    **dict.fromkeys(("count", "quantity", "minutes", "hours", "days", "percent"), "number"),
    **dict.fromkeys(("status", "type", "category", "level", "class", "group", "reason", "method"), "dropdown"),
    **dict.fromkeys(("flag", "enabled", "allowed", "required", "consent"), "checkbox"),
    **dict.fromkeys(("name", "id", "number", "code", "phone", "email", "url", "link", "city", "address"), "text"),
}


_ABOUT_THE_NAME = ("names", "shape", "repeats", "whole")


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """One entry of the lexicon; see the head of lexicon.toml."""

    name: str
    names: tuple[str, ...]
    places: dict[str, str] = field(default_factory=dict)
    shape: str = ""
    repeats: bool = False
    whole: bool = False

    def place(self, destination: str) -> str:
        """Where it belongs on that destination: a field, `custom:<type>` or `skip:<why>`."""
        return self.places.get(destination, self.places["else"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """What a name was taken for.

    Attributes:
        thing: Null where only the last word of the name was understood.
        kind: Custom field type the name suggests, empty where the thing decides.
        score: 0 to 1.
        word: The words of the lexicon that matched.
        is_second: The name says that it is not the first of its kind: a delivery address, a second phone.
    """

    thing: Thing | None
    score: float
    word: str
    kind: str = ""
    is_second: bool = False


def split_words(name: str) -> tuple[str, ...]:
    """The words of a name in any spelling: `billingAddressPostalCode` gives billing, address, zip, code."""
    known = " ".join(_WORDS.get(word, word) for word in spell_out(name)).split()
    return tuple(word for word in known if word not in _DROPPED) or tuple(known)


def spell_out(name: str) -> list[str]:
    """The words of a name as they stand, in lower case and without accents."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode() or name
    spaced = re.sub(
        r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[A-Za-z])(?=\d)|(?<=\d)(?=[A-Za-z])", " ", plain
    )
    return re.findall(r"[a-z0-9]+", spaced.lower().replace("e-mail", "email"))


@cache
def read_lexicon() -> dict[str, Thing]:
    """The things the lexicon knows, by name."""
    data = tomllib.loads(Path(__file__).with_name("lexicon.toml").read_text(encoding="utf-8"))
    return {
        name: Thing(
            name=name,
            names=tuple(entry["names"]),
            shape=entry.get("shape", ""),
            repeats=entry.get("repeats", False),
            whole=entry.get("whole", False),
            places={key: value for key, value in entry.items() if key not in _ABOUT_THE_NAME},
        )
        for name, entry in data.items()
    }


@cache
def _index() -> dict[str, Thing]:
    return {"".join(split_words(name)): thing for thing in read_lexicon().values() for name in thing.names}


def match_name(name: str, destination: str) -> Match | None:
    """The best reading of a field's name, null where no word of it is known."""
    words = split_words(name)
    return (
        _match_whole(words, destination)
        or _match_second(words, destination)
        or _match_ending(words)
        or _match_spelling(words)
        or _match_head(words)
    )


def _match_whole(words: tuple[str, ...], destination: str) -> Match | None:
    for reduced, score in _reduce(words, destination):
        if thing := _index().get("".join(reduced)):
            return Match(thing=thing, score=score, word=" ".join(reduced))
    return None


def _reduce(words: tuple[str, ...], destination: str) -> Iterator[tuple[tuple[str, ...], float]]:
    """The name itself, then the name without words that only say whose, which or how it points."""
    yield words, EXACT
    yield tuple(_singular(word) for word in words), EXACT
    own = _OWN.get(destination, set())
    removals = (own, _FIRST_OF_SEVERAL, own | _FIRST_OF_SEVERAL)
    for removed in removals:
        yield from _without(tuple(word for word in words if word not in removed), REDUCED)
    yield from _without(words, REDUCED)


def _without(words: tuple[str, ...], score: float) -> Iterator[tuple[tuple[str, ...], float]]:
    yield words, score
    if len(words) > 1 and words[-1] in _POINTERS:
        yield words[:-1], score
    yield tuple(_singular(word) for word in words), score


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def _match_ending(words: tuple[str, ...]) -> Match | None:
    for start in range(1, len(words) - 1):
        thing = _index().get("".join(words[start:]))
        if thing and not thing.whole:
            return Match(thing=thing, score=ENDING, word=" ".join(words[start:]))
    return None


def _match_spelling(words: tuple[str, ...]) -> Match | None:
    joined = "".join(words)
    if len(joined) < SHORTEST_ALIKE:
        return None
    found = process.extractOne(joined, _index().keys(), scorer=fuzz.ratio, score_cutoff=ALIKE)
    return Match(thing=_index()[found[0]], score=SPELT_ALIKE, word=found[0]) if found else None


def _match_second(words: tuple[str, ...], destination: str) -> Match | None:
    rest = tuple(word for word in words if word not in _NOT_THE_FIRST)
    if rest == words or not rest:
        return None
    first = _match_whole(rest, destination)
    return Match(thing=first.thing, score=SECOND, word=first.word, is_second=True) if first else None


def _match_head(words: tuple[str, ...]) -> Match | None:
    kind = _HEADS.get(words[-1]) if words else None
    return Match(thing=None, score=HEAD, word=words[-1], kind=kind) if kind else None
