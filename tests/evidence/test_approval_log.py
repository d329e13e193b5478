"""The chain of approvals under attack: the first line that does not hold is named."""

import json

import pytest

from workbench.errors import StopRun
from workbench.evidence.approval_log import read_approvals
from workbench.evidence.approvals import next_stage, standing
from workbench.evidence.signing import load_or_create_key, render_document, sign_document


def lines_of(desk):
    return (desk.engagement.folder / "approvals.jsonl").read_bytes().splitlines(keepends=True)


def write_lines(desk, lines):
    (desk.engagement.folder / "approvals.jsonl").write_bytes(b"".join(lines))


def find_state(desk, stage, **live):
    return standing(desk.engagement, stage, live=live).state


@pytest.mark.parametrize(
    ("spoil", "line"),
    [
        pytest.param(lambda lines: lines[1:], 1, id="first line cut"),
        pytest.param(lambda lines: [lines[0], lines[2]], 2, id="middle line cut"),
        pytest.param(lambda lines: [lines[1], lines[0], lines[2]], 1, id="first two swapped"),
        pytest.param(lambda lines: [lines[0], lines[2], lines[1]], 2, id="last two swapped"),
        pytest.param(lambda lines: [*lines, lines[2]], 4, id="last line doubled"),
        pytest.param(lambda lines: [*lines, b"\n"], 4, id="empty line added"),
        pytest.param(lambda lines: [*lines[:2], lines[2].rstrip(b"\n")], 3, id="line end lost"),
        pytest.param(lambda lines: [*lines[:2], lines[2][:-20]], 3, id="torn line"),
        pytest.param(lambda lines: [lines[0].replace(b'"Ada"', b'"Eve"'), *lines[1:]], 1, id="name changed"),
        pytest.param(lambda lines: [lines[0].replace(b"\n", b"\r\n"), *lines[1:]], 1, id="line ends of Windows"),
    ],
)
def test_the_first_broken_line_is_named(desk, spoil, line):
    """Whatever is done to the approvals, the first line that does not hold is named and none of them counts."""
    desk.go_to("sample")
    write_lines(desk, spoil(lines_of(desk)))

    with pytest.raises(StopRun, match=rf"approvals\.jsonl line {line}:"):
        read_approvals(desk.engagement)
    assert {find_state(desk, stage) for stage in ("discovery", "mapping", "sample")} == {"stale"}
    assert find_state(desk, "load") == "not run"
    with pytest.raises(StopRun, match=rf"line {line}:"):
        next_stage(desk.engagement)


def test_a_broken_chain_is_not_continued(desk, flip):
    """No new approval covers up a broken one."""
    desk.go_to("discovery")
    flip(desk.engagement.folder / "approvals.jsonl")
    before = lines_of(desk)

    with pytest.raises(StopRun, match="line 1"):
        desk.approve("discovery")
    assert lines_of(desk) == before


def test_an_approval_signed_anew_with_another_key_is_named(desk, tmp_path):
    """A forger without the analyst's key can sign the changed last line, but not as the analyst."""
    desk.go_to("mapping")
    first, last = lines_of(desk)
    forged = {name: value for name, value in json.loads(last).items() if name != "signature"} | {"by": "Eve"}
    other = load_or_create_key(tmp_path / "other")
    write_lines(desk, [first, render_document(sign_document(forged, kind="workbench/approval/1", key=other))])

    with pytest.raises(StopRun, match=f"line 2: signed with key {other.fingerprint}"):
        read_approvals(desk.engagement)


def test_an_approval_of_another_engagement_is_worth_nothing_here(desk, new_desk):
    """The same key's approval of the same stage, brought over from another customer, is refused."""
    other = new_desk("dentist")
    other.go_to("discovery")
    desk.run("discovery")
    write_lines(desk, lines_of(other))

    with pytest.raises(StopRun, match="line 1: was given for engagement dentist, not for clinic"):
        read_approvals(desk.engagement)
    assert find_state(desk, "discovery") == "stale"
