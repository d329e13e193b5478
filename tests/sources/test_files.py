"""Staging: every record of every file ends up staged or rejected, and nothing else of the customer's data does."""

import os
import zipfile

import polars as pl
import pytest

from workbench.errors import UsageError
from workbench.sources.files import read_staged, source_digest, stage_folder

from .conftest import HEADER


def write(export, text, name="people.csv", encoding="utf-8"):
    (export / name).write_bytes(text.encode(encoding) if isinstance(text, str) else text)


def stage(export, layout, out):
    staging = stage_folder(export, layout, out)
    assert (staging.files["read"] == staging.files["staged"] + staging.files["rejected"]).all()
    return staging, read_staged(out)


def list_rejected(staging):
    return [(row, reason) for row, reason in staging.rejected.select("row", "reason").iter_rows()]


def refuse(export, layout, out):
    """Stage an export that must be refused; gives the message, having checked that nothing was left behind."""
    with pytest.raises(UsageError) as caught:
        stage_folder(export, layout, out)
    assert not list(out.parent.glob("**/*.parquet"))
    return str(caught.value)


def test_every_cell_is_text_and_an_empty_one_is_null(export, layout, out):
    """Values stay as they are written, zeros and blanks included; an empty cell, quoted or not, is null."""
    write(export, HEADER + '007, Ann ,,"="\n8,"",,\n')

    _, staged = stage(export, layout, out)

    assert staged["people"].schema == {"Id": pl.String, "NAME": pl.String, "NOTE": pl.String, "_row": pl.Int64}
    assert staged["people"].rows() == [("007", " Ann ", "=", 1), ("8", None, None, 2)]


def test_secret_columns_are_counted_and_never_staged(export, layout, out):
    """No byte of a secret cell reaches the staged files; the column is reported with its filled cells."""
    write(export, HEADER + "1,Ann,999-11-2222,x\n2,Bob,,y\n3,Cy,999-33-4444,z\n")

    staging, staged = stage(export, layout, out)

    assert staging.dropped == [("people", "SSN", 2)]
    assert "SSN" not in staged["people"].columns
    pl.read_parquet(out / "people.parquet").write_parquet(out / "plain.parquet", compression="uncompressed")
    assert b"999-" not in (out / "plain.parquet").read_bytes()


def test_columns_may_stand_in_any_order(export, layout, out):
    """The file's order does not matter; the staged file has the layout's."""
    write(export, "NOTE,SSN,NAME,Id\nn,s,Ann,1\n")

    _, staged = stage(export, layout, out)

    assert staged["people"].rows(named=True) == [{"Id": "1", "NAME": "Ann", "NOTE": "n", "_row": 1}]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(export, layout, out, delimiter):
    """A file is split at the delimiter that yields the layout's columns, whatever else its cells hold."""
    text = HEADER.replace(",", delimiter) + delimiter.join(["1", '"a,b;c|d\te"', "s", "n"]) + "\n"
    write(export, text)

    staging, staged = stage(export, layout, out)

    assert staging.files["delimiter"].to_list() == [delimiter]
    assert staged["people"]["NAME"].to_list() == ["a,b;c|d\te"]


@pytest.mark.parametrize(
    ("encoding", "name", "found"),
    [
        ("utf-8", "Zoë 山 🩹", "utf-8"),
        ("utf-8-sig", "Zoë", "utf-8-sig"),
        ("cp1252", "Muñoz", "cp1252"),
        ("cp1252", "O’Brien – “Zoë” £5", "cp1252"),
        ("cp1251", "Иван Петров Мария", "cp1251"),
        ("cp1250", "Łódź Wałęsa Dvořák", "cp1250"),
        ("utf-16", "Zoë", "utf-16"),
        ("utf-16-le", "Zoë", "utf-16-le"),
        ("utf-16-be", "Zoë", "utf-16-be"),
    ],
)
def test_the_encoding_is_found(export, layout, out, encoding, name, found):
    """Names come out as they were written, in every encoding that software of our customers is known to write."""
    write(export, HEADER + "1,Ann,,\n" * 400 + f"2,{name},,\n", encoding=encoding)

    staging, staged = stage(export, layout, out)

    assert staging.files["encoding"].to_list() == [found]
    assert staged["people"]["NAME"][-1] == name


def test_the_layout_can_name_the_encoding(export, make_layout, out):
    """Where a few bytes are no evidence, the analyst's word decides."""
    write(export, HEADER + "1,Mu\x96oz,,\n", encoding="latin-1")

    _, staged = stage(export, make_layout('name = "small"', 'name = "small"\nencoding = "mac-roman"'), out)

    assert staged["people"]["NAME"].to_list() == ["Muñoz"]


def test_a_quoted_cell_keeps_its_line_ends(export, layout, out):
    """A note of several lines is one cell of one record, in Windows and in Unix files alike."""
    write(export, 'Id,NAME,SSN,NOTE\r\n1,Ann,,"one\r\n\r\ntwo ""so"" \nthree"\r\n2,Bob,,x\r\n')

    staging, staged = stage(export, layout, out)

    assert staged["people"]["NOTE"].to_list() == ['one\r\n\r\ntwo "so" \nthree', "x"]
    assert staging.files["read"].to_list() == [2]


def test_a_ragged_record_is_rejected_with_its_place(export, layout, out):
    """A cell too many or too few rejects the record, with file, number and line, and no cell of it in the reason."""
    write(export, HEADER + '1,Ann,,"a\nb"\n2,Secret,Name,,x\n3,Short\n\n4,Dee,,ok\n')

    staging, staged = stage(export, layout, out)

    assert staged["people"]["_row"].to_list() == [1, 4]
    assert list_rejected(staging) == [
        (2, "5 cells where the header has 4 (line 4)"),
        (3, "2 cells where the header has 4 (line 5)"),
    ]
    assert staging.rejected["file"].unique().to_list() == ["people.csv"]


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (",,,", "no cell is filled"),
        ("2,A\0nn,,", "a cell holds a NUL character"),
        ('2,"An"n",,', "a quote inside a quoted cell is not doubled"),
        ('2,"Ann,,', "a quote is opened and never closed"),
    ],
)
def test_a_broken_record_takes_no_other_with_it(export, layout, out, record, reason):
    """A record that cannot be read is rejected alone: a quote never closed does not swallow what follows."""
    write(export, f"{HEADER}1,Ann,,x\n{record}\n3,Cy,,y\n4,Dee,,z\n")

    staging, staged = stage(export, layout, out)

    assert staged["people"]["Id"].to_list() == ["1", "3", "4"]
    assert list_rejected(staging) == [(2, f"{reason} (line 3)")]


def test_an_open_quote_ends_at_the_next_quoted_cell(export, layout, out):
    """Also where a later quote seems to close it, only the line with the open quote is lost."""
    write(export, f'{HEADER}1,"Ann,,x\n2,Bob,,y\n3,"Cy",,"z"\n')

    staging, staged = stage(export, layout, out)

    assert staged["people"]["NAME"].to_list() == ["Bob", "Cy"]
    assert staging.rejected["row"].to_list() == [1]


def test_a_very_long_cell_is_read_whole(export, layout, out):
    """A note of a megabyte is data; what is longer is an open quote and is rejected."""
    write(export, HEADER + f'1,Ann,,"{"x" * 1_000_000}"\n2,Bob,,"{"y" * 1_100_000}"\n3,Cy,,z\n')

    staging, staged = stage(export, layout, out)

    assert staged["people"]["NOTE"].str.len_chars().to_list() == [1_000_000, 1]
    assert staging.rejected["row"].to_list() == [2]


def test_unnamed_columns_at_the_end_must_be_empty(export, layout, out):
    """Spreadsheets leave commas behind the last column; a value under one of them is never dropped unseen."""
    write(export, "Id,NAME,SSN,NOTE,,\n1,Ann,,x,,\n2,Bob,,y,,lost\n")

    staging, staged = stage(export, layout, out)

    assert staged["people"]["Id"].to_list() == ["1"]
    assert list_rejected(staging) == [(2, "a value stands under a column without a name (line 3)")]


def test_a_file_of_a_header_alone_has_no_records(export, layout, out):
    """An empty object is staged as an empty frame with all its columns."""
    write(export, HEADER.rstrip("\n"))

    staging, staged = stage(export, layout, out)

    assert staged["people"].shape == (0, 4)
    assert staging.files["read"].to_list() == [0]


def test_an_absent_optional_file_is_an_object_without_records(export, layout, out):
    """Whoever reads the staged folder finds every object of the layout; the absent ones are named."""
    write(export, HEADER + "1,Ann,,x\n")

    staging, staged = stage(export, layout, out)

    assert staging.missing == ("visits",)
    assert staged["visits"].schema == {"PERSON": pl.String, "DAY": pl.String, "_row": pl.Int64}


def test_what_the_layout_does_not_name_is_reported(export, layout, out):
    """Files and folders beside the known ones are named, so that nobody takes them for migrated."""
    write(export, HEADER + "1,Ann,,x\n")
    write(export, "a,b\n1,2\n", name="extra.csv")
    (export / "documents").mkdir()

    staging, _ = stage(export, layout, out)

    assert staging.unlisted == ("documents", "extra.csv")


@pytest.mark.covers("C-52")
def test_an_unknown_column_is_refused_or_dropped_and_counted(export, layout, make_layout, out):
    """A column nobody decided about stops the run, unless the layout says to leave such columns out."""
    write(export, "Id,NAME,SSN,NOTE,VIP,OLD\n1,Ann,,x,yes,\n2,Bob,,y,yes,\n")

    message = refuse(export, layout, out)
    staging, staged = stage(export, make_layout('name = "small"', 'name = "small"\nunknown_columns = "drop"'), out)

    assert "people.csv: column VIP is not in the layout; add it to layout.toml" in message
    assert 'unknown_columns = "drop"' in message
    assert staging.dropped == [("people", "SSN", 0), ("people", "VIP", 2), ("people", "OLD", 0)]
    assert staged["people"].columns == ["Id", "NAME", "NOTE", "_row"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"", "people.csv: holds nothing, not even a header"),
        ("\n\n", "people.csv: its first line holds no column names"),
        (b"\xef\xbb\xbf", "people.csv: its first line holds no column names"),
        ("Id,NAME,NOTE\n", "people.csv: column SSN is missing; export it"),
        ("Id,NAMES,SSN,NOTE\n", "set required = false for it; did you mean NAMES?"),
        ("Id,NAME,NAME,SSN,NOTE\n", "people.csv: column NAME stands more than once"),
        ("Id,,NAME,SSN,NOTE\n", "people.csv: column 2 has no name"),
        (b"PK\x03\x04rest", "people.csv: is an Excel workbook or a zip archive, not text"),
        ((HEADER + "1,Zoë,,\n" * 9).encode() + b"2,Mu\xf1oz,,\n", "people.csv: line 11 is not UTF-8, though the text"),
        (b"\xff\xfe" + HEADER.encode("utf-16-le") + b"\x00\xd8\x41\x00", "people.csv: line 2 cannot be read as utf-16"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_message(export, layout, out, text, said):
    """What is wrong with a file is said with its name and what to do, and nothing is staged."""
    write(export, text)

    assert said in refuse(export, layout, out)


def test_every_wrong_file_is_named_at_once(export, layout, out):
    """The analyst asks the customer once, not once per file."""
    write(export, "PERSON\n1\n", name="visits.csv")

    message = refuse(export, layout, out)

    assert "people.csv is missing" in message and "visits.csv: column DAY is missing" in message


def test_a_folder_named_like_a_file_is_refused(export, layout, out):
    """A directory where a file should be is said, not followed."""
    (export / "people.csv").mkdir()

    assert "people.csv: is not a file" in refuse(export, layout, out)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_an_unreadable_file_is_refused(export, layout, out):
    """A file without read permission is one message."""
    write(export, HEADER)
    (export / "people.csv").chmod(0)

    assert "people.csv: cannot be read: Permission denied" in refuse(export, layout, out)


@pytest.mark.parametrize("name", ["nowhere", "people.csv"])
def test_a_source_that_is_no_folder_is_refused(export, layout, out, name):
    """The source is a folder or a .zip archive."""
    write(export, HEADER)

    assert "no such folder" in refuse(export / name, layout, out)


def test_a_failed_staging_leaves_the_last_one_whole(export, layout, out):
    """A second export that is refused changes nothing of the first one's staged files."""
    write(export, HEADER + "1,Ann,,x\n")
    stage_folder(export, layout, out)
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    write(export, HEADER + "1,Ann,,x\n2,Bob,,y\n")
    write(export, b"", name="visits.csv")

    with pytest.raises(UsageError):
        stage_folder(export, layout, out)

    assert {path.name: path.read_bytes() for path in out.iterdir()} == before
    assert [path.name for path in out.parent.iterdir()] == [out.name]


def test_a_new_staging_replaces_the_last_one(export, layout, make_layout, out):
    """What an earlier staging wrote and this one does not is gone: nobody loads last week's object by mistake."""
    write(export, HEADER + "1,Ann,,x\n")
    stage_folder(export, layout, out)
    write(export, "Id,NAME,SSN,NOTE\n2,Bob,,y\n")

    _, staged = stage(export, make_layout('name = "visits"', 'name = "stays"'), out)

    assert set(staged) == {"people", "stays"}
    assert staged["people"]["NAME"].to_list() == ["Bob"]


def test_the_case_of_a_file_name_is_no_difference(export, layout, out):
    """Windows exports come with capital letters at will."""
    write(export, HEADER + "1,Ann,,x\n", name="People.CSV")

    staging, _ = stage(export, layout, out)

    assert staging.files["file"].to_list() == ["People.CSV"]


def test_progress_is_told_after_each_file(export, layout, out):
    """A watcher hears of every object with its number of staged records."""
    write(export, HEADER + "1,Ann,,x\n")
    heard = []

    stage_folder(export, layout, out, progress=lambda name, count: heard.append((name, count)))

    assert heard == [("people", 1)]


def test_many_records_stage_in_order(export, layout, out):
    """Records keep their order and numbers over more than one batch."""
    write(export, HEADER + "".join(f"{n},N{n},,\n" if n % 1000 else f"{n}\n" for n in range(1, 45_001)))

    staging, staged = stage(export, layout, out)

    assert staging.files.select("read", "staged", "rejected").rows() == [(45_000, 44_955, 45)]
    assert staged["people"]["_row"].is_sorted()
    assert (staged["people"]["Id"].cast(pl.Int64) == staged["people"]["_row"]).all()


def test_the_digest_follows_content_and_not_the_container(export, layout, tmp_path):
    """The same files as folder and as archive have one digest; one changed byte gives another."""
    write(export, HEADER + "1,Ann,,x\n")
    packed = tmp_path / "export.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.write(export / "people.csv", "export/people.csv")
    first = source_digest(export, layout)

    assert source_digest(packed, layout) == first
    write(export, "a,b\n", name="unlisted.csv")
    assert source_digest(export, layout) == first
    write(export, HEADER + "1,Anna,,x\n")
    assert source_digest(export, layout) != first


def test_bytes_that_are_no_text_are_refused_in_words(export, layout, out):
    """A damaged file, in which no encoding can be recognised, is one message about that file."""
    write(export, bytes(range(1, 256)) * 40)

    assert "people.csv: line" in refuse(export, layout, out)
