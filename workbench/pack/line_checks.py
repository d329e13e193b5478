"""Lines of deals in a pack: their columns, their products, and that the rows are accounted for as merged.

A pack says it in three places. The products, where the plan has a catalog; their prices are a text such as
`CAD 12.50; USD 9.90`, or one price a line, as `pick = "lines"` takes them from a price list:

    [[object]]
    source = "treatments"
    destination = "product"
    needs = ["products"]
    fields = [
      { from = "NAME", to = "name" },
      { with = ["PRICE"], to = "product_pricings", via = "template", text = "CAD {PRICE}" },
    ]

The deals, with `lines`; a field with `unless = ["products"]` takes the lines as a text where there is no catalog:

    lines = { object = "quote_lines", match = { QUOTE = "Id" }, product = { object = "treatments", from = "TREATMENT" },
              quantity = "QTY", unit_price = "PRICE", discount = "OFF" }   # on one line; discount may be left out

And the rows of the lines, which are merged into their deals: `outcome = "merge"`, `into = "quotes"`, and a reason. A
quantity that is always one is a computed column, like anything else the source does not write as a number.
"""

from __future__ import annotations

from workbench.destinations import PRODUCT
from workbench.model import Lines
from workbench.pack.scope import Scope
from workbench.pack.values import PRODUCTS, ObjectRow, Pack, Route


def find_lines_problems(where: str, row: ObjectRow, route: Route, pack: Pack, scope: Scope) -> list[str]:
    """Name what is wrong with the lines of a route; none where it has no lines."""
    if route.lines is None:
        return []
    at, lines = f"{where}, lines", route.lines
    problems = scope.find_object(at, lines.object) or scope.find_columns(at, lines.object, lines.columns)
    problems += scope.find_columns(f"{at}, match", row.source, lines.match.values())
    problems += scope.find_object(f"{at}, product", lines.products) or _find_product_problems(at, lines, row, pack)
    if route.destination != "deal":
        problems.append(f"{at}: only a deal has lines, not a {route.destination or 'row without a record'}")
    if not lines.match:
        problems.append(f"{at}: match is empty; write match = {{ THEIR_COLUMN = 'OUR_COLUMN' }}")
    if not any(
        each.into == row.source for other in pack.objects if other.source == lines.object for each in other.routes
    ):
        problems.append(
            f"{at}: the rows of {lines.object} go along with {row.source}; give its [[object]] outcome = 'merge', "
            f"into = '{row.source}' and a reason"
        )
    return problems


def _find_product_problems(at: str, lines: Lines, row: ObjectRow, pack: Pack) -> list[str]:
    for capabilities in pack.capability_sets():
        active = pack.active(capabilities)
        makes = (r.source == lines.products and PRODUCT in r.destinations for r in active)
        if PRODUCTS in capabilities and row in active and not any(makes):
            return [
                f"{at}: {lines.products} makes no products; give it an [[object]] with destination = '{PRODUCT}' and "
                f"needs = ['{PRODUCTS}']"
            ]
    return []
