"""Products that are not for sale: made as if they were, and taken off the shelf at once.

Freshsales names in a list only the products that are for sale. One whose answer was lost could not be found among the
others, and would be made twice. So it is made for sale and then changed: two requests more, a look and the change, for
these products alone.
"""

from __future__ import annotations

from workbench.destinations import PRODUCT
from workbench.load.changes import Body


def offer_first(object: str, body: Body) -> Body:
    """What to make of a record so that it can be found again; the body itself for all but products not for sale."""
    return body | {"is_active": True} if object == PRODUCT and body.get("is_active") is False else body
