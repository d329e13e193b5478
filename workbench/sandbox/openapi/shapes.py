"""What each handler takes and gives: its body, its answer, its query, and the ways it may refuse."""

from __future__ import annotations

from typing import Any

from workbench.sandbox.openapi.envelopes import (
    ASSIGNED,
    BYTES,
    COUNT,
    CPQ_DONE,
    DONE,
    FAULTS,
    FIELD,
    FORM,
    FORM_SHOWN,
    HIT,
    IDS,
    ITEMS,
    JOB,
    LIST,
    LIST_BODY,
    LIST_ONE,
    MEMBERS,
    MESSAGE,
    META,
    MODULE,
    MODULE_CHANGE,
    MODULE_SHOWN,
    NAMED,
    NEW_FIELD,
    PAGE,
    QUOTA,
    RULE,
    SELECTED,
    SNAPSHOT,
    TEAM,
    TIMELINE,
    UPLOAD,
    UPLOADED,
    VIEW,
    Shape,
    always,
    bulk_rows,
    many,
    module_body,
    module_one,
    one,
    upserted,
    wrapped,
)
from workbench.sandbox.openapi.schemas import (
    ANYTHING,
    TEXT,
    attributes_of,
    list_of,
    object_of,
    refer_to,
)
from workbench.sandbox.routes import (
    activities,
    browser,
    bulk,
    contact_lists,
    documents,
    local,
    modules,
    phone_calls,
    products,
    records,
    search,
    selectors,
    settings,
    timelines,
    views,
)
from workbench.sandbox.switches import Switches


def _created(switches: Switches) -> tuple[int, ...]:
    return (200, 201)


def _upserted(switches: Switches) -> tuple[int, ...]:
    return tuple({200, switches.upsert_created_status})


def _deleted(switches: Switches) -> tuple[int, ...]:
    return (204,) if switches.delete_form == "gone" else (200,)


# Every handler there is, by what it takes and gives. A route whose handler is missing here cannot be described.
SHAPES: dict[Any, Shape] = {
    views.list_views: Shape(answer=always(object_of({"filters": list_of(VIEW), "meta": ANYTHING}))),
    views.list_view: Shape(answer=many, query=LIST),
    bulk.bulk_upsert: Shape(
        body=bulk_rows, answer=always(object_of({"job_status_url": TEXT, "message": TEXT})), refusals=(405, 413)
    ),
    bulk.assign_owner: Shape(body=always(ASSIGNED), answer=always(MESSAGE)),
    bulk.read_job: Shape(answer=always(JOB)),
    search.search: Shape(answer=always(list_of(HIT)), query=("q", "include", "per_page")),
    search.look_up: Shape(answer=always({"type": "object"}), query=("q", "f", "entities", "per_page")),
    search.filtered_search: Shape(
        body=always(object_of({"filter_rule": list_of(RULE)})), answer=always(ITEMS), query=(*PAGE, "sort", "sort_type")
    ),
    modules.list_modules: Shape(answer=always(object_of({"module_customizations": list_of(MODULE_SHOWN)}))),
    modules.read_module: Shape(answer=always(object_of({"module_customization": MODULE_SHOWN}))),
    modules.create_module: Shape(
        body=always(object_of({"module_customization": MODULE})),
        answer=always(object_of({"module_customization": MODULE_SHOWN})),
    ),
    modules.change_module: Shape(
        body=always(object_of({"module_customization": MODULE_CHANGE})),
        answer=always(object_of({"module_customization": MODULE_SHOWN})),
    ),
    modules.delete_module: Shape(answer=always(MESSAGE)),
    settings.list_fields: Shape(answer=always(object_of({"fields": list_of(FIELD)})), query=("include",)),
    settings.list_groups: Shape(answer=always(object_of({"field_groups": list_of(ANYTHING)}))),
    settings.list_forms: Shape(answer=always(object_of({"forms": list_of(FORM_SHOWN)}))),
    settings.read_form: Shape(answer=always(object_of({"form": FORM_SHOWN}))),
    settings.create_field: Shape(
        body=always({"anyOf": [object_of({"field": NEW_FIELD}), NEW_FIELD]}), answer=always(object_of({"field": FIELD}))
    ),
    settings.change_field: Shape(
        body=always(object_of({"field": {**NEW_FIELD, "required": []}})), answer=always(object_of({"field": FIELD}))
    ),
    settings.delete_field: Shape(answer=always(DONE)),
    selectors.list_choices: Shape(answer=always(ITEMS)),
    selectors.list_stages: Shape(answer=always(object_of({"deal_stages": list_of(refer_to("item"))}))),
    selectors.list_outcomes: Shape(answer=always(object_of({"sales_activity_outcomes": list_of(refer_to("item"))}))),
    products.update_many: Shape(
        body=lambda kind: object_of({"ids": {**IDS, "minItems": 1}, kind.name: refer_to(attributes_of(kind.name))}),
        answer=always(MESSAGE),
    ),
    products.assign_many: Shape(body=always(ASSIGNED), answer=always(MESSAGE)),
    products.delete_many: Shape(body=always(SELECTED), answer=always(MESSAGE)),
    products.restore_many: Shape(body=always(SELECTED), answer=always(MESSAGE)),
    products.create: Shape(body=wrapped, answer=one, query=("include",)),
    products.read: Shape(answer=one, query=("include",)),
    products.change: Shape(body=wrapped, answer=one, query=("include",)),
    products.delete: Shape(answer=always(CPQ_DONE)),
    products.restore: Shape(answer=one),
    products.forget: Shape(answer=always(CPQ_DONE)),
    products.list_related: Shape(answer=always(object_of({"products": list_of(refer_to("product"))}))),
    contact_lists.list_lists: Shape(
        answer=always(object_of({"lists": list_of(refer_to("list")), "meta": META})), query=LIST[:4]
    ),
    contact_lists.create_list: Shape(body=always(LIST_BODY), answer=always(LIST_ONE)),
    contact_lists.change_list: Shape(body=always(LIST_BODY), answer=always(LIST_ONE)),
    contact_lists.list_contacts: Shape(answer=many, query=LIST),
    contact_lists.add_contacts: Shape(body=always(MEMBERS), answer=always(MESSAGE)),
    contact_lists.remove_contacts: Shape(body=always(MEMBERS), answer=always(MESSAGE)),
    contact_lists.move_contacts: Shape(body=always(MEMBERS), answer=always(MESSAGE)),
    activities.list_tasks: Shape(answer=many, query=("filter", *LIST), refusals=(500,)),
    activities.list_appointments: Shape(answer=many, query=("filter", *LIST)),
    activities.list_sales_activities: Shape(answer=many, query=LIST),
    activities.create: Shape(body=wrapped, answer=one, query=("include",), statuses=_created),
    activities.read: Shape(answer=one, query=("include",)),
    activities.change: Shape(body=wrapped, answer=one, query=("include",)),
    activities.delete: Shape(answer=always(object_of({"success": TEXT}))),
    phone_calls.create: Shape(
        body=wrapped,
        answer=always(object_of({"phone_calls": list_of(refer_to("phone_call")), "notes": list_of(refer_to("note"))})),
        statuses=lambda switches: (201,),
        refusals=(500,),
    ),
    phone_calls.read: Shape(answer=always(object_of({"call": refer_to("phone_call")})), query=("include",)),
    phone_calls.delete: Shape(answer=always(DONE)),
    timelines.list_timeline: Shape(answer=always(TIMELINE), query=PAGE),
    timelines.list_notes: Shape(
        answer=always(object_of({"notes": list_of(refer_to("note")), "meta": META})), query=LIST
    ),
    timelines.list_about: Shape(answer=always(object_of({"meta": META})), query=LIST),
    timelines.list_conversations: Shape(
        answer=always(object_of({"conversations": list_of(ANYTHING), "meta": META})), query=PAGE
    ),
    documents.upload_document: Shape(body=always(UPLOAD), answer=always(UPLOADED), takes=FORM, refusals=(413,)),
    documents.download_document: Shape(answer=always({"type": "string", "contentMediaType": BYTES}), gives=BYTES),
    documents.create_link: Shape(body=lambda kind: refer_to(attributes_of("document_link")), answer=always(UPLOADED)),
    documents.list_associations: Shape(
        answer=always(object_of({"documents": list_of(refer_to("document")), "meta": META})), query=PAGE
    ),
    documents.delete: Shape(answer=always(object_of({"success": TEXT}))),
    records.refuse_list: Shape(answer=None, statuses=lambda switches: ()),
    records.upsert: Shape(body=upserted, answer=one, statuses=_upserted),
    records.bulk_delete: Shape(body=always(SELECTED), answer=always(MESSAGE)),
    records.create: Shape(body=wrapped, answer=one, query=("include",)),
    records.read: Shape(answer=one, query=("include",)),
    records.change: Shape(body=wrapped, answer=one, query=("include",)),
    records.delete: Shape(answer=always(DONE), statuses=_deleted),
    records.delete_module_record: Shape(answer=always(MESSAGE)),
    records.clone: Shape(body=wrapped, is_optional=True, answer=one),
    records.forget: Shape(answer=always(DONE)),
    records.restore: Shape(answer=one),
    records.change_team: Shape(body=always(TEAM), answer=one),
    browser.list_setting: Shape(answer=always(ITEMS)),
    browser.list_pipelines: Shape(answer=always(object_of({"deal_pipelines": list_of(refer_to("item"))}))),
    browser.list_stages: Shape(answer=always(object_of({"lifecycle_stages": list_of(refer_to("item"))}))),
    browser.list_tags: Shape(answer=always(object_of({"tags": list_of(refer_to("item")), "meta": META})), query=PAGE),
    browser.create_tag: Shape(
        body=always(object_of({"tag": NAMED})), answer=always(object_of({"tag": refer_to("item")})), refusals=(500,)
    ),
    browser.delete_tag: Shape(answer=always(DONE)),
    browser.refuse_activity_type: Shape(
        body=always(object_of({"sales_activity_type": NAMED})),
        answer=None,
        statuses=lambda switches: (),
        refusals=(500,),
    ),
    local.read_digest: Shape(answer=always(object_of({"digest": TEXT})), query=("with_schema",)),
    local.read_journal: Shape(answer=always(object_of({"journal": list_of(ANYTHING)})), query=("since", "limit")),
    local.read_records: Shape(answer=always(object_of({"records": list_of(ANYTHING)}))),
    local.count_records: Shape(answer=always(object_of({"count": COUNT})), query=("objects",)),
    local.set_time_scale: Shape(
        body=always(object_of({"time_scale": {"type": "number", "exclusiveMinimum": 0, "maximum": 10**6}})),
        answer=always(object_of({"time_scale": {"type": "number"}})),
    ),
    local.read_quota: Shape(answer=always(QUOTA)),
    local.set_quota: Shape(
        body=always(object_of({"per_hour": COUNT, "remaining": COUNT}, required=[])), answer=always(QUOTA)
    ),
    local.read_faults: Shape(answer=always(FAULTS)),
    local.set_faults: Shape(body=always({"type": "object"}), answer=always(FAULTS)),
    local.clear_faults: Shape(answer=always(FAULTS)),
    local.import_rows: Shape(
        body=always(object_of({"object": TEXT, "content": TEXT, "match": TEXT})),
        answer=always(
            object_of(
                {"created": COUNT, "updated": COUNT, "failures": list_of(ANYTHING), "unmapped": list_of(ANYTHING)}
            )
        ),
    ),
    local.list_kept: Shape(answer=always(object_of({"snapshots": list_of(ANYTHING)}))),
    local.take_snapshot: Shape(body=always(NAMED), answer=always(SNAPSHOT)),
    local.bring_back: Shape(body=always(NAMED), answer=always(SNAPSHOT)),
}
# The same handlers, where what they handle is a record of a custom module.
MODULE_SHAPES: dict[Any, Shape] = {
    records.create: Shape(body=module_body, answer=module_one),
    records.read: Shape(answer=module_one, query=("include",)),
    records.change: Shape(body=module_body, answer=module_one),
    records.clone: Shape(body=module_body, is_optional=True, answer=module_one),
    records.restore: Shape(answer=module_one),
}
