"""Names of uploaded files: as at the source, safe, and each once for its record."""

from __future__ import annotations

import unicodedata

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.file_names import LONGEST_NAME, clean_name, name_files


def records(*rows: tuple[str, str, str | None]) -> pl.DataFrame:
    """A frame of files from parent, path and name."""
    names = ["lookup.targetable", "path", "file_name"]
    frame = pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")
    return frame.with_columns(external_id=pl.format("f{}", pl.int_range(pl.len())))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("scans/2021/consent.pdf", "consent.pdf"),
        ("C:\\scans\\consent.pdf", "consent.pdf"),
        ("../../etc/passwd", "passwd"),
        ("..", "file"),
        ("", "file"),
        ("a\x00b\x1f\u202egnp.exe", "abgnp.exe"),
        ('a<b>:"|?*c.txt', "a_b______c.txt"),
        ("  spaces \t of\nall kinds .pdf ", "spaces of all kinds.pdf"),
        ("Arztbrief Mu\u0308ller.docx", "Arztbrief M\u00fcller.docx"),
        ("\u75c5\u6b77 \U0001f468\u200d\u2695\ufe0f.pdf", "\u75c5\u6b77 \U0001f468\u200d\u2695\ufe0f.pdf"),
        ("noending", "noending"),
        (".hidden", "hidden"),
    ],
)
def test_a_name_keeps_what_is_harmless(text, name):
    """Folders, controls, marks that turn the direction of writing and forbidden characters go; letters stay."""
    assert clean_name(text) == name


def test_the_original_time_stands_in_the_name():
    """Freshsales stamps its own time, so the source's goes where it is kept."""
    assert clean_name("a.pdf", time="2021-03-04T09:30:00Z") == "a (2021-03-04 09.30).pdf"


def test_files_of_one_record_have_names_of_their_own():
    """Whatever the case of letters; another record may have the same; a number that is taken is passed over."""
    frame = name_files(
        records(("p1", "x/a.pdf", None), ("p1", "y/A.PDF", None), ("p1", "a (2).pdf", None), ("p2", "a.pdf", None))
    )

    assert frame["file_name"].to_list() == ["a.pdf", "A (2).PDF", "a (2) (2).pdf", "a.pdf"]


def test_the_number_follows_the_id_and_not_the_order_of_the_rows():
    """An export that lists the same files in another order, or one more, names them alike."""
    frame = records(*(("p1", f"{n}/a.pdf", None) for n in range(12)))
    named = name_files(frame)
    again = name_files(frame.reverse())

    assert dict(named.select("external_id", "file_name").iter_rows())["f11"] == "a (12).pdf"
    assert again.sort("external_id").equals(named.sort("external_id"))
    assert name_files(frame.head(11)).equals(named.head(11))


@given(st.lists(st.text(max_size=300), max_size=8), st.sampled_from([".pdf", "", ".jpeg", "." + "x" * 20]))
def test_whatever_a_name_holds_it_is_safe(texts, suffix):
    """Never empty, too long, hidden, a path, or the same as another of the record."""
    texts = [text.encode("utf-8", "ignore").decode() for text in texts]
    names = name_files(records(*(("p1", text + suffix, None) for text in texts)))["file_name"].to_list()

    assert len({name.casefold() for name in names}) == len(names)
    for name in names:
        assert 0 < len(name) <= LONGEST_NAME and not name.startswith(".")
        assert not {*'/\\<>:"|?*'} & set(name)
        assert not any(unicodedata.category(char) == "Cc" for char in name)
