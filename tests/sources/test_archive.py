"""Exports that come as .zip archives, the hostile ones included."""

import zipfile
import zlib

import pytest

from workbench.errors import UsageError
from workbench.sources import archive as archives
from workbench.sources.files import stage_folder

from .conftest import HEADER


def pack(path, members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members:
            archive.writestr(name, text)
    return path


@pytest.fixture
def source(tmp_path):
    return tmp_path / "export.zip"


@pytest.mark.parametrize("folder", ["", "ehi-export-1/"])
def test_an_archive_is_read_like_a_folder(source, layout, out, folder):
    """Files at the top or in one folder are staged; deeper folders and unknown files are named and not read."""
    members = [("people.csv", HEADER + "1,Ann,,x\n"), ("documents/1/scan.pdf", "%PDF"), ("README", "hello")]
    pack(source, [(folder + name, text) for name, text in members] + [("__MACOSX/._people.csv", "junk")])

    staging = stage_folder(source, layout, out)

    assert staging.files["staged"].to_list() == [1]
    assert staging.unlisted == ("README", "documents")


@pytest.mark.parametrize(
    "name", ["../people.csv", "/people.csv", "a/../../people.csv", "..\\people.csv", "C:\\people.csv"]
)
def test_a_name_that_points_outside_is_refused(source, layout, out, tmp_path, name):
    """No entry is written anywhere but into a folder of its own."""
    pack(source, [(name, HEADER)])

    with pytest.raises(UsageError, match="points outside of the archive"):
        stage_folder(source, layout, out)

    assert [path.name for path in tmp_path.rglob("*.csv")] == []


def test_an_archive_that_would_fill_the_disk_is_refused(source, layout, out):
    """A megabyte that unpacks to a gigabyte is no export."""
    pack(source, [("people.csv", "0" * 20_000_000)])

    with pytest.raises(UsageError, match="people.csv' unpacks to 20,000,000 bytes from"):
        stage_folder(source, layout, out)


def test_the_whole_archive_has_a_limit(source, layout, out, monkeypatch):
    """Many harmless entries together may not be more than the limit."""
    monkeypatch.setattr(archives, "MOST_BYTES", 100)
    pack(source, [(f"{n}.csv", HEADER) for n in range(10)])

    with pytest.raises(UsageError, match="at most 100 are unpacked"):
        stage_folder(source, layout, out)


def test_two_entries_of_one_name_are_refused(source, layout, out):
    """Which of the two is meant is not ours to guess."""
    with pytest.warns(UserWarning, match="Duplicate name"):
        pack(source, [("people.csv", HEADER), ("people.csv", HEADER)])

    with pytest.raises(UsageError, match="stands in it more than once"):
        stage_folder(source, layout, out)


def test_a_damaged_archive_is_one_message(source, layout, out):
    """Half a download, a text called .zip and a flipped byte are said to be damaged."""
    pack(source, [("people.csv", HEADER + "1,Ann,,x\n" * 50)])
    sound = source.read_bytes()
    flipped = bytearray(sound)
    flipped[60] ^= 0xFF

    for damaged in (sound[: len(sound) // 2], b"Id,NAME\n", bytes(flipped)):
        source.write_bytes(damaged)
        with pytest.raises(UsageError, match="export.zip: a damaged or unknown kind of archive"):
            stage_folder(source, layout, out)
    assert zlib.crc32(sound) != zlib.crc32(bytes(flipped))
