"""Everything about a tenant that public material leaves open or that differs between tenants: one switch each."""

from __future__ import annotations

from dataclasses import MISSING, dataclass, field, fields
from typing import Any

from workbench.freshsales.plans import read_plans

LANGUAGES = ("en", "nl", "es", "de")


def _switch(default: Any, meaning: str, *, about: str, known: tuple[Any, ...] = ()) -> Any:
    """A switch with its default; `about` names the part of the API it belongs to, `known` the values it may have."""
    return field(default=default, metadata={"meaning": meaning, "about": about, "known": known})


@dataclass(frozen=True, slots=True, kw_only=True)
class Switches:
    """How a tenant decides what is not documented; each default is the best documented behaviour."""

    language: str = _switch(
        "en", "Language of messages to users who have none of their own.", about="access", known=LANGUAGES
    )
    required_identifier: str = _switch(
        "email_or_mobile",
        "What a contact must carry.",
        about="contacts",
        known=("email_or_mobile", "email", "mobile", "none"),
    )
    unique_mobile: bool = _switch(False, "Two live contacts may not share a mobile number.", about="contacts")
    reuse_deleted_email: bool = _switch(
        True, "The e-mail of a contact in the recycle bin may be used again.", about="contacts"
    )
    stage_owns_status: bool = _switch(
        True, "A contact status must belong to the contact's lifecycle stage.", about="contacts"
    )
    duplicate_code: str = _switch(
        "none",
        "Where a refusal for a value that is not unique carries the code 3002.",
        about="contacts",
        known=("none", "beside_errors", "inside_errors"),
    )
    employee_sizes: str = _switch(
        "refuse",
        "What becomes of a number of employees that is none of the dropdown's sizes.",
        about="accounts",
        known=("refuse", "round", "keep"),
    )
    account_delete_options: bool = _switch(
        False,
        "`delete_associated_contacts_deals` on the delete of an account takes its contacts and deals along.",
        about="accounts",
    )
    deal_name_limit: int = _switch(500, "Longest name of a deal in characters, 0 for no limit.", about="deals")
    classic_offsets: bool = _switch(
        False, "Classic writes times with the offset of the account's zone, not in UTC with Z.", about="leads"
    )
    delete_form: str = _switch(
        "bin",
        "A deleted record goes to the recycle bin and is answered true, or it is gone and answered an empty 204.",
        about="records",
        known=("bin", "gone"),
    )
    restore_by_api: bool = _switch(True, "Deleted records can be brought back with PUT /restore.", about="records")
    references_need_include: bool = _switch(
        True, "Contacts and deals name their owner, stage and the like only when included.", about="records"
    )
    inactive_owners: bool = _switch(True, "Records may be given to a user who is no longer active.", about="records")
    created_at_writable: bool = _switch(False, "created_at and updated_at sent by a client are kept.", about="records")
    refuse_long_text: bool = _switch(
        True, "Text over the limit is refused; otherwise it is cut without a word.", about="records"
    )
    utc_times: bool = _switch(
        False, "Times are written in UTC with Z, not with the offset of the account's zone.", about="records"
    )
    record_cap: int = _switch(0, "Most records of one object, 0 for no limit.", about="records")
    record_cap_status: int = _switch(403, "Status of a create beyond the cap.", about="records", known=(403, 400))
    note_limit: int = _switch(0, "Longest note in characters, 0 for no limit.", about="notes")
    default_activity_types: bool = _switch(
        False, "Sales activities may have one of the types every tenant has.", about="sales activities"
    )
    sales_activity_created_status: int = _switch(
        201, "Status of a sales activity that was created.", about="sales activities", known=(201, 200)
    )
    activity_remote_ids: bool = _switch(
        False, "A client may set `remote_id` and `import_id` of a sales activity.", about="sales activities"
    )
    phone_call_time_writable: bool = _switch(
        False, "A client may say when a phone call took place, as `conversation_time`.", about="phone calls"
    )
    phone_call_shape: str = _switch(
        "top_level",
        "The body of a phone call: bare attributes, inside `phone_call`, or either; sources disagree.",
        about="phone calls",
        known=("top_level", "wrapped", "any"),
    )
    plain_email_upserts: bool = _switch(False, "Upsert accepts `email` beside `emails`.", about="upsert")
    upsert_created_status: int = _switch(
        200, "Status of an upsert that created its record.", about="upsert", known=(200, 201)
    )
    bulk_cap: int = _switch(100, "Most records in one bulk call.", about="bulk")
    bulk_over_cap: str = _switch(
        "refuse",
        "More records than the cap: 400, 413, or only the first of them are taken.",
        about="bulk",
        known=("refuse", "too_large", "cut"),
    )
    bulk_state_after_failures: str = _switch(
        "SUCCESS",
        "What a finished job with failed records calls itself.",
        about="bulk",
        known=("SUCCESS", "PARTIAL_SUCCESS", "FAILED"),
    )
    import_rows: int = _switch(
        0, "Most rows of a file that is imported in the browser, 0 for no limit.", about="import"
    )
    bulk_reports_ids: bool = _switch(False, "A job's report names the ids of what it wrote.", about="bulk")
    bulk_by_external_id: bool = _switch(
        True,
        "Rows of a bulk upsert may be told apart by external_id or a unique field, not only by e-mail, name or id.",
        about="bulk",
    )
    async_destroy_from: int = _switch(
        0, "Records from which bulk_destroy is done after its answer, 0 for never.", about="bulk"
    )
    busy_jobs: int = _switch(0, "Unfinished jobs from which bulk answers 405, 0 for never.", about="bulk")
    job_seconds: float = _switch(
        0.0, "How long a bulk job runs before its records exist, in tenant time.", about="bulk"
    )
    core_forms: bool = _switch(
        True, "Contacts, accounts and deals accept new fields through the forms endpoint.", about="custom fields"
    )
    field_codes: str = _switch(
        "own",
        "Numbers of the field types: the workbench's own, each one higher, or in reverse.",
        about="custom fields",
        known=("own", "shifted", "reversed"),
    )
    module_wrapper: str = _switch(
        "optional",
        "The module's name around a record that is written.",
        about="custom modules",
        known=("optional", "required", "refused"),
    )
    growth_modules: bool = _switch(False, "Growth has custom modules too; official pages disagree.", about="plans")
    pipelines: int = _switch(
        2, "Pipelines of a tenant whose plan has several.", about="plans", known=tuple(range(1, 11))
    )
    module_cap: int = _switch(0, "Most custom modules, 0 for no limit.", about="plans")
    territories_plan: str = _switch(
        "free", "Smallest plan with territories; the list is empty below it.", about="plans", known=tuple(read_plans())
    )
    sandbox_plan: str = _switch(
        "enterprise",
        "Smallest plan that comes with a sandbox.",
        about="plans",
        known=tuple(read_plans()),
    )
    tag_writes: bool = _switch(
        False, "An API key may write tags at /settings/tags, not only a browser's session.", about="settings"
    )
    quota_headers: bool = _switch(True, "Answers carry the `x-ratelimit` headers.", about="quota")
    reset_unit: str = _switch(
        "seconds_left",
        "What `x-ratelimit-reset` says of the hour's end.",
        about="quota",
        known=("seconds_left", "epoch", "iso"),
    )
    discount_type_1: str = _switch(
        "percent",
        "What a product's discount of type 1, the usual one, is of: its price, or money.",
        about="products",
        known=("percent", "amount"),
    )
    product_fields: bool = _switch(
        True, "Products show their fields at /settings/products and accept new ones.", about="products"
    )
    product_delete_answer: str = _switch(
        "success",
        "What deleting a product answers: as activities do, or as documents do.",
        about="products",
        known=("success", "msg"),
    )
    retry_after: bool = _switch(False, "A 429 carries `Retry-After`.", about="quota")
    retry_after_form: str = _switch(
        "seconds", "What `Retry-After` is written as.", about="quota", known=("seconds", "date")
    )
    too_many_status: int = _switch(
        429, "Status of a call over the quota; 400 tells of the 429 in its text.", about="quota", known=(429, 400)
    )
    too_many_body: str = _switch(
        "json", "Body of a call over the quota.", about="quota", known=("json", "text", "html", "empty")
    )
    per_minute: int = _switch(
        0,
        "Calls allowed in a minute; 0 for the plan's figure on Classic and for no such limit on Suite.",
        about="quota",
    )
    failed_calls_cost: bool = _switch(True, "Calls answered with 4xx use up quota too.", about="quota")
    json_body_mb: int = _switch(10, "Largest body in megabytes that is read as JSON, 0 for no limit.", about="requests")
    oversize_status: int = _switch(
        413,
        "Status of an upload that is too large, or finds the storage full.",
        about="documents",
        known=(413, 400),
    )
    per_page_cap: int = _switch(100, "Most records on one page.", about="lists")
    deep_page_cap: int = _switch(0, "Last record that paging reaches, 0 for no such limit.", about="lists")
    deep_page_status: int = _switch(
        200, "Pages beyond it are empty (200) or refused (400).", about="lists", known=(200, 400)
    )
    all_deals_view: bool = _switch(True, "There is a view called All Deals; older tenants have none.", about="lists")
    views_cover_pipelines: bool = _switch(
        True, "Views of deals show every pipeline, not only the first.", about="lists"
    )
    index_lag_seconds: float = _switch(
        0.0, "How long search, lookup and filtered search do not see a new record or a change.", about="search"
    )
    search_per_page: int = _switch(25, "Records on a page of filtered search where none is asked for.", about="search")
    more_search_operators: bool = _switch(
        False,
        "Filtered search knows is_not, is_empty, starts_with and others beside the recorded five.",
        about="search",
    )

    def problems(self) -> list[str]:
        """Every switch with a value it cannot have, a line each."""
        return [
            f"switch {each.name} is {each.value!r}; known: {', '.join(map(str, each.known))}"
            for each in list_switches(self)
            if each.known and each.value not in each.known
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """One switch as a person reads it.

    Attributes:
        about: The part of the API it belongs to.
        known: The values it may have; empty where any of its type will do.
        value: What it stands at.
    """

    name: str
    about: str
    meaning: str
    default: Any
    known: tuple[Any, ...]
    value: Any


def list_switches(switches: Switches | None = None) -> list[Switch]:
    """Every switch in the order of the API's parts, at its default or as it stands in `switches`."""
    standing = switches or Switches()
    return [
        Switch(name=each.name, default=each.default, value=getattr(standing, each.name), **each.metadata)
        for each in fields(Switches)
        if each.default is not MISSING
    ]
