"""An engagement's ledger, opened where its settings say, its checkpoints signed with the analyst's key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from workbench.engagement import Engagement, home_folder, ledger_url
from workbench.errors import StopRun
from workbench.evidence.signing import (
    SigningKey,
    load_or_create_key,
    read_document,
    render_document,
    sign_document,
)
from workbench.ledger import Ledger, SqliteStore, Store

KIND = "workbench/checkpoint/1"


@dataclass(frozen=True, slots=True)
class KeyHolder:
    """Signs checkpoints, and reads only those of the same key."""

    key: SigningKey

    def sign(self, document: dict[str, Any]) -> bytes:
        """The signed document, as it is written."""
        return render_document(sign_document(document, kind=KIND, key=self.key))

    def read(self, data: bytes, *, where: str) -> dict[str, Any]:
        """The document without its signature.

        Raises:
            StopRun: It was changed, or another key signed it.
        """
        document, fingerprint = read_document(data, kind=KIND, where=where)
        if fingerprint != self.key.fingerprint:
            raise StopRun(
                f"{where}: signed with key {fingerprint}, not with yours, {self.key.fingerprint}; nothing was written: "
                f"whoever loaded so far goes on, or hands the key over"
            )
        return document


def open_ledger(engagement: Engagement) -> Ledger:
    """Open the ledger for writing, see `Ledger.open`.

    Raises:
        StopRun: Another run writes to it, it is not the one that was written to last, or another key signed it.
        UsageError: It cannot be opened.
    """
    key = load_or_create_key(home_folder())
    return Ledger.open(find_store(engagement), notary=KeyHolder(key))


def read_ledger(engagement: Engagement) -> Ledger:
    """Open the ledger for reading, see `Ledger.open_read_only`.

    Raises:
        UsageError: There is none, or it cannot be read.
    """
    return Ledger.open_read_only(find_store(engagement))


def find_store(engagement: Engagement) -> Store:
    """Where the ledger is kept: a file of the engagement's, or a schema of its name in PostgreSQL."""
    url = ledger_url(engagement)
    if url is None:
        return SqliteStore(engagement.ledger)
    from workbench.ledger.postgres import PostgresStore

    return PostgresStore(url=url.reveal(), schema=engagement.name, folder=engagement.folder)


def read_checkpoint(store: Store) -> tuple[dict[str, Any], str] | None:
    """The signed state of a ledger and the fingerprint that signed it; null where there is none.

    Raises:
        StopRun: It was changed after it was signed.
    """
    path = store.checkpoint
    return read_document(path.read_bytes(), kind=KIND, where=path.name) if path.exists() else None
