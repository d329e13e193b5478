"""What an analyst can ask to be taken back, and how it is written."""

import pytest

from workbench.errors import UsageError
from workbench.load.scope import EVERYTHING, Scope, parse_scope


def test_what_is_written_is_read_back():
    """A line each; an external id keeps its slashes and equals signs; what stands twice counts once."""
    text = "phase=encounters.visit\nrecord=patients/a/b=c\n\n  object = contact \nobject=contact"

    scope = parse_scope(text)
    assert scope == Scope(parts=(("phase", "encounters.visit"), ("record", "patients/a/b=c"), ("object", "contact")))
    assert parse_scope(scope.text) == scope
    assert parse_scope("") == EVERYTHING


def test_a_report_names_no_record():
    """Ids of records may say who they are about, so that reports count them."""
    assert (
        str(parse_scope("record=patients/p17\nrecord=patients/p18\nphase=claims"))
        == "phase claims, 2 records of patients"
    )
    assert str(EVERYTHING) == "everything this migration wrote"


@pytest.mark.parametrize(
    "text", ["patients", "phase=", "table=patients", "record=p17", "record=/p17", "record=patients/"]
)
def test_anything_else_is_refused(text):
    """The message says how to write it."""
    with pytest.raises(UsageError, match="KIND=NAME|record=patients/p17"):
        parse_scope(text)
