"""Errors, named by what the analyst does next.

WorkbenchError
├── UsageError    fix a file, a parameter or a setting, then run again      exit code 2
├── StopRun       the run must end; nothing is lost                         exit code 3
│   └── GateClosed    an approval is missing or no longer fits its inputs   exit code 4
├── RetryLater    the tenant cannot answer now; wait and run again          exit code 5
└── HoldRecord    one record cannot go: write it to held, carry on          exit code 1 if it ever escapes
"""

import difflib
from collections.abc import Iterable


class WorkbenchError(Exception):
    """A failure that is explained to the analyst in one message, without a traceback."""

    exit_code = 1


class UsageError(WorkbenchError):
    """A file, parameter or setting is wrong; the message says where, what, and what is allowed."""

    exit_code = 2


class StopRun(WorkbenchError):
    """The run must end here; what was done stands recorded and nothing is lost."""

    exit_code = 3


class GateClosed(StopRun):
    """A gate is shut: an approval is missing, or something changed since it was given."""

    exit_code = 4


class RetryLater(WorkbenchError):
    """The tenant is unreachable, busy or out of quota; the same command can be run again later.

    Args:
        wait_seconds: What the tenant asked for, null where it named no time.
    """

    exit_code = 5

    def __init__(self, message: str, *, wait_seconds: float | None = None) -> None:
        super().__init__(message)
        self.wait_seconds = wait_seconds


class HoldRecord(WorkbenchError):
    """One record cannot be written as it is.

    Args:
        code: Short reason code, one of `workbench.model.HOLD_CODES`.
        field: Destination field the reason points at, empty where there is none.
        release: What would let the record go.
    """

    def __init__(self, message: str, *, code: str, field: str = "", release: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.field = field
        self.release = release


def raise_problems(title: str, problems: list[str], *, error: type[WorkbenchError] = UsageError) -> None:
    """Raise one error that lists every problem; do nothing where there is none."""
    if problems:
        listed = "\n".join(f"  - {problem}" for problem in problems)
        raise error(f"{title}:\n{listed}")


def name_nearest(word: str, known: Iterable[str]) -> str:
    """The end of a message about an unknown word: the known one it resembles, else all that are known."""
    folded = {known_word.casefold(): known_word for known_word in known}
    close = difflib.get_close_matches(word.casefold(), folded, n=1)
    return f"; did you mean {folded[close[0]]}?" if close else f"; known: {', '.join(folded.values())}"
