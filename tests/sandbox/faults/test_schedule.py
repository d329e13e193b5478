"""When faults strike."""

import pytest

from workbench.sandbox.faults import Scenario, read_fault
from workbench.sandbox.faults.schedule import FACT, Schedule
from workbench.sandbox.store import Store


class Now:
    """A clock that stands still until moved."""

    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


def make(*lines, seed=1, store=None, clock=None):
    scenario = Scenario(seed=seed, faults=tuple(map(read_fault, lines)))
    return Schedule(store or Store(), scenario, clock=clock or Now(), scale=lambda: 1.0)


def strikes(schedule, calls, *, method="POST", path="/contacts"):
    """Numbers of the calls that are struck."""
    return [n for n in range(1, calls + 1) if schedule.meet(method, path).call]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("slow", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]),
        ("slow:at=3", [3]),
        ("slow:at=3+5", [3, 5]),
        ("slow:every=4", [4, 8]),
        ("slow:from=8", [8, 9, 10]),
        ("slow:until=2", [1, 2]),
        ("slow:from=4,until=5", [4, 5]),
        ("slow:every=2,count=3", [2, 4, 6]),
        ("slow:odds=0", []),
        ("slow:odds=1", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]),
    ],
)
def test_when_a_fault_strikes(line, expected):
    """By number, every so many, within a window, at most so often."""
    assert strikes(make(line), 10) == expected


@pytest.mark.parametrize(
    ("line", "method", "path", "is_struck"),
    [
        ("slow:method=POST", "POST", "/contacts", True),
        ("slow:method=POST+PUT", "PUT", "/contacts/1", True),
        ("slow:method=POST", "GET", "/contacts", False),
        ("slow:path=/contacts", "GET", "/contacts/view/1", True),
        ("slow:path=/contacts", "GET", "/deals", False),
        ("slow:path=*/bulk_*", "POST", "/deals/bulk_upsert", True),
        ("slow:path=*/bulk_*", "POST", "/deals", False),
        ("slow:object=contact", "POST", "/contacts/upsert", True),
        ("slow:object=contact", "POST", "/contacts_of", False),
        ("slow:object=cm_plan", "POST", "/custom_module/cm_plan", True),
        ("slow:object=cm_plan", "POST", "/custom_module/cm_plans", False),
        ("slow:only=writes", "POST", "/filtered_search/contact", False),
        ("slow:only=reads", "POST", "/filtered_search/contact", True),
        ("slow:only=writes", "DELETE", "/contacts/1", True),
        ("busy", "POST", "/contacts/bulk_upsert", True),
        ("busy", "POST", "/contacts", False),
    ],
)
def test_which_calls_a_fault_befalls(line, method, path, is_struck):
    """By method, path, object, and whether they write."""
    assert bool(make(line).meet(method, path).call) == is_struck


def test_only_matching_calls_are_counted():
    """The third call about deals is the third, whatever came between."""
    schedule = make("slow:at=3,object=deal")
    paths = ["/contacts", "/deals", "/deals", "/contacts", "/deals", "/deals"]

    assert [path for path in enumerate(paths) if schedule.meet("GET", path[1]).call] == [(4, "/deals")]


def test_a_fault_may_look_at_the_body():
    """Only calls that send the text are counted."""
    schedule = make("slow:sending=cf_x")

    assert schedule.wants_body("POST", "/contacts")
    assert not schedule.meet("POST", "/contacts", b'{"a": 1}').call
    assert schedule.meet("POST", "/contacts", b'{"cf_x": 1}').call.number == 1


def test_windows_of_time_are_counted_from_the_first_call():
    """In seconds of tenant time."""
    clock = Now()
    schedule = make("slow:from_seconds=10,until_seconds=20", clock=clock)
    struck = []
    for _ in range(6):
        struck.append(bool(schedule.meet("GET", "/deals").call))
        clock.now += 5

    assert struck == [False, False, True, True, True, False]


def test_the_same_seed_strikes_the_same_calls():
    """Another seed strikes others; about as many as the odds say."""
    first, again, other = (strikes(make("slow:odds=0.1", seed=seed), 2000) for seed in (1, 1, 2))

    assert first == again != other
    assert 150 < len(first) < 250


def test_one_fault_does_not_change_the_chance_of_another():
    """A fault is drawn by its own place and count, whatever else strikes."""
    alone = strikes(make("busy:odds=0.3"), 50, path="/contacts/bulk_upsert")
    behind = make("busy:odds=0.3", "slow:odds=0.5", "html:every=3")

    both = [n for n in range(1, 51) if behind.meet("POST", "/contacts/bulk_upsert").call]

    assert set(alone) < set(both)


def test_the_first_fault_of_a_call_wins_and_the_others_are_counted():
    """So that a fault does not come later because another came first."""
    schedule = make("slow:at=2", "html:at=2+3")

    assert [schedule.meet("GET", "/deals").call for _ in range(3)][0] is None
    assert schedule.matched == [3, 3]
    assert schedule.struck == [1, 1]


def test_events_strike_once_beside_the_fault_of_the_call():
    """Unless told how often; several may strike the same call."""
    schedule = make("slow", "person_edits", "user_deactivated", "person_deletes:every=2")
    first, second = schedule.meet("GET", "/deals"), schedule.meet("GET", "/deals")

    assert ([event.kind for event in first.events], first.call.kind) == (["person_edits", "user_deactivated"], "slow")
    assert [event.kind for event in second.events] == ["person_deletes"]


def test_a_call_and_its_job_may_both_be_struck():
    """The answer is lost, and the job stands still."""
    fate = make("lost_answer", "job_stalled", "job_never").meet("POST", "/deals/bulk_upsert")

    assert (fate.call.kind, fate.job.kind) == ("lost_answer", "job_stalled")


def test_the_counts_go_on_where_they_were():
    """With the same scenario in the same store; another scenario starts anew."""
    store = Store()
    first = make("slow:every=3,count=2", store=store)
    assert strikes(first, 4) == [3]
    first.keep()

    assert strikes(make("slow:every=3,count=2", store=store), 10) == [2]
    assert strikes(make("slow:every=3,count=1", store=store), 4) == [3]
    assert make("slow:every=3,count=2", seed=2, store=store).matched == [0]


def test_nothing_is_kept_where_nothing_can_go_wrong():
    """A quiet day costs no write."""
    store = Store()
    schedule = make(store=store)
    schedule.keep()

    assert schedule.is_quiet
    assert store.fact(FACT) is None
