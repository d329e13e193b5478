"""Words about held records: no id of the source stands in them in the clear, and each group says what holds for all."""

from __future__ import annotations

import re
from html import unescape

import pytest

from workbench.model import HELD, frame
from workbench.tables import show_held
from workbench.tables.load import EACH_ITS_OWN

ID, OTHER = "pat-f4d69606", "pat-0badcafe"


def make_held(**words: str) -> dict[str, str]:
    """One held record."""
    row = {"phase": "claims", "external_id": "clm-11aa22bb", "code": "parent_held", "field": "contacts", "reason": "r"}
    return row | {"release": "see its own reason"} | words


def read(rows: list[dict[str, str]]) -> str:
    html = re.sub(r"<(style|script).*?</\1>", "", show_held(frame(rows, HELD)).html, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


@pytest.mark.parametrize(
    "words",
    [
        f"import the file with patients {ID}, then load again",
        f"patients {ID} is in an import file and not in Freshsales yet",
        f"it waits for patients {ID}, which is held",
        f"release patients {ID}: add the file to the export; then: workbench retry",
        f"release patients {ID}: import the file with clinics {OTHER}, then load again; then: workbench retry",
        f"patients {ID} is not among the records",
        f"patients {ID}, which it points at, was deleted in Freshsales since it was loaded",
        f"restore patients {ID} from the recycle bin of Freshsales within 90 days, then: workbench retry",
        f"and patients {ID} was written to it",
        "the row clm-11aa22bb repeats another",
    ],
)
def test_an_id_is_masked_wherever_a_sentence_names_it(words):
    """As in the column of ids, in what happened as well as in what releases it; the rest of the sentence stays."""
    said = read([make_held(reason=words, release=words)])

    assert not re.search(f"{ID}|{OTHER}|clm-11aa22bb", said)
    assert re.search("pat-…|clm-…", said) and re.sub(r".*(patients|row) \S+?[,:]? ", "", words).split()[-1] in said


def test_sentences_without_an_id_stay_whole():
    """A word is not an id because it stands where one may."""
    words = "let the administrator import the file as its instruction says, then load again"

    assert words in read([make_held(release=words)])


def test_a_group_says_what_releases_all_of_it():
    """The same but for the ids: without them; different ways: that there are several, and never that of one for all."""
    many = [make_held(release=f"import the file with patients {id}, then load again") for id in (ID, OTHER)]
    assert "import the file with patients, then load again" in read(many)
    assert EACH_ITS_OWN not in read(many)

    assert EACH_ITS_OWN in read([*many, make_held(release="put the clinic right")])
