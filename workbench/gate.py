"""The gate before a stage, checked where the work begins: approvals against the tenant as it is now."""

from __future__ import annotations

from workbench.engagement import RunFolder
from workbench.evidence.approvals import require_standing
from workbench.freshsales.schema import TenantSchema
from workbench.freshsales.schema import from_json as schema_from_json


def pass_gate(run: RunFolder, schema: TenantSchema) -> None:
    """Let a run begin only where the stage before it stands approved for exactly today's inputs.

    The notebook calls this through its stage, so that a run started by hand in JupyterLab is held to the
    same gate as `workbench run`.

    Raises:
        GateClosed: Names every input that changed since the approval, the tenant's schema included.
    """
    require_standing(
        run.engagement,
        run.stage.needs,
        live={"tenant_schema": schema.digest()},
        describe_change=lambda name: _describe_schema_change(run, schema) if name == "tenant_schema" else [],
    )


def pass_approval(run: RunFolder) -> None:
    """The part of the gate that asks the tenant nothing; it comes before anything the approval covers is read.

    Raises:
        GateClosed: The stage before it does not stand approved for the files as they are now.
    """
    require_standing(run.engagement, run.stage.needs)


def _describe_schema_change(run: RunFolder, schema: TenantSchema) -> list[str]:
    mapped = run.engagement.latest_run("mapping").path / "tenant_schema.json"
    return schema_from_json(mapped.read_text()).describe_change(schema)
