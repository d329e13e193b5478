"""What a made-up NEON-dX export says of itself: its objects, and their fields with types, options and formulas."""

from __future__ import annotations

from typing import Any

from workbench.generate.neon_dx_modules import BENEFITS, SYSTEMS
from workbench.generate.neon_dx_people import BANDS, LANGUAGES, PRODUCTS, Sizes

Field = dict[str, Any]
CUSTOM = {"co_device": "Device", "co_household": "Household", "co_loyalty_tier": "Loyalty tier"}
# Field, label, type and, where it says more, what else; a name with `!` is required.
_FIELDS: dict[str, tuple[tuple[Any, ...], ...]] = {
    "companies": (
        ("company_id!", "Company", "text"), ("name!", "Name", "text"), ("industry", "Industry", "text"),
        ("segment", "Segment", "picklist", {"options": ["SME", "Enterprise", "Public sector"]}),
        ("country", "Country", "text"), ("city", "City", "text"), ("msisdn_count", "Numbers", "number"),
        ("account_manager_email", "Account manager", "email"),
    ),
    "customer_profiles": (
        ("profile_id!", "Profile", "text"), ("msisdn!", "MSISDN", "phone"), ("email", "E-mail", "email"),
        ("first_name", "First name", "text"), ("last_name", "Last name", "text"), ("dob", "Born", "date"),
        ("gender", "Gender", "picklist", {"options": ["F", "M", "U"]}),
        ("language", "Language", "picklist", {"options": [*LANGUAGES]}),
        ("company_id", "Company", "lookup", {"lookup_to": "companies"}),
        ("customer_kind", "Kind", "picklist", {"options": ["individual", "corporate_user"]}),
        *((f"optin_{each}", f"Opt-in {each}", "boolean") for each in ("sms", "email", "push", "whatsapp")),
        ("tenure_months", "Tenure", "number"), ("arpu_30d", "ARPU", "currency"), ("data_mb_30d", "Data", "number"),
        ("voice_min_30d", "Voice", "number"), ("last_recharge_at", "Last recharge", "datetime"),
        ("products_held", "Products held", "multiselect", {"options": [*PRODUCTS]}),
        ("payment_method", "Payment", "picklist", {"options": ["Prepaid", "Postpaid", "Wallet"]}),
        ("profile_completeness", "Completeness", "number"), ("profile_completeness_source", "Completeness by", "text"),
        ("churn_score", "Churn score", "number", {"category": "prediction"}),
        ("propensity_upsell", "Propensity to buy", "number", {"category": "prediction"}),
        ("ltv", "Lifetime value", "currency", {"category": "prediction"}),
        ("value_band", "Value band", "picklist", {"options": [*BANDS], "category": "prediction"}),
        # Scores under names that do not say so.
        ("x_cust_index_7", "Customer index", "number", {"category": "prediction"}),
        ("x_nba_rank", "Priority", "number", {"category": "prediction"}),
        ("x_preferred_store", "Preferred store", "text"), ("updated_at", "Updated", "datetime"),
    ),
    "co_device": (
        ("device_id!", "Device", "text"), ("profile_id", "Owner", "lookup", {"lookup_to": "customer_profiles"}),
        ("model", "Model", "text"), ("system", "System", "picklist", {"options": [*SYSTEMS]}),
        ("bought_on", "Bought on", "date"), ("price", "Price", "currency"), ("months", "Months", "number"),
        # Nobody knows the object it points at.
        ("store_id", "Store", "lookup", {"lookup_to": "co_store"}), ("is_insured", "Insured", "boolean"),
        ("monthly_rate", "Monthly rate", "formula",
         {"formula": "ROUND(price / months, 2)", "formula_refs": ["co_device.price", "co_device.months"]}),
        ("burden", "Burden", "formula",
         {"formula": "ROUND(monthly_rate / profile_id.arpu_30d, 3)",
          "formula_refs": ["co_device.monthly_rate", "customer_profiles.arpu_30d"]}),
    ),
    "co_household": (
        ("household_id!", "Household", "text"), ("title!", "Title", "text"),
        ("head_profile_id", "Head", "lookup", {"lookup_to": "customer_profiles"}),
        ("tier_id", "Tier", "lookup", {"lookup_to": "co_loyalty_tier"}), ("members", "Members", "number"),
        ("monthly_budget", "Monthly budget", "currency"),
        ("weight", "Weight", "formula",
         {"formula": "tier_id.bonus * members", "formula_refs": ["co_loyalty_tier.bonus", "co_household.members"]}),
    ),
    "co_loyalty_tier": (
        ("tier_id!", "Tier", "text"), ("household_id", "Household", "lookup", {"lookup_to": "co_household"}),
        ("points", "Points", "number"),
        ("level", "Level", "formula",
         {"formula": "CASE WHEN points >= 5000 THEN 'Gold' ELSE 'Blue' END",
          "formula_refs": ["co_loyalty_tier.points"]}),
        ("benefits", "Benefits", "multiselect", {"options": [*BENEFITS]}), ("reached_at", "Reached at", "datetime"),
        ("bonus", "Bonus", "formula",
         {"formula": "household_id.weight + 1", "formula_refs": ["co_household.weight"]}),
    ),
}  # fmt: skip


def list_objects(sizes: Sizes) -> list[dict[str, Any]]:
    """schema/objects.jsonl: name, label, kind, record_count."""
    counts = sizes.count()
    labels = {"companies": "Company", "customer_profiles": "Customer profile", **CUSTOM}
    return [
        {"name": name, "label": label, "kind": "custom" if name in CUSTOM else "standard", "record_count": counts[name]}
        for name, label in labels.items()
    ]


def list_fields() -> list[Field]:
    """schema/fields.jsonl."""
    return [_describe(object, *field) for object, fields in _FIELDS.items() for field in fields]


def _describe(object: str, name: str, label: str, type: str, more: Field | None = None) -> Field:
    empty = {"options": [], "lookup_to": None, "formula": None, "formula_refs": [], "category": "attribute"}
    return {
        "object": object,
        "name": name.rstrip("!"),
        "label": label,
        "type": type,
        "required": name.endswith("!"),
        **empty,
        **(more or {}),
    }
