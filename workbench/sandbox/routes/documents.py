"""Files and links of a record: uploaded as a form, listed with the record, downloaded from an address of their own."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import quote

from starlette.responses import FileResponse

from workbench.sandbox.calls import Call, Routes, read_page
from workbench.sandbox.files import Arriving
from workbench.sandbox.forms import UploadForm, read_form
from workbench.sandbox.life import create_record, delete_record, find_record
from workbench.sandbox.objects.documents import DOCUMENT, LINK
from workbench.sandbox.objects.kind import Kind
from workbench.sandbox.objects.registry import CORE
from workbench.sandbox.store import Record
from workbench.sandbox.tenant import Tenant
from workbench.sandbox.wire import ApiError

DELETED = {"success": "200"}
# A file is never shown in place of being saved, nor guessed to be something else than bytes.
SAFE = {"x-content-type-options": "nosniff", "content-security-policy": "sandbox; default-src 'none'"}


async def upload_document(call: Call) -> Any:
    """Take a file in, writing it to disk as it arrives; refused or broken off, nothing of it stays."""
    tenant = call.tenant
    room = tenant.storage.room()
    with tenant.files.receive() as arriving:
        form = await read_form(call.request, take=_take_within(tenant, arriving, room), most=tenant.storage.largest)
        if not form.file_name:
            raise ApiError(400, "File can't be blank")
        with tenant.store.transaction():
            record = create_record(tenant, DOCUMENT, _describe(form, arriving))
            # Another upload may have taken the room meanwhile.
            if tenant.storage.room() < 0:
                raise _refuse_size(tenant, "The storage of the account is full.")
            arriving.keep()
    return {"id": record["id"], "url": _find_address(call, record), "msg": "The file was uploaded."}


def _take_within(tenant: Tenant, arriving: Arriving, room: int) -> Callable[[bytes], None]:
    """Writes pieces until they are too many."""

    def take(piece: bytes) -> None:
        size = arriving.size + len(piece)
        if size > tenant.storage.largest:
            raise _refuse_size(tenant, "The file is larger than a file may be.")
        if size > room:
            raise _refuse_size(tenant, "The storage of the account is full.")
        arriving.write(piece)

    return take


def _refuse_size(tenant: Tenant, message: str) -> ApiError:
    return ApiError(tenant.settings.switches.oversize_status, message)


def _describe(form: UploadForm, arriving: Arriving) -> dict[str, Any]:
    sent = {name: form.texts.get(name) for name in ("is_shared", "targetable_type", "targetable_id")}
    name = form.texts.get("file_name", "").strip() and form.texts["file_name"]
    facts = {"content_type": form.content_type, "file_size": arriving.size, "sha256": arriving.sha256}
    return {**sent, "file_name": name or form.file_name, **facts}


def create_link(call: Call) -> Any:
    """Keep a link to a file that lies elsewhere; its attributes stand at the top of the body, without a wrapper."""
    record = create_record(call.tenant, LINK, call.unwrap())
    return {"id": record["id"], "url": record["url"], "msg": "The link was created."}


def list_associations(kind: Kind, call: Call) -> Any:
    """A page of the files and links of a record, oldest first."""
    tenant, page = call.tenant, read_page(call)
    find_record(tenant, kind, call.id)
    found = [(each, record) for each in (DOCUMENT, LINK) for record in tenant.store.children(call.id, each.name)]
    found.sort(key=lambda pair: pair[1]["id"])
    shown: dict[str, list[Record]] = {DOCUMENT.plural: [], LINK.plural: []}
    for each, record in found[page.offset : page.offset + page.size]:
        address = {"url": _find_address(call, record)} if each is DOCUMENT else {}
        shown[each.plural].append(each.show(tenant, record, call.includes) | address)
    return {**shown, "meta": page.meta(len(found))}


def download_document(call: Call) -> Any:
    """The bytes of a file, to be saved under the name it was uploaded with."""
    record = find_record(call.tenant, DOCUMENT, call.id)
    headers = SAFE | {"content-disposition": write_disposition(record["file_name"])}
    path = call.tenant.files.path(record["sha256"])
    return FileResponse(path, media_type="application/octet-stream", headers=headers)


def write_disposition(name: str) -> str:
    """The header that names a download, with a plain name for clients that read no other."""
    safe = "".join("_" if char in '/\\"%;' or not char.isprintable() else char for char in name).strip(". ") or "file"
    plain = safe.encode("ascii", "replace").decode().replace("?", "_")
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(safe, safe='')}"


def delete(kind: Kind, call: Call) -> Any:
    """Remove a file or link for good."""
    delete_record(call.tenant, kind, call.id)
    return DELETED


def _find_address(call: Call, record: Record) -> str:
    return f"{call.origin}/documents/{record['id']}/download"


ROUTES: Routes = [
    ("POST", "/documents", upload_document),
    ("GET", "/documents/{id}/download", download_document),
    ("DELETE", "/documents/{id}", partial(delete, DOCUMENT)),
    ("POST", "/document_links", create_link),
    ("DELETE", "/document_links/{id}", partial(delete, LINK)),
    *(("GET", f"/{kind.plural}/{{id}}/document_associations", partial(list_associations, kind)) for kind in CORE),
]
