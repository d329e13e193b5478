"""Pages to look at: the tenant's records, bin, journal, quota, bulk jobs and schema, for a person on this machine.

Reading only: no page writes, costs quota or stands in the journal. They show customer data without the API key, and
are therefore answered to callers on this machine alone (see `guard`).
"""

from workbench.sandbox.page.paths import list_page_routes

__all__ = ["list_page_routes"]
