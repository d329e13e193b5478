"""The sandbox on a free port, in a process of its own: `python -m tests.load.served_tenant FILE [SWITCHES as JSON]`."""

import json
import sys
from pathlib import Path

from workbench.sandbox import Switches, TenantSettings, serve

if __name__ == "__main__":
    switches = Switches(**json.loads(sys.argv[2])) if len(sys.argv) > 2 else Switches()
    settings = TenantSettings(calls_per_hour=10_000_000, switches=switches)
    serve(settings, path=Path(sys.argv[1]), port=0, ready=lambda address: print(address, flush=True))
