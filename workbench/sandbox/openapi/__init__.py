"""The OpenAPI document of what a tenant serves, written from its routes, its fields and its settings."""

from workbench.sandbox.openapi.document import describe_api, list_document_routes

__all__ = ["describe_api", "list_document_routes"]
