"""An engagement whose quotes have lines: products on deals where the plan has a catalog, a text where it has none."""

from __future__ import annotations

import shutil
from pathlib import Path

import polars as pl
import pytest

from tests.stages.conftest import DEMO
from tests.stages.walk import Walk, start_walk
from workbench.errors import UsageError

LAYOUT = """
[[object]]
name = "treatments"
file = "treatments.csv"
key = ["Id"]
[object.columns]
Id = { type = "id", tag = "id" }
NAME = { type = "text" }
CAD = { type = "decimal", tag = "money" }
USD = { type = "decimal", tag = "money" }
[[object]]
name = "quotes"
file = "quotes.csv"
key = ["Id"]
[object.columns]
Id = { type = "id", tag = "id" }
PATIENT = { type = "id", tag = "id" }
TOTAL = { type = "decimal", tag = "money" }
[[object]]
name = "quote_lines"
file = "quote_lines.csv"
key = ["Id"]
[object.columns]
Id = { type = "id", tag = "id" }
QUOTE = { type = "id", tag = "id" }
TREATMENT = { type = "id", tag = "id" }
QTY = { type = "integer" }
PRICE = { type = "decimal", tag = "money" }
"""
PACK = """
[[compute]]
object = "quote_lines"
column = "TEXT"
with = ["TREATMENT", "QTY", "PRICE"]
via = "template"
text = "{TREATMENT}: {QTY} x {PRICE}"
[[derive]]
object = "quotes"
column = "LINES_TEXT"
from = "quote_lines"
match = { QUOTE = "Id" }
take = "TEXT"
pick = "lines"
[[object]]
source = "treatments"
needs = ["products"]
destination = "product"
fidelity = "1:1"
external_id = ["Id"]
fields = [
  { from = "NAME", to = "name" },
  { with = ["CAD", "USD"], to = "product_pricings", via = "template", text = "CAD {CAD}; USD {USD}" },
]
[[object]]
source = "treatments"
unless = ["products"]
outcome = "inventory"
reason = "This plan of Freshsales has no product catalog; the list goes along in writing"
[[object]]
source = "quotes"
destination = "deal"
fidelity = "1:many"
external_id = ["Id"]
lookups = { contacts = { object = "patients", from = "PATIENT" } }
lines.object = "quote_lines"
lines.match = { QUOTE = "Id" }
lines.product = { object = "treatments", from = "TREATMENT" }
lines.quantity = "QTY"
lines.unit_price = "PRICE"
fields = [
  { with = ["Id"], to = "name", via = "template", text = "Quote {Id}" },
  { from = "TOTAL", to = "amount", via = "money" },
  { from = "LINES_TEXT", to = "cf_quote_lines", type = "textarea", label = "Quote lines", unless = ["products"] },
]
[[object]]
source = "quote_lines"
outcome = "merge"
into = "quotes"
reason = "Each line goes along with its quote"
[[object.skip]]
field = "Id"
reason = "A line is known by its quote"
"""
QUOTES = [("q1", 0, "150.00"), ("q2", 1, "40.00"), ("q3", 2, "12.00")]
SOLD = [
    ("l1", "q1", "t1", "2", "55.00"), ("l2", "q1", "t2", "1", "40.00"), ("l3", "q2", "t2", "1", "40.00"),
    ("l4", "q9", "t1", "1", "55.00"),
]  # fmt: skip


def start(tmp_path: Path, *, plan: str) -> Walk:
    """The demo clinic with two treatments, three quotes and four lines, one of which belongs to no quote."""
    export = tmp_path / "export"
    shutil.copytree(DEMO / "clinic", export)
    patients = pl.read_csv(export / "patients.csv", infer_schema=False)["Id"].to_list()
    write(
        export / "treatments.csv",
        ["Id", "NAME", "CAD", "USD"],
        [("t1", "Crown", "55.00", "41.5"), ("t2", "X-ray", "40", "30")],
    )
    write(export / "quotes.csv", ["Id", "PATIENT", "TOTAL"], [(id, patients[n], total) for id, n, total in QUOTES])
    write(export / "quote_lines.csv", ["Id", "QUOTE", "TREATMENT", "QTY", "PRICE"], SOLD)
    walk = start_walk(tmp_path, source=export, plan=plan, roster=DEMO / "roster.csv")
    for name, more in (("layout.toml", LAYOUT), ("pack.toml", PACK)):
        path = walk.folder / name
        path.write_text(path.read_text() + more)
    return walk


def write(path: Path, columns: list[str], rows: list[tuple[str, ...]]) -> None:
    """One file of the export."""
    pl.DataFrame(rows, columns, orient="row").write_csv(path)


def read_quotes(walk: Walk) -> dict[str, dict]:
    """The quotes among the tenant's deals."""
    return {each["name"]: each for each in walk.records("deal") if each["name"].startswith("Quote ")}


def test_lines_go_the_whole_way_and_back(tmp_path):
    """Every line read is loaded with its deal or has its reason; the diff agrees; all of it goes back."""
    walk = start(tmp_path, plan="enterprise")
    walk.go_to("sample")
    assert walk.results["sample"].diff.filter(phase="quotes").is_empty()
    walk.approve("sample")
    load = walk.run("load")

    quotes = read_quotes(walk)
    items = [(each["quantity"], each["unit_price"]) for each in quotes["Quote q1"]["products"]]
    assert items == [(2, 55.0), (1, 40.0)]
    assert quotes["Quote q1"]["amount"] == "150.0"
    assert "products" not in quotes["Quote q3"]
    assert "cf_quote_lines" not in quotes["Quote q1"]["custom_field"]
    counts = load.counts.filter(phase="quotes.lines").drop("source", "destination").row(0)
    assert counts == ("quotes.lines", 3, 3, 0, 0, 0)
    rows = load.row_outcomes.filter(object="quote_lines").select("row", "outcome", "phase", "external_id").rows()
    assert rows == [
        (1, "merge", "quotes", "q1"),
        (2, "merge", "quotes", "q1"),
        (3, "merge", "quotes", "q2"),
        (4, "exclude", "", None),
    ]
    assert load.facts["Lines in their deals"] == "3 of 3"
    walk.approve("load")
    cutover = walk.run("cutover")
    assert cutover.validation["agrees"].all()
    assert walk.run("rollback").proof["holds"].all()
    assert walk.records("deal") == walk.records("product") == []


def test_a_plan_without_a_catalog_gets_the_lines_as_a_text(tmp_path):
    """No product, no request for one, and every line is read in a field of its deal."""
    walk = start(tmp_path, plan="growth")
    walk.go_to("load")

    quotes = read_quotes(walk)
    assert quotes["Quote q1"]["custom_field"]["cf_quote_lines"] == "t1: 2 x 55.00\nt2: 1 x 40.00"
    assert quotes["Quote q1"]["amount"] == "150.0"
    assert walk.records("product") == []
    assert "treatments" not in walk.results["load"].counts["phase"]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (('quantity = "QTY"', 'quantity = "MANY"'), "quote_lines has no column 'MANY'"),
        (('into = "quotes"', 'into = "patients"'), "the rows of quote_lines go along with quotes"),
        (
            ('needs = ["products"]\ndestination = "product"', 'needs = ["products"]\ndestination = "contact"'),
            "treatments makes no products",
        ),
        (('needs = ["products"]', 'needs = ["formula_fields"]'), "a product exists only with needs"),
        (("lines.match", "lines.matching"), "matching is not a key here"),
    ],
)
def test_a_pack_with_wrong_lines_says_so(tmp_path, wrong, said):
    """Columns, products and the account of the rows are checked before anything runs."""
    walk = start(tmp_path, plan="enterprise")
    path = walk.folder / "pack.toml"
    path.write_text(path.read_text().replace(*wrong))
    with pytest.raises(UsageError, match=said):
        walk.run("discovery")
