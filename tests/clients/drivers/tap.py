"""Runs a Singer tap as its own command does, against another address.

Arguments: the tap's module, the scheme, host and port to ask, `own` or `none` for its pauses, then what its command
takes. Nothing of the tap is changed but the address; with `none` the process does not wait where the tap sleeps.
"""

import importlib
import sys
import time


def main(module: str, origin: str, pauses: str, *arguments: str) -> None:
    """Hand over to the tap."""
    if pauses == "none":
        time.sleep = lambda seconds: None
    tap = importlib.import_module(module)
    tap.BASE_URL = origin
    sys.argv = [module, *arguments]
    tap.main()


if __name__ == "__main__":
    main(*sys.argv[1:])
