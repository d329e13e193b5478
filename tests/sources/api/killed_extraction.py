"""An extraction killed over and over: `python -m tests.sources.api.killed_extraction ENGAGEMENT KILLS SEED TIME_SCALE`.

One process imports everything and forks a child an attempt. The child extracts and dies by SIGKILL after a time drawn
by the seed, wherever it is then; the last attempt is left alone.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
import traceback
from pathlib import Path

from workbench.engagement import read_engagement
from workbench.sources.api.extraction import extract


def extract_scaled(folder: Path, scale: float) -> None:
    """Extract on a clock that runs as fast as the source's does."""
    began = (folder / "engagement.toml").stat().st_mtime
    extract(
        read_engagement(folder),
        clock=lambda: began + (time.time() - began) * scale,
        sleep=lambda seconds: time.sleep(seconds / scale),
    )


def attempt(folder: Path, scale: float, *, seconds: float) -> bool:
    """One attempt, killed after so many seconds; whether it came to its end."""
    child = os.fork()
    if not child:
        try:
            if seconds:
                signal.setitimer(signal.ITIMER_REAL, seconds)
                signal.signal(signal.SIGALRM, signal.SIG_DFL)
            extract_scaled(folder, scale)
            os._exit(0)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return False
    if os.WEXITSTATUS(status):
        raise SystemExit(f"an attempt failed with {os.WEXITSTATUS(status)}")
    return True


if __name__ == "__main__":
    folder, kills, seed, scale = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])
    dice, killed = random.Random(seed), 0
    while killed < kills and not attempt(folder, scale, seconds=dice.uniform(0.02, 0.25)):
        killed += 1
    if killed == kills:
        attempt(folder, scale, seconds=0)
    print(killed)
