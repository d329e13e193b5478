"""Reading engagement.toml, and finding the engagement one works in."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from workbench.engagement.addresses import is_address
from workbench.engagement.checks import find_problems, find_zone
from workbench.engagement.values import SOURCE_PASSWORD_VARIABLE, Engagement, Policies, RunFolder, Switch
from workbench.errors import UsageError, raise_problems
from workbench.toml_file import read_toml

ROOT = Path(__file__).resolve().parents[2]
RUNS = ROOT / "runs"
TEMPLATES = ROOT / "templates"
NOTEBOOKS = ROOT / "notebooks"
DRAFT = "draft"
# What `workbench extract` wrote, before the switch and at it.
EXTRACTED, EXTRACTED_LATER = "source", "cutover_source"


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


def read_engagement(folder: Path) -> Engagement:
    """Read and check `folder/engagement.toml`.

    Raises:
        UsageError: Names every wrong, missing or unknown setting at once.
    """
    path = folder / "engagement.toml"
    data = read_toml(path)
    raise_problems(f"{path}: settings that cannot be used", find_problems(data))
    return _build(folder.resolve(), data)


def _read_switch(data: dict) -> Switch:
    names = ("mode", "deleted", "small", "most_deleted")
    said = {key: value for key, value in data.get("cutover", {}).items() if key in names}
    return Switch(**said, frozen_since=_read_moment(data, "frozen_since"))


def _read_moment(data: dict, name: str) -> datetime | None:
    moment = data.get("cutover", {}).get(name)
    return moment if moment is None or moment.tzinfo else moment.replace(tzinfo=ZoneInfo(find_zone(data)))


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
        password_variable=asked.get("password_variable", SOURCE_PASSWORD_VARIABLE),
        source_address=core["source"].rstrip("/") if is_address(core["source"]) else "",
        source_settings=asked.get("settings", {}),
        source_variables=asked.get("variables", {}),
        ledger_address=data.get("ledger", {}).get("url", ""),
        cutover_at=_read_moment(data, "at"),
        switch=_read_switch(data),
        imports=tuple(data.get("load", {}).get("import", ())),
    )
