"""What a refusal looks like."""

import pytest

from workbench.sandbox import User

NOT_AUTHORIZED = "You are not authorized to perform this action."


def send_text(api, path):
    """The answer to a body of plain text."""
    return api.http.post(path, content="x", headers={"Content-Type": "text/plain"})


@pytest.mark.contract("2.16-01")
def test_2_16_a_400_lists_every_problem(api):
    """Not only the first."""
    body = {"appointment": {"title": "", "from_date": "", "end_date": ""}}

    assert api.ask("POST", "/appointments", body, status=400) == {
        "errors": {
            "code": 400,
            "message": ["Title can't be blank", "From date can't be blank", "End date can't be blank"],
        }
    }


@pytest.mark.contract("2.16-02")
def test_2_16_a_401_has_a_form_of_its_own(api):
    """No envelope."""
    answer = api.http.get("/selector/owners", headers={"Authorization": "Token token=x"})

    assert (answer.status_code, answer.json()) == (401, {"login": "failed", "message": None})


@pytest.mark.contract("2.16-03")
@pytest.mark.parametrize("path", ["/contacts", "/sales_accounts", "/deals", "/contacts/view/5", "/deals/view/5"])
def test_2_16_a_403_says_no_more_than_that(api, path):
    """Whether a list is asked for without a view, or with an unknown one."""
    assert api.refuse("GET", path, status=403) == [NOT_AUTHORIZED]


@pytest.mark.contract("2.16-03")
def test_2_16_a_missing_permission_is_told_alike(make_api):
    """To a caller who may read and not write."""
    reader = User(name="Ray", email="ray@x.example", role="readonly", key="key-ray")
    api = make_api(users=(User(name="A", email="a@x.example"), reader))
    api.http.headers["Authorization"] = "Token token=key-ray"

    assert api.refuse("POST", "/contacts", {"email": "ann@example.org"}, status=403) == [NOT_AUTHORIZED]


@pytest.mark.contract("2.16-04")
@pytest.mark.parametrize("path", ["/contacts/999999999999", "/contacts/abc", "/tasks/5", "/deals/5"])
def test_2_16_a_404_names_what_was_looked_for(api, path):
    """By its object."""
    (message,) = api.refuse("GET", path, status=404)

    assert f"The {path.split('/')[1].removesuffix('s')} you're looking for" in message


@pytest.mark.contract("2.16-05")
def test_2_16_a_405_passes(make_api):
    """When a job has ended, the next is taken."""
    api = make_api(switches={"busy_jobs": 1, "job_seconds": 30})
    body = {"contacts": [{"emails": "a@example.org", "data": {"first_name": "A"}}]}
    api.ask("POST", "/contacts/bulk_upsert", body)

    assert api.refuse("POST", "/contacts/bulk_upsert", body, status=405)
    api.clock.now += 30
    assert api.ask("POST", "/contacts/bulk_upsert", body)


@pytest.mark.contract("2.16-06")
def test_2_16_a_format_that_is_not_written(api):
    """406."""
    assert api.http.get("/settings/contacts/fields.xml").status_code == 406


@pytest.mark.contract("2.16-08")
def test_2_16_a_key_needs_no_token_against_forgery(api):
    """Nor at the browser's address, with a session's cookie beside it; the cookie alone lets nobody in."""
    session = {"Cookie": "_freshsales_session=x"}
    bodies = [{"email": "a@example.org"}, {"email": "b@example.org"}]

    with_key = api.http.post("http://tenant.test/crm/sales/contacts", json=bodies[0], headers=session)
    alone = api.http.post("/contacts", json=bodies[1], headers={**session, "Authorization": ""})

    assert (with_key.status_code, alone.status_code) == (200, 401)
    assert api.tenant.count("contact") == 1


@pytest.mark.contract("2.16-09", "2.16-10")
@pytest.mark.parametrize(
    ("form", "type", "begins"),
    [
        ("json", "application/json", '{"errors":{"code":429,'),
        ("text", "text/plain", "Too many"),
        ("html", "text/html", "<!DOCTYPE html>"),
        ("empty", "", ""),
    ],
)
def test_2_16_a_call_over_the_quota(make_api, form, type, begins):
    """Whatever stands in the body, the status says it."""
    api = make_api(calls_per_hour=1, switches={"too_many_body": form})
    api.ask("GET", "/selector/owners")

    answer = api.http.get("/selector/owners")

    assert (answer.status_code, answer.headers.get("content-type", "").split(";")[0]) == (429, type)
    assert answer.text.startswith(begins) and bool(answer.text) == bool(begins)


@pytest.mark.contract("2.16-11")
def test_2_16_a_429_inside_a_400(make_api):
    """Only the text tells."""
    api = make_api(calls_per_hour=1, switches={"too_many_status": 400})
    api.ask("GET", "/selector/owners")

    (message,) = api.refuse("GET", "/selector/owners")
    assert "429" in message and "Too many requests" in message


@pytest.mark.contract("2.16-12")
@pytest.mark.parametrize("path", ["/sales_accounts", "/deals"])
def test_2_16_plain_text_breaks_the_server(api, path):
    """For accounts and deals."""
    answer = send_text(api, path)

    assert (answer.status_code, answer.json()) == (500, {"error_code": 500})


@pytest.mark.contract("2.16-13")
@pytest.mark.parametrize("path", ["/contacts", "/notes"])
def test_2_16_plain_text_is_refused(api, path):
    """For the others."""
    answer = send_text(api, path)

    assert (answer.status_code, answer.json()["errors"]["message"]) == (400, ["Invalid or missing attributes"])


@pytest.mark.contract("2.16-14")
def test_2_16_page_zero_of_zero_tasks(api):
    """Breaks the server."""
    assert api.ask("GET", "/tasks", status=500, page=0, per_page=0) == {"error_code": 500}


@pytest.mark.contract("2.16-18")
@pytest.mark.parametrize(
    "body", [{}, {"sales_activity_type": {"name": " "}}, {"sales_activity_type": {}}, {"sales_activity_type": "Visit"}]
)
def test_2_16_an_activity_type_without_a_name_breaks_the_server(make_api, body):
    """At the browser's address; one with a name no key may make, nor anybody on a plan without such types."""
    api, small = make_api(), make_api(plan="pro")
    path, named = "http://tenant.test/crm/sales/settings/sales_activity_types", {"sales_activity_type": {"name": "V"}}

    assert api.ask("POST", path, body, status=500) == {"error_code": 500}
    assert api.refuse("POST", path, named, status=403) == [NOT_AUTHORIZED]
    assert small.refuse("POST", path, body, status=403) == [NOT_AUTHORIZED]


@pytest.mark.contract("2.16-15")
def test_2_16_an_address_of_no_account(api):
    """Is answered by whatever stands in front of all accounts."""
    answer = api.http.get("http://nobody.test/anything")

    assert (answer.status_code, answer.headers["content-type"].split(";")[0]) == (404, "text/plain")
    assert answer.text == "404 Not Found"


@pytest.mark.contract("2.16-16", "2.16-17")
@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "already exists."), ("nl", "bestaat al."), ("es", "ya existe."), ("de", "vorhanden.")],
)
def test_2_16_messages_speak_the_language_of_the_user(make_api, language, words):
    """The tenant's, or the user's own; the code stays."""
    user = User(name="Bea", email="bea@x.example", key="key-bea", language=language)
    switched, own = make_api(switches={"language": language}), make_api(users=(User(name="A", email="a@x.org"), user))
    own.http.headers["Authorization"] = "Token token=key-bea"

    for api in (switched, own):
        api.make("contact", email="ann@example.org")
        (message,) = api.refuse("POST", "/contacts", {"email": "ann@example.org"})
        assert message == f"ann@example.org {words}" or message.endswith(words)
        assert (api.refuse("GET", "/contacts", status=403) == [NOT_AUTHORIZED]) == (language == "en")
