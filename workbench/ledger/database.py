"""The ledger's database, whichever engine keeps it: one way to read, one way to write, one end when it fails.

SQL is written as both engines read it, with `?` where a value goes; what they say differently stands in `layout`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar

from workbench.errors import StopRun

# SQL and the rows of values to run it with, one after the other.
Statement = tuple[str, Sequence[Sequence[Any]]]


class Database(ABC):
    """A connection to one ledger.

    What was not committed when a write fails, or is broken off by Ctrl-C, is taken back, and nothing is written any
    more: half an entry never stands, and the answers lost with it are found again as any answer lost in a crash is.

    Attributes:
        where: How messages name the ledger.
        format: Its format version, 0 where it is empty.
    """

    ERRORS: ClassVar[tuple[type[Exception], ...]]
    BEGIN: ClassVar[str]

    def __init__(self, connection: Any, *, where: str) -> None:
        self.where = where
        self.format = 0
        self._connection = connection
        self._failure = ""

    def query(self, sql: str, values: Sequence[Any] = ()) -> list[tuple]:
        """Every row of an answer.

        Raises:
            StopRun: The database does not answer, or failed before.
        """
        self._check_whole()
        try:
            return self._run(sql, [values]).fetchall()
        except self.ERRORS as error:
            raise self._give_up(error) from error

    def write(self, *statements: Statement) -> None:
        """Run statements that belong together; durable with the next `commit`.

        Raises:
            StopRun: They cannot be written; nothing since the last commit stands, and nothing can be written any more.
        """
        self._check_whole()
        try:
            self._run_all(statements if self.is_in_transaction else ((self.BEGIN, [()]), *statements))
        except self.ERRORS as error:
            raise self._give_up(error) from error
        except BaseException as interruption:
            self._give_up(interruption)
            raise

    def commit(self) -> None:
        """Make everything written so far durable.

        Raises:
            StopRun: It may or may not have become so.
        """
        self._check_whole()
        if not self.is_in_transaction:
            return
        try:
            self._commit()
        except self.ERRORS as error:
            raise self._give_up(error) from error
        except BaseException as interruption:
            self._give_up(interruption)
            raise

    @property
    def has_failed(self) -> bool:
        """Whether nothing can be written any more."""
        return bool(self._failure)

    def close(self) -> None:
        """End the connection; what was not committed is lost."""
        self._connection.close()

    @property
    @abstractmethod
    def is_in_transaction(self) -> bool:
        """Whether something was written since the last commit."""

    @property
    @abstractmethod
    def dialect(self) -> dict[str, str]:
        """What this engine says its own way in `layout`, by name."""

    @abstractmethod
    def _run(self, sql: str, rows: Sequence[Sequence[Any]]) -> Any:
        """Run one statement with each row of values; returns the cursor."""

    def _run_all(self, statements: Sequence[Statement]) -> None:
        for sql, rows in statements:
            self._run(sql, rows)

    @abstractmethod
    def _commit(self) -> None:
        """Commit, or raise one of `ERRORS`."""

    def _check_whole(self) -> None:
        if self._failure:
            raise StopRun(self._failure)

    def _give_up(self, error: BaseException) -> StopRun:
        what = " ".join(str(error).split()) or type(error).__name__
        self._failure = (
            f"{self.where}: the ledger cannot go on: {what}; what was not saved is in doubt and will be looked up: "
            f"put this right, then run again"
        )
        try:
            if self.is_in_transaction:
                self._run("ROLLBACK", [()])
        except self.ERRORS:
            self._connection.close()  # the engine takes back what a lost connection did not commit
        return StopRun(self._failure)
