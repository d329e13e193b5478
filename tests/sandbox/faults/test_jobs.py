"""Bulk jobs that do not go as they should."""

import json

import httpx
import pytest


def hand_in(day, count=10):
    """Number of the job that makes so many contacts."""
    rows = [{"emails": f"b{number}@example.org", "data": {}} for number in range(count)]
    url = day.ask("POST", "/contacts/bulk_upsert", {"contacts": rows})["job_status_url"]
    return url.rpartition("/")[2]


def ask(day, job):
    """The job as a client reads it."""
    return day.ask("GET", f"/job_statuses/{job}")


@pytest.mark.parametrize("line", ["job_partial:rows=0+3", "job_partial:share=1", "job_partial:share=0"])
def test_some_rows_fail(make_day, line):
    """The report counts and names them; the others are there."""
    day = make_day(line)
    expected = {"rows=0+3": 2, "share=1": 10, "share=0": 0}[line.partition(":")[2]]

    job = ask(day, hand_in(day))

    report = json.loads(job["data"])
    assert report["record_status"] == {"succeeded": 10 - expected, "failed": expected}
    assert len(report["detailed_failure_report"]) == expected
    assert day.tenant.count("contact") == 10 - expected


def test_the_rows_that_fail_are_the_same_every_time(make_day):
    """Drawn by seed and call."""
    first, again, other = (make_day("job_partial:share=0.4", seed=seed) for seed in (1, 1, 2))
    reports = [ask(day, hand_in(day, 40))["data"] for day in (first, again, other)]

    assert reports[0] == reports[1] != reports[2]


def test_a_job_stalls(make_day):
    """Nothing is written before it goes on."""
    day = make_day("job_stalled:seconds=60", time_scale=2)
    job = hand_in(day)

    assert ask(day, job)["status"] == "IN_PROGRESS"
    day.clock.now += 29
    assert (ask(day, job)["status"], day.tenant.count("contact")) == ("IN_PROGRESS", 0)
    day.clock.now += 1
    assert (ask(day, job)["status"], day.tenant.count("contact")) == ("SUCCESS", 10)


def test_a_job_never_ends(make_day):
    """However long one waits, and in a tenant started again."""
    day = make_day("job_never")
    job = hand_in(day)

    day.clock.now += 10**8

    assert (ask(day, job)["status"], day.tenant.count("contact")) == ("IN_PROGRESS", 0)


@pytest.mark.parametrize(("done", "there"), [("false", 0), ("true", 10)])
def test_a_job_ends_in_another_word(make_day, done, there):
    """Whether its rows were written or not."""
    day = make_day(f"job_status:status=QUEUED,done={done}")

    job = ask(day, hand_in(day))

    assert (job["status"], job["data"] is None) == ("QUEUED", not there)
    assert day.tenant.count("contact") == there


def test_a_fault_strikes_the_job_of_its_call_alone(make_day):
    """The next job is none the worse."""
    day = make_day("job_status:at=1")

    assert [ask(day, hand_in(day))["status"] for _ in range(2)] == ["FAILED", "SUCCESS"]


def test_the_journal_tells_what_a_job_wrote(make_day):
    """In a row of its own when it is done, with the fault; the call that handed it in wrote nothing."""
    day = make_day("job_partial:rows=0")
    job = hand_in(day, 3)
    ask(day, job)

    calls = [row for row in day.tenant.journal() if row["method"] != "JOB"]
    (done,) = (row for row in day.tenant.journal() if row["method"] == "JOB")

    assert [(row["fault"], row["records"]) for row in calls] == [("job_partial", []), ("", [])]
    assert (done["path"], done["fault"], done["status"], done["cost"]) == (
        f"/job_statuses/{job}", "job_partial", None, 0,
    )  # fmt: skip
    assert done["records"] == [record["id"] for record in day.tenant.records("contact")]


def test_a_job_whose_call_got_no_answer_stands_still_all_the_same(make_day):
    """The client does not know of it, and looked for at once its records are not there."""
    day = make_day("lost_answer:count=1", "job_stalled:seconds=60")

    with pytest.raises(httpx.RemoteProtocolError):
        hand_in(day)

    assert day.tenant.count("contact") == 0
    day.clock.now += 60
    day.look()
    assert day.tenant.count("contact") == 10
    assert day.struck() == ["lost_answer", "job_stalled", ""]
