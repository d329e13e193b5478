"""What the short names of the model are called in front of a customer."""

from __future__ import annotations

DESTINATIONS = {
    "sales_account": "Account",
    "contact": "Contact",
    "deal": "Deal",
    "task": "Task",
    "appointment": "Appointment",
    "note": "Note",
    "document": "File",
    "product": "Product",
    "": "",
}
ACTIONS = {
    "migrate": "standard field",
    "custom_field": "custom field",
    "merge": "merged",
    "inventory": "written list",
    "skip": "left behind",
}
CAUSES = {
    "equal": "equal",
    "normalised": "same value, written differently",
    "truncated": "cut to the length Freshsales stores",
    "coerced": "stored as another type, or rounded",
    "dropped": "sent, but stored empty",
    "changed_by_tenant": "changed by Freshsales",
    "lookup_differs": "points at another record",
}
RESOLUTIONS = {
    "email": "same e-mail",
    "fallback": "fallback owner",
    "unresolved": "nobody yet",
}
TAGS = {
    "none": "–",
    "id": "identifier",
    "name": "name",
    "contact": "contact data",
    "address": "address",
    "birth": "date of birth or death",
    "health": "health",
    "money": "money",
    "secret": "secret, never read",
    "score": "a prediction, never read",
}


def say_destination(name: str) -> str:
    """`sales_account` as Account, `cm_care_plan` as Care plan (module), and several as they are listed."""
    if ", " in name:
        return ", ".join(say_destination(one) for one in name.split(", "))
    if name.startswith("cm_"):
        return f"{say_plainly(name.removeprefix('cm_'))} (module)"
    return DESTINATIONS.get(name, say_plainly(name))


def say_plainly(name: str) -> str:
    """A name of the machine as words: `missing_identifier` as Missing identifier."""
    words = name.replace("_", " ").strip()
    return words[:1].upper() + words[1:]
