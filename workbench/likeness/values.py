"""What is compared about two records, how far it can agree, and what each degree is worth."""

from __future__ import annotations

from dataclasses import dataclass

SAME, ALIKE, NEAR, OTHER = "same", "alike", "near", "other"
# Of a name one half agrees and the other does not: somebody who married, and somebody's brother.
OTHER_FAMILY, OTHER_GIVEN = "other family name", "other given name"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """How values of one kind agree.

    Attributes:
        degrees: From the best on: how often two records of one person agree that far. Experience, not learnt: an
            export of sixty records teaches nothing, and the same pair must get the same score tomorrow.
        against: Degrees that speak for two persons, whatever a household shares.
        is_shared: A household or an office shares it, so that it proves nothing of two who differ in themselves.
    """

    degrees: dict[str, float]
    against: tuple[str, ...] = ()
    is_shared: bool = False


KINDS: dict[str, Kind] = {
    "name": Kind(
        degrees={SAME: 0.6, ALIKE: 0.24, OTHER_FAMILY: 0.08, OTHER_GIVEN: 0.04, OTHER: 0.04},
        against=(OTHER_GIVEN, OTHER),
    ),
    "date": Kind(degrees={SAME: 0.85, ALIKE: 0.08, NEAR: 0.04, OTHER: 0.03}, against=(OTHER,)),
    "code": Kind(degrees={SAME: 0.9, ALIKE: 0.06, OTHER: 0.04}),
    "phone": Kind(degrees={SAME: 0.6, ALIKE: 0.1, OTHER: 0.3}, is_shared=True),
    "email": Kind(degrees={SAME: 0.5, ALIKE: 0.15, OTHER: 0.35}, is_shared=True),
    "address": Kind(degrees={SAME: 0.45, ALIKE: 0.2, NEAR: 0.1, OTHER: 0.25}, is_shared=True),
    "text": Kind(degrees={SAME: 0.7, ALIKE: 0.2, OTHER: 0.1}, is_shared=True),
    # What firms are called; there is no given name that could tell two of them apart.
    "title": Kind(degrees={SAME: 0.7, ALIKE: 0.25, OTHER: 0.05}, against=(OTHER,)),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Columns that together hold one value, such as the lines of an address; of a name the given one first."""

    columns: tuple[str, ...]
    kind: str

    @property
    def label(self) -> str:
        """How people read it."""
        return ", ".join(self.columns)
