"""How fast the ledger is: `python -m workbench.ledger.bench [records] [--postgres URL] [--open ENTRIES]`.

A record alone is one intent, durable, and one answer; a record in a batch shares its intent's flush with 99 others.
The disk and what else the machine does decide the rates; the CPU a record is what the code costs.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from workbench.ledger.book import Ledger
from workbench.ledger.store import SqliteStore, Store
from workbench.model import Phase

BATCH = 100
PHASE = Phase(name="patients", source="patients", destination="contact", external_id=("Id",))
BODY = {
    "first_name": "Zoë", "last_name": "O'Neil", "city": "Graz", "external_id": "2f7c6b1e-5a0d-4a53-9d2f-0f5a6b7c8d9e",
    "emails": [{"value": "zoe@mail.example", "is_primary": True}],
    "custom_field": {"cf_gender": "F", "cf_born": "1971-02-03", "cf_remark": "x" * 40},
}  # fmt: skip
HASH = "h" * 64


@contextmanager
def _timing(what: str, count: int) -> Iterator[None]:
    wall, cpu = time.perf_counter(), time.process_time()
    yield
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    print(f"{what}: {count / wall:,.0f} a second, {cpu / count * 1e6:,.0f} µs CPU each")


def measure_single(ledger: Ledger, count: int) -> None:
    """Records alone: an intent, durable, then its answer."""
    with _timing("records alone", count):
        for number in range(count):
            seq = ledger.intend(PHASE, f"p{number}", action="create", body=BODY, content_hash=HASH)
            ledger.confirm(seq, number + 1, answer=BODY)


def measure_batches(ledger: Ledger, count: int) -> None:
    """Records by the hundred: a hundred intents durable together, then their answers."""
    with _timing("records by the hundred", count):
        for start in range(0, count, BATCH):
            seqs = ledger.intend_batch(PHASE, {f"q{start + number}": (BODY, HASH) for number in range(BATCH)})
            for seq in seqs.values():
                ledger.confirm(seq, 1_000_000 + seq, answer=BODY)


def measure_opening(open_it: Callable[[], Ledger], entries: int) -> None:
    """A ledger of that many entries: opened after a clean end, then read whole."""
    with open_it() as ledger:
        while (have := ledger.digest()["entries"]) < entries:
            bodies = {f"r{have + number}": (BODY, HASH) for number in range(min(5_000, entries - have))}
            ledger.intend_batch(PHASE, bodies)
    start = time.perf_counter()
    with open_it() as ledger:
        print(f"opened at {entries:,} entries: {time.perf_counter() - start:.2f} s")
        with _timing("entries verified", entries):
            ledger.check_whole()


def _measure(make: Callable[[str], Store], count: int, opening: int) -> None:
    with Ledger.open(make("rates")) as ledger:
        measure_single(ledger, count)
        measure_batches(ledger, count * 5 // BATCH * BATCH)
    if opening:
        measure_opening(lambda: Ledger.open(make("opening")), opening)


def main() -> None:
    """Read the arguments and print the rates."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("records", type=int, nargs="?", default=2_000)
    parser.add_argument("--postgres", metavar="URL", help="an empty database; without it, a file")
    parser.add_argument("--open", type=int, default=0, metavar="ENTRIES", help="also open a ledger of that many")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        if given.postgres is None:
            _measure(lambda name: SqliteStore(folder / f"{name}.sqlite"), given.records, given.open)
            return
        from workbench.ledger.postgres import PostgresStore

        def make(name: str) -> Store:
            (folder / name).mkdir(exist_ok=True)
            return PostgresStore(url=given.postgres, schema=f"bench-{folder.name}-{name}", folder=folder / name)

        _measure(make, given.records, given.open)


if __name__ == "__main__":
    main()
