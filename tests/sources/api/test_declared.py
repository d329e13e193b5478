"""The `[api]` of a layout, and the settings of an engagement that is asked over HTTP."""

from __future__ import annotations

import pytest

from tests.sources.api.world import LAYOUTS, make_engagement
from workbench.engagement import known_secrets, read_engagement, source_values
from workbench.errors import UsageError
from workbench.layout import read_layout
from workbench.sources.api.client import SourceClient
from workbench.sources.api.extraction import extract
from workbench.sources.api.limiter import Limiter


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("[api.auth]", "[api.outh]", "[api]: outh is not a key here; did you mean auth?"),
        (
            'kind = "login"',
            'kind = "logon"',
            "[api.auth]: kind = 'logon': use one of none, header, basic, query, login",
        ),
        ('answer_header = "AERONA-AUTH-TOKEN"', "", "[api.auth]: say where a login's token stands"),
        ("seconds = 900", "", "[[api.limit]]: seconds is missing"),
        ("requests = 300", "requests = 0", "[[api.limit]]: requests = 0: one or more"),
        ("requests = 300", 'requests = "300"', "[[api.limit]]: requests = '300': expected a whole number"),
        ("share = 1.0", "share = 1.5", "[api]: share = 1.5: a part of each limit"),
        ('kind = "page"', 'kind = "pages"', "[api.object.patients] paging: kind = 'pages': use one of none, page"),
        ('parameter = "page"', "", "[api.object.patients] paging: parameter is missing"),
        ("[api.object.patients]", "[api.object.patient]", "[api.object.patient]: no object of that name; did you mean"),
        ('path = "patients"', "", "[api.object.patients]: path is missing"),
        ('key = ["patientId"]', "", "[api.object.patients]: its object has no key; write key = [...]"),
        ('records = "data"', 'records = "a..b"', "[api.object.patients]: records = 'a..b': cannot be read"),
        ('{ parameter = "modifiedSince" }', "{}", "[api.object.patients] since: parameter is missing"),
        (
            'path = "patients"',
            'path = "patients"\nwritten = { born = "x" }',
            "written names 'born', which is no column",
        ),
        ('path = "patients"', 'path = "patients"\neach = "people"', "each = 'people': name an object with an endpoint"),
        ('folder = "documents", ', "", "[api.object.documents] attachments: folder is missing"),
    ],
)
def test_a_wrong_api_is_refused(tmp_path, old, new, said):
    """Each mistake is named with its place and what is allowed."""
    text = (LAYOUTS / "aerona.toml").read_text()
    assert old in text
    (tmp_path / "layout.toml").write_text(text.replace(old, new, 1))

    with pytest.raises(UsageError) as caught:
        read_layout(tmp_path / "layout.toml")

    assert said in str(caught.value)


def test_an_endpoint_of_a_pattern_is_that_of_every_object_without_its_own(tmp_path):
    """Objects that are drafted later have one as well."""
    text = (
        (LAYOUTS / "aerona.toml")
        .read_text()
        .replace('[api.object.documents]\npath = "documents"', '[api.object."*"]\npath = "v2/{object}"')
    )
    (tmp_path / "layout.toml").write_text(text)

    endpoints = read_layout(tmp_path / "layout.toml").api.endpoints

    assert {name: endpoint.path for name, endpoint in endpoints.items()} == {
        "patients": "patients",
        "documents": "v2/documents",
    }


def test_what_is_secret_comes_from_the_environment_and_the_rest_from_the_settings(tmp_path, monkeypatch):
    """All that is missing is named at once, and the engagement may name another variable."""
    make_engagement(tmp_path / "acme", "aerona", "https://api.example/v1")
    engagement = read_engagement(tmp_path / "acme")
    for name in ("WORKBENCH_SOURCE_PASSWORD", "WORKBENCH_SOURCE_PIN", "WORKBENCH_ACME_PIN"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(UsageError) as caught:
        source_values(engagement, {"username", "password", "pin", "shard"})
    assert "set WORKBENCH_SOURCE_PASSWORD in the environment" in str(caught.value)
    assert "set WORKBENCH_SOURCE_PIN in the environment" in str(caught.value)
    assert 'settings = { shard = "..." }' in str(caught.value)

    path = tmp_path / "acme/engagement.toml"
    path.write_text(path.read_text() + 'variables = { pin = "WORKBENCH_ACME_PIN" }\n')
    monkeypatch.setenv("WORKBENCH_ACME_PIN", "4321")
    values = source_values(read_engagement(tmp_path / "acme"), {"username", "pin"})

    assert {name: value.reveal() for name, value in values.items()} == {"username": "local", "pin": "4321"}
    assert "4321" not in repr(values)


@pytest.mark.parametrize("name", ["pin", "apikey", "client_secret", "access_token"])
def test_whatever_is_secret_is_looked_for_in_what_a_run_leaves(tmp_path, monkeypatch, name):
    """By whichever name a source's API asks for it: no such variable is read without being known as a secret."""
    make_engagement(tmp_path / "acme", "aerona", "https://api.example/v1")
    monkeypatch.setenv(f"WORKBENCH_SOURCE_{name.upper()}", "t0p-secret")

    values = source_values(read_engagement(tmp_path / "acme"), {name})

    assert values[name].reveal() in {secret.reveal() for secret in known_secrets()}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('contact = "ada@example.com"', 'api_key = "abc"', "[source] settings: api_key: a text that is no secret"),
        ("https://api.example/v1", "https://", "[engagement] source = 'https://': expected http(s)://host/path"),
        ("https://api", "https://ada:pw@api", "expected http(s)://host/path, without a user"),
        ("[source]", '[source]\nvariables = { key = "HOME" }', "[source] variables: key: the name of an environment"),
        ('pack = "x"', 'pack = "x"\ncutover_source = "https://b.example"', "cutover_source: leave it out"),
    ],
)
def test_settings_of_a_source_that_cannot_be_are_refused(tmp_path, old, new, said):
    """A secret in a file is evidence that others read."""
    make_engagement(tmp_path / "acme", "aerona", "https://api.example/v1")
    path = tmp_path / "acme/engagement.toml"
    path.write_text(path.read_text().replace(old, new))

    with pytest.raises(UsageError) as caught:
        read_engagement(tmp_path / "acme")

    assert said in str(caught.value)


def test_secrets_do_not_travel_unencrypted():
    """Only this machine may be asked over http."""
    api = read_layout(LAYOUTS / "cliniko.toml").api

    with pytest.raises(UsageError, match="the secrets would travel unencrypted"):
        SourceClient("http://api.example/v1", api, {"key": "secret"}, limiter=Limiter(()))


def test_an_export_that_was_handed_over_is_not_extracted(tmp_path):
    """The command says what an address would look like."""
    make_engagement(tmp_path / "acme", "aerona", "exports/acme")

    with pytest.raises(UsageError, match='the source is acme, which is read as it lies.*source = "https://'):
        extract(read_engagement(tmp_path / "acme"))


def test_a_layout_that_changed_on_the_way_is_not_mixed(tmp_path):
    """What was read by the layout before is not continued by another."""
    from tests.sources.api.test_aerona import Killed, kill_after
    from tests.sources.api.world import make_patients, make_world

    world = make_world(tmp_path, "aerona", {"patients": make_patients(50)})
    with pytest.raises(Killed):
        world.extract(progress=kill_after(2))
    path = world.folder / "layout.toml"
    path.write_text(path.read_text().replace("size = 10", "size = 20"))

    with pytest.raises(UsageError, match="begun with another layout.toml"):
        world.extract()
