"""Packs: what is known about one source system, read from TOML and checked as a whole."""

from workbench.pack.made import Compute, Derive, OwnFields, Pivot, View, ViewPart
from workbench.pack.reading import read_pack
from workbench.pack.values import (
    Condition,
    Gap,
    InventoryItem,
    ObjectRow,
    OwnerRoster,
    Pack,
    PackField,
    Route,
    Skip,
)

__all__ = [
    "Compute",
    "Condition",
    "Derive",
    "Gap",
    "InventoryItem",
    "ObjectRow",
    "OwnFields",
    "OwnerRoster",
    "Pack",
    "PackField",
    "Pivot",
    "Route",
    "Skip",
    "View",
    "ViewPart",
    "read_pack",
]
