"""What a source's API is like, read from a profile: who may ask, how often, and how lists are paged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workbench.errors import UsageError, name_nearest
from workbench.layout.api import Limit, Paging
from workbench.toml_file import read_toml

PROFILES = Path(__file__).parent / "profiles"


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """Who may ask.

    Attributes:
        kind: `none`, `header`, `basic`, `query` or `login`.
        name: The header or parameter that carries `value`, of `login` the token.
        value: What is let in; of `basic` the user and password with a colon between.
        path: Of `login`, where it is.
        accepts: Of `login`, the body that is let in.
        answer: Of `login`, the member of the answer's body that holds the token; empty where the header does.
        seconds: How long a token lives.
    """

    kind: str = "none"
    name: str = "Authorization"
    value: str = ""
    path: str = ""
    accepts: Mapping[str, str] = field(default_factory=dict)
    answer: str = ""
    seconds: float = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """An object that is served.

    Attributes:
        path: Of its list; `{file}` in it stands for the name of any file of the export.
        file: Name of its files without their ending; numbered pieces are one object.
        key: Member by which a single record is asked for, as path/key.
        since: Parameter that asks for what was changed since; `changed` names the member it is compared with.
        thin: Members a list shows; empty for all.
        content: Member that holds the place of a record's file, served as path/key/content.
    """

    path: str
    file: str = ""
    key: str = ""
    since: str = ""
    changed: str = ""
    thin: tuple[str, ...] = ()
    content: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A source's API.

    Attributes:
        prefix: Before every path.
        records: Where the list stands in an answer; empty where it is the answer.
        most: Records a page at most, whatever is asked for.
        over: Status that says too many.
        agent: What must stand in the User-Agent, empty for nothing.
    """

    name: str
    title: str
    prefix: str
    door: Door
    paging: Paging
    objects: tuple[Served, ...]
    limits: tuple[Limit, ...] = ()
    records: str = ""
    most: int = 100
    over: int = 429
    agent: str = ""


def read_profile(name: str) -> Profile:
    """The profile of that name, or in that file.

    Raises:
        UsageError: There is none.
    """
    path = Path(name) if name.endswith(".toml") else PROFILES / f"{name}.toml"
    if not path.exists():
        known = sorted(each.stem for each in PROFILES.glob("*.toml"))
        raise UsageError(f"no profile {name!r} of a source{name_nearest(name, known)}")
    return build_profile(path.stem, read_toml(path))


def build_profile(name: str, data: dict[str, Any]) -> Profile:
    """A profile of these settings.

    Raises:
        UsageError: A setting is unknown.
    """
    head = {key: value for key, value in data.items() if key not in ("door", "paging", "limit", "object")}
    try:
        return Profile(
            name=name,
            door=Door(**data.get("door", {})),
            paging=Paging(**data.get("paging", {})),
            limits=tuple(Limit(**row) for row in data.get("limit", ())),
            objects=tuple(Served(**row | {"thin": tuple(row.get("thin", ()))}) for row in data["object"]),
            **{"title": name, "prefix": ""} | head,
        )
    except (TypeError, KeyError) as error:
        raise UsageError(f"profile {name}: {error}") from error
