"""JupyterLab on one engagement: its notebooks as working copies, its runs beside them, no network."""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path
from typing import NoReturn

from workbench.engagement import NOTEBOOKS, Engagement
from workbench.stages import STAGES

# Read by JupyterLab at its start; without it the first page asks to fetch news from outside.
_QUIET = {"@jupyterlab/apputils-extension/notification.jupyterlab-settings": {"fetchNews": "false"}}


def open_lab(engagement: Engagement, *, port: int, browser: bool) -> NoReturn:
    """Become JupyterLab: this process serves until it is stopped, so that a signal to it reaches the server."""
    command = prepare_lab(engagement, port=port, browser=browser)
    os.execv(command[0], command)


def prepare_lab(engagement: Engagement, *, port: int, browser: bool) -> list[str]:
    """Lay out working copies of the notebooks and quiet settings; the command that serves them."""
    copy_notebooks(engagement.folder / "notebooks")
    settings = engagement.folder / ".lab"
    for name, values in _QUIET.items():
        path = settings / "settings" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(values))
    return [
        sys.executable, "-m", "jupyterlab",
        f"--ServerApp.root_dir={engagement.folder}",
        "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.port={port}",
        f"--ServerApp.open_browser={browser}",
        "--ServerApp.allow_root=True",
        f"--LabApp.user_settings_dir={settings / 'settings'}",
        f"--LabApp.workspaces_dir={settings / 'workspaces'}",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        "--LabApp.extension_manager=readonly",
        "--LabApp.default_url=/lab/tree/notebooks",
    ]  # fmt: skip


def copy_notebooks(folder: Path) -> None:
    """Copy the stage notebooks there; a copy the analyst has worked in is left alone."""
    folder.mkdir(exist_ok=True)
    for stage in STAGES.values():
        copy = folder / f"{stage.slug}.ipynb"
        if not copy.exists():
            shutil.copyfile(NOTEBOOKS / copy.name, copy)
