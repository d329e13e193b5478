"""Handoff: what the customer receives: inventories for rebuild, gaps and losses, dictionary, crosswalk, evidence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from workbench.compiled import read_templates
from workbench.discover.timeline import describe_window
from workbench.discover.written_documents import PREFIX as DOCUMENTS
from workbench.discover.written_documents import name_document
from workbench.discover.written_lists import PREFIX
from workbench.engagement import INPUTS, RunFolder, home_folder
from workbench.evidence.approvals import list_approvals
from workbench.evidence.checkpoints import read_ledger
from workbench.evidence.manifest import hash_inputs, hash_run
from workbench.evidence.seal import seal
from workbench.evidence.signing import load_or_create_key
from workbench.folder import save_csv, save_frames, write_text
from workbench.freshsales_names import list_freshsales_names
from workbench.gate import pass_approval
from workbench.pack import InventoryItem, Pack


@dataclass(frozen=True, slots=True, kw_only=True)
class Handoff:
    """The deliverables, as frames; each also lies in the run folder as a file the customer can open."""

    freshsales_names: pl.DataFrame
    inventories: pl.DataFrame
    gaps: pl.DataFrame
    notes: pl.DataFrame
    windows: pl.DataFrame
    losses: pl.DataFrame
    dictionary: pl.DataFrame
    crosswalk: pl.DataFrame
    held: pl.DataFrame
    owners: pl.DataFrame
    approvals: pl.DataFrame
    documents: pl.DataFrame
    facts: dict[str, object]
    inputs: dict[str, str]


def hand_off(run: RunFolder) -> Handoff:
    """Write the deliverables from what the earlier runs left, and seal the evidence; asks the tenant nothing.

    Raises:
        GateClosed: The cutover does not stand approved.
    """
    engagement = run.engagement
    pass_approval(run)
    pack, _ = read_templates(engagement)
    mapping = engagement.latest_run("mapping").path
    with read_ledger(engagement) as ledger:
        ledger.check_whole()
        frames = {
            "inventories": _list_inventories(pack),
            **_read_advice(engagement.latest_run("discovery").path),
            **_split_proposals(pl.read_parquet(mapping / "proposals.parquet")),
            "crosswalk": ledger.crosswalk(),
            "held": ledger.held(),
            "owners": pl.read_parquet(mapping / "owners.parquet").drop("user_id"),
            "approvals": list_approvals(engagement),
        }
        digest = ledger.digest()
    frames["freshsales_names"] = list_freshsales_names(
        **{name: frames[name] for name in ("crosswalk", "dictionary", "owners", "inventories")}
    )
    save_frames(run.path, frames)
    lists = {
        path.stem: pl.read_csv(path, infer_schema=False)
        for path in sorted(engagement.latest_run("discovery").path.glob(f"{PREFIX}*.csv"))
    }
    written = _copy_documents(engagement.latest_run("discovery").path, run.path)
    documents = _write_documents(run.path, pack, frames, lists=lists, written=written)
    seal(engagement, run.path / "evidence.json", key=load_or_create_key(home_folder()), at=datetime.now(UTC),
         ledger_digest=digest)  # fmt: skip
    return Handoff(
        documents=documents,
        facts=_facts(frames),
        inputs={**hash_inputs(engagement, INPUTS), **hash_run(engagement.latest_run("cutover"))},
        **frames,
    )


def _read_advice(discovery: Path) -> dict[str, pl.DataFrame]:
    """What discovery found out that outlives the switch: gaps, notes, and the windows after it."""
    timeline = pl.read_parquet(discovery / "timeline.parquet")
    read = {name: pl.read_parquet(discovery / f"{name}.parquet") for name in ("gaps", "notes")}
    return {**read, "windows": timeline.filter(pl.col("side") == "after")}


def _list_inventories(pack: Pack) -> pl.DataFrame:
    """What does not migrate and is rebuilt by hand: name, what, why, rebuild, requirement."""
    rows = [
        {"name": i.name, "what": i.what, "why": i.why, "rebuild": i.rebuild, "requirement": ", ".join(i.requirement)}
        for i in pack.inventory
    ]
    return pl.DataFrame(rows, schema=dict.fromkeys(("name", "what", "why", "rebuild", "requirement"), pl.String))


def _split_proposals(proposals: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """The data dictionary (fields that were carried) and the loss ledger (fields that were not)."""
    is_carried = pl.col("action").is_in(["migrate", "custom_field", "merge"])
    return {
        "dictionary": proposals.filter(is_carried).select(
            "object", "field", "destination", "to", "via", "tag", "filled"
        ),
        "losses": proposals.filter(~is_carried).select("object", "field", "tag", "filled", "action", "reason"),
    }


def _copy_documents(discovery: Path, folder: Path) -> list[str]:
    """What discovery wrote out of the export for somebody to rebuild; returns the names of the files."""
    found = sorted(discovery.glob(f"{DOCUMENTS}*.md"))
    for path in found:
        write_text(folder / path.name, path.read_text(encoding="utf-8"))
    return [path.name for path in found]


def _write_documents(
    folder: Path, pack: Pack, frames: dict[str, pl.DataFrame], *, lists: dict[str, pl.DataFrame], written: list[str]
) -> pl.DataFrame:
    """The files for the customer; returns document, rows, what it is for."""
    uses = {
        "crosswalk": "Finds a record of the old system in Freshsales; keep it as confidential as the source",
        "freshsales_names": "Where everything stands, by the names Freshsales uses",
        "dictionary": "Says which source field is which Freshsales field",
        "losses": "Every field left behind, and why",
        "gaps": "What the source cannot export, and what to do about it",
        "notes": "What to know of Freshsales and of this move",
        "held": "Records that wait for something, and for what",
        "owners": "Whose records went to which user; the staff the admin still invites",
        "inventories": "What the admin rebuilds by hand",
    }
    uses |= dict.fromkeys(lists, "What became no record, row by row")
    frames = frames | lists
    for name in uses:
        save_csv(folder / f"{name}.csv", frames[name])
    write_text(folder / "rebuild.md", _write_rebuild(pack))
    write_text(folder / "hypercare.md", _write_hypercare(frames["windows"]))
    rows = [{"document": f"{name}.csv", "rows": frames[name].height, "use": use} for name, use in uses.items()]
    rows += [{"document": name, "rows": None, "use": "Written out of the export, to rebuild by"} for name in written]
    rows.append({"document": "rebuild.md", "rows": len(pack.inventory), "use": "The inventories as a work list"})
    rows.append({"document": "hypercare.md", "rows": None, "use": "The log of the first days in Freshsales"})
    rows.append(
        {"document": "evidence.json", "rows": None, "use": "Seals every run and approval; see workbench verify"}
    )
    return pl.DataFrame(rows, schema={"document": pl.String, "rows": pl.Int64, "use": pl.String})


def _write_rebuild(pack: Pack) -> str:
    parts = [
        f"## {i.name}\n\n{i.what}{_point_at_document(i)}\n\nWhy it does not migrate: {i.why}\n\n- [ ] {i.rebuild}\n"
        for i in pack.inventory
    ]
    return f"# To rebuild in Freshsales: {pack.title}\n\n" + "\n".join(parts)


def _point_at_document(item: InventoryItem) -> str:
    name = f"{DOCUMENTS}{name_document(item.name)}.md"
    return f": each is written down in [{name}]({name})" if item.object else ""


def _write_hypercare(windows: pl.DataFrame) -> str:
    """The log of the first days, headed by how long they are looked after."""
    after = "\n".join(f"- {describe_window(row)}: {row['basis']}" for row in windows.iter_rows(named=True))
    return f"# Hypercare log\n\nAfter the switch:\n\n{after}\n\n{_LOG}"


_LOG = """One line for everything that is noticed in the first days, so that nothing is fixed twice or forgotten.

| when | who noticed | record (source id) | what | done |
|---|---|---|---|---|
"""


def _facts(frames: dict[str, pl.DataFrame]) -> dict[str, object]:
    return {
        "Records in Freshsales": frames["crosswalk"].height,
        "Records held": frames["held"].height,
        "Fields carried": frames["dictionary"].height,
        "Fields left behind": frames["losses"].height,
        "Things to rebuild": frames["inventories"].height,
        "Known gaps": frames["gaps"].height,
        "Approvals": frames["approvals"].height,
    }
