"""What a Singer tap writes, read and judged by the schemas it writes itself."""

from __future__ import annotations

import json
from typing import Any

from jsonschema import Draft4Validator

Lines = list[dict[str, Any]]


class Extraction:
    """The lines of one run of a tap.

    Attributes:
        records: Records of each stream, as they were written.
        schemas: Schema of each stream.
        states: Every state, in order.
    """

    def __init__(self, output: str) -> None:
        lines = [json.loads(line) for line in output.splitlines()]
        self.records: dict[str, Lines] = {}
        for line in lines:
            if line["type"] == "RECORD":
                self.records.setdefault(line["stream"], []).append(line["record"])
        self.schemas = {line["stream"]: line["schema"] for line in lines if line["type"] == "SCHEMA"}
        self.states = [line["value"] for line in lines if line["type"] == "STATE"]

    def ids(self, stream: str) -> set[int]:
        """Ids of the records of a stream; views overlap, so that one record may be written several times."""
        return {record["id"] for record in self.records[stream]}

    def violations(self, stream: str, schema: str = "") -> set[str]:
        """Fields of a stream that are not what its schema says, each with what it is instead."""
        # One tap writes `text` where it means a string; JSON Schema knows no such type.
        spelled = json.dumps(self.schemas[schema or stream]).replace('"text"', '"string"')
        validator = Draft4Validator(json.loads(spelled))
        return {
            f"{'.'.join(map(str, error.path))}: {type(error.instance).__name__}"
            for record in self.records[stream]
            for error in validator.iter_errors(record)
        }
