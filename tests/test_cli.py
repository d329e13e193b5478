"""The command as an analyst types it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
HEAVY = ("polars", "httpx", "papermill", "nbformat", "matplotlib", "great_tables", "starlette", "cryptography")


def run_workbench(*words: str, **settings) -> subprocess.CompletedProcess:
    """The command in a process of its own, with what it printed."""
    return subprocess.run([sys.executable, "-m", "workbench", *words], capture_output=True, text=True, **settings)


COMMANDS = (
    "new",
    "run",
    "approve",
    "status",
    "verify",
    "lab",
    "coverage",
    "draft",
    "demo",
    "generate",
    "rollback",
    "tenant serve",
    "tenant switches",
)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example(command):
    """`--help` of each command explains it and shows one line to copy."""
    result = run_workbench(*command.split(), "--help")

    assert result.returncode == 0
    assert f"workbench {command}" in result.stdout.split("Example:")[1]


def test_help_loads_no_heavy_library():
    """A cold `workbench --help` answers at once because the big libraries stay inside the commands."""
    code = (
        "import sys\nfrom click.testing import CliRunner\nfrom workbench.cli import cli\n"
        "assert CliRunner().invoke(cli, ['--help']).exit_code == 0\n"
        f"print(sorted(set({HEAVY!r}) & set(sys.modules)))"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)

    assert result.stdout.strip() == "[]", result.stderr


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("status", "nobody"), 2, "no engagement 'nobody'"),
        (("run", "nobody"), 2, "workbench new nobody"),
        (("verify", "nobody"), 2, "no engagement 'nobody'"),
        (("rollback", "nobody", "--record", "p17"), 2, "no engagement 'nobody'"),
        (("run", "nobody", "lunch"), 2, "'lunch' is not one of"),
        (("new", "x", "--pack", "clinik", "--source", "."), 2, "no pack 'clinik'; known: aerona, booking"),
        (("new", "Bad Name", "--pack", "clinic", "--source", "."), 2, "is no folder name"),
        (("new", "x", "--pack", "clinic", "--source", "no/such/export"), 2, "no/such/export does not exist"),
    ],
)
def test_a_mistake_is_one_message_with_the_right_exit_code(words, code, said):
    """A wrong word on the command line says where, what and what to do, without a traceback."""
    result = run_workbench(*words)

    assert result.returncode == code
    assert said in result.stderr
    assert "Traceback" not in result.stderr


def test_debug_shows_the_traceback():
    """`--debug` gives the developer what the analyst is spared."""
    result = run_workbench("--debug", "status", "nobody")

    assert "Traceback" in result.stderr


def test_ctrl_c_is_one_message_and_exit_code_130():
    """Whatever command was running, Ctrl-C says that what was done stands, and shells see a stopped command."""
    code = (
        "import sys\nfrom workbench.cli import cli, main\n"
        "@cli.command()\ndef wait():\n    raise KeyboardInterrupt\n"
        "sys.argv = ['workbench', 'wait']\nmain()\n"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)

    assert result.returncode == 130
    assert "the same command goes on from there" in result.stderr
    assert "Traceback" not in result.stderr
