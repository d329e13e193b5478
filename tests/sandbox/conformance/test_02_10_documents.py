"""Files, links and how much room there is for them."""

import pytest

GIGABYTE, MEGABYTE = 1024**3, 1024**2
PARENTS = {
    "Contact": ("/contacts", "contact", {"email": "ann@example.org"}),
    "SalesAccount": ("/sales_accounts", "sales_account", {"name": "A"}),
    "Deal": ("/deals", "deal", {"name": "D", "amount": 1}),
    "Product": ("/cpq/products", "product", {"name": "P"}),
}


def make_target(api, type):
    """A record of that type, named as an upload names it."""
    path, wrapper, attributes = PARENTS[type]
    response = api.http.post(path, json={wrapper: attributes})
    assert response.is_success, response.text
    return {"targetable_type": type, "targetable_id": response.json()[wrapper]["id"]}


def upload(api, target, content=b"x", **fields):
    """The response to an upload."""
    return api.http.post("/documents", data={**target, **fields}, files={"file": ("a.pdf", content)})


@pytest.mark.contract("2.10-01")
def test_2_10_a_form_carries_the_file_and_what_is_about_it(api):
    """Each field of the form shows in the record."""
    target = make_target(api, "Deal")

    upload(api, target, b"content", file_name="Offer.pdf", is_shared="true")

    shown = api.ask("GET", f"/deals/{target['targetable_id']}/document_associations")["documents"][0]
    assert (shown["file_name"], shown["is_shared"], shown["file_size"]) == ("Offer.pdf", True, 7)
    assert shown["targetables"] == [{"id": target["targetable_id"], "type": "Deal"}]


@pytest.mark.contract("2.10-02")
def test_2_10_an_upload_answers_with_id_url_and_msg(api):
    """And the address holds the file."""
    answer = upload(api, make_target(api, "Deal"), b"content").json()

    assert set(answer) == {"id", "url", "msg"} and isinstance(answer["id"], int)
    assert api.http.get(answer["url"]).content == b"content"


@pytest.mark.contract("2.10-03")
@pytest.mark.parametrize("type", PARENTS)
def test_2_10_a_file_belongs_to_one_of_four(api, type):
    """Each takes a file and a link."""
    target = make_target(api, type)

    assert upload(api, target).status_code == 200
    api.ask("POST", "/document_links", {"url": "https://a.example", **target})


@pytest.mark.contract("2.10-04")
def test_2_10_a_link_stands_at_the_top_of_the_body(api):
    """Every attribute of it."""
    target = make_target(api, "Contact")
    sent = {"url": "https://a.example/x", "name": "X", "is_shared": True, **target}

    api.ask("POST", "/document_links", sent)

    shown = api.ask("GET", f"/contacts/{target['targetable_id']}/document_associations")["document_links"][0]
    assert (shown["url"], shown["name"], shown["is_shared"]) == ("https://a.example/x", "X", True)


@pytest.mark.contract("2.10-05")
def test_2_10_a_wrapped_link_is_refused(api):
    """400, and nothing is kept."""
    sent = {"url": "https://a.example/x", "name": "X", **make_target(api, "Contact")}

    api.refuse("POST", "/document_links", {"document_link": sent})

    assert api.tenant.count("document_link") == 0


@pytest.mark.contract("2.10-06")
@pytest.mark.parametrize("type", ["Contact", "SalesAccount", "Deal"])
def test_2_10_a_record_lists_its_files(api, type):
    """With how many there are."""
    target = make_target(api, type)
    id = upload(api, target).json()["id"]
    upload(api, target)

    page = api.ask("GET", f"{PARENTS[type][0]}/{target['targetable_id']}/document_associations", per_page=1)

    assert [each["id"] for each in page["documents"]] == [id]
    assert page["meta"] == {"total": 2, "total_pages": 2}


@pytest.mark.contract("2.10-07")
@pytest.mark.parametrize("plan", ["free", "growth", "pro", "enterprise"])
def test_2_10_a_file_has_at_most_150_megabytes(make_api, plan):
    """The figure of the plan, and one byte over a figure like it."""
    assert make_api(plan=plan).tenant.storage.largest == 150 * MEGABYTE
    small = make_api(max_file_bytes=150)
    target = make_target(small, "Contact")

    assert upload(small, target, b"x" * 150).status_code == 200
    assert upload(small, target, b"x" * 151).status_code == 413


@pytest.mark.contract("2.10-08")
@pytest.mark.parametrize(("plan", "gigabytes"), [("free", 0), ("growth", 2), ("pro", 5), ("enterprise", 100)])
def test_2_10_room_grows_with_the_active_users(make_api, plan, gigabytes):
    """One who left brings none; on Free there is none at all."""
    api = make_api(plan=plan)
    users = [user for user in api.tenant.settings.users if user.is_active]

    assert len(users) < len(api.tenant.settings.users)
    assert api.tenant.storage.total == gigabytes * GIGABYTE * len(users)
    assert upload(api, make_target(api, "Contact")).status_code == (200 if gigabytes else 413)


@pytest.mark.contract("2.10-09")
@pytest.mark.parametrize(("plan", "gigabytes"), [("free", 1), ("growth", 2), ("pro", 5), ("enterprise", 100)])
def test_2_10_classic_has_room_of_its_own(make_api, plan, gigabytes):
    """Its smallest tier has a little, too."""
    storage = make_api(plan=plan, edition="classic").tenant.storage

    assert storage.total == gigabytes * GIGABYTE * 5


@pytest.mark.contract("2.10-10")
@pytest.mark.parametrize("status", [413, 400])
def test_2_10_a_switch_says_how_too_much_is_refused(make_api, status):
    """A file too large and a full storage alike."""
    for limit in ("max_file_bytes", "storage_bytes"):
        api = make_api(switches={"oversize_status": status}, **{limit: 3})
        refusal = upload(api, make_target(api, "Contact"), b"1234")

        assert (refusal.status_code, refusal.json()["errors"]["code"]) == (status, status)
        assert api.tenant.count("document") == 0


@pytest.mark.contract("2.10-11")
@pytest.mark.parametrize("path", ["/documents/chunks", "/documents/uploads", "/documents/1/parts"])
def test_2_10_there_is_nowhere_to_send_parts(api, path):
    """Whoever tries is told that nothing is there."""
    api.refuse("POST", path, {"part": 1}, status=404)


@pytest.mark.contract("2.10-12")
def test_2_10_a_link_answers_as_a_file_does(api):
    """One without a name is called by its address."""
    target = make_target(api, "Contact")

    answer = api.ask("POST", "/document_links", {"url": "https://a.example/x", **target})

    assert set(answer) == {"id", "url", "msg"} and answer["url"] == "https://a.example/x"
    shown = api.ask("GET", f"/contacts/{target['targetable_id']}/document_associations")["document_links"][0]
    assert shown["name"] == "https://a.example/x"
