"""One engagement: its folder, its settings, its secrets. The only reader of the environment."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from workbench.errors import UsageError, name_nearest, raise_problems
from workbench.stages import STAGES, Stage
from workbench.toml_file import read_toml

ROOT = Path(__file__).resolve().parent.parent
RUNS = ROOT / "runs"
TEMPLATES = ROOT / "templates"
NOTEBOOKS = ROOT / "notebooks"
DRAFT = "draft"
STAMP = "%Y%m%dT%H%M%SZ"
# The local tenant's key is printed by its own help, so it protects nothing and may be a default.
LOCAL_KEY = "local-tenant-key"
KEY_VARIABLE = "WORKBENCH_TENANT_KEY"
LEDGER_VARIABLE = "WORKBENCH_LEDGER_URL"
SOURCE_PASSWORD_VARIABLE = "WORKBENCH_SOURCE_PASSWORD"
# What an API asks for by a name of such an end is secret and comes from the environment; the rest from the settings.
SECRET_ENDINGS = ("key", "token", "password", "secret", "pin")
PLANS = ("free", "growth", "pro", "enterprise")
# What `workbench extract` wrote, before the switch and at it.
EXTRACTED, EXTRACTED_LATER = "source", "cutover_source"
# What may go by import file: it is found again in lists that show the external id, as those of modules do not.
IMPORTABLE = ("sales_account", "contact", "deal")
# The files of its own that an engagement's approvals are bound to.
INPUTS = ("engagement.toml", "pack.toml", "layout.toml", "roster.csv", "decisions.toml", "conventions.toml")


class Secret:
    """A value that never shows itself by accident: its text is `***` unless `reveal` is called."""

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The secret itself, for the one header that carries it."""
        return self._value

    def __repr__(self) -> str:
        return "***"

    __str__ = __repr__


@dataclass(frozen=True, slots=True, kw_only=True)
class Policies:
    """What the customer decided where the data leaves a choice; each value is one of those in `CHOICES`."""

    missing_identifier: str = "hold"
    unmatched_owner: str = "block"
    fallback_owner: str = ""
    existing_match: str = "hold"
    check_files: str = "sample"


CHOICES = {
    "missing_identifier": ("hold", "placeholder"),
    "unmatched_owner": ("block", "fallback"),
    "existing_match": ("hold", "update"),
    "check_files": ("sample", "size", "content"),
}
SWITCH_CHOICES = {"mode": ("window", "freeze"), "deleted": ("hold", "delete", "keep")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """How the customer goes over to Freshsales.

    Attributes:
        mode: `window`: deltas until the last one is small. `freeze`: one last delta of a source nobody writes to.
        frozen_since: From when nobody writes to the source; null where nobody said.
        deleted: What becomes of records that left the source: `hold`, `delete` or `keep`.
        small: So many changed records are few enough for the switch.
        most_deleted: So many records that left the source may be deleted in one run; null where nobody said.
    """

    mode: str = "window"
    frozen_since: datetime | None = None
    deleted: str = "hold"
    small: int = 100
    most_deleted: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Engagement:
    """One customer's migration.

    Attributes:
        folder: Where everything of it lies, absolute.
        source: The customer's export; a folder or file that is read, never written.
        cutover_source: The export taken at the switch; the same as `source` where none is named.
        plan: Freshsales plan the customer holds, one of `PLANS`.
        share: Part of the hourly quota the load may use, 0 to 1; the rest stays with the customer's integrations.
        time_zone: IANA zone of times in the source that name none.
        ledger_address: PostgreSQL database of the ledger, without a password; empty where it is a file.
        cutover_at: When everything has to be in Freshsales, with its zone; null where nobody said.
        imports: Destination objects whose records the load hands over as import files.
        password_variable: Environment variable that holds the password of a protected export.
        source_address: Where the source is asked over HTTP; empty where the export is handed over. What is extracted
            lies in `source`, and in `cutover_source` what is extracted at the switch.
        source_settings: What the source's API has to be told and is no secret, by the name the layout gives it.
        source_variables: Environment variables that hold what is secret, by that name, where they are not named
            `WORKBENCH_SOURCE_<NAME>`.
    """

    name: str
    folder: Path
    customer: str
    pack: str
    source: Path
    cutover_source: Path
    tenant_url: str
    plan: str
    share: float
    time_zone: str
    country: str
    sample_size: int
    seed: int
    policies: Policies
    ledger_address: str = ""
    cutover_at: datetime | None = None
    switch: Switch = field(default_factory=Switch)
    imports: tuple[str, ...] = ()
    password_variable: str = SOURCE_PASSWORD_VARIABLE
    source_address: str = ""
    source_settings: dict[str, str] = field(default_factory=dict)
    source_variables: dict[str, str] = field(default_factory=dict)

    @property
    def ledger(self) -> Path:
        """The ledger of everything written to the tenant, where it is a file; see `ledger_url`."""
        return self.folder / "ledger.sqlite"

    def stage_folder(self, stage: str) -> Path:
        """Folder that holds the runs of one stage."""
        return self.folder / STAGES[stage].slug

    def runs(self, stage: str) -> list[RunFolder]:
        """The recorded runs of a stage, oldest first; drafts are not recorded runs."""
        stamps = sorted(p.name for p in self.stage_folder(stage).glob("*T*Z*") if p.is_dir())
        return [self.run(stage, stamp) for stamp in stamps]

    def run(self, stage: str, stamp: str) -> RunFolder:
        """The run folder of that stamp, which need not exist yet."""
        return RunFolder(engagement=self, stage=STAGES[stage], stamp=stamp)

    def latest_run(self, stage: str) -> RunFolder:
        """The newest run of a stage that reached its end.

        Raises:
            UsageError: The stage has not run to its end yet.
        """
        finished = [run for run in self.runs(stage) if run.is_complete]
        if not finished:
            raise UsageError(
                f"{self.name}: {stage} has not run to its end; run it first: workbench run {self.name} {stage}"
            )
        return finished[-1]

    def inputs(self) -> dict[str, Path]:
        """The files an approval is bound to, by the name an analyst knows them by; those that exist."""
        return {name: self.folder / name for name in INPUTS if (self.folder / name).exists()}


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFolder:
    """One execution of one stage and the folder it owns."""

    engagement: Engagement
    stage: Stage
    stamp: str

    @property
    def path(self) -> Path:
        """Absolute folder of this run."""
        return self.engagement.stage_folder(self.stage.name) / self.stamp

    @property
    def label(self) -> str:
        """The run as it is named in manifests, relative to the engagement."""
        return f"{self.stage.slug}/{self.stamp}"

    @property
    def is_complete(self) -> bool:
        """Whether its notebook closed it and its runner found it complete; one without the other proves nothing."""
        closing, record = self.path / "result.json", self.path / "run.json"
        try:
            return closing.exists() and record.exists() and json.loads(record.read_bytes())["status"] == "complete"
        except (ValueError, KeyError, TypeError):  # a record that was spoilt proves nothing either
            return False


def new_stamp(now: datetime) -> str:
    """UTC stamp of a run folder, such as 20261122T093000Z."""
    return now.astimezone(UTC).strftime(STAMP)


def find_engagement(name: str, *, runs: Path = RUNS) -> Engagement:
    """Read the engagement of that name.

    Raises:
        UsageError: There is none, or its settings are wrong.
    """
    folder = runs / name
    if not (folder / "engagement.toml").exists():
        known = sorted(p.parent.name for p in runs.glob("*/engagement.toml"))
        listed = f"known: {', '.join(known)}" if known else "there is none yet"
        raise UsageError(
            f"no engagement {name!r} ({listed}); make it with: workbench new {name} --pack PACK --source PATH"
        )
    engagement = read_engagement(folder)
    if engagement.name != name:
        raise UsageError(
            f"{folder / 'engagement.toml'}: [engagement] name = {engagement.name!r}, but the folder is {name!r}; "
            "give both the same name, for commands and approvals go by it"
        )
    return engagement


def open_engagement(start: Path | None = None) -> Engagement:
    """Read the engagement whose folder is `start`, the working folder by default, or one above it.

    Raises:
        UsageError: No engagement.toml lies there or above.
    """
    start = (start or Path.cwd()).resolve()
    for folder in (start, *start.parents):
        if (folder / "engagement.toml").exists():
            return read_engagement(folder)
    raise UsageError(f"{start}: no engagement.toml here or above; open the notebook with: workbench lab NAME")


def open_run(stage: str, stamp: str) -> RunFolder:
    """The run folder a notebook writes to, made where it is missing; an empty stamp means a draft.

    A draft is emptied of its last result, so that an old closing fact never stands for a new attempt.

    Raises:
        UsageError: That run is on record already, as when an executed notebook is run once more by hand.
    """
    run = open_engagement().run(stage, stamp or DRAFT)
    if (run.path / "manifest.json").exists():
        raise UsageError(f"{run.label} is on record and stays as it is; work in the copies below notebooks/ instead")
    run.path.mkdir(parents=True, exist_ok=True)
    (run.path / "result.json").unlink(missing_ok=True)
    return run


def tenant_key(engagement: Engagement) -> Secret:
    """The API key, from the environment; a local tenant falls back to its public default.

    Raises:
        UsageError: The tenant is not local and the environment holds no key.
    """
    key = os.environ.get(KEY_VARIABLE, "")
    if not key and is_local(engagement.tenant_url):
        key = LOCAL_KEY
    if not key:
        raise UsageError(f"no API key for {engagement.tenant_url}: set {KEY_VARIABLE} in the environment")
    return Secret(key)


def source_password(engagement: Engagement) -> Secret | None:
    """The password of a protected export, from the environment; null where it holds none."""
    password = os.environ.get(engagement.password_variable, "")
    return Secret(password) if password else None


def source_values(engagement: Engagement, names: set[str]) -> dict[str, Secret]:
    """What the source's API has to be told, by name: secrets from the environment, the rest from the settings.

    Raises:
        UsageError: Names everything that is missing.
    """
    found, problems = {}, []
    for name in sorted(names):
        if name.lower().endswith(SECRET_ENDINGS):
            variable = engagement.source_variables.get(name, f"WORKBENCH_SOURCE_{name.upper()}")
            value, where = os.environ.get(variable, ""), f"set {variable} in the environment"
        else:
            value = engagement.source_settings.get(name, "")
            where = f'write settings = {{ {name} = "..." }} below [source] in engagement.toml'
        if value:
            found[name] = Secret(value)
        else:
            problems.append(f"{name} is not known: {where}")
    raise_problems(f"{engagement.source_address} cannot be asked", problems)
    return found


def ledger_url(engagement: Engagement) -> Secret | None:
    """The PostgreSQL database the ledger is kept in, null where it is a file; the environment's goes first.

    Raises:
        UsageError: What the environment holds is no such address.
    """
    url = os.environ.get(LEDGER_VARIABLE, "")
    if url and not _is_database(url):
        raise UsageError(f"{LEDGER_VARIABLE}: expected postgresql://user:password@host/database")
    return Secret(url or engagement.ledger_address) if url or engagement.ledger_address else None


def known_secrets() -> tuple[Secret, ...]:
    """Every secret the environment holds for the workbench; none of them may stand in what a run leaves."""
    endings = ("_KEY", "_TOKEN", "_PASSWORD", "_SECRET")
    held = [value for name, value in os.environ.items() if name.startswith("WORKBENCH_") and name.endswith(endings)]
    held += _list_passwords(os.environ.get(LEDGER_VARIABLE, ""))
    return tuple(Secret(value) for value in held if value != LOCAL_KEY)


def is_address(text: str) -> bool:
    """Whether a source is asked over HTTP rather than read from files."""
    return text.startswith(("http://", "https://"))


def is_local(url: str) -> bool:
    """Whether the address is this machine's own."""
    return urlsplit(url).hostname in ("127.0.0.1", "localhost", "::1")


def home_folder() -> Path:
    """Where this analyst's signing key lies, outside of every engagement."""
    return Path(os.environ.get("WORKBENCH_HOME", Path.home() / ".config" / "workbench"))


def read_engagement(folder: Path) -> Engagement:
    """Read and check `folder/engagement.toml`.

    Raises:
        UsageError: Names every wrong, missing or unknown setting at once.
    """
    path = folder / "engagement.toml"
    data = read_toml(path)
    raise_problems(f"{path}: settings that cannot be used", _find_problems(data))
    return _build(folder.resolve(), data)


_TEXT, _NUMBER, _WHOLE, _LIST = (str,), (int, float), (int,), (list,)
_SETTINGS: dict[str, dict[str, tuple[type, ...]]] = {
    "engagement": {
        "name": _TEXT,
        "customer": _TEXT,
        "pack": _TEXT,
        "source": _TEXT,
        "cutover_source": _TEXT,
        "time_zone": _TEXT,
        "country": _TEXT,
    },
    "tenant": {"url": _TEXT, "plan": _TEXT, "share": _NUMBER},
    "policies": {policy.name: _TEXT for policy in fields(Policies)},
    "sample": {"size": _WHOLE, "seed": _WHOLE},
    "load": {"import": _LIST},
    "source": {"password_variable": _TEXT, "settings": (dict,), "variables": (dict,)},
    "ledger": {"url": _TEXT},
    "cutover": {
        "at": (datetime,),
        "time_zone": _TEXT,
        "mode": _TEXT,
        "frozen_since": (datetime,),
        "deleted": _TEXT,
        "small": _WHOLE,
        "most_deleted": _WHOLE,
    },
}
_REQUIRED = {"engagement": ("name", "pack", "source"), "tenant": ("url", "plan")}


def _find_problems(data: dict) -> list[str]:
    problems = []
    for table, values in data.items():
        if table not in _SETTINGS:
            problems.append(f"[{table}] is not a table here{name_nearest(table, _SETTINGS)}")
            continue
        if not isinstance(values, dict):
            problems.append(f"{table} = {values!r}: expected a table; write [{table}] and its settings below")
            continue
        for key, value in values.items():
            if key not in _SETTINGS[table]:
                problems.append(f"[{table}] {key} is not a setting{name_nearest(key, _SETTINGS[table])}")
            elif not isinstance(value, _SETTINGS[table][key]) or isinstance(value, bool):
                problems.append(f"[{table}] {key} = {value!r}: expected {_SETTINGS[table][key][0].__name__}")
    for table, keys in _REQUIRED.items():
        given = data.get(table, {})
        problems += [f"[{table}] {key} is missing" for key in keys if isinstance(given, dict) and key not in given]
    return problems or _find_bad_values(data)


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0 and url.split() == [url]
    except ValueError:  # a port or a host that cannot be one
        return False


def _is_zone(name: str) -> bool:
    try:
        return bool(ZoneInfo(name))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False


def _find_zone(data: dict) -> str:
    """The zone a cutover is written in: its own, else the engagement's."""
    return data["cutover"].get("time_zone", data["engagement"].get("time_zone", "UTC"))


def _read_switch(data: dict) -> Switch:
    names = ("mode", "deleted", "small", "most_deleted")
    said = {key: value for key, value in data.get("cutover", {}).items() if key in names}
    return Switch(**said, frozen_since=_read_moment(data, "frozen_since"))


def _read_moment(data: dict, name: str) -> datetime | None:
    moment = data.get("cutover", {}).get(name)
    return moment if moment is None or moment.tzinfo else moment.replace(tzinfo=ZoneInfo(_find_zone(data)))


def _is_database(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("postgresql", "postgres") and url.split() == [url] and parts.port != 0
    except ValueError:
        return False


def _list_passwords(url: str) -> list[str]:
    """The address and every form of the password in it; libpq takes one among the options too."""
    if not _is_database(url):
        return [url] * bool(url)
    parts = urlsplit(url)
    given = [parts.password or "", *parse_qs(parts.query).get("password", ())]
    return (
        [url, *(form for password in given if password for form in {password, unquote(password)})] if any(given) else []
    )


def _find_bad_values(data: dict) -> list[str]:
    problems = []
    tenant, policies, sample = data["tenant"], data.get("policies", {}), data.get("sample", {})
    allowed = {("tenant", "plan"): PLANS}
    allowed |= {("policies", key): values for key, values in CHOICES.items()}
    allowed |= {("cutover", key): values for key, values in SWITCH_CHOICES.items()}
    for (table, key), values in allowed.items():
        value = data.get(table, {}).get(key, values[0])
        if value not in values:
            problems.append(f"[{table}] {key} = {value!r}: use one of {', '.join(values)}")
    if not _is_address(tenant["url"]):
        problems.append(f"[tenant] url = {tenant['url']!r}: expected http(s)://host/crm/sales/api")
    address = data.get("ledger", {}).get("url", "")
    if address and not _is_database(address):
        problems.append("[ledger] url: expected postgresql://host/database")
    elif _list_passwords(address):
        problems.append(
            f"[ledger] url holds a password, and this file is evidence that others read: set {LEDGER_VARIABLE} in the "
            "environment, or keep the password in libpq's own password file"
        )
    if "cutover" in data and not _is_zone(zone := _find_zone(data)):
        problems.append(f"[cutover] time_zone = {zone!r}: use an IANA name such as Europe/Berlin")
    if data.get("cutover", {}).get("small", 0) < 0:
        problems.append("[cutover] small: a number of records, 0 or more")
    if data.get("cutover", {}).get("most_deleted", 0) < 0:
        problems.append("[cutover] most_deleted: a number of records, 0 or more")
    if not 0 < tenant.get("share", 1.0) <= 1:
        problems.append(f"[tenant] share = {tenant['share']}: a part of the quota, above 0 and at most 1")
    for object in data.get("load", {}).get("import", ()):
        if object not in IMPORTABLE:
            problems.append(
                f"[load] import: {object!r} cannot go by import file{name_nearest(str(object), IMPORTABLE)}"
            )
    variable = data.get("source", {}).get("password_variable", SOURCE_PASSWORD_VARIABLE)
    if not re.fullmatch(r"WORKBENCH_\w*_PASSWORD", variable):
        # Only variables of such names are known as secrets and looked for in what a run leaves.
        problems.append(
            "[source] password_variable: the name of an environment variable, such as WORKBENCH_CLINIC_PASSWORD; "
            "the password itself stands in no file"
        )
    problems += _find_source_problems(data["engagement"], data.get("source", {}))
    if not 1 <= sample.get("size", 200) <= 500:
        problems.append(f"[sample] size = {sample['size']}: 1 to 500 records")
    if policies.get("unmatched_owner") == "fallback" and not policies.get("fallback_owner"):
        problems.append(
            "[policies] unmatched_owner = 'fallback' needs fallback_owner = an e-mail of a user in the tenant"
        )
    return problems


def _find_source_problems(core: dict, source: dict) -> list[str]:
    problems = []
    address = core["source"]
    if is_address(address) and (not _is_address(address) or urlsplit(address).username is not None):
        problems.append(f"[engagement] source = {address!r}: expected http(s)://host/path, without a user")
    if is_address(core.get("cutover_source", "")):
        problems.append("[engagement] cutover_source: leave it out; workbench extract NAME --cutover asks the source")
    for name, variable in source.get("variables", {}).items():
        if not re.fullmatch(r"WORKBENCH_\w*_(KEY|TOKEN|PASSWORD|SECRET|PIN)", str(variable)):
            problems.append(f"[source] variables: {name}: the name of an environment variable: WORKBENCH_..._KEY")
    for name, value in source.get("settings", {}).items():
        if name.lower().endswith(SECRET_ENDINGS) or not isinstance(value, str):
            problems.append(
                f"[source] settings: {name}: a text that is no secret; those stand in the environment, "
                f"as WORKBENCH_SOURCE_{name.upper()}"
            )
    return problems


def _find_sources(folder: Path, core: dict) -> tuple[Path, Path]:
    """Where the export lies, and that of the switch; what an API gave lies in the engagement's own folder."""
    if not is_address(core["source"]):
        source = (folder / core["source"]).resolve()
        return source, (folder / core.get("cutover_source", core["source"])).resolve()
    source, later = folder / EXTRACTED, folder / EXTRACTED_LATER
    named = core.get("cutover_source")
    return source, (folder / named).resolve() if named else later if later.exists() else source


def _build(folder: Path, data: dict) -> Engagement:
    core, tenant, sample = data["engagement"], data["tenant"], data.get("sample", {})
    asked = data.get("source", {})
    source, cutover_source = _find_sources(folder, core)
    return Engagement(
        name=core["name"],
        folder=folder,
        customer=core.get("customer", core["name"]),
        pack=core["pack"],
        source=source,
        cutover_source=cutover_source,
        tenant_url=tenant["url"].rstrip("/"),
        plan=tenant["plan"],
        share=float(tenant.get("share", 0.8)),
        time_zone=core.get("time_zone", "UTC"),
        country=core.get("country", "US"),
        sample_size=sample.get("size", 200),
        seed=sample.get("seed", 1),
        policies=Policies(**data.get("policies", {})),
        password_variable=data.get("source", {}).get("password_variable", SOURCE_PASSWORD_VARIABLE),
        source_address=core["source"].rstrip("/") if is_address(core["source"]) else "",
        source_settings=asked.get("settings", {}),
        source_variables=asked.get("variables", {}),
        ledger_address=data.get("ledger", {}).get("url", ""),
        cutover_at=_read_moment(data, "at"),
        switch=_read_switch(data),
        imports=tuple(data.get("load", {}).get("import", ())),
    )
