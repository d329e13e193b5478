"""Times written by people and by other programs, in the ways Rails reads beside ISO 8601."""

from __future__ import annotations

import re
from datetime import datetime

DAYS = (
    "%Y/%m/%d",
    "%d/%m/%Y",
    "%d-%m-%Y",
    "%d %b %Y",
    "%d %B %Y",
    "%b %d %Y",
    "%B %d %Y",
    "%a %d %b %Y",
    "%a %b %d %Y",
    "%A %d %B %Y",
    "%A %B %d %Y",
    "%Y-%m-%d",
)
CLOCKS = ("", " %H:%M:%S", " %H:%M", " %I:%M:%S %p", " %I:%M %p", " %I %p")
FORMATS = tuple(day + clock for day in DAYS for clock in CLOCKS)
# "21st of June", "Tue, Jun 21", "2099 at 11:00": what is only there to be read aloud.
ORNAMENT = re.compile(r"(?<=\d)(?:st|nd|rd|th)\b|,|\b(?:of|at)\b", re.IGNORECASE)
HALF = re.compile(r"(?<=\d)\s*([ap])\.?m\b\.?", re.IGNORECASE)
# "+0000", "+02:00", "UTC", "GMT+0530", and the name of the zone that browsers add in brackets.
ZONE = re.compile(r"\s*(?:(?:UTC|GMT|Z)\b)?\s*([+-]\d\d:?\d\d)?\s*(?:\([^)]*\))?$")


def read_loose_time(text: str) -> datetime:
    """A moment as somebody wrote it; without a zone where none was written.

    Raises:
        ValueError: It cannot be read.
    """
    zone = ZONE.search(text)
    offset = zone[1] if zone else None
    is_named = zone is not None and zone[0].strip() != ""
    words = HALF.sub(r" \1m", ORNAMENT.sub(" ", text[: zone.start()] if zone else text))
    words = " ".join(words.split())
    for form in FORMATS:
        try:
            moment = datetime.strptime(words, form)
        except ValueError:
            continue
        return datetime.fromisoformat(f"{moment.isoformat()}{offset or '+00:00'}") if is_named else moment
    raise ValueError(f"{text!r} is no time")
