"""The tenant's schema: read, compared with what a mapping needs, completed, and checked before any write."""

from workbench.freshsales.schema.completion import create_missing
from workbench.freshsales.schema.needs import plan_schema
from workbench.freshsales.schema.preflight import preflight
from workbench.freshsales.schema.reading import read_fields, read_schema, read_users
from workbench.freshsales.schema.values import SchemaField, TenantSchema, from_json

__all__ = [
    "SchemaField",
    "TenantSchema",
    "create_missing",
    "from_json",
    "plan_schema",
    "preflight",
    "read_fields",
    "read_schema",
    "read_users",
]
