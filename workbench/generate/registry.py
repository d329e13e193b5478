"""The sources whose exports can be made up."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from workbench.errors import UsageError, name_nearest
from workbench.generate import aerona, clinic, neon_dx, octopuspro, rsoft_crm
from workbench.generate.export import Export, Settings, begin_export

LEAST, MOST = 10, 2_000_000
# A source: what its manifest says, and the function that writes its files.
GENERATORS: dict[str, tuple[Settings, Callable[..., None]]] = {
    "aerona": (aerona.SETTINGS, aerona.write_files),
    "clinic": (clinic.SETTINGS, clinic.write_files),
    "neon_dx": (neon_dx.SETTINGS, neon_dx.write_files),
    "octopuspro": (octopuspro.SETTINGS, octopuspro.write_files),
    "rsoft_crm": (rsoft_crm.SETTINGS, rsoft_crm.write_files),
}


def generate(source: str, *, records: int, out: Path, seed: int, password: str = "") -> Path:
    """Write a made-up export of that source; returns the folder or archive to hand over.

    Args:
        records: Records of the source's main object; the others follow from it.
        out: A new or empty folder; gets the export, and `truth` beside it.
        seed: The same seed and number of records give the same files.
        password: Where given, the export is one encrypted archive.

    Raises:
        UsageError: There is no such generator, the number is out of bounds, or the folder is not empty.
    """
    if source not in GENERATORS:
        raise UsageError(f"no generator for {source!r}{name_nearest(source, GENERATORS)}")
    if not LEAST <= records <= MOST:
        raise UsageError(f"records = {records:,}: {LEAST} to {MOST:,}")
    settings, write_files = GENERATORS[source]
    export: Export = begin_export(out, settings)
    write_files(export, records=records, seed=seed)
    return export.close(password=password)
