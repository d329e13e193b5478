"""Reads all that freshsalessdk can read, and prints it as JSON.

Arguments: scheme, host and port to ask, and the key. The client has its host inside; requests for it are sent to the
other one, as a name server would.
"""

import json
import sys
from typing import Any

import requests
from freshsalessdk import FreshsalesSDK

HOST = "https://local.freshsales.io"
RESOURCES = ("contacts", "accounts", "deals")


def main(origin: str, key: str) -> None:
    """Print the views, every record of each resource's first view of all, one record, and what belongs to it."""
    ask = requests.get
    requests.get = lambda url, **kwargs: ask(url.replace(HOST, origin), **kwargs)
    sdk = FreshsalesSDK("local", key)
    print(json.dumps({name: read(getattr(sdk, name)) for name in RESOURCES}))


def read(resource: Any) -> dict[str, Any]:
    """What one resource gives."""
    views = {view["name"]: view["id"] for view in resource.get_views()}
    rows = resource.get_all(next(id for name, id in views.items() if name.startswith("All ")))
    read = {"views": views, "rows": rows, "one": resource.get(rows[0]["id"])}
    if hasattr(resource, "get_activities"):
        read |= {name: getattr(resource, f"get_{name}")(rows[0]["id"]) for name in ("activities", "appointments")}
    return read


if __name__ == "__main__":
    main(*sys.argv[1:])
