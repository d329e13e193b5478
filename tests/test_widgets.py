"""The review grid: decisions go into one file and nowhere else, and an unattended run shows a plain table."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench import widgets
from workbench.decisions_file import drop_decision, save_decision
from workbench.errors import UsageError
from workbench.model import PROPOSALS, frame
from workbench.shown import Shown
from workbench.tables import show_proposals

CONFIRM = {"object": "people", "field": "LAST", "action": "confirm", "by": "Ann"}
SKIP = {**CONFIRM, "action": "skip", "reason": "Not wanted"}
MAP = {**CONFIRM, "action": "map", "to": "cf_last", "type": "text", "label": "Last"}
BY_HAND = """# kept: why we decided this
[[decision]]
object = "firms"
field = "TOWN"   # kept too
action = "map"
to = "cf_town"
text = "{TOWN}"
by = "Ben"
"""


@pytest.fixture
def path(tmp_path):
    return tmp_path / "decisions.toml"


@pytest.fixture
def proposals():
    row = {"object": "people", "field": "LAST", "tag": "name", "filled": 1, "action": "migrate",
           "destination": "contact", "to": "last_name", "via": "", "confidence": 0.97, "evidence": "the name",
           "state": "proposed", "decided_by": "", "reason": ""}  # fmt: skip
    return frame([row], PROPOSALS)


def read(path):
    """The decisions as the mapping reads them."""
    return tomllib.loads(path.read_text(encoding="utf-8")).get("decision", [])


@pytest.mark.parametrize("decision", [CONFIRM, SKIP, MAP])
def test_a_decision_is_kept_as_it_was_made(path, decision):
    """Every kind of decision stands in the file with all that was said."""
    save_decision(path, decision)

    assert read(path) == [decision]


def test_the_last_word_about_a_field_counts(path):
    """A second decision takes the place of the first; others stay."""
    save_decision(path, {**SKIP, "field": "BORN"})
    save_decision(path, SKIP)
    save_decision(path, MAP)

    assert read(path) == [{**SKIP, "field": "BORN"}, MAP]


def test_what_was_written_by_hand_stays(path):
    """Comments and options of other decisions are kept letter by letter, also when one is taken back."""
    path.write_text(BY_HAND)

    save_decision(path, SKIP)
    drop_decision(path, "people", "LAST")

    assert path.read_text() == BY_HAND


def test_taking_back_what_was_never_decided_changes_nothing(path):
    """There is no error in taking back nothing."""
    path.write_text(BY_HAND)

    drop_decision(path, "people", "LAST")

    assert path.read_text() == BY_HAND


@pytest.mark.parametrize(
    ("decision", "missing"),
    [({**SKIP, "reason": " "}, "reason"), ({**CONFIRM, "by": ""}, "by"), ({**MAP, "to": ""}, "to"),
     ({**CONFIRM, "action": "delete"}, "action"), ({}, "object")],
)  # fmt: skip
def test_half_a_decision_is_refused(path, decision, missing):
    """A decision without who, why or whereto is not written, and the file stays as it was."""
    path.write_text(BY_HAND)

    with pytest.raises(UsageError, match=missing):
        save_decision(path, decision)
    assert path.read_text() == BY_HAND


def test_a_broken_file_is_left_for_its_owner(path):
    """A file that is not TOML is never rewritten."""
    path.write_text(BY_HAND + "\n[[decision]]\nobject = \n")

    with pytest.raises(UsageError, match="not valid TOML"):
        save_decision(path, SKIP)
    assert path.read_text() == BY_HAND + "\n[[decision]]\nobject = \n"


@given(words=st.text(st.characters(codec="utf-8"), min_size=1).filter(str.strip))
def test_any_words_survive(tmp_path_factory, words):
    """A reason in any script and with any signs reads back as it was written."""
    path = tmp_path_factory.mktemp("any") / "decisions.toml"

    save_decision(path, {**SKIP, "reason": words})

    assert read(path) == [{**SKIP, "reason": words.strip()}]


def test_the_grid_answers_what_it_wrote(path, proposals):
    """A decision made in the grid is in the file when the answer comes; a wrong one is answered with what is wrong."""
    grid = widgets.MappingReview(proposals, path)

    grid.decide(SKIP)
    assert grid.answer == {"object": "people", "field": "LAST", "action": "skip", "problem": "", "number": 1}
    assert read(path) == [SKIP]

    grid.decide({**SKIP, "reason": ""})
    assert "needs reason" in grid.answer["problem"] and grid.answer["number"] == 2
    assert read(path) == [SKIP]

    grid.decide({**SKIP, "action": "undo"})
    assert read(path) == []


def test_the_grid_writes_nothing_by_being_looked_at(path, proposals):
    """Showing the grid decides nothing."""
    widgets.MappingReview(proposals, path)._repr_mimebundle_()

    assert not path.exists()


def test_a_page_without_a_kernel_shows_the_table(path, proposals):
    """An exported page finds the same rows as a table beside the grid."""
    data, _ = widgets.MappingReview(proposals, path)._repr_mimebundle_()

    assert data["text/html"] == show_proposals(proposals)._repr_mimebundle_()["text/html"]


def test_an_unattended_run_shows_the_table(path, proposals):
    """A run without anybody at the keyboard opens no grid, so that no widget state is stored."""
    shown = widgets.review_mappings(proposals, path)

    assert isinstance(shown, Shown) and shown == show_proposals(proposals)
