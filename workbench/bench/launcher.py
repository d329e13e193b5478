"""Starts one attempt of a tool, measures it, and kills it when told: `python launcher.py LOG COMMAND...`.

A process of its own because the kernel counts the memory of whoever starts a process as the peak of that process, and
because what it started dies with it. It kills on the first line it reads, or when nobody is left to write one, and
prints how the tool ended and what it used as one line of JSON.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time


def main(log: str, *command: str) -> None:
    """Start, wait, print."""
    with open(log, "ab") as file:
        began = time.monotonic()
        tool = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=file, stderr=file, start_new_session=True, close_fds=True
        )
    signal.signal(signal.SIGTERM, lambda *_: kill(tool.pid))
    threading.Thread(target=kill_when_told, args=(tool.pid,), daemon=True).start()
    _, ended, used = os.wait4(tool.pid, 0)
    usage = {
        "code": os.waitstatus_to_exitcode(ended),
        "seconds": time.monotonic() - began,
        "cpu": used.ru_utime + used.ru_stime,
        "peak_kb": used.ru_maxrss,
    }
    print(json.dumps(usage), flush=True)
    os._exit(0)  # the thread still reads


def kill_when_told(pid: int) -> None:
    """End the tool and all it started."""
    sys.stdin.readline()
    kill(pid)


def kill(pid):
    """End a tool and all it started, if it is still there."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)


if __name__ == "__main__":
    main(*sys.argv[1:])
