"""Begin an engagement: its folder, its settings, its own copies of pack and layout."""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from pathlib import Path
from string import Template

from workbench.drafting import draft_templates
from workbench.engagement import RUNS, TEMPLATES, Engagement, is_address, is_local, read_engagement, source_password
from workbench.errors import UsageError, raise_problems
from workbench.layout import read_layout
from workbench.pack import read_pack
from workbench.toml_file import read_toml

# A fresh local tenant has this user, so that a rehearsal needs no further setting.
LOCAL_OWNER = "admin@tenant.example"
GUIDE = "templates/README.md shows how to write it"


def create_engagement(
    name: str,
    *,
    source: Path | str,
    pack: str,
    url: str,
    plan: str,
    customer: str | None = None,
    cutover_source: Path | None = None,
    roster: Path | None = None,
    missing_identifier: str = "placeholder",
    unmatched_owner: str = "fallback",
    fallback_owner: str | None = None,
    time_zone: str = "UTC",
    country: str = "US",
    runs: Path = RUNS,
) -> Engagement:
    """Make `runs/<name>` whole or not at all.

    Args:
        source: A folder, an archive, or the address of the source's API.
        time_zone: IANA zone of times in the source that name none.
        country: ISO code of the country of phone numbers that name none.

    Raises:
        UsageError: Names every reason why not.
    """
    folder = runs / name
    if fallback_owner is None:
        fallback_owner = LOCAL_OWNER if is_local(url) else ""
    address = source if isinstance(source, str) and is_address(source) else ""
    paths = {"source": None if address else Path(source), "cutover source": cutover_source, "roster": roster}
    raise_problems(
        f"engagement {name!r} cannot be made",
        [*_find_name_problems(name, folder), *_find_pack_problems(pack), *_find_path_problems(paths)],
    )
    settings = {
        "name": name,
        "customer": customer or name,
        "pack": pack,
        "source": address or str(Path(source).resolve()),
        "url": url,
        "plan": plan,
        "missing_identifier": missing_identifier,
        "unmatched_owner": unmatched_owner,
        "fallback_owner": fallback_owner,
        "time_zone": time_zone,
        "country": country,
    }
    text = Template((TEMPLATES / "engagement.toml").read_text()).substitute(
        {key: json.dumps(value, ensure_ascii=False) for key, value in settings.items()}
    )
    if cutover_source:
        text = text.replace('# cutover_source = "..."', f"cutover_source = {json.dumps(str(cutover_source.resolve()))}")
    return _write_folder(folder, text, pack=pack, roster=roster)


def draft_engagement(engagement: Engagement) -> list[str]:
    """Draft into layout and pack what the export says of its own schema; see `workbench.drafting`."""
    if engagement.source_address and not engagement.source.exists():
        return []  # the schema is asked for with everything else
    return draft_templates(
        engagement.folder,
        engagement.source,
        password=source_password(engagement),
        is_extracted=bool(engagement.source_address),
    )


def _write_folder(folder: Path, settings: str, *, pack: str, roster: Path | None) -> Engagement:
    template = TEMPLATES / "packs" / f"{pack}.toml"
    layout = _check_templates(template)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".new-") as made:
        made = Path(made) / folder.name
        made.mkdir()
        (made / "engagement.toml").write_text(settings, encoding="utf-8")
        shutil.copyfile(template, made / "pack.toml")
        shutil.copyfile(layout, made / "layout.toml")
        if roster:
            shutil.copyfile(roster, made / "roster.csv")
        _check_settings(made, named=folder.name)
        engagement = read_engagement(made)
        if engagement.source.exists():  # what an API gives is extracted later
            draft_engagement(engagement)
        os.replace(made, folder)
    return read_engagement(folder)


def _check_settings(made: Path, *, named: str) -> None:
    try:
        read_engagement(made)
    except UsageError as error:
        # The folder is gone when the analyst reads this, so it must not be named.
        told = str(error).replace(f"{made / 'engagement.toml'}: ", "")
        raise UsageError(f"engagement {named!r} cannot be made: {told}") from error


def _check_templates(pack: Path) -> Path:
    """The layout that a pack of the templates names; both are checked where they stand, which is where they are mended.

    Raises:
        UsageError: The pack names no layout, or one of them cannot be used.
    """
    head = read_toml(pack).get("pack")
    name = head.get("layout") if isinstance(head, dict) else None
    if not isinstance(name, str) or not name:
        raise UsageError(f"{pack}: [pack] has no layout; it takes the name of a file in {TEMPLATES / 'layouts'}")
    layout = TEMPLATES / "layouts" / f"{name}.toml"
    read_pack(pack, read_layout(layout))
    return layout


def _find_name_problems(name: str, folder: Path) -> list[str]:
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,40}", name):
        return [f"{name!r} is no folder name: use a to z, 0 to 9, - and _, beginning with a letter or digit"]
    return [
        f"{folder} exists already; choose another name, or go on with it: workbench status {name}"
    ] * folder.exists()


def _find_pack_problems(pack: str) -> list[str]:
    known = sorted(path.stem for path in (TEMPLATES / "packs").glob("*.toml"))
    return [] if pack in known else [f"no pack {pack!r}; known: {', '.join(known)}; a new one: {GUIDE}"]


def _find_path_problems(paths: dict[str, Path | None]) -> list[str]:
    problems = [f"{what} {path} does not exist" for what, path in paths.items() if path and not path.exists()]
    roster = paths["roster"]
    return problems + [f"roster {roster} is a folder; name its CSV file"] * bool(roster and roster.is_dir())
