"""Journal, quota, bulk jobs, recycle bin and schema: what each page counts and says."""

import pytest

from workbench.sandbox.page.quota import draw_bars

DAY = 86_400


@pytest.fixture
def busy(api, look):
    """A tenant that was asked this and that."""
    api.ask("GET", "/selector/owners")
    api.refuse("GET", "/contacts", status=403)
    api.make("contact", email="a@example.org")
    return look


def test_the_journal_is_filtered_and_summed(busy):
    """By answer, method and path; the sum is that of what the filter leaves."""
    every = busy.read("/look/journal").text
    refused = busy.read("/look/journal?status=4").text
    posted = busy.read("/look/journal?method=POST").text
    owners = busy.read("/look/journal?path=OWNERS").text

    assert "3 calls, 3 of quota, 1 refused or failed" in every
    assert "1 calls, 1 of quota, 1 refused" in refused and "403" in refused
    assert "1 calls, 1 of quota, 0 refused" in posted
    assert "/selector/owners" in owners and "1 calls" in owners
    assert "No call is like that" in busy.read("/look/journal?status=5").text


def test_only_faults(busy):
    """A call something befell on purpose is marked, and can be listed by itself; the overview counts it."""
    busy.api.tenant.store.journal.add(
        at=busy.api.clock(), method="GET", path="/crm/sales/api/deals/1", status=503, cost=1, meant=200, fault="outage"
    )

    text = busy.read("/look/journal?fault=1").text

    assert "1 calls" in text and "503 meant 200" in text and "outage" in text
    assert "Faults struck 1" in busy.read("/").text
    assert "1 calls, 1 of quota" in busy.read("/look/journal?status=5").text


def test_a_call_nobody_answered_is_shown(busy):
    """The connection broke: there is no status, and no page breaks over it."""
    busy.api.tenant.store.journal.add(
        at=busy.api.clock(), method="GET", path="/crm/sales/api/deals/1", status=None, cost=0, fault="hang"
    )

    assert "none" in busy.read("/look/journal?fault=1").text
    busy.read("/look/quota")


def test_quota_is_drawn_by_the_tenants_own_hours(make_look):
    """An hour opens with the first call after the last one closed, not with the clock's hour."""
    look = make_look(calls_per_hour=3)
    api = look.api
    for minutes in (0, 59, 0, 0, 2):
        api.clock.now += minutes * 60
        api.http.get("/selector/owners")

    page = look.read("/look/quota")
    titles = [words for words in page.text.split("2026-") if "of quota" in words]

    assert "3 of quota, 4 calls, 1 turned away" in titles[0]
    assert "1 of quota, 1 calls" in titles[1]
    assert "limit 3" in page.text
    assert "The minutes of hour 2" in page.text
    assert "The minutes of hour 1" in look.read("/look/quota?hour=1").text


def test_quota_follows_tenant_time(make_look):
    """Sped up, an hour is as long as tenant time has it."""
    look = make_look(time_scale=3600)
    for _ in range(3):
        look.api.http.get("/selector/owners")
        look.api.clock.now += 1.5

    text = look.read("/look/quota").text

    assert "an hour takes 1 s" in text and "The minutes of hour 3" in text


def test_bars_stay_in_their_chart():
    """The highest value and the limit both fit, whichever is higher; no value draws no bar."""
    for values, limit in (([0, 5, 10], 8), ([1], 5000), ([], 0), ([9007], 0)):
        drawn = draw_bars(values, limit=limit)
        assert all(0 <= bar["height"] <= drawn["height"] for bar in drawn["bars"])
        assert all(bar["x"] + bar["width"] <= drawn["width"] + 0.1 for bar in drawn["bars"])
        assert all(0 <= tick["y"] <= drawn["height"] for tick in drawn["ticks"])
        assert limit == 0 or 0 < drawn["limit"]["y"] < drawn["height"]
    assert draw_bars([0], limit=1)["bars"][0]["height"] == 0


def test_a_bulk_job_shows_its_report(look, api):
    """How many rows, how it went, and why a row failed."""
    rows = [{"emails": "a@example.org", "data": {}}, {"emails": "no address", "data": {"first_name": "Bo"}}]
    api.ask("POST", "/contacts/bulk_upsert", {"contacts": rows})
    jobs = look.read("/look/jobs")
    job = look.read(next(href for href in jobs.hrefs() if href.startswith("/look/jobs/"))).text

    assert "SUCCESS 2 1 1" in jobs.text
    assert "invalid email address" in job and '{"emails": "no address"' in job


def test_what_is_no_call_counts_as_none(look, api):
    """A bulk job that was done has a row of its own in the journal, but was no call and cost nothing."""
    api.ask("POST", "/contacts/bulk_upsert", {"contacts": [{"emails": "a@example.org", "data": {}}]})

    text = look.read("/look/journal").text

    assert "1 calls, 1 of quota, 0 refused" in text and "1–2 of 2" in text
    assert "JOB /job_statuses/" in text and "none" not in text
    assert "1 of quota, 1 calls" in look.read("/look/quota").text


def test_a_job_that_waits_says_so(make_look):
    """Handed in, and not done."""
    look = make_look(switches={"job_seconds": 60.0})
    look.api.ask("POST", "/contacts/bulk_upsert", {"contacts": [{"emails": "a@example.org", "data": {}}]})

    assert "1 still to be done" in look.read("/look/jobs").text


def test_the_bin_counts_the_days(look, api):
    """Ninety at first; what lies there longer has fewer left."""
    old, new = (api.make("contact", email=f"{name}@example.org", first_name=name)["id"] for name in ("old", "new"))
    api.ask("DELETE", f"/contacts/{old}")
    api.clock.now += 30 * DAY
    api.ask("DELETE", f"/contacts/{new}")

    text = look.read("/look/bin").text

    assert text.index("new Contact") < text.index("old Contact")
    assert text.split("new Contact")[1].split()[2] == "90" and text.split("old Contact")[1].split()[2] == "60"


def test_the_bin_has_a_tab_for_each_object_in_it(look, api):
    """All together, or one at a time."""
    contact, account = api.make("contact", email="a@example.org"), api.make("sales_account", name="Bin & Co")
    api.ask("DELETE", f"/contacts/{contact['id']}")
    api.ask("DELETE", f"/sales_accounts/{account['id']}")

    assert "All 2 Sales accounts 1 Contacts 1" in look.read("/look/bin").text
    assert "Bin & Co" not in look.read("/look/bin?object=contact").text


def test_the_schema_shows_how_much_room_is_used(make_look):
    """By the kinds of the plan that are used, and in all; a module's own limit for a module."""
    look = make_look(plan="growth")
    look.api.add_field("contacts", label="Ward", type="dropdown", choices=["North", "South"])
    look.api.add_field("contacts", label="Bed", type="number")

    text = look.read("/look/schema").text

    assert "dropdown 1 of 30" in text and "number 1 of 30" in text and "in all 2 of 150" in text
    assert "Ward cf_ward dropdown North · South" in text


def test_the_overview_says_what_the_tenant_is(make_look):
    """Plan, users, counts, digest, quota left and until when, and the switches that were moved."""
    look = make_look(plan="growth", switches={"note_limit": 500})
    look.api.make("contact", email="a@example.org")

    text = look.read("/").text

    for words in ("Growth Suite", "admin@tenant.example", "Contacts contact 1", look.api.tenant.digest(),
                  "Quota left this hour 999 of 1,000", "2026-11-25 07:00:00", "note_limit = 500"):  # fmt: skip
        assert words in text
    assert look.api.tenant.digest() in text


def test_a_large_tenant_works_its_digest_out_when_asked(look, api, monkeypatch):
    """It takes seconds then, so it is a click away."""
    api.make("contact", email="a@example.org")
    monkeypatch.setattr("workbench.sandbox.page.overview.QUICK_DIGEST", 0)

    assert api.tenant.digest() not in look.get("/")
    assert api.tenant.digest() in look.get("/?digest=1")
