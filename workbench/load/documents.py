"""Files as the tenant lists them: with the record they hang on, and in no list of their own."""

from __future__ import annotations

from typing import Any

from workbench.destinations import DOCUMENT
from workbench.freshsales.client import NotFound, Tenant
from workbench.ledger import Entry, Ledger
from workbench.values import read_moment

Parent = tuple[str, int]  # object and id of the record a file hangs on
SKEW = 3600.0  # seconds by which the tenant's clock may be behind ours


def list_documents(tenant: Tenant, parent: Parent) -> dict[int, dict[str, Any]]:
    """The files of one record by their ids; none where it is gone."""
    try:
        return {int(each["id"]): each for each in tenant.documents_of(*parent)}
    except NotFound:
        return {}


def find_uploaded(tenant: Tenant, ledger: Ledger, intent: Entry, parent: Parent) -> dict[str, Any] | None:
    """The file an intent meant, by its name and size, unless it was there before or is another one of ours."""
    return next(
        (
            each
            for id, each in sorted(list_documents(tenant, parent).items(), reverse=True)
            if is_alike(intent, each) and ledger.find_by_destination(DOCUMENT, id) is None
        ),
        None,
    )


def is_alike(intent: Entry, file: dict[str, Any]) -> bool:
    """Whether a file may be the one an intent meant: of its name and size, and not there before."""
    body, began, made = intent.payload["body"], read_moment(intent.at), read_moment(file.get("created_at"))
    return (
        file.get("file_name") == body["file_name"]
        and file.get("file_size", body["size"]) == body["size"]
        and not (made and (began - made).total_seconds() > SKEW)
    )
