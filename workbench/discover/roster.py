"""Who owned the source's records, and by which e-mail each is found in the tenant."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import polars as pl

from workbench.errors import UsageError, name_nearest, raise_problems
from workbench.model import ROSTER
from workbench.pack import OwnerRoster
from workbench.sources.csv_rows import read_header, read_rows
from workbench.sources.encodings import find_encoding

FACTS = ("name", "email", "role")  # what is known of a person beside the source's id
NEEDED = ("source_id", "email")


def build_roster(
    staged: dict[str, pl.DataFrame],
    owners: OwnerRoster | None,
    roster_file: Path | None,
    *,
    named: frozenset[str] = frozenset(),
) -> pl.DataFrame:
    """List every owner the source names, with what the roster file adds.

    Args:
        owners: Which staged object lists the staff, and in which columns; null where the source lists none.
        roster_file: CSV with source_id, email and, if wanted, name and role; null or absent where there is none.
            What it says goes before what the source says.
        named: Owners that records name; the file may say who they are although the source's list does not know them.

    Returns:
        Schema `ROSTER`, one row per source id, in the source's order; null where nothing is known.

    Raises:
        UsageError: Names every unknown column, unknown or repeated id and unusable address of the file at once.
    """
    known = _read_staff(staged, owners)
    if not roster_file or not roster_file.exists():
        return known
    listed = _read_file(roster_file, {*known["source_id"], *named} if owners else None)
    if owners is None:
        return listed
    known = pl.concat([known, listed.join(known, on="source_id", how="anti")])
    joined = known.join(listed, on="source_id", how="left", maintain_order="left")
    return joined.select("source_id", *(pl.coalesce(f"{fact}_right", fact).alias(fact) for fact in FACTS)).select(
        *ROSTER
    )


def _read_staff(staged: dict[str, pl.DataFrame], owners: OwnerRoster | None) -> pl.DataFrame:
    if owners is None:
        return pl.DataFrame(schema=ROSTER)
    columns = {"source_id": owners.id, "name": owners.name, "email": owners.email, "role": owners.role}
    taken = [(pl.col(column) if column else pl.lit(None, pl.String)).alias(to) for to, column in columns.items()]
    staff = staged[owners.object].select(taken).filter(pl.col("source_id").is_not_null())
    # Where records name their owner, a name that two people have leads to neither of them.
    is_clear = pl.col("email").n_unique().over("source_id") == 1
    staff = staff.with_columns(email=pl.when(is_clear).then("email"))
    return staff.unique("source_id", keep="first", maintain_order=True)


def _read_file(path: Path, known: set[str] | None) -> pl.DataFrame:
    title = f"{path}: a roster that cannot be used"
    try:
        encoding = find_encoding(path)
    except (UsageError, OSError) as error:
        raise UsageError(f"{title}: {error}") from error
    header = read_header(path, encoding, ",")
    raise_problems(title, _find_header_problems(header))
    rows = list(read_rows(path, encoding, ",", width=len(header), named=len(header)))
    raise_problems(title, [f"row {row.number}: {row.reason}" for row in rows if row.reason])
    listed = [dict(zip(header, (cell.strip() or None for cell in row.cells), strict=True)) for row in rows]
    raise_problems(title, _find_row_problems(listed, known))
    return pl.DataFrame([{key: row.get(key) for key in ROSTER} for row in listed], schema=ROSTER)


def _find_header_problems(header: list[str]) -> list[str]:
    problems = [f"column {name} is missing" for name in NEEDED if name not in header]
    problems += [
        f"column {name!r} is not known here{name_nearest(name, ROSTER)}" for name in header if name not in ROSTER
    ]
    return problems + [f"column {name} stands more than once" for name, n in Counter(header).items() if n > 1]


def _find_row_problems(rows: list[dict[str, str | None]], allowed: set[str] | None) -> list[str]:
    problems = []
    for number, row in enumerate(rows, start=1):
        source_id, email = row["source_id"], row["email"]
        if source_id is None:
            problems.append(f"row {number}: source_id is empty")
        elif allowed is not None and source_id not in allowed:
            problems.append(f"row {number}: source_id {source_id!r} is nobody in the source")
        if email and (email.count("@") != 1 or email.startswith("@") or "." not in email.split("@")[1]):
            problems.append(f"row {number}: email {email!r} is no e-mail address")
    counted = Counter(row["source_id"] for row in rows if row["source_id"])
    return problems + [f"source_id {id_!r} stands in {n} rows" for id_, n in counted.items() if n > 1]
