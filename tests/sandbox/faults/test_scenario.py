"""Scenarios as people write them."""

import re
import tomllib

import pytest

from workbench.errors import UsageError
from workbench.sandbox.faults import Fault, list_scenarios, read_fault, read_scenario
from workbench.sandbox.faults.befall import BEFALL
from workbench.sandbox.faults.events import EVENTS
from workbench.sandbox.faults.keys import KEYS
from workbench.sandbox.faults.kinds import EVENT, JOB, read_kinds
from workbench.sandbox.faults.listing import describe_kinds, describe_scenarios
from workbench.sandbox.faults.scenario import add_faults, build_scenario

GOOD = """
[scenario]
name = "A test"
seed = 7
[[fault]]
kind = "slow"
seconds = 2
at = [3, 5]
method = "POST"
[[fault]]
kind = "person_edits"
of = "deal"
"""


def write(tmp_path, text):
    path = tmp_path / "day.toml"
    path.write_text(text)
    return path


def test_a_scenario_is_read(tmp_path):
    """Name, seed and every fault with the options of its kind."""
    scenario = read_scenario(write(tmp_path, GOOD))

    assert (scenario.name, scenario.seed, [fault.kind for fault in scenario.faults]) == (
        "A test", 7, ["slow", "person_edits"],
    )  # fmt: skip
    slow, edits = scenario.faults
    assert (slow.at, slow.methods, slow.options) == ((3, 5), ("POST",), {"seconds": 2})
    assert (edits.count, edits.options["of"], edits.options["which"]) == (1, "deal", "random")


def test_a_line_says_the_same_as_a_file(tmp_path):
    """The short form has the same keys and the same values."""
    text = '[[fault]]\nkind = "too_many"\nretry_after = 2\nat = [1, 2]\npath = "/contacts"\nwrapped = true'

    line = read_fault("too_many:retry_after=2,at=1+2,path=/contacts,wrapped=true")

    assert (line,) == read_scenario(write(tmp_path, text)).faults


def test_words_of_a_line_stay_words_where_a_word_is_wanted():
    """A number is a number only where the key takes one."""
    assert read_fault("person_edits:value=7").options["value"] == 7
    assert read_fault("option_renamed:option=7,to=8").options["option"] == "7"
    assert read_fault("job_partial:rows=0+3").options["rows"] == [0, 3]


def test_every_problem_of_a_file_is_told_at_once(tmp_path):
    """With the file, the number of the fault, the key, and the nearest one there is."""
    path = write(
        tmp_path,
        '[senario]\n[scenario]\nsed = 1\nname = 3\n[[fault]]\nkind = "slw"\n[[fault]]\nkind = "slow"\nsecnds = 3\n'
        'odds = 2\n[[fault]]\nat = 1\n[[fault]]\nkind = "busy"\nat = 0\nevery = 2\n[[fault]]\nkind = "html"\n'
        'status = 99\nfrom = 5\nuntil = 3\n[[fault]]\nkind = "trickle"\nbytes = "all"\nobject = "contcat"\n',
    )

    with pytest.raises(UsageError) as told:
        read_scenario(path)

    lines = [line.strip(" -") for line in str(told.value).splitlines()]
    assert lines[0] == f"{path}:"
    assert lines[1:] == [
        "no section 'senario'; did you mean scenario?",
        "[scenario] has no key 'sed'; did you mean seed?",
        "[scenario] name is 3; use a text",
        "fault 1 (slw): no kind 'slw'; did you mean slow?",
        "fault 2 (slow): no key 'secnds'; did you mean seconds?",
        "fault 2 (slow): odds is 2; use 0 to 1",
        f"fault 3: it names no kind; known: {', '.join(read_kinds())}",
        "fault 4 (busy): at is 0; calls are counted from 1",
        "fault 4 (busy): at and every do not go together; keep one",
        "fault 5 (html): status is 99; use 200 to 599",
        "fault 6 (trickle): bytes is 'all'; use a whole number",
        "fault 6 (trickle): no object 'contcat'; did you mean contact?",
    ]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("", "it names no kind"),
        ("at=3", "no kind 'at=3'"),
        ("slow:seconds", "'seconds' has no value"),
        ("slow:seconds=-1", "seconds is -1; use 0 or more"),
        ("slow:seconds=nan", "seconds is nan; use a number"),
        ("slow:at=1.5", "at is 1.5; use a whole number or a list of them"),
        ("slow:from=9,until=3", "until is 3, before from"),
        ("busy:method=FETCH", "no method 'FETCH'"),
        ("busy:only=all", "no only 'all'; known: writes, reads"),
        ("too_many:retry_after=soon", "no retry_after 'soon'"),
        ("too_many:wrapped=maybe", "wrapped is 'maybe'; use true or false"),
        ("person_edits:which=middle", "no which 'middle'"),
        ("person_edits:which=0", "which is 0; use 1 or more"),
        ("person_links:add=task", "no add 'task'"),
        ("server_error:status=404", "status is 404; use 500 to 599"),
        ("trickle:bytes=0", "bytes is 0; use 1 or more"),
        ("job_partial:rows=a", "rows is ['a']; use numbers from 0"),
        ("job_partial:share=2", "share is 2; use 0 to 1"),
    ],
)
def test_a_wrong_line_is_refused(line, said):
    """In words that name the key."""
    with pytest.raises(UsageError) as told:
        read_fault(line)

    assert said in str(told.value)


def test_a_file_that_is_none_is_refused(tmp_path):
    """No such name, no such file, no TOML, faults under one heading."""
    for named, said in [
        ("bad_netwrk", "did you mean bad_network"),
        (tmp_path / "none.toml", "cannot be read"),
        (write(tmp_path, "[[fault"), "not valid TOML"),
    ]:
        with pytest.raises(UsageError, match=said):
            read_scenario(named)
    with pytest.raises(UsageError, match=r"faults stand under \[\[fault\]\]"):
        read_scenario(write(tmp_path, "[fault]\nkind = 'slow'"))


@pytest.mark.parametrize("name", list_scenarios())
def test_the_scenarios_that_come_along_can_be_read(name):
    """By their name alone; each says what it rehearses."""
    scenario = read_scenario(name)

    assert scenario.faults and scenario.about and scenario.name


def test_every_kind_is_treated():
    """Each kind of the list has what it does to a call, or to the tenant, or is one of jobs."""
    kinds = read_kinds().values()

    assert {kind.name for kind in kinds if kind.strikes not in (EVENT, JOB)} == set(BEFALL)
    assert {kind.name for kind in kinds if kind.strikes == EVENT} == set(EVENTS)


def test_the_lists_name_everything():
    """Every scenario and every kind, with its options."""
    assert all(name in describe_scenarios() for name in list_scenarios())
    assert all(f"  {name}: " in describe_kinds() for name in read_kinds())
    assert "      seconds=5.0: " in describe_kinds()


def test_the_list_of_kinds_is_enough_to_write_a_scenario():
    """Every key a fault may have, and a file to begin with."""
    assert all(re.search(rf"^      {key}=\S.*: \w", describe_kinds(), re.MULTILINE) for key in KEYS)
    example = describe_kinds().partition("\nA file of your own\n")[2]
    assert build_scenario(tomllib.loads(example), where="example").faults


def test_faults_of_a_command_line_come_beside_the_scenario():
    """The named scenario's first, then one a line."""
    day = add_faults("quota_cut", ["slow:at=1"])

    assert day.name == "The quota shrinks"
    assert isinstance(day.faults[-1], Fault) and day.faults[-1].kind == "slow"
    assert add_faults(None, []).faults == ()


@pytest.mark.parametrize("line", ["slow:seconds=1e400", "late:seconds=" + "9" * 400, "slow:from_seconds=inf"])
def test_more_seconds_than_a_clock_can_have_are_refused(line):
    """Not met as an error once the fault strikes."""
    with pytest.raises(UsageError, match="use 0 to 1000000000"):
        read_fault(line)


def test_a_path_that_can_never_begin_a_call_is_refused():
    """A fault that waits for it would never strike."""
    with pytest.raises(UsageError, match="begin with /"):
        read_fault("slow:path=contacts")
