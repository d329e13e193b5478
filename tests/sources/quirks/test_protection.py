"""Q30 to Q32: exports under a password, and archives built to do harm."""

import io
import zipfile

import msoffcrypto
import pytest
import pyzipper
import xlsxwriter
from msoffcrypto.format.ooxml import OOXMLFile

from workbench.engagement import Secret
from workbench.sources.files import source_digest

PASSWORD = "24-12-1980 Ω"
TEXT = "Id,Name\n1,Zoë\n"
PEOPLE = {"columns": {"Id": "id", "Name": "text"}}


@pytest.fixture
def protected(tmp_path):
    """An AES archive of one file."""
    path = tmp_path / "export.zip"
    with pyzipper.AESZipFile(path, "w", compression=pyzipper.ZIP_DEFLATED, encryption=pyzipper.WZ_AES) as archive:
        archive.setpassword(PASSWORD.encode())
        archive.writestr("people.csv", TEXT)
    return path


def make_workbook(rows, sheet="People"):
    """The bytes of a workbook with one sheet."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made) as workbook:
        page = workbook.add_worksheet(sheet)
        for number, row in enumerate(rows):
            page.write_row(number, 0, row)
    return made.getvalue()


def test_q30_an_aes_archive_opens_with_its_password(export, protected):
    """Q30: the records are read, and no password stands in what was staged."""
    staging = export.stage(export.layout(PEOPLE), source=protected, password=PASSWORD)

    assert export.rows() == [("1", "Zoë")]
    assert PASSWORD not in str(staging)
    export.write("people.csv", TEXT)
    digests = {source_digest(source, export.layout(PEOPLE), Secret(PASSWORD)) for source in (protected, export.folder)}
    assert len(digests) == 1


@pytest.mark.parametrize(
    ("password", "said"), [("", "is protected by a password; set it"), ("wrong", "the password does not open it")]
)
def test_q30_without_the_password_it_is_refused(export, protected, password, said):
    """Q30: a missing and a wrong password are told apart, with the variable that holds it."""
    message = export.refuse(export.layout(PEOPLE), source=protected, password=password)

    assert said in message and "WORKBENCH_SOURCE_PASSWORD" in message
    assert "wrong" not in message.removeprefix(str(protected))


def test_q31_an_encrypted_workbook_opens_with_its_password(export):
    """Q31: the workbook is decrypted in memory; nothing but the staged file is written."""
    export.write("people.xlsx", encrypt(make_workbook([("Id", "Name"), ("1", "Zoë")])))
    layout = export.layout({**PEOPLE, "file": "people.xlsx", "format": "xlsx"})

    export.stage(layout, password=PASSWORD)

    assert export.rows() == [("1", "Zoë")]
    assert [path.name for path in export.out.iterdir()] == ["people.parquet"]


@pytest.mark.parametrize(("password", "said"), [("", "is protected by a password"), ("no", "does not open it")])
def test_q31_without_the_password_it_is_refused(export, password, said):
    """Q31: as with an archive."""
    export.write("people.xlsx", encrypt(make_workbook([("Id", "Name"), ("1", "Zoë")])))
    layout = export.layout({**PEOPLE, "file": "people.xlsx", "format": "xlsx"})

    message = export.refuse(layout, password=password)

    assert "people.xlsx: is protected" in message and said in message


def test_q32_an_archive_that_would_fill_the_disk(export, tmp_path):
    """Q32: a bomb is refused by what it says of itself, before a byte of it is unpacked."""
    path = pack(tmp_path, {"people.csv": "0" * 20_000_000})

    assert "'people.csv' unpacks to 20,000,000 bytes from" in export.refuse(export.layout(PEOPLE), source=path)


@pytest.mark.parametrize("name", ["../people.csv", "/people.csv", "a/../../people.csv", "C:\\people.csv"])
def test_q32_a_name_that_points_outside(export, tmp_path, name):
    """Q32: no entry is written outside of the archive's own folder."""
    path = pack(tmp_path, {name: TEXT})

    assert "points outside of the archive" in export.refuse(export.layout(PEOPLE), source=path)
    assert not list(tmp_path.rglob("people.csv"))


def pack(folder, members):
    path = folder / "export.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return path


def encrypt(workbook):
    made = io.BytesIO()
    OOXMLFile(io.BytesIO(workbook)).encrypt(PASSWORD, made)
    assert msoffcrypto.OfficeFile(made).is_encrypted()
    return made.getvalue()
