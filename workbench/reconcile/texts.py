"""Texts that were too long for one note, put together again from what the tenant holds and compared to the letter."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from workbench.freshsales.bodies import mark_source
from workbench.model import Phase
from workbench.notes import group_parts, join_parts
from workbench.reconcile.expected import Expected
from workbench.reconcile.population import Key, Returned

WHOLE_TEXT = "(the whole text)"


def compare_texts(
    phase: Phase, records: pl.DataFrame, returned: Returned
) -> Iterator[tuple[Key, Expected, str | None, str]]:
    """Key of the first part, what was expected and found, and the cause: equal, or changed_by_tenant.

    Args:
        records: The phase's frame of records; texts of which a part was not read back are passed over.
    """
    if phase.destination != "note":
        return
    texts = dict(records.select("external_id", "description").iter_rows())
    tag = next((rule.tag for rule in phase.fields if rule.to == "description"), "none")
    for ids in group_parts(records):
        if all(returned.get((phase.name, external_id)) for external_id in ids):
            expected = Expected(field=WHOLE_TEXT, value=join_parts(texts[each] for each in ids), tag=tag)
            found = _put_together(phase, ids, returned)
            cause = "equal" if found == expected.value else "changed_by_tenant"
            yield (phase.name, ids[0]), expected, found, cause


def _put_together(phase: Phase, ids: list[str], returned: Returned) -> str | None:
    """The text as the tenant holds it; null where its parts do not say that they are its parts."""
    held = [str(returned[phase.name, each].get("description") or "") for each in ids]
    texts = [text.removesuffix(f"\n{mark_source(phase, each)}") for text, each in zip(held, ids, strict=True)]
    try:
        return join_parts(texts)
    except ValueError:
        return None
