"""Every way a tenant may write its quota and its wish to wait."""

import pytest

from workbench.freshsales.quota_headers import read_quota, read_retry_after

NOW = 1_800_000_000.0  # 2027-01-15T08:00:00Z
AHEAD = "Fri, 15 Jan 2027 08:10:00 GMT"  # the tenant's clock, ten minutes ahead of ours


@pytest.mark.parametrize(
    ("reset", "date", "seconds"),
    [
        ("90", None, 90),
        ("90", AHEAD, 90),
        ("1800000090", None, 90),
        ("1800000090.5", None, 90.5),
        ("1800000090000", None, 90),
        ("1800000690", AHEAD, 90),
        ("2027-01-15T08:01:30Z", None, 90),
        ("2027-01-15T02:01:30-06:00", None, 90),
        ("2027-01-15T08:01:30", None, 90),
        ("2027-01-15T08:11:30+00:00", AHEAD, 90),
        ("Fri, 15 Jan 2027 08:01:30 GMT", None, 90),
        ("1799999990", None, 0),
        ("-5", None, 0),
    ],
)
def test_a_reset_is_read_in_every_form(reset, date, seconds):
    """Seconds left, seconds or milliseconds since 1970, ISO 8601, an HTTP date: on the clock of who wrote it."""
    headers = {"x-ratelimit-remaining": "7", "x-ratelimit-reset": reset} | ({"date": date} if date else {})

    assert read_quota(headers, now=NOW) == (7, pytest.approx(seconds))


@pytest.mark.parametrize("word", ["", "many", "nan", "inf", "soon"])
@pytest.mark.parametrize("header", ["x-ratelimit-remaining", "x-ratelimit-reset"])
def test_what_cannot_be_read_says_nothing(header, word):
    """Half a word about the quota is none."""
    headers = {"x-ratelimit-remaining": "7", "x-ratelimit-reset": "90"} | {header: word}

    assert read_quota(headers, now=NOW) is None


def test_a_date_that_cannot_be_read_leaves_our_own_clock():
    """A gateway's nonsense is not held against the reset."""
    headers = {"x-ratelimit-remaining": "7", "x-ratelimit-reset": "1800000090", "date": "yesterday"}

    assert read_quota(headers, now=NOW) == (7, 90)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("7", 7), ("Fri, 15 Jan 2027 08:00:30 GMT", 30), ("999999", 3600), ("-3", 0), ("soon", None), (None, None)],
)
def test_a_wish_to_wait_is_read_and_bounded(text, seconds):
    """Never longer than an hour, never into the past."""
    assert read_retry_after({"retry-after": text} if text else {}, now=NOW) == seconds
