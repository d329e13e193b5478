"""Settings of a tenant from a file, a list of users and a command line."""

from dataclasses import fields

import pytest

from workbench.errors import UsageError
from workbench.sandbox import TenantSettings, User, build_app
from workbench.sandbox.settings_file import OWN_FORM, PLAIN, read_settings, read_users

WHOLE = """
plan = "pro"
edition = "classic"
key = "secret-key"
time_scale = 60
seed = 7
time_zone = "Europe/Berlin"
calls_per_hour = 50
activity_types = ["Site visit"]
is_sandbox = false
[renamed_views]
"Won Deals" = "Gewonnen"
[switches]
note_limit = 100
[[users]]
name = "Ada"
email = "ada@x.example"
[[users]]
name = "Bo"
email = "bo@x.example"
is_active = false
key = "bo-key"
role = "readonly"
language = "nl"
"""


@pytest.fixture
def write(tmp_path):
    """Writes a file and tells where."""

    def write_file(text, name="tenant.toml"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write_file


def complain(path, **others):
    """The lines of what is wrong with a file."""
    with pytest.raises(UsageError) as problem:
        read_settings(path, given={}, **others)
    return [line.removeprefix("  - ") for line in str(problem.value).splitlines()]


def test_every_setting_can_stand_in_the_file(write):
    """Under its own name."""
    assert {*PLAIN, *OWN_FORM} == {each.name for each in fields(TenantSettings)}

    settings = read_settings(write(WHOLE), given={})

    assert (settings.plan, settings.edition, settings.key, settings.seed) == ("pro", "classic", "secret-key", 7)
    assert (settings.time_scale, settings.calls_per_hour) == (60.0, 50)
    assert (settings.time_zone, settings.activity_types) == ("Europe/Berlin", ("Site visit",))
    assert (settings.renamed_views, settings.switches.note_limit) == ({"Won Deals": "Gewonnen"}, 100)
    bo = User(name="Bo", email="bo@x.example", is_active=False, key="bo-key", role="readonly", language="nl")
    assert settings.users == (User(name="Ada", email="ada@x.example"), bo)


def test_nothing_written_is_a_tenant_by_default(write):
    """Without a file too."""
    assert read_settings(write(""), given={}) == read_settings(None, given={"plan": None}) == TenantSettings()


def test_the_command_line_wins(write):
    """Setting by setting and switch by switch."""
    path = write('plan = "pro"\nseed = 3\n[switches]\nnote_limit = 5\nbulk_cap = 7\n')
    settings = read_settings(path, given={"plan": "growth", "seed": None}, switches=[("bulk_cap", "9")])

    assert (settings.plan, settings.seed) == ("growth", 3)
    assert (settings.switches.note_limit, settings.switches.bulk_cap) == (5, 9)


def test_every_bad_value_is_named_at_once(write):
    """A line each: of the file, of its switches, and of the command line."""
    text = 'plan = "gold"\nseed = "x"\ntime_zone = "Mars"\nplna = 1\nactivity_types = "x"\n[switches]\nnote_limi = 3\n'
    lines = complain(write(text), switches=[("bulk_cap", "many")])

    assert lines[0].endswith("tenant.toml:")
    for part in (
        "no setting 'plna'; did you mean plan?",
        "seed is 'x'; use a whole number",
        "activity_types is no list of names",
        "nearest: note_limit",
        "switch bulk_cap takes a whole number",
        "no plan 'gold'; known: free, growth, pro, enterprise",
        "no time zone 'Mars'",
    ):
        assert sum(part in line for line in lines) == 1, part
    assert len(lines) == 8


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("time_scale = 0", "time_scale is 0"),
        ("time_scale = inf", "time_scale is inf"),
        ("calls_per_hour = 0", "calls_per_hour is 0"),
        ("users = 3", "users are no list"),
        ("[[users]]\nname = 'A'", "user 1: no email"),
        ("[[users]]\nname = 'A'\nemail = 'a@x.org'\nrole = 'king'", "no role 'king'; known: admin, agent, readonly"),
        ("[[users]]\nname = 'A'\nemail = 'a@x.org'\nshoe = 4", "no 'shoe'"),
        ("[[users]]\nname = 'A'\nemail = 'a@x.org'\nlanguage = 'fr'", "no language 'fr'"),
        ("[[users]]\nname = 'A'\nemail = 'a@x.org'\nis_active = false", "no active user"),
        ("[[users]]\nname = 'A'\nemail = 'a@x.org'\n[[users]]\nname = 'B'\nemail = 'A@x.org'", "is named twice"),
        ("key = ''", "the same key, or the first has none"),
        ("key = 'a b'", "key 'a b' has blanks, commas, quotes or letters"),
        ("switches = 3", "switches is no table"),
        ("[renamed_views]\n'Wun Deals' = 'x'", "no view 'Wun Deals'; did you mean Won Deals?"),
        ("plan = ", "not valid TOML"),
    ],
)
def test_a_bad_value_says_what_is_allowed(write, text, said):
    """In words, not in a traceback."""
    assert any(said in line for line in complain(write(text)))


def test_users_come_from_a_csv_file(write):
    """The columns beyond name and e-mail may be left out or left empty; the file's own users give way."""
    path = write("\ufeffname,email,is_active,role\nAda,ada@x.example,,\nBo,bo@x.example,no,agent\n", "users.csv")
    ada = User(name="Ada", email="ada@x.example")
    bo = User(name="Bo", email="bo@x.example", is_active=False, role="agent")

    assert read_users(path) == (ada, bo)
    assert read_settings(write(WHOLE), given={}, users=path).users == (ada, bo)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name\nAda\n", "no column 'email'"),
        ("name,email,shoe\nAda,a@x.org,4\n", "unknown column 'shoe'"),
        ("name,email\n", "no users"),
        ("", "no column 'name'"),
        ("name,email\n,a@x.org\n", "user 1: no name"),
        ("name,email,is_active\nAda,a@x.org,maybe\n", "is_active is 'maybe'; use true or false"),
        ("name,email\nAda,a@x.org,extra\n", "user 1: more cells than columns"),
    ],
)
def test_a_bad_list_of_users_is_refused(write, text, said):
    """With the row."""
    with pytest.raises(UsageError, match="users.csv") as problem:
        read_users(write(text, "users.csv"))
    assert said in str(problem.value)


def test_a_missing_file_is_named(tmp_path):
    """As one of the analyst's."""
    for read in (lambda path: read_settings(path, given={}), read_users):
        with pytest.raises(UsageError, match="gone"):
            read(tmp_path / "gone")


def test_views_are_renamed_and_removed(make_api):
    """Users may do so; clients that look for a name must not break the tenant."""
    api = make_api(renamed_views={"Won Deals": "Gewonnen", "Lost Deals": ""})
    names = [view["name"] for view in api.ask("GET", "/deals/filters")["filters"]]

    assert "Gewonnen" in names and not {"Won Deals", "Lost Deals"} & set(names)
    assert api.view("deals", "Gewonnen")["deals"] == []


@pytest.mark.parametrize("has", [True, False])
def test_older_tenants_have_no_view_of_all_deals(make_api, has):
    """Contacts and accounts are all there either way."""
    api = make_api(switches={"all_deals_view": has})
    names = {
        plural: [view["name"] for view in api.ask("GET", f"/{plural}/filters")["filters"]]
        for plural in ("deals", "contacts")
    }

    assert ("All Deals" in names["deals"]) == has
    assert "All Contacts" in names["contacts"]


@pytest.mark.parametrize("is_utc", [True, False])
def test_times_end_in_an_offset_or_in_z(make_api, is_utc):
    """The account's zone decides, unless the switch does."""
    api = make_api(time_zone="Europe/Berlin", switches={"utc_times": is_utc})
    made = api.make("contact", email="a@example.org")

    assert made["created_at"] == ("2026-11-25T12:00:00Z" if is_utc else "2026-11-25T13:00:00+01:00")


def test_a_tenant_opened_again_keeps_its_users(tmp_path):
    """Keys go by e-mail: somebody the tenant does not know has none that works."""
    path = tmp_path / "tenant.sqlite"
    build_app(TenantSettings(), path=path).state.tenant.close()
    users = (User(name="Priya", email="priya.raman@tenant.example"), User(name="New", email="new@x.org", key="new"))

    tenant = build_app(TenantSettings(users=users), path=path).state.tenant

    names = {owner["id"]: owner["display_name"] for owner in tenant.selectors["owners"]}
    assert [(names[caller.id], caller.key) for caller in tenant.callers] == [("Priya Raman", "local-tenant-key")]
    tenant.close()
