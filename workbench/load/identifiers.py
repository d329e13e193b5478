"""What a contact is known by: without an e-mail or a mobile number the tenant refuses it."""

from __future__ import annotations

import hashlib
import re
from typing import Any

from workbench.errors import HoldRecord
from workbench.own_fields import PLACEHOLDER_FLAG

# .invalid can never be delivered to (RFC 2606), so that nobody is written to by accident.
PLACEHOLDER_DOMAIN = "placeholder.invalid"
IDENTIFIERS = ("email", "emails", "mobile_number")
_UNFIT = re.compile(r"[^A-Za-z0-9._-]+")


def ensure_identifier(record: dict[str, Any], *, policy: str) -> dict[str, Any]:
    """The record as it stands where it has an identifier, else with a marked placeholder e-mail.

    Args:
        record: A contact of the frame of records.
        policy: `hold` or `placeholder`.

    Raises:
        HoldRecord: It has none, and the policy is to hold.
    """
    if any(record.get(name) for name in IDENTIFIERS):
        return record
    if policy == "hold":
        raise HoldRecord(
            "the contact has neither an e-mail nor a mobile number",
            code="missing_identifier",
            field="emails",
            release="complete the source, or set missing_identifier = 'placeholder' in engagement.toml",
        )
    to = "email" if "email" in record else "emails"
    return record | {to: make_placeholder(record["external_id"]), PLACEHOLDER_FLAG: True}


def make_placeholder(external_id: str) -> str:
    """An e-mail for a contact without one; different external ids make different e-mails."""
    fit = _UNFIT.sub("-", external_id).strip(".-") or "contact"
    # Mail addresses know no case and only some characters; where that loses something, a hash keeps them apart.
    if fit != external_id or fit != fit.lower() or len(fit) > 48:
        fit = f"{fit[:48]}-{hashlib.sha256(external_id.encode()).hexdigest()[:12]}"
    return f"{fit.lower()}@{PLACEHOLDER_DOMAIN}"
