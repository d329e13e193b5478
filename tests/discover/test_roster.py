"""The owner roster: everybody the source names, with the e-mail the roster file gives."""

import pytest

from workbench.discover.roster import build_roster
from workbench.engagement import TEMPLATES
from workbench.errors import UsageError
from workbench.model import ROSTER
from workbench.pack import OwnerRoster

OWNERS = OwnerRoster(object="staff", id="Id", name="NAME", role="ROLE", email="")
HEADER = "source_id,name,email,role\n"


@pytest.fixture
def frames(build_frames):
    return build_frames(
        {
            "staff": {
                "Id": ["a", "b", "b", None],
                "NAME": ["Ann", "Bob", "Bob again", "Nobody"],
                "ROLE": ["Nurse", None, None, None],
                "MAIL": ["ann@old.example", None, None, None],
            }
        }
    )


def write(tmp_path, text):
    path = tmp_path / "roster.csv"
    path.write_bytes(text.encode())
    return path


@pytest.mark.covers("C-29")
def test_an_owner_without_email_stays_in_the_roster(frames):
    """Everybody is listed once, with null where the source knows no e-mail."""
    roster = build_roster(frames, OWNERS, None)

    assert roster.schema == ROSTER
    assert roster.rows() == [("a", "Ann", None, "Nurse"), ("b", "Bob", None, None)]


def test_the_roster_file_goes_before_the_source(frames, tmp_path):
    """What the customer wrote wins; what they left out stays as the source says."""
    owners = OwnerRoster(object="staff", id="Id", name="NAME", role="ROLE", email="MAIL")
    path = write(tmp_path, HEADER + "b,Robert, bob@new.example ,Doctor\n")

    assert build_roster(frames, owners, path).rows() == [
        ("a", "Ann", "ann@old.example", "Nurse"),
        ("b", "Robert", "bob@new.example", "Doctor"),
    ]


def test_two_columns_are_enough_in_any_order(frames, tmp_path):
    """Name and role may be left out."""
    path = write(tmp_path, "email,source_id\nbob@new.example,b\n")

    assert build_roster(frames, OWNERS, path)["email"].to_list() == [None, "bob@new.example"]


def test_a_missing_roster_file_is_no_error(frames, tmp_path):
    """The file is optional."""
    assert len(build_roster(frames, OWNERS, tmp_path / "roster.csv")) == 2


def test_a_source_without_staff_takes_the_file_as_it_is(tmp_path):
    """Where the source lists nobody, the file is all there is."""
    path = write(tmp_path, HEADER + "x,Xeno,xeno@new.example,\n")

    assert build_roster({}, None, path).rows() == [("x", "Xeno", "xeno@new.example", None)]
    assert build_roster({}, None, None).is_empty()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("source_id,name\na,Ann\n", ["column email is missing"]),
        ("source_id,e-mail,email\n", ["column 'e-mail' is not known here; did you mean email?"]),
        ("source_id,email,email\n", ["column email stands more than once"]),
        ("", ["column source_id is missing", "column email is missing"]),
        (HEADER + "a,Ann\n", ["row 1: 2 cells where the header has 4 (line 2)"]),
        (
            HEADER + "z,Zed,zed@new.example,\na,Ann,ann,\na,Ann,a@x.example,\n,Eve,,\n",
            [
                "row 1: source_id 'z' is nobody in the source",
                "row 2: email 'ann' is no e-mail address",
                "row 4: source_id is empty",
                "source_id 'a' stands in 2 rows",
            ],
        ),
    ],
)
def test_a_wrong_roster_names_every_mistake(frames, tmp_path, text, said):
    """Unknown columns, strangers, repeated ids and unusable addresses are all said, with their row."""
    with pytest.raises(UsageError) as caught:
        build_roster(frames, OWNERS, write(tmp_path, text))

    assert [line.removeprefix("  - ") for line in str(caught.value).splitlines()[1:]] == said


def test_the_demo_roster_fits_the_demo_clinic(staged):
    """Seven of the eight providers have a row, six an address, and one is not there at all."""
    owners = OwnerRoster(object="providers", id="Id", name="NAME", role="SPECIALITY")

    roster = build_roster(staged, owners, TEMPLATES / "demo" / "roster.csv")

    assert len(roster) == 8
    assert roster["email"].null_count() == 2
    assert roster.filter(roster["name"] == "Wren Tallow")["email"].to_list() == [None]
