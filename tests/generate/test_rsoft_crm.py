"""Made-up exports of RSoft CRM: as large as asked for, the same for the same seed, with everything that goes wrong."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import polars as pl
import pytest

from workbench.engagement import TEMPLATES
from workbench.errors import UsageError
from workbench.generate.export import number_parts
from workbench.generate.registry import generate
from workbench.layout import read_layout
from workbench.sources.files import read_staged, stage_folder


def hash_files(folder: Path) -> dict[str, str]:
    """sha256 of every file below a folder."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """An export of 400 contacts and the truth beside it."""
    out = tmp_path_factory.mktemp("made") / "rsoft"
    generate("rsoft_crm", records=400, out=out, seed=3)
    return out


@pytest.fixture(scope="module")
def staged(made) -> dict[str, pl.DataFrame]:
    """The export as the layout reads it."""
    layout = read_layout(TEMPLATES / "layouts" / "rsoft_crm.toml")
    stage_folder(made / "export", layout, made.parent / "staged")
    return read_staged(made.parent / "staged")


def test_the_same_seed_makes_the_same_files(made, tmp_path):
    """Byte for byte, whatever folder it goes to; another seed makes another export."""
    generate("rsoft_crm", records=400, out=tmp_path / "again", seed=3)
    generate("rsoft_crm", records=400, out=tmp_path / "other", seed=4)

    assert hash_files(tmp_path / "again" / "export") == hash_files(made / "export")
    assert hash_files(tmp_path / "other" / "export")["Contacts.csv"] != hash_files(made / "export")["Contacts.csv"]


def test_parts_make_no_difference(made):
    """A record depends on its number alone: written in parts of seven the contacts are the same."""
    from workbench.generate.dice import Dice
    from workbench.generate.rsoft_people import Sizes, make_contacts

    dice, sizes = Dice(seed=3, kind="contacts"), Sizes(contacts=400)
    parts = [make_contacts(part, dice, sizes) for part in number_parts(400, size=7)]

    assert pl.concat(parts).equals(next(make_contacts(part, dice, sizes) for part in number_parts(400)))


def test_the_manifest_tells_rows_and_sums(made, staged):
    """Rows and sha256 of every file, when and where it was exported, the plan, and that no password guards it."""
    manifest = json.loads((made / "export" / "manifest.json").read_text())
    sums = hash_files(made / "export")

    for name, told in manifest["files"].items():
        assert told["sha256"] == sums[name]
    assert manifest["files"]["Contacts.csv"]["rows"] == staged["contacts"].height == 400
    assert (manifest["time_zone"], manifest["plan"]) == ("Asia/Kolkata", "Standard")
    assert manifest["is_password_protected"] is False


def test_files_are_written_as_the_source_does(made):
    """A byte order mark, CRLF, and two columns without a name at the end of every line."""
    data = (made / "export" / "Contacts.csv").read_bytes()
    header = data.split(b"\r\n")[0].decode("utf-8-sig")

    assert data.startswith(b"\xef\xbb\xbf") and b"\r\n" in data
    assert header.endswith("Custom 7,,")


@pytest.mark.parametrize(
    ("object", "column", "pattern", "least"),
    [
        ("contacts", "Phone", r"^[6-9]\d{9}$", 50),
        ("contacts", "Phone", r"^0[6-9]\d{9}$", 10),
        ("contacts", "Phone", r"^91[6-9]\d{9}$", 10),
        ("contacts", "Phone", r"[/,] ?080-2", 10),
        ("contacts", "Created On", r"^\d\d-\d\d-\d{4} \d\d:\d\d [AP]M$", 400),
        ("contacts", "Tags", r"VIP, vip ,Vip", 3),
        ("contacts", "Address", r"^, , ", 20),
        ("contacts", "Email", r"^ [A-Z]", 20),
        ("contacts", "Custom 6", r".", 20),
        ("deals", "Amount", r"^₹\d{1,2},\d\d,\d{3}\.\d\d$", 20),
        ("deals", "Stage", r"^Closed Won$", 5),
        ("deals", "Stage", r"^Won$", 5),
        ("deals", "Owner", r"Vikram Chauhan", 5),
        ("deals", "Owner", r"Rahul Sharma", 5),
        ("tickets", "Thread", r"^\[\{", 20),
        ("tickets", "Thread", r"\n-----\n", 20),
    ],
)
def test_every_quirk_is_there(staged, object, column, pattern, least):
    """What goes wrong in such exports goes wrong in this one, often enough to be met."""
    assert staged[object][column].drop_nulls().str.contains(pattern).sum() >= least


def test_two_users_share_a_name_and_one_has_left(staged):
    """The user list holds one name twice, and one who is no longer active."""
    users = staged["users"]

    assert users["Name"].is_duplicated().sum() == 2
    assert users.filter(pl.col("Status") == "Inactive").height == 1


def test_the_truth_tells_repeats_and_orphans(made, staged):
    """A contact the truth calls a repeat has the address of the other; an orphan's parent is in no file."""
    contacts = {row["Contact Id"]: row for row in staged["contacts"].iter_rows(named=True)}
    truth = pl.read_parquet(made / "truth" / "contacts.parquet")
    repeats = truth.drop_nulls(["repeats", "email"])
    for row in repeats.iter_rows(named=True):
        emails = [contacts[row[name]]["Email"].strip().lower() for name in ("id", "repeats")]
        assert emails[0] == emails[1] == row["email"]
    activities = pl.read_parquet(made / "truth" / "activities.parquet").filter("is_orphan")
    missing = staged["activities"].join(activities, left_on="Activity Id", right_on="id")

    assert repeats.height > 20 and missing.height == 41
    assert not missing["Related Id"].is_in(staged["contacts"]["Contact Id"].implode()).any()


def test_parents_that_are_meant_are_there(staged):
    """Every company of a contact and every contact of a deal is in the export."""
    companies, contacts = staged["companies"]["Company Id"].implode(), staged["contacts"]["Contact Id"].implode()

    assert staged["contacts"]["Company Id"].drop_nulls().is_in(companies).all()
    assert staged["deals"]["Contact Id"].is_in(contacts).all()


def test_ten_records_are_enough(tmp_path):
    """The smallest export has every file, and the layout reads it."""
    generate("rsoft_crm", records=10, out=tmp_path / "small", seed=1)
    layout = read_layout(TEMPLATES / "layouts" / "rsoft_crm.toml")

    made = stage_folder(tmp_path / "small" / "export", layout, tmp_path / "staged")
    assert made.files["rejected"].sum() == 0 and made.missing == ()


def test_a_folder_with_something_in_it_is_left_alone(tmp_path):
    """Nothing is written over: the command refuses, and the folder is as it was."""
    (tmp_path / "kept.txt").write_text("mine")

    with pytest.raises(UsageError, match="not empty"):
        generate("rsoft_crm", records=10, out=tmp_path, seed=1)
    assert [path.name for path in tmp_path.iterdir()] == ["kept.txt"]


@pytest.mark.parametrize(
    ("source", "records", "said"), [("rsoft", 10, "did you mean rsoft_crm"), ("rsoft_crm", 9, "10")]
)
def test_what_cannot_be_made_is_said(tmp_path, source, records, said):
    """An unknown source names the nearest, a number out of bounds the bounds; no folder is made."""
    with pytest.raises(UsageError, match=said):
        generate(source, records=records, out=tmp_path / "new", seed=1)
    assert not (tmp_path / "new").exists()


def test_a_password_makes_one_archive(tmp_path):
    """The export is one AES archive that opens with the password and with no other, and says so in its manifest."""
    import pyzipper

    path = generate("rsoft_crm", records=10, out=tmp_path / "locked", seed=1, password="swordfish")
    with pyzipper.AESZipFile(path) as archive:
        archive.setpassword(b"herring")
        with pytest.raises(RuntimeError):
            archive.read("manifest.json")
        archive.setpassword(b"swordfish")
        manifest = json.loads(archive.read("manifest.json"))

    assert manifest["is_password_protected"] is True
    assert not (tmp_path / "locked" / "export").exists()


def test_what_is_missing_is_missing_in_an_export_of_any_size():
    """The parent of an orphan has a number that no contact has, however many contacts there are."""
    from workbench.generate.dice import Dice
    from workbench.generate.rsoft_people import Sizes
    from workbench.generate.rsoft_work import draw_activities

    for sizes in (Sizes(contacts=400), Sizes(contacts=2_000_000, activities_each=5)):
        part = pl.DataFrame({"n": range(300)})
        orphans = draw_activities(part, Dice(seed=3, kind="activities"), sizes).filter("is_orphan")

        assert orphans.height and sizes.activities in (1_200, 10_000_000)
        assert (orphans["related_id"].str.extract(r"(\d+)").cast(pl.Int64) > sizes.contacts).all()
