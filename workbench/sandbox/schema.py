"""The fields and modules of the tenant: what comes with it, and what an administrator or the API added."""

from __future__ import annotations

import tomllib
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

from workbench.freshsales.plans import PlanLimits, read_field_types
from workbench.sandbox.field_rooms import find_lack, rooms_of_module, rooms_of_plan
from workbench.sandbox.fields import Choice, Field, Module
from workbench.sandbox.store import Store
from workbench.sandbox.wire import ApiError

# Objects with custom fields, and the id of the form their fields stand on.
FORMS = {"contact": 1, "sales_account": 2, "deal": 3, "sales_activity": 4, "lead": 5, "product": 6}
MODULE_PREFIX = "cm_"
CHOICE_TYPES = ("dropdown", "radio", "multi_select_dropdown")


class Schema:
    """Every object with its fields, kept in the store and answered from memory.

    Args:
        limits: What the plan allows.
    """

    def __init__(self, store: Store, limits: PlanLimits) -> None:
        self._store = store
        self._limits = limits
        kept = store.fact("schema") or {"fields": {}, "modules": []}
        self.modules = {each["entity_name"]: Module(**each) for each in kept["modules"]}
        self._custom = {name: [_read_field(each) for each in fields] for name, fields in kept["fields"].items()}
        self._by_name: dict[str, dict[str, Field]] = {}

    def fields(self, object: str) -> dict[str, Field]:
        """The fields of an object by name, its own before the custom ones."""
        if object not in self._by_name:
            own = standard_fields("module" if object in self.modules else object)
            self._by_name[object] = own | {field.name: field for field in self._custom.get(object, ())}
        return self._by_name[object]

    def custom_fields(self, object: str) -> list[Field]:
        """The fields the tenant added to an object, oldest first."""
        return self._custom.get(object, [])

    def form_id(self, object: str) -> int:
        """Id of the form an object's fields stand on."""
        return FORMS.get(object) or self.modules[object].id

    def add_field(self, object: str, field: Field) -> Field:
        """Give an object one more custom field.

        Raises:
            ApiError: Its name is taken, or the plan has no room for it.
        """
        problems = [*self._check_new(object, field), *_check_choices(field)]
        if problems:
            raise ApiError(400, *problems)
        self._custom.setdefault(object, []).append(field)
        self._keep(object)
        return field

    def change_field(self, object: str, field: Field) -> None:
        """Put a custom field in the place of the one with the same name."""
        problems = _check_choices(field)
        if problems:
            raise ApiError(400, *problems)
        self._custom[object] = [field if each.name == field.name else each for each in self._custom[object]]
        self._keep(object)

    def remove_field(self, object: str, name: str) -> None:
        """Take a custom field away, and every value kept under it."""
        self._store.forget_values(object, name)
        self._custom[object] = [each for each in self._custom[object] if each.name != name]
        self._keep(object)

    def set_module(self, module: Module) -> None:
        """Add a custom module, or put it in the place of the one with the same name."""
        self.modules[module.entity_name] = module
        self._keep(module.entity_name)

    def remove_module(self, entity_name: str) -> None:
        """Take a custom module and its fields away."""
        del self.modules[entity_name]
        self._custom.pop(entity_name, None)
        self._keep(entity_name)

    def export(self) -> dict[str, Any]:
        """Custom fields and modules as plain values."""
        return {
            "fields": {name: [asdict(field) for field in fields] for name, fields in self._custom.items() if fields},
            "modules": [asdict(module) for module in self.modules.values()],
        }

    def _keep(self, object: str) -> None:
        self._by_name.pop(object, None)
        self._store.set_fact("schema", self.export())

    def _check_new(self, object: str, field: Field) -> list[str]:
        if field.name in self.fields(object):
            return [f"Name {field.name} has already been taken"]
        rooms = rooms_of_module() if object in self.modules else rooms_of_plan(self._limits, object)
        return find_lack(field, self.custom_fields(object), rooms)


@cache
def standard_fields(object: str) -> dict[str, Field]:
    """The fields every tenant's object has, by name; `module` stands for any custom module."""
    with (Path(__file__).parent / "fields.toml").open("rb") as file:
        described = tomllib.load(file)[object]
    start = FORMS.get(object, 0) * 1000
    return {
        name: Field(id=start + position, name=name, **_read_choices(facts))
        for position, (name, facts) in enumerate(described.items(), start=1)
    }


def _read_choices(facts: dict[str, Any]) -> dict[str, Any]:
    """The facts of a standard field, with the options of a fixed dropdown as they are kept."""
    return facts | {"choices": tuple(Choice(**each) for each in facts.get("choices", ()))}


def _check_choices(field: Field) -> list[str]:
    values = [choice.value for choice in field.choices]
    most = read_field_types()[field.type].most_options
    if field.type not in CHOICE_TYPES:
        return ["Choices belong to dropdown, radio and multi-select fields only"] if values else []
    problems = []
    if len(values) > most:
        problems.append(f"A field can have at most {most} choices")
    if len(set(values)) < len(values):
        problems.append("Choices must be unique")
    if not all(value.strip() for value in values):
        problems.append("Choice value can't be blank")
    return problems


def _read_field(kept: dict[str, Any]) -> Field:
    return Field(**(kept | {"choices": tuple(Choice(**each) for each in kept["choices"])}))
