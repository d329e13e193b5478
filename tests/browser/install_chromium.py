"""See to it that the browser tests find a Chromium; `make test` runs this first."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_chromium() -> str | None:
    """Path of a Chromium on this machine, null where there is none."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def find_own() -> str | None:
    """Path of the Chromium that Playwright has downloaded, null where it has not."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if os.path.exists(path) else None


def install() -> None:
    """Try the system's package, then Playwright's own download."""
    as_root = [] if os.geteuid() == 0 else ["sudo", "-n"]
    attempts = []
    if shutil.which("apt-get") and (not as_root or shutil.which("sudo")):
        attempts += [[*as_root, "apt-get", "update", "-qq"], [*as_root, "apt-get", "install", "-y", "-qq", "chromium"]]
    attempts.append([sys.executable, "-m", "playwright", "install", "chromium"])
    for command in attempts:
        print("browser tests need Chromium:", " ".join(command), flush=True)
        subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        if command[-1] == "chromium" and (find_chromium() or find_own()):
            return


def main() -> int:
    """Exit code 0 where a Chromium is there in the end."""
    if find_chromium() or find_own():
        return 0
    install()
    if find_chromium() or find_own():
        return 0
    print(
        "No Chromium could be installed. Install the package `chromium` of your system, or run\n"
        f"  {sys.executable} -m playwright install chromium\nand then `make test` again.",
        file=sys.stderr,
    )
    return 1


if __name__ == "__main__":
    sys.exit(main())
