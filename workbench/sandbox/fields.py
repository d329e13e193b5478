"""A field, its options and a module, as values."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One option of a dropdown or multi-select; one that is not active stays in old records but is no longer taken."""

    id: int
    value: str
    is_active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of an object.

    Attributes:
        limit: Longest text, null where none is known.
        selector: List the id in the field must come from, empty for none.
        points_at: Object whose record's id the field holds, empty for none.
        returns: Type a formula's value is of, empty for other fields.
    """

    id: int
    name: str
    label: str
    type: str
    required: bool = False
    unique: bool = False
    choices: tuple[Choice, ...] = ()
    limit: int | None = None
    selector: str = ""
    points_at: str = ""
    returns: str = ""

    @property
    def is_custom(self) -> bool:
        """Whether the tenant added it; its values then stand in `custom_field`."""
        return self.name.startswith("cf_")


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """A custom module: an object of the tenant's own.

    Attributes:
        created_at, updated_at: As the store keeps times.
    """

    id: int
    entity_name: str
    singular_name: str
    plural_name: str
    icon: str
    description: str = ""
    show_in_navigation_menu: bool = True
    position: int = 1
    created_at: str | None = None
    updated_at: str | None = None
