"""Pictures: the same every time, readable without eyes or colours, and honest about small numbers."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree

import pytest

from workbench import charts
from workbench.load_graph import lay_out_phases
from workbench.model import COUNTS, FORECAST, INVENTORY, ROW_OUTCOMES, TIMELINE, Lookup, Phase, empty, frame
from workbench.shown import Shown

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = '<script>alert(1)</script> $x^2$ \u202e"&'


def make_phase(name: str, *parents: str, destination: str = "note") -> Phase:
    """A phase that points at the given objects."""
    lookups = tuple(Lookup(to=f"to_{parent}", object=parent, source="COLUMN") for parent in parents)
    return Phase(
        name=name, source=name.split(".")[0], destination=destination, external_id=("Id",), lookups=lookups
    )  # fmt: skip


def make_counts(*rows: tuple[str, int, int, int]):
    """COUNTS of phase, loaded, skipped, held."""
    keys = ("phase", "loaded", "skipped", "held")
    return frame([{**dict(zip(keys, row, strict=True)), "attempted": sum(row[1:])} for row in rows], COUNTS)


def make_part(name: str, least: float, most: float, *, side: str = "before"):
    """A part of the move that takes so many days."""
    return {"part": name, "side": side, "days_least": least, "days_most": most, "unit": "days", "basis": "told"}


def draw_all(name: str = "a") -> list[Shown]:
    """One of each picture."""
    field = {"object": name, "rows": 4}
    return [
        charts.phase_order((make_phase(name, destination="contact"), make_phase("b", name))),
        charts.fill_rates(
            frame([{**field, "field": "F", "filled": 4}, {**field, "field": "G", "filled": 0}], INVENTORY)
        ),
        charts.row_outcomes(frame([{"object": name, "row": 1, "outcome": "exclude"}], ROW_OUTCOMES)),
        charts.outcomes_per_object(make_counts((name, 3, 1, 1))),
        charts.quota_forecast(frame([{"plan": name, "phase": "a", "requests": 10, "hours": 2.6}], FORECAST)),
        charts.field_types(frame([{**field, "field": "F", "type": "integer"}], INVENTORY)),
        charts.record_counts(frame([{**field, "field": "F"}, {**field, "object": "b", "rows": 0}], INVENTORY)),
        charts.timeline(frame([make_part(name, 1, 2), make_part("Hypercare", 3, 3, side="after")], TIMELINE)),
    ]


def read(shown: Shown) -> list[str]:
    """The texts of a picture."""
    return [node.text for node in parse(shown).iter(f"{SVG}text")]


def parse(shown: Shown) -> ElementTree.Element:
    """The picture as a tree; an error where it is not well-formed."""
    return ElementTree.fromstring(shown.html[shown.html.index("<svg") : shown.html.index("</svg>") + len("</svg>")])


def test_two_pictures_of_the_same_are_equal():
    """Two renders are equal byte for byte: no date, no random id."""
    assert [shown._repr_mimebundle_() for shown in draw_all()] == [shown._repr_mimebundle_() for shown in draw_all()]


@pytest.mark.parametrize("number", range(8))
def test_a_picture_says_what_it_shows(number):
    """Every picture has a title and a sentence for those who hear it, and the sentence stands under it too."""
    shown = draw_all()[number]
    picture = parse(shown)

    described = picture.find(f"{SVG}desc").text

    assert picture.get("role") == "img" and picture.find(f"{SVG}title").text
    assert picture.get("aria-labelledby").split() == [
        picture.find(f"{SVG}title").get("id"),
        picture.find(f"{SVG}desc").get("id"),
    ]
    assert f"<figcaption>{described}</figcaption>" in shown.html
    assert described in shown.text


@pytest.mark.parametrize("number", range(8))
def test_hostile_names_stay_text(number):
    """A name is drawn as it is written: no markup, no formula, no turned text."""
    shown = draw_all(HOSTILE)[number]

    tags = {node.tag for node in parse(shown).iter()}

    assert f"{SVG}script" not in tags
    assert "<script" not in shown.html and "\u202e" not in shown.html


@pytest.mark.parametrize("number", range(8))
def test_a_picture_asks_for_nothing_from_outside(number):
    """Nothing is fetched; words stay words, in the fonts of the reader's own system."""
    html = draw_all()[number].html

    assert not re.findall(r'(?:href|src)="(?!#)|url\((?!#)|@import', html)
    assert "<text" in html and "DejaVu" not in html


def test_nothing_to_draw_is_a_sentence():
    """Without rows there is no empty frame but a sentence."""
    shown = [
        charts.phase_order(()),
        charts.fill_rates(empty(INVENTORY)),
        charts.row_outcomes(empty(ROW_OUTCOMES)),
        charts.outcomes_per_object(empty(COUNTS)),
        charts.quota_forecast(empty(FORECAST)),
    ]

    assert not [one for one in shown if "<svg" in one.html or not one.text.endswith(".")]


def test_small_and_large_phases_both_read():
    """Ten records and twenty thousand have bars of equal length, and exact figures beside them."""
    texts = read(charts.outcomes_per_object(make_counts(("small", 9, 0, 1), ("large", 20_650, 0, 30))))

    assert "9 loaded, 1 held" in texts and "20,650 loaded, 30 held" in texts


def test_a_phase_without_records_is_drawn_without_a_bar():
    """A phase that attempted nothing says so."""
    assert "no records" in read(charts.outcomes_per_object(make_counts(("none", 0, 0, 0), ("some", 1, 0, 0))))


def test_too_many_bars_are_cut_in_sight():
    """A picture of more rows than anyone reads says how many are drawn."""
    shown = charts.outcomes_per_object(make_counts(*((f"phase {number}", 1, 0, 0) for number in range(50))))

    assert "The first 40 of 50 are drawn." in shown.text
    assert "phase 39" in read(shown) and "phase 40" not in read(shown)


def test_a_field_is_called_full_only_when_it_is():
    """A field is always filled with every cell, mostly from a half, seldom below, and never without any."""
    filled = {"A": 100, "B": 99, "C": 50, "D": 49, "E": 0}
    rows = [{"object": "a", "field": field, "rows": 100, "filled": cells} for field, cells in filled.items()]

    assert "1 always, 2 mostly, 1 less than half, 1 never" in read(charts.fill_rates(frame(rows, INVENTORY)))


def test_the_forecast_names_every_plan():
    """Each plan has its hours and requests, also in the sentence."""
    rows = [{"plan": "pro", "phase": "a", "requests": 10, "hours": 2.6},
            {"plan": "pro", "phase": "b", "requests": 5, "hours": 1}]  # fmt: skip

    shown = charts.quota_forecast(frame(rows, FORECAST))

    assert "3 h 36 min, 15 requests" in read(shown)
    assert shown.text == "How long the load takes. At least 3 h 36 min on Pro."


def test_a_phase_stands_right_of_what_it_points_at():
    """Columns follow the lookups, also into every route of a split object."""
    phases = (make_phase("a"), make_phase("b.one", "a"), make_phase("b.two", "a"), make_phase("c", "b"))

    places, arrows = lay_out_phases(phases)

    assert {name: column for name, (column, _) in places.items()} == {"a": 0, "b.one": 1, "b.two": 1, "c": 2}
    assert arrows == [("a", "b.one"), ("a", "b.two"), ("b.one", "c"), ("b.two", "c")]


def test_an_arrow_that_others_say_already_is_left_out():
    """Where a chain of arrows says the order, the direct one would only tangle the picture."""
    _, arrows = lay_out_phases((make_phase("a"), make_phase("b", "a"), make_phase("c", "a", "b")))

    assert arrows == [("a", "b"), ("b", "c")]


def test_a_phase_that_points_at_itself_has_no_arrow():
    """A record's parent of the same object is settled inside its phase."""
    assert lay_out_phases((make_phase("a", "a"),)) == ({"a": (0, 0.0)}, [])


def test_no_two_phases_stand_in_one_place():
    """Fifteen phases have fifteen places."""
    phases = (make_phase("root"), *(make_phase(f"p{number}", "root") for number in range(14)))

    places, _ = lay_out_phases(phases)

    assert len(set(places.values())) == 15
