"""The tools that are put side by side: how each is started, and what to know before comparing them."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from workbench.bench.environments import find_environment, read_packages

DRIVERS = Path(__file__).parent / "drivers"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """One tool in one way of using it.

    Attributes:
        peer: Its entry in peers.toml; empty for ours.
        driver: What is started.
        mode: `bulk` or `upsert`: whether it writes contacts, accounts and deals by the hundred or one by one.
        needs_facade: It speaks Salesforce's collections, so that a small server has to stand between.
        note: What a reader must know to compare it fairly.
    """

    name: str
    driver: str
    note: str
    peer: str = ""
    mode: str = ""
    needs_facade: bool = False

    def make_command(self) -> tuple[str, ...]:
        """What starts one attempt, but for the cell.

        Raises:
            UsageError: Its packages cannot be had.
        """
        if not self.peer:
            return sys.executable, "-m", self.driver
        return str(find_environment(self.peer)), str(DRIVERS / self.driver)

    @property
    def version(self) -> str:
        """The tool and its version."""
        return read_packages(self.peer)[0].replace("==", " ") if self.peer else f"workbench {_version()}"


def _version() -> str:
    from workbench import __version__

    return __version__


_ALL = (
    Tool(
        name="ours",
        driver="workbench.bench.drivers.ours",
        note="Contacts, accounts and deals by the hundred, notes one by one; a ledger beside it.",
    ),
    Tool(
        name="dlt bulk",
        driver="dlt_pipeline.py",
        peer="dlt",
        mode="bulk",
        note="A custom destination with batch_size=100 that hands each batch in as a bulk upsert and waits for its "
        "job; batch_size=1 for notes; an incremental cursor, dlt's own requests with its retries. One pipeline an "
        "object and one worker, so that parents come first.",
    ),
    Tool(
        name="dlt upsert",
        driver="dlt_pipeline.py",
        peer="dlt",
        mode="upsert",
        note="The same with batch_size=1 for all: an upsert by the source's id a record, notes created.",
    ),
    Tool(
        name="singer bulk",
        driver="singer_target.py",
        peer="singer",
        mode="bulk",
        note="A BatchSink of a hundred that hands each batch in as a bulk upsert and waits for its job, a RecordSink "
        "for notes; requests in five tries with the SDK's own waits; started again from the last state it wrote. It "
        "writes state every second and between two streams, for the five minutes of its own would be longer than the "
        "whole load.",
    ),
    Tool(
        name="singer upsert",
        driver="singer_target.py",
        peer="singer",
        mode="upsert",
        note="The same with a RecordSink for all: an upsert by the source's id a record, notes created.",
    ),
    Tool(
        name="cumulusci upsert",
        driver="cumulusci_load.py",
        peer="cumulusci",
        mode="upsert",
        needs_facade=True,
        note="load_dataset over the REST collections, 200 records each, of a small server that speaks Salesforce and "
        "makes one request of each record: the requests are that server's. Whatever goes wrong with one is the error "
        "of its row; that server waits out a used-up quota, and no answer is too slow for it. Contacts, accounts and "
        "deals are upserted, notes inserted. A load that broke starts again at its step; row errors stop a step that "
        "upserts, and are ignored once it has stopped twice. It keeps no mark of what was loaded and is not meant to "
        "be run twice: a second run is the same load again.",
    ),
)
TOOLS = {tool.name: tool for tool in _ALL}
