"""Files and links: streamed to disk, kept by what is in them, gone with their record."""

import hashlib
import io
import json
from types import SimpleNamespace

import httpx
import pytest

from tests.sandbox.conftest import BASE, HEADERS, Clock
from workbench.sandbox import Switches, TenantSettings, build_app, in_process

BOUNDARY = "----edge"
NAMES = (
    "../../etc/passwd", "..\\..\\win.ini", "/absolute", "nul\x00byte.txt", 'quo"te.pdf', "semi;colon.txt",
    "🦋 früh.pdf", "n" * 300, "rtl\u202egpj.exe", "line\r\nX-Evil: 1", ".", "..", "-rf", "%2e%2e%2f", "con", " blanks ",
)  # fmt: skip


@pytest.fixture
def contact(api):
    """A contact to hang files on."""
    return api.make("contact", email="ann@example.org")


def upload(api, parent, content=b"hello", *, name="hello.txt", type="Contact", status=200, **fields):
    """The answer to an upload."""
    sent = {"targetable_type": type, "targetable_id": str(parent["id"]), **fields}
    response = api.http.post("/documents", data=sent, files={"file": (name, content, "text/plain")})
    assert response.status_code == status, response.text
    return response.json()


def list_kept(api):
    """Names of all files in the tenant's folder, those half arrived among them."""
    folder = api.tenant.files.folder
    return sorted(str(each.relative_to(folder)) for each in folder.rglob("*") if each.is_file())


def list_documents(api, contact, **query):
    """The files and links of a contact."""
    return api.ask("GET", f"/contacts/{contact['id']}/document_associations", **query)


def post_raw(api, body, *, content_type=f"multipart/form-data; boundary={BOUNDARY}"):
    """The answer to a form written by hand."""
    return api.http.post("/documents", content=body, headers={"content-type": content_type})


def write_form(*parts, end="--"):
    """A form of headers and bodies, with or without its end."""
    written = "".join(f"--{BOUNDARY}\r\n{head}\r\n\r\n{body}\r\n" for head, body in parts)
    return (written + f"--{BOUNDARY}{end}\r\n").encode()


def test_a_file_comes_back_as_it_went_in(api, contact):
    """Byte by byte, from the address the answer names."""
    content = bytes(range(256)) * 1000

    answer = upload(api, contact, content)

    response = api.http.get(answer["url"])
    assert set(answer) == {"id", "url", "msg"}
    assert response.content == content
    assert api.tenant.records("document")[0]["sha256"] == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize("name", NAMES)
def test_no_name_reaches_the_disk_or_breaks_a_header(api, contact, name):
    """The file is named by its content; the record keeps the name as it was sent; the header carries a safe one."""
    answer = upload(api, contact, file_name=name)

    response = api.http.get(answer["url"])
    disposition = response.headers["content-disposition"]
    assert list_kept(api) == [hashlib.sha256(b"hello").hexdigest()]
    assert list_documents(api, contact)["documents"][0]["file_name"] == name
    assert response.status_code == 200 and disposition.startswith('attachment; filename="')
    assert disposition.isascii() and not set("/\\\r\n\x00") & set(disposition)
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["content-type"] == "application/octet-stream"
    assert "x-evil" not in response.headers


def test_a_file_is_called_as_its_part_unless_told(api, contact):
    """`file_name` is optional, and blank is as good as none."""
    upload(api, contact, name="part.txt")
    upload(api, contact, name="part.txt", file_name="told.txt")
    upload(api, contact, name="part.txt", file_name="  ")

    names = [each["file_name"] for each in list_documents(api, contact)["documents"]]
    assert names == ["part.txt", "told.txt", "part.txt"]


@pytest.mark.parametrize(("size", "status"), [(999, 200), (1000, 200), (1001, 413)])
def test_the_largest_file_is_taken_and_one_byte_more_is_not(make_api, size, status):
    """Nothing of a refused one stays."""
    api = make_api(max_file_bytes=1000)
    contact = api.make("contact", email="ann@example.org")

    upload(api, contact, b"x" * size, status=status)

    assert len(list_kept(api)) == api.tenant.count("document") == (status == 200)


def test_a_large_file_is_refused_while_it_arrives(make_api):
    """Long before its end, of which there is none here."""
    api = make_api(max_file_bytes=100_000)
    sent = []

    def stream():
        yield write_form(('Content-Disposition: form-data; name="file"; filename="a"', "x"), end="")[:-14]
        for _ in range(1000):
            sent.append(1)
            yield b"x" * 10_000

    pieces = stream()
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/crm/sales/api/documents",
        "query_string": b"",
        "scheme": "http",
    }
    headers = {**HEADERS, "content-type": f"multipart/form-data; boundary={BOUNDARY}"}
    raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    answers = call_app(api.app, {**scope, "headers": raw}, [{"body": each, "more_body": True} for each in pieces])

    assert answers[0]["status"] == 413
    assert list_kept(api) == []


def call_app(app, scope, messages):
    """What an application sends when a client sends these messages and leaves."""
    import asyncio

    waiting = [{"type": "http.request", **each} for each in messages] + [{"type": "http.disconnect"}]
    answers = []

    async def receive():
        return waiting.pop(0) if len(waiting) > 1 else waiting[0]

    async def send(message):
        answers.append(message)

    asyncio.run(app(scope, receive, send))
    return answers


def test_an_upload_that_breaks_off_leaves_nothing(api, contact):
    """Neither record nor file, and no error in the tenant."""
    before = api.tenant.digest()
    body = write_form(
        ('Content-Disposition: form-data; name="targetable_type"', "Contact"),
        ('Content-Disposition: form-data; name="targetable_id"', str(contact["id"])),
        ('Content-Disposition: form-data; name="file"; filename="a"', "x" * 5000),
    )
    headers = {**HEADERS, "content-type": f"multipart/form-data; boundary={BOUNDARY}"}
    scope = {
        "type": "http", "method": "POST", "path": "/crm/sales/api/documents", "query_string": b"", "scheme": "http",
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
    }  # fmt: skip

    call_app(api.app, scope, [{"body": body[:3000], "more_body": True}])

    assert list_kept(api) == []
    assert api.tenant.digest() == before


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no form",
        b"{}",
        write_form(('Content-Disposition: form-data; name="file"; filename="a"', "x"), end=""),
        write_form(('Content-Disposition: form-data; name="file"; filename="a"', "x"))[:-8],
        write_form(("", "x")),
        write_form(("Content-Disposition: nonsense", "x")),
        write_form(('Content-Disposition: form-data; name="file"; filename=""', "")),
        write_form(('Content-Disposition: form-data; name="file"', "a text is no file")),
        write_form(('Content-Disposition: form-data; name="other"; filename="a"', "x")),
        write_form(*[('Content-Disposition: form-data; name="file"; filename="a"', "x")] * 2),
        write_form(*[('Content-Disposition: form-data; name="a"', "x")] * 60),
        write_form(('Content-Disposition: form-data; name="is_shared"', "x" * 70_000)),
        write_form(("X: " + "y" * 10_000, "x")),
        b"--" + b"x" * 100_000,
    ],
)
def test_a_form_that_is_none_is_refused(api, contact, body):
    """In the tenant's own words, with nothing left."""
    response = post_raw(api, body)

    assert response.status_code == 400 and json.loads(response.text)["errors"]["code"] == 400, response.text
    assert list_kept(api) == []
    assert api.tenant.count("document") == 0


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "multipart/form-data",
        "multipart/mixed; boundary=a",
        "",
        "multipart/form-data; boundary=" + "b" * 500,
    ],
)
def test_a_body_that_says_it_is_no_form_is_refused(api, content_type):
    """Whatever is in it."""
    assert post_raw(api, b"--a--", content_type=content_type).status_code == 400


def test_names_written_the_way_newer_clients_do_are_read(api, contact):
    """`filename*` with its character set."""
    body = write_form(
        ('Content-Disposition: form-data; name="targetable_type"', "Contact"),
        ('Content-Disposition: form-data; name="targetable_id"', str(contact["id"])),
        ("Content-Disposition: form-data; name=\"file\"; filename*=UTF-8''fr%C3%BCh.pdf", "x"),
    )

    assert post_raw(api, body).status_code == 200
    assert list_documents(api, contact)["documents"][0]["file_name"] == "früh.pdf"


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"targetable_type": ""}, "Targetable can't be blank"),
        ({"targetable_id": ""}, "Targetable can't be blank"),
        ({"targetable_type": "Lead"}, "Targetable type is invalid"),
        ({"targetable_id": "5"}, "The record this is about is not in the CRM"),
        ({"targetable_type": "Deal"}, "The record this is about is not in the CRM"),
        ({"targetable_id": "x" * 500}, "The record this is about is not in the CRM"),
        ({"is_shared": "perhaps"}, "Shared is neither true nor false"),
    ],
)
def test_a_file_of_nothing_is_refused(api, contact, fields, message):
    """And its bytes are not kept."""
    answer = upload(api, contact, status=400, **fields)

    assert answer["errors"]["message"] == [message]
    assert list_kept(api) == []


def test_one_content_is_kept_once_and_goes_with_its_last_record(api, contact):
    """Two records, one file."""
    first, second = upload(api, contact, name="a"), upload(api, contact, name="b")
    assert len(list_kept(api)) == 1

    api.ask("DELETE", f"/documents/{first['id']}")
    assert api.http.get(second["url"]).content == b"hello"
    api.ask("DELETE", f"/documents/{second['id']}")

    assert list_kept(api) == []
    assert api.http.get(second["url"]).status_code == 404
    api.refuse("DELETE", f"/documents/{second['id']}", status=404)


def test_files_of_a_deleted_contact_come_back_with_it(api, contact):
    """Out of sight and out of the digest meanwhile."""
    before = api.tenant.digest()
    other = api.make("contact", email="bo@example.org")
    answer = upload(api, other)
    api.ask(
        "POST",
        "/document_links",
        {"url": "https://a.example/x", "targetable_type": "Contact", "targetable_id": other["id"]},
    )
    full = api.tenant.digest()

    api.ask("DELETE", f"/contacts/{other['id']}")
    assert api.tenant.digest() == before
    assert api.http.get(answer["url"]).status_code == 404
    api.ask("PUT", f"/contacts/{other['id']}/restore")

    assert api.tenant.digest() == full
    assert api.http.get(answer["url"]).content == b"hello"
    assert list_documents(api, other)["meta"]["total"] == 2


def test_files_of_a_forgotten_contact_are_gone(api, contact):
    """From the disk too."""
    upload(api, contact)

    api.ask("DELETE", f"/contacts/{contact['id']}/forget")

    assert list_kept(api) == []


def test_the_digest_tells_files_apart(make_api):
    """By name, content and target, not by the order they came in the disk."""

    def fill(**how):
        api = make_api()
        parents = [api.make("contact", email=f"{n}@example.org") for n in range(2)]
        upload(api, parents[how.pop("parent", 0)], how.pop("content", b"hello"), **how)
        return api.tenant.digest()

    digests = {fill(), fill(name="other"), fill(content=b"other"), fill(parent=1), fill(is_shared="true")}
    assert len(digests) == 5
    assert fill() in digests


def test_storage_is_per_active_user(make_api):
    """Full is full, and deleting makes room."""
    api = make_api(storage_bytes=10)
    contact = api.make("contact", email="ann@example.org")
    first = upload(api, contact, b"123456")
    upload(api, contact, b"12345", status=413)
    upload(api, contact, b"1234")

    api.ask("DELETE", f"/documents/{first['id']}")

    upload(api, contact, b"654321")
    assert make_api(plan="growth").tenant.storage.total == 2 * 5 * 1024**3


def test_pages_run_over_files_and_links(api, contact):
    """Oldest first, each in its own list."""
    target = {"targetable_type": "Contact", "targetable_id": contact["id"]}
    for number in range(3):
        upload(api, contact, name=f"f{number}")
        api.ask("POST", "/document_links", {"url": f"https://a.example/{number}", "name": f"l{number}", **target})

    pages = [list_documents(api, contact, per_page=2, page=page) for page in (1, 2, 3, 4)]

    assert [page["meta"] for page in pages] == [{"total": 6, "total_pages": 3}] * 4
    assert [[d["file_name"] for d in page["documents"]] for page in pages] == [["f0"], ["f1"], ["f2"], []]
    assert [[d["name"] for d in page["document_links"]] for page in pages] == [["l0"], ["l1"], ["l2"], []]
    assert pages[0]["document_links"][0]["url"] == "https://a.example/0"


def test_a_snapshot_holds_the_files(tmp_path):
    """What was deleted since comes back, what was added since goes."""
    app = build_app(TenantSettings(), path=tmp_path / "t.sqlite", clock=Clock())
    tenant = app.state.tenant
    with httpx.Client(transport=in_process(app), base_url=BASE, headers=HEADERS) as http:
        api = SimpleNamespace(http=http, tenant=tenant)
        contact = http.post("/contacts", json={"email": "ann@example.org"}).json()["contact"]
        answer = upload(api, contact)
        before, kept = tenant.digest(), list_kept(api)
        tenant.snapshot(tmp_path / "kept.sqlite")
        http.delete(f"/documents/{answer['id']}")
        upload(api, contact, b"later")
        assert tenant.digest() != before

        tenant.restore(tmp_path / "kept.sqlite")

        assert tenant.digest() == before
        assert http.get(answer["url"]).content == b"hello"
        tenant.close()
    again = build_app(TenantSettings(), path=tmp_path / "t.sqlite", clock=Clock()).state.tenant
    assert list_kept(SimpleNamespace(tenant=again)) == kept
    again.close()


def test_a_tenant_in_memory_takes_its_files_along(make_api):
    """Its folder goes when it is closed."""
    api = make_api()
    upload(api, api.make("contact", email="ann@example.org"), io.BytesIO(b"hello"))
    folder = api.tenant.files.folder
    assert folder.exists()

    api.tenant.close()

    assert not folder.exists()


def test_the_status_of_too_much_is_a_switch():
    """413 or 400."""
    app = build_app(TenantSettings(max_file_bytes=1, switches=Switches(oversize_status=400)), clock=Clock())
    with httpx.Client(transport=in_process(app), base_url=BASE, headers=HEADERS) as http:
        api = SimpleNamespace(http=http, tenant=app.state.tenant)
        upload(api, {"id": 1}, b"xx", status=400)
    app.state.tenant.close()
