"""An extraction: everything a layout's endpoints give, as an export in the engagement's source folder.

It can be killed at any instant and run again: pages that were kept are not asked for again, and the export is put in
place when all of it is there. What was extracted before is brought up to date: where an endpoint can be asked for what
was modified since, only that is read and laid over the earlier records by their key; the rest is read whole.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from workbench.engagement import EXTRACTED, EXTRACTED_LATER, Engagement, source_values
from workbench.errors import UsageError
from workbench.layout import Layout, read_layout
from workbench.sources.api.attachments import fetch_attachments
from workbench.sources.api.client import SourceClient
from workbench.sources.api.extracted import check_extracted, find_under_way
from workbench.sources.api.finishing import (
    copy_export,
    merge_object,
    merged_path,
    put_in_place,
    read_manifest,
)
from workbench.sources.api.limiter import Limiter
from workbench.sources.api.reading import Reading
from workbench.sources.api.under_way import Checkpoint, UnderWay, read_lines

Progress = Callable[[str, int, int | None], None]
LOG = ".source-requests"


@dataclass(frozen=True, slots=True, kw_only=True)
class Extraction:
    """What an extraction left.

    Attributes:
        folder: Where the export lies.
        manifest: What its manifest says.
        warnings: What the analyst has to know of it.
    """

    folder: Path
    manifest: dict[str, Any]
    warnings: tuple[str, ...]


def extract(
    engagement: Engagement,
    *,
    is_cutover: bool = False,
    is_whole: bool = False,
    transport: Any = None,
    clock: Callable[[], float] = time.time,
    sleep: Callable[[float], None] = time.sleep,
    on_wait: Callable[[float, str], None] | None = None,
    progress: Progress = lambda name, done, total: None,
) -> Extraction:
    """Extract, or go on with what was begun.

    Args:
        is_cutover: Bring a copy of the export up to date, which is the one taken at the switch.
        is_whole: Read everything again; without it a record that was deleted at the source stays in the export
            wherever only modified ones are asked for.
        transport: Takes the place of the network; see `SourceClient`.

    Raises:
        UsageError: The source is no address, a secret or a layout is wrong, or another extraction is at it.
        RetryLater: The source does not answer; what was read is kept.
        StopRun: The source does not page as the layout says.
    """
    layout = _check_layout(engagement)
    values = source_values(engagement, layout.api.names)
    out = engagement.folder / (EXTRACTED_LATER if is_cutover else EXTRACTED)
    log = engagement.folder / LOG
    with _claim(log.with_name(f"{LOG}.lock")):
        under_way = find_under_way(out)
        _prepare(engagement, out, is_cutover=is_cutover)
        limiter = Limiter(layout.api.limits, share=layout.api.share, log=log, clock=clock, sleep=sleep, on_wait=on_wait)
        with SourceClient(
            engagement.source_address, layout.api, values, limiter=limiter, clock=clock, transport=transport
        ) as client:
            if not under_way.is_finishing:
                plan = _begin(under_way, layout, out, is_whole=is_whole, clock=clock)
                _read_all(layout, plan, client, under_way, out, clock=clock, progress=progress)
        manifest = put_in_place(under_way, out)
    return Extraction(folder=out, manifest=manifest, warnings=tuple(_find_warnings(manifest)))


def _check_layout(engagement: Engagement) -> Layout:
    path = engagement.folder / "layout.toml"
    layout = read_layout(path)
    if not engagement.source_address:
        raise UsageError(
            f"{engagement.name}: the source is {engagement.source.name}, which is read as it lies; "
            'to ask an API write source = "https://..." below [engagement]'
        )
    if layout.api is None:
        raise UsageError(f"{path}: says nothing of an API; add [api] with an [api.object.NAME] for each object")
    return layout


def _prepare(engagement: Engagement, out: Path, *, is_cutover: bool) -> None:
    if is_cutover and not out.exists():
        check_extracted(engagement, engagement.folder / EXTRACTED)
        copy_export(engagement.folder / EXTRACTED, out)


def _begin(
    under_way: UnderWay, layout: Layout, out: Path, *, is_whole: bool, clock: Callable[[], float]
) -> dict[str, Any]:
    """The plan of the extraction under way, a new one where there is none.

    Raises:
        UsageError: The layout is another than that it was begun with.
    """
    digest = hashlib.sha256(repr((layout.api, [asdict(row) for row in layout.objects.values()])).encode()).hexdigest()
    plan = under_way.read_plan()
    if plan is None:
        before = {} if is_whole else read_manifest(out).get("objects", {})
        since = {
            name: before[name]["began"] if endpoint.since and name in before else ""
            for name, endpoint in layout.api.endpoints.items()
        }
        began = datetime.fromtimestamp(clock(), UTC).isoformat()
        plan = {"began": began, "layout": digest, "since": since, "spent": {}, "runs": 0}
    elif plan["layout"] != digest:
        raise UsageError(
            f"{under_way.folder}: begun with another layout.toml; put that back to go on, "
            "or remove this folder to begin anew"
        )
    plan["runs"] += 1
    under_way.write_plan(plan)
    return plan


def _read_all(
    layout: Layout,
    plan: dict[str, Any],
    client: SourceClient,
    under_way: UnderWay,
    out: Path,
    *,
    clock: Callable[[], float],
    progress: Progress,
) -> None:
    """Read every object, then write what puts the export in place."""
    before, objects, files = read_manifest(out), {}, {}
    spent = dict(plan["spent"])
    try:
        for name in _order(layout):
            row, endpoint = layout.objects[name], layout.api.endpoints[name]
            since = plan["since"].get(name, "")
            reading = Reading(
                row=row, endpoint=endpoint, client=client, under_way=under_way, since=since, clock=clock,
                parents=_find_parents(layout, endpoint.each, under_way, out, since=plan["since"]), progress=progress,
            )  # fmt: skip
            checkpoint = reading.read()
            objects[name] = _describe(checkpoint, since)
            if endpoint.attachments:
                earlier = before.get("attachments", {}).get(name, {}) if since else {}
                got = fetch_attachments(row, endpoint, client, under_way, out, progress)
                files[name] = earlier | got
    finally:
        plan["spent"] = {key: spent.get(key, 0) + client.spent[key] for key in {*spent, *client.spent}}
        under_way.write_plan(plan)
    for name, said in objects.items():
        earlier = out / f"{name}.jsonl" if plan["since"].get(name) else None
        said |= merge_object(layout.objects[name], layout.api.endpoints[name], under_way, earlier)
    under_way.write_finish(_build_manifest(layout, client, plan, objects, files, clock=clock))


def _order(layout: Layout) -> list[str]:
    """The objects that are asked for once, then those asked for by the records of these."""
    return sorted(layout.api.endpoints, key=lambda name: bool(layout.api.endpoints[name].each))


def _find_parents(
    layout: Layout, each: str, under_way: UnderWay, out: Path, *, since: dict[str, str]
) -> Callable[[], Iterator[dict[str, Any]]] | None:
    """The records of that object, as they will be in the export; null where there is no such object."""
    if not each:
        return None
    if since.get(each):
        merge_object(layout.objects[each], layout.api.endpoints[each], under_way, out / f"{each}.jsonl")
        return lambda: read_lines(merged_path(under_way, each))
    return lambda: under_way.read_records(each)


def _describe(at: Checkpoint, since: str) -> dict[str, Any]:
    said = {"began": at.began, "since": since, "rounds": at.round, "doubles": at.doubles, "stated": at.total}
    said |= {"absent": at.absent}
    return said | {"without_detail": at.without_detail, "is_settled": not at.fell}


def _build_manifest(
    layout: Layout, client: SourceClient, plan: dict[str, Any], objects: dict[str, Any], files: dict[str, Any], *,
    clock: Callable[[], float],
) -> dict[str, Any]:  # fmt: skip
    fetched = {place: saved for each in files.values() for place, saved in each.items() if saved}
    lines = {
        f"{name}.jsonl": {"rows": said["rows"], "sha256": said["sha256"]}
        for name, said in objects.items()
        if said["rows"]
    }
    ended = datetime.fromtimestamp(clock(), UTC).isoformat()
    return {
        "source": layout.name,
        "extracted": {"host": client.host, "began": plan["began"], "ended": ended, "runs": plan["runs"]},
        "exported_at": plan["began"],
        "requests": plan["spent"],
        "objects": objects,
        "attachments": files,
        "files": lines | fetched,
    }


def _find_warnings(manifest: dict[str, Any]) -> Iterator[str]:
    for name, said in manifest["objects"].items():
        if not said["is_settled"]:
            yield f"{name}: records were deleted while it was read, to the last time; extract again in a quieter hour"
        if said["stated"] is not None and not said["since"] and said["read"] < said["stated"]:
            yield f"{name}: the source says {said['stated']:,} records and gave {said['read']:,}"
        if said["absent"]:
            yield f"{name}: the source has no such list; see whether its path in layout.toml is right"
        if said["without_detail"]:
            yield f"{name}: {said['without_detail']:,} records were gone when asked for one by one; parts are kept"
    for name, files in manifest["attachments"].items():
        if absent := sum(saved is None for saved in files.values()):
            yield f"{name}: the source does not have {absent:,} of {len(files):,} files"


@contextmanager
def _claim(path: Path) -> Iterator[None]:
    """One extraction of an engagement at a time: two would each think the limits theirs."""
    held = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise UsageError(f"{path.parent.name}: another extraction is under way; wait for it or stop it") from None
    finally:
        os.close(held)
