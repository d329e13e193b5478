"""The objects of Freshsales a record can become: the fields each takes, those it insists on, its lookups.

Read from the public reference of the Freshsales API; what a tenant adds or forbids is checked against its live schema.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

MODULE_PREFIX = "cm_"
DOCUMENT = "document"
PRODUCT = "product"
CUSTOM_PREFIX = "cf_"
# How long a note may be is published nowhere: the figure of a text area is an assumption that splits a text, or holds
# a record back, rather than letting a tenant cut it.
LONGEST_NOTE = 10_000
MAX_CHOICES = 300  # per dropdown or multi-select of a tenant
FIELD_TYPES = ("text", "textarea", "number", "decimal", "date", "datetime", "checkbox", "dropdown", "multiselect")
CHOICE_TYPES = ("dropdown", "multiselect")


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """One object of Freshsales.

    Attributes:
        required: Fields without which the tenant refuses every record.
        fields: Standard fields that can be written, the required ones among them.
        lookups: Standard fields that point at another record.
        text: Field that ends with the source marker where there is no field for the external id.
        is_bare: It has no field for the external id, and no text to put it in.
        has_fields_beside: It has custom fields although its text carries the external id.
    """

    required: tuple[str, ...]
    fields: frozenset[str]
    lookups: tuple[str, ...]
    text: str = ""
    is_bare: bool = False
    has_fields_beside: bool = False

    @property
    def takes_custom_fields(self) -> bool:
        """Whether it has `cf_` fields."""
        return self.has_fields_beside or not (self.text or self.is_bare)


_ADDRESS = frozenset({"address", "city", "state", "zipcode", "country"})
_PROFILES = frozenset({"facebook", "twitter", "linkedin", "tags", "territory_id"})

DESTINATIONS: dict[str, Destination] = {
    "sales_account": Destination(
        required=("name",),
        fields=_ADDRESS
        | _PROFILES
        | {"name", "website", "phone", "number_of_employees", "annual_revenue", "industry_type_id", "business_type_id"},
        lookups=("parent_sales_account_id",),
    ),
    "contact": Destination(
        required=("last_name",),
        fields=_ADDRESS
        | _PROFILES
        | {"first_name", "last_name", "email", "emails", "mobile_number", "work_number", "job_title", "department"}
        | {"time_zone", "lifecycle_stage_id", "contact_status_id", "lead_source_id", "campaign_id", "medium", "keyword"}
        | {"subscription_status", "subscription_types"},
        lookups=("sales_accounts",),
    ),
    "deal": Destination(
        required=("name", "amount"),
        fields=frozenset({"name", "amount", "currency_id", "deal_pipeline_id", "deal_stage_id", "deal_type_id", "tags"})
        | {"deal_reason_id", "deal_payment_status_id", "lead_source_id", "campaign_id", "territory_id"}
        | {"expected_close", "closed_date", "probability", "forecast_category"},
        lookups=("sales_account_id", "contacts"),
    ),
    "task": Destination(
        required=("title", "due_date"),
        fields=frozenset({"title", "due_date", "description", "status", "task_type_id", "outcome_id"}),
        lookups=("targetable",),
        text="description",
    ),
    "appointment": Destination(
        required=("title", "from_date", "end_date"),
        fields=frozenset({"title", "from_date", "end_date", "description", "location", "time_zone"})
        | {"is_allday", "outcome_id"},
        lookups=("targetable",),
        text="description",
    ),
    "note": Destination(
        required=("description",),
        fields=frozenset({"description"}),
        lookups=("targetable",),
        text="description",
    ),
    # Of the catalog; only where the plan has one. `product_pricings` is a text such as `CAD 12.50; USD 9.90`.
    PRODUCT: Destination(
        required=("name",),
        fields=frozenset({"name", "category", "product_code", "sku_number", "is_active", "description"})
        | {"pricing_type", "product_pricings", "valid_till"},
        lookups=(),
        text="description",
        has_fields_beside=True,
    ),
    # A file. `path` says where it lies in the export; of the rest Freshsales keeps the name and what it hangs on.
    DOCUMENT: Destination(
        required=("path",),
        fields=frozenset({"path", "file_name", "original_time", "is_shared"}),
        lookups=("targetable",),
        is_bare=True,
    ),
}
_MODULE = Destination(required=("name",), fields=frozenset({"name"}), lookups=())


def is_destination(name: str) -> bool:
    """Whether records can be sent there: a known object or a custom module."""
    return name in DESTINATIONS or (name.startswith(MODULE_PREFIX) and name != MODULE_PREFIX)


def has_owner(name: str) -> bool:
    """Whether a record there belongs to somebody; a note and a file go with the record they hang on."""
    return name not in ("note", DOCUMENT)


def find_destination(name: str) -> Destination:
    """The destination of that name; every custom module is alike."""
    return DESTINATIONS.get(name, _MODULE)


def name_custom_field(label: str) -> str:
    """The name a tenant gives a custom field that is created under this label."""
    return CUSTOM_PREFIX + re.sub(r"[^a-z0-9]+", "_", label.lower()).strip("_")
