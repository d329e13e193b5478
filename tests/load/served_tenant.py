"""The sandbox on a free port, in a process of its own: `python -m tests.load.served_tenant FILE`."""

import sys
from pathlib import Path

from workbench.sandbox import TenantSettings, serve

if __name__ == "__main__":
    settings = TenantSettings(calls_per_hour=10_000_000)
    serve(settings, path=Path(sys.argv[1]), port=0, ready=lambda address: print(address, flush=True))
