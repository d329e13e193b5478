"""Drafts for an engagement: what its export says of its own schema, written into its copies of layout and pack."""

from __future__ import annotations

import re
import tempfile
from dataclasses import replace
from pathlib import Path

from workbench.engagement import Secret
from workbench.folder import write_text
from workbench.layout import Layout, read_layout
from workbench.pack import Pack, read_pack
from workbench.pack.catalog import CatalogObject, read_catalog
from workbench.pack.drafts import Drafter, can_be_drafted, make_drafter
from workbench.sources.files import read_staged, stage_folder

PLACE = "# drafts:"  # a line of a pack that begins so is where drafts go


def draft_templates(
    folder: Path, source: Path, *, password: Secret | None = None, is_extracted: bool = False
) -> list[str]:
    """Add to `layout.toml` and `pack.toml` what the export describes and they do not know; what stands there stays.

    Args:
        folder: The engagement's, with both files.
        source: Its export.
        is_extracted: The export is what an API gave.

    Returns:
        The objects and `object.field`s that were drafted, in the export's order; none where the pack names no catalog.

    Raises:
        UsageError: The export's description of itself cannot be read, or what was drafted cannot be used; the files
            are as they were.
    """
    layout = read_layout(folder / "layout.toml")
    pack = read_pack(folder / "pack.toml", layout)
    if pack.catalog is None:
        return []
    objects = _read_objects(pack, layout.as_extracted() if is_extracted else layout, source, password)
    drafter = make_drafter(pack.catalog, objects, pack, layout)
    texts = {name: (folder / name).read_text(encoding="utf-8") for name in ("layout.toml", "pack.toml")}
    drafted: list[str] = []
    for object in objects.values():
        drafted += _draft_object(object, drafter, layout, pack, texts)
    if drafted:
        _write(folder, texts)
    return drafted


def _read_objects(pack: Pack, layout: Layout, source: Path, password: Secret | None) -> dict[str, CatalogObject]:
    described = {name: layout.objects[name] for name in pack.catalog.names}
    with tempfile.TemporaryDirectory() as made:
        stage_folder(source, replace(layout, objects=described), Path(made) / "staged", password=password)
        return read_catalog(pack.catalog, read_staged(Path(made) / "staged"))


def _draft_object(
    object: CatalogObject, drafter: Drafter, layout: Layout, pack: Pack, texts: dict[str, str]
) -> list[str]:
    known = layout.objects.get(object.name)
    if known:
        new = [each.name for each in object.fields if each.name not in known.columns]
        texts["layout.toml"] = _insert_columns(texts["layout.toml"], object, drafter.draft_columns(object, new))
        return [f"{object.name}.{name}" for name in new]
    if not can_be_drafted(object):
        return []  # the register of gaps names the file that nobody reads
    texts["layout.toml"] += drafter.draft_layout(object)
    texts["pack.toml"] = _insert_draft(texts["pack.toml"], drafter.draft_pack(object))
    for rule in pack.dedupes:
        for each in (each for each in object.fields if each.lookup == rule.object):
            line = f'  {{ object = "{object.name}", column = "{each.name}" }},'
            texts["pack.toml"] = _insert_reference(texts["pack.toml"], rule.object, line)
    return [object.name]


def _insert_columns(text: str, object: CatalogObject, lines: list[str]) -> str:
    """The lines behind the last column of the object's table."""
    if not lines:
        return text
    blocks = re.split(r"(?m)^(?=\[\[object\]\])", text)
    place = next(i for i, block in enumerate(blocks) if re.search(rf'(?m)^name = "{object.name}"$', block))
    blocks[place] = blocks[place].rstrip("\n") + "\n" + "\n".join(lines) + "\n\n" * (place < len(blocks) - 1)
    return "".join(blocks)


def _insert_draft(text: str, draft: str) -> str:
    """The draft where the pack says drafts go, behind those that stand there; else at its end."""
    before, mark, after = text.partition(f"\n{PLACE}")
    if not mark:
        return text + draft
    line, _, rest = after.partition("\n")
    return f"{before}{draft}{mark}{line}\n{rest}"


def _insert_reference(text: str, object: str, line: str) -> str:
    """The line among what points at the records of a `[[dedupe]]`."""
    block = re.compile(rf'(?ms)^\[\[dedupe\]\][^\n]*\nobject = "{object}"\n.*?^references = \[\n')
    return block.sub(lambda match: f"{match[0]}{line}\n", text, count=1)


def _write(folder: Path, texts: dict[str, str]) -> None:
    """Both files, after they were read once as they will be."""
    with tempfile.TemporaryDirectory() as made:
        for name, text in texts.items():
            write_text(Path(made) / name, text)
        read_pack(Path(made) / "pack.toml", read_layout(Path(made) / "layout.toml"))
    for name, text in texts.items():
        write_text(folder / name, text)
