"""A tenant's schema as frozen values, its digest, and what changed between two of them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from workbench.errors import UsageError
from workbench.freshsales.plans import PlanLimits, read_plans
from workbench.freshsales.selectors import Choice, Selectors
from workbench.freshsales.users import User


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaField:
    """One field of an object as the tenant describes it; `choices` are the options of a dropdown, in its order."""

    name: str
    label: str
    type: str
    choices: tuple[str, ...] = ()
    is_required: bool = False
    is_unique: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantSchema:
    """What a tenant can hold.

    Attributes:
        plan: Freshsales plan the customer says to hold.
        capabilities: What was probed, and what the plan promises where nothing could be probed.
        modules: Label of each custom module by its name, `cm_...`.
        fields: Fields of each object by name; accounts, contacts, deals and modules only.
        selectors: The lists an administrator sets up, by name.
    """

    plan: str
    capabilities: frozenset[str]
    modules: Mapping[str, str]
    fields: Mapping[str, Mapping[str, SchemaField]]
    selectors: Selectors
    users: tuple[User, ...]

    @property
    def limits(self) -> PlanLimits:
        """The figures of the plan."""
        return read_plans()[self.plan]

    def digest(self) -> str:
        """Sha256 over fields, modules and lists; users come and go without changing what a mapping means."""
        content = {kind: facts for kind, facts in _describe(self).items() if kind in ("fields", "modules", "selectors")}
        return hashlib.sha256(_write(content).encode()).hexdigest()

    def fingerprint(self) -> str:
        """Sha256 over everything a refusal may depend on, users too; equal says that nothing of it changed."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()

    def describe_change(self, other: TenantSchema) -> list[str]:
        """What is different in `other`, a line each, as far as the digest looks: `contact: field cf_x removed`."""
        lines = _compare("modules", self.modules, other.modules)
        for object in sorted(self.fields.keys() | other.fields.keys()):
            lines += _compare(f"{object}: field", self.fields.get(object, {}), other.fields.get(object, {}))
        for name in sorted(self.selectors.keys() | other.selectors.keys()):
            before, after = ({choice.id: choice for choice in each.selectors.get(name, ())} for each in (self, other))
            lines += _compare(f"list {name}:", before, after)
        return lines

    def to_json(self) -> str:
        """The whole schema as text that `from_json` reads; equal schemas give equal text."""
        return _write(_describe(self), indent=1)


def from_json(text: str) -> TenantSchema:
    """Read a schema that `to_json` wrote.

    Raises:
        UsageError: It is no such text.
    """
    try:
        data = json.loads(text)
        return TenantSchema(
            plan=data["plan"],
            capabilities=frozenset(data["capabilities"]),
            modules=data["modules"],
            fields={
                object: {field["name"]: _read_field(field) for field in fields}
                for object, fields in data["fields"].items()
            },
            selectors={
                name: tuple(Choice(**choice) for choice in choices) for name, choices in data["selectors"].items()
            },
            users=tuple(User(**user) for user in data["users"]),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise UsageError(f"tenant_schema.json cannot be read ({error}); run the mapping again") from error


def _describe(schema: TenantSchema) -> dict[str, Any]:
    return {
        "plan": schema.plan,
        "capabilities": sorted(schema.capabilities),
        "modules": dict(schema.modules),
        "fields": {
            object: [asdict(field) for _, field in sorted(fields.items())] for object, fields in schema.fields.items()
        },
        # In the tenant's own order: of two stages of one name the first is meant.
        "selectors": {name: [asdict(choice) for choice in choices] for name, choices in schema.selectors.items()},
        "users": [asdict(user) for user in sorted(schema.users, key=lambda user: user.id)],
    }


def _write(content: dict[str, Any], *, indent: int | None = None) -> str:
    return json.dumps(content, sort_keys=True, ensure_ascii=False, indent=indent)


def _read_field(facts: dict[str, Any]) -> SchemaField:
    return SchemaField(**(facts | {"choices": tuple(facts["choices"])}))


def _compare(what: str, before: Mapping[Any, Any], after: Mapping[Any, Any]) -> list[str]:
    lines = [f"{what} {_name(before[key], key)} removed" for key in before if key not in after]
    lines += [f"{what} {_name(after[key], key)} added" for key in after if key not in before]
    for key in before.keys() & after.keys():
        if before[key] != after[key]:
            lines.append(f"{what} {_name(before[key], key)} changed: {_explain(before[key], after[key])}")
    return sorted(lines)


def _name(value: Any, key: Any) -> str:
    return value.name if isinstance(value, Choice) else str(key)


def _explain(before: Any, after: Any) -> str:
    if isinstance(before, str):
        return f"{before!r} is now {after!r}"
    old, new = asdict(before), asdict(after)
    return "; ".join(f"{name} {_show(old[name])} is now {_show(new[name])}" for name in old if old[name] != new[name])


def _show(value: Any) -> str:
    return ", ".join(value) or "none" if isinstance(value, tuple) else repr(value)
