"""Our proposals in the format of the labelled set's scorer; also a command: python -m tests.propose.labelled."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from workbench.propose.places import Field, Proposal, propose_object
from workbench.propose.values import recognise

LABELLED = Path(__file__).resolve().parents[3] / "shared" / "mapping"
AUTOMATIC = 0.9  # confidence from which a proposal would need no second look
_KINDS = {"migrate": "standard", "merge": "standard", "custom_field": "custom", "skip": "skip"}
_TYPES = {"datetime": "date_time", "multiselect": "multi_select_dropdown"}


def predict(inputs: dict[str, Any]) -> dict[str, dict[str, dict[str, Any]]]:
    """Propose a place for every field of every table of the set, from names and sample values alone."""
    return {table["id"]: _predict_table(table) for table in inputs["tables"]}


def _predict_table(table: dict[str, Any]) -> dict[str, dict[str, Any]]:
    fields = [
        Field(
            object=table["table"], name=field["name"], shape=recognise([value for value in field["samples"] if value])
        )
        for field in table["fields"]
    ]
    proposals = propose_object(fields, table["target_module"])
    return {field.name: _describe(proposal) for field, proposal in zip(fields, proposals, strict=True)}


def _describe(proposal: Proposal) -> dict[str, Any]:
    return {
        "kind": _KINDS[proposal.action],
        "target": proposal.to,
        "type": _TYPES.get(proposal.type, proposal.type),
        "confidence": proposal.confidence,
        "auto": proposal.confidence >= AUTOMATIC,
    }


def score(folder: Path) -> dict[str, float]:
    """Score our proposals with the set's own scorer; `folder` takes the predictions."""
    inputs = json.loads((LABELLED / "crm_mapping_dev_inputs.json").read_text(encoding="utf-8"))
    predictions = folder / "predictions.json"
    predictions.write_text(json.dumps(predict(inputs)), encoding="utf-8")
    command = [sys.executable, str(LABELLED / "score.py"), str(LABELLED / "crm_mapping_dev.json"), str(predictions)]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


if __name__ == "__main__":
    import tempfile

    with tempfile.TemporaryDirectory() as made:
        print(json.dumps(score(Path(made)), indent=1))
