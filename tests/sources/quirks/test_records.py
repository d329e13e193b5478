"""Q27 to Q29 and Q33 to Q38: what whole records and whole exports may be like, as it shows while they are read."""

import csv
import json

import pytest

from workbench.discover.damage import find_damage
from workbench.discover.gaps import build_gap_register
from workbench.discover.links import find_relationships
from workbench.engagement import ROOT
from workbench.folder import save_csv
from workbench.sources.files import read_staged

PEOPLE = {"columns": {"Id": "id", "Name": "text", "Note": "text"}}
HOSTILE = ("+1", "=1+1", "+1+cmd", "-2+3", "@SUM(A1)", '=HYPERLINK("x")', "\tx")


def test_q27_an_orphan_is_counted_and_stays(export):
    """Q27: a record whose parent is not in the export is staged, counted and said with what follows."""
    export.write("people.csv", "Id\n" + "".join(f"p{number}\n" for number in range(40)))
    export.write("visits.csv", "Person\n" + "".join(f"p{number}\n" for number in range(1, 41)))
    visits = {"name": "visits", "file": "visits.csv", "columns": {"Person": "id"}}
    layout = export.layout({"key": ["Id"], "columns": {"Id": "id"}}, visits)

    staging = export.stage(layout)
    links = find_relationships(read_staged(export.out), layout)
    gaps = build_gap_register((), staging, links, layout=layout)

    assert links.select("child", "child_field", "parent", "filled", "orphans").rows() == [
        ("visits", "Person", "people", 40, 1)
    ]
    assert gaps["gap"].to_list() == ["1 of 40 values are no Id of people"]


def test_q28_changed_before_it_was_made(export):
    """Q28: such records are staged as they are, and counted."""
    export.write("people.csv", "Created On,Modified On\n2021-05-01,2021-04-01\n2021-05-01,2021-05-01\n2021-05-01,\n")
    layout = export.layout({"columns": {"Created On": "date", "Modified On": "date"}})
    export.stage(layout)

    (damage,) = find_damage({"people": export.frame()}, layout, time_zone="UTC")

    assert (damage.field, damage.count) == ("Modified On", 1)
    assert export.frame().height == 3


@pytest.mark.parametrize("format_", ["csv", "jsonl", "json"])
def test_q29_secrets_are_dropped_and_reported(export, format_):
    """Q29: no byte of a password, a card or a bank account is staged, in any format; each is counted."""
    names = ["password", "hash", "card", "bank"]
    rows = [{"Id": str(number), **{name: f"geheim-{number}" for name in names[number:]}} for number in range(2)]
    if format_ == "csv":
        export.write(
            "people.csv",
            "Id,password,hash,card,bank\n0,geheim-0,geheim-0,geheim-0,geheim-0\n1,,geheim-1,geheim-1,geheim-1\n",
        )
    else:
        text = "\n".join(map(json.dumps, rows)) if format_ == "jsonl" else json.dumps(rows)
        export.write("people.csv", text)
    secret = {name: {"type": "text", "tag": "secret"} for name in names}
    layout = export.layout({"format": format_, "columns": {"Id": "id", **secret}})

    staging = export.stage(layout)

    assert staging.dropped == [
        ("people", "password", 1), ("people", "hash", 2), ("people", "card", 2), ("people", "bank", 2)
    ]  # fmt: skip
    assert export.rows() == [("0",), ("1",)]
    assert b"geheim" not in (export.out / "people.parquet").read_bytes()


def test_q33_formulas_stay_text(export, tmp_path):
    """Q33: cells that a spreadsheet would run are staged as they are, and no CSV we write holds them alive."""
    with export.write("people.csv", "").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("Id", "Name", "Note"), *((str(n), text, "x") for n, text in enumerate(HOSTILE))])

    export.stage(export.layout(PEOPLE))
    save_csv(tmp_path / "report.csv", export.frame().select("Name"))

    assert export.frame()["Name"].to_list() == list(HOSTILE)
    with (tmp_path / "report.csv").open(newline="", encoding="utf-8-sig") as file:
        number, *others = [row[0] for row in csv.reader(file)][1:]
    assert number == "+1"  # a number and nothing that runs
    assert others == ["'" + text for text in HOSTILE[1:]]


@pytest.mark.parametrize("format_", ["csv", "jsonl"])
def test_q34_hostile_strings_come_through(export, format_):
    """Q34: every naughty string is staged letter by letter, or rejected with a reason: none is changed."""
    path = ROOT.parent / "shared" / "data" / "blns" / "blns.json"
    if not path.exists():
        pytest.skip("the shared data set ../shared/data/blns is not here")
    texts = json.loads(path.read_text(encoding="utf-8"))
    with export.write("people.csv", "").open("w", newline="", encoding="utf-8") as file:
        if format_ == "csv":
            csv.writer(file, quoting=csv.QUOTE_ALL).writerows([("Id", "T"), *enumerate(texts)])
        else:
            file.writelines(json.dumps({"Id": n, "T": text}) + "\n" for n, text in enumerate(texts))
    layout = export.layout({"format": format_, "encoding": "utf-8", "columns": {"Id": "id", "T": "text"}})

    staging = export.stage(layout)

    staged = dict(export.frame().select("Id", "T").iter_rows())
    assert {int(number): text or "" for number, text in staged.items()} | {
        row - 1: texts[row - 1] for row in staging.rejected["row"]
    } == dict(enumerate(texts))
    assert len(staging.rejected) <= 1


def test_q35_a_long_note_is_read_whole(export):
    """Q35: a note of 100 kB is staged to its last letter; the load splits it."""
    note = "x" * 99_999 + "."
    export.write("people.csv", f'Id,Name,Note\n1,Ann,"{note}"\n')

    export.stage(export.layout(PEOPLE))

    assert export.frame()["Note"][0] == note


def test_q37_no_file_for_an_empty_table(export):
    """Q37: an absent file that may be absent is an object without records, and said; one that may not is refused."""
    export.write("people.csv", "Id,Name,Note\n1,Ann,x\n")
    visits = {"name": "visits", "file": "visits.csv", "columns": {"Person": "id"}}

    staging = export.stage(export.layout(PEOPLE, visits | {"required": False}))

    assert staging.missing == ("visits",)
    assert export.frame("visits").shape == (0, 2)
    export.out.joinpath("people.parquet").unlink()
    export.out.joinpath("visits.parquet").unlink()
    assert "visits.csv is missing; add it, or set required = false" in export.refuse(export.layout(PEOPLE, visits))


def test_q38_another_schema_than_in_the_sample(export):
    """Q38: a column that went and one that came stop the run by name, and the last staging stays whole."""
    layout = export.layout(PEOPLE)
    export.write("people.csv", "Id,Name,Note\n1,Ann,x\n")
    export.stage(layout)
    before = (export.out / "people.parquet").read_bytes()
    export.write("people.csv", "Id,Full Name,Note\n1,Ann,x\n")

    with pytest.raises(Exception, match="column Name is missing") as caught:
        export.stage(layout)

    assert "column Full Name is not in the layout" in str(caught.value)
    assert (export.out / "people.parquet").read_bytes() == before
