"""The diff: every field of every record read back, expected against returned, each difference with its cause."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import polars as pl

from workbench.freshsales.schema import TenantSchema
from workbench.ledger import Ledger
from workbench.load.owners import Owners
from workbench.model import COMPARED, DIFF, Phase, frame
from workbench.reconcile.expected import Expectations, Expected
from workbench.reconcile.population import Returned, read_back
from workbench.reconcile.texts import compare_texts
from workbench.values import Values, is_empty, is_same

__all__ = ["diff_records", "find_cause", "read_back"]
WHOLE_RECORD = "(the record)"
CAUSES_OF_AGREEMENT = ("equal", "normalised")


def diff_records(
    phases: tuple[Phase, ...],
    records: dict[str, pl.DataFrame],
    returned: Returned,
    *,
    ledger: Ledger,
    schema: TenantSchema,
    owners: pl.DataFrame,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Compare what was read back with what the mapping says it should be.

    Args:
        records: Frames of records by phase; those not read back are passed over.
        returned: From `read_back` or `read_population`.
        owners: OWNERS.

    Returns:
        DIFF, the fields that differ (a value that is only written differently does not), and COMPARED, how many of
        each field agreed. A text that is several notes is also compared as the one text it was. A loaded record that
        the tenant no longer holds is one row with the field `(the record)`.
    """
    expectations = Expectations(ledger=ledger, schema=schema, owners=Owners(owners))
    differences: list[dict[str, Any]] = []
    counted: Counter[tuple[str, str, str, str]] = Counter()
    for phase in phases:
        for record in _select(phase, records[phase.name], returned).iter_rows(named=True):
            key = (phase.name, record["external_id"])
            for expected, value, cause in _compare(expectations.of(phase, record), returned[key]):
                counted[phase.name, expected.field, expected.tag, cause] += 1
                if cause not in CAUSES_OF_AGREEMENT:
                    differences.append(_describe(key, expected, value, cause))
        for key, expected, value, cause in compare_texts(phase, records[phase.name], returned):
            counted[phase.name, expected.field, expected.tag, cause] += 1
            if cause not in CAUSES_OF_AGREEMENT:
                differences.append(_describe(key, expected, value, cause))
    return frame(differences, DIFF), _count_fields(counted)


def find_cause(expected: Any, returned: Any, *, field: str) -> str:
    """Why a returned value is what it is, one of `DIFF_CAUSES`; lookups apart."""
    if expected == returned or is_empty(expected) and is_empty(returned):
        return "equal"
    if is_empty(returned):
        return "dropped"
    if is_empty(expected):
        return "changed_by_tenant"
    if is_same(field, expected, returned) or _is_same_choice(expected, returned):
        return "normalised"
    if isinstance(returned, str) and str(expected).startswith(returned.rstrip()):
        return "truncated"
    return "coerced" if _is_coerced(expected, returned) else "changed_by_tenant"


def _compare(expected: Iterator[Expected], held: Values | None) -> Iterator[tuple[Expected, Any, str]]:
    if held is None:
        yield Expected(field=WHOLE_RECORD, value="a record"), None, "dropped"
        return
    for each in expected:
        if each.field == "products" and each.field not in held:
            continue  # lists do not show them; the sample reads its deals one by one
        value = held.get(each.field)
        cause = _find_lookup_cause(each, value) if each.is_lookup else find_cause(each.value, value, field=each.field)
        yield each, value, cause


def _find_lookup_cause(expected: Expected, value: Any) -> str:
    ids = value if isinstance(value, list) else [value]
    # A record that was there before us keeps its other links; of a contact's accounts ours must be the primary one.
    linked = ids[:1] if expected.field == "sales_accounts" else ids
    if expected.value is None:
        return "equal" if is_empty(value) else "changed_by_tenant"
    return "equal" if expected.value in linked else "lookup_differs"


def _is_same_choice(expected: Any, returned: Any) -> bool:
    texts = [value for value in (expected, returned) if isinstance(value, str)]
    return len(texts) == 2 and ";" in texts[0] and len({tuple(sorted(text.split(";"))) for text in texts}) == 1


def _is_coerced(expected: Any, returned: Any) -> bool:
    if type(expected) is not type(returned) or isinstance(expected, int | float):
        return True
    return isinstance(expected, str) and any(
        _strip(expected, kept) == _strip(returned, kept) for kept in ("0", "digits")
    )


def _strip(text: str, kept: str) -> str:
    """A code without its leading zeros, or a number without its punctuation: what coercion typically loses."""
    return text.strip().lstrip("0") if kept == "0" else "".join(c for c in text if c.isdigit()) or text


def _select(phase: Phase, records: pl.DataFrame, returned: Returned) -> pl.DataFrame:
    ids = [external_id for name, external_id in returned if name == phase.name]
    wanted = pl.DataFrame({"external_id": ids}, schema={"external_id": pl.String})
    return records.unique("external_id", keep="first", maintain_order=True).join(wanted, on="external_id", how="semi")


def _describe(key: tuple[str, str], expected: Expected, value: Any, cause: str) -> dict[str, Any]:
    return {
        "phase": key[0],
        "external_id": key[1],
        "field": expected.field,
        "tag": expected.tag,
        "expected": _write(expected.value),
        "returned": _write(value),
        "cause": cause,
    }


def _write(value: Any) -> str | None:
    if isinstance(value, list):
        return "; ".join(_write_part(each) for each in value) or None
    return None if value is None else str(value)


def _write_part(part: Any) -> str:
    return " ".join(f"{name}: {value}" for name, value in part.items()) if isinstance(part, dict) else str(part)


def _count_fields(counted: Counter[tuple[str, str, str, str]]) -> pl.DataFrame:
    fields: dict[tuple[str, str, str], Counter[str]] = {}
    for (phase, field, tag, cause), number in counted.items():
        kind = cause if cause in CAUSES_OF_AGREEMENT else "different"
        fields.setdefault((phase, field, tag), Counter())[kind] += number
    rows = [
        {"phase": phase, "field": field, "tag": tag, "compared": kinds.total()}
        | {kind: kinds[kind] for kind in (*CAUSES_OF_AGREEMENT, "different")}
        for (phase, field, tag), kinds in fields.items()
    ]
    return frame(rows, COMPARED)
