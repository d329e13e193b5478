"""A source on a free port, in a process of its own.

`python -m tests.sources.api.served PROFILE DATA TIME_SCALE FAULTS`, where FAULTS is JSON: what goes wrong by the number
of the request.
"""

import json
import sys
from pathlib import Path

from workbench.sandbox.sources import serve_source

if __name__ == "__main__":
    profile, data, time_scale, faults = sys.argv[1:]
    serve_source(
        profile,
        Path(data),
        port=0,
        time_scale=float(time_scale),
        faults={int(number): fault for number, fault in json.loads(faults).items()},
        ready=lambda told: print(told, flush=True),
    )
