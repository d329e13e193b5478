"""Products on a deal, and what they do to its amount."""

import pytest

ITEM = {
    "product_id", "unit_price", "setup_fee", "billing_type", "billing_cycle", "currency_code", "quantity", "discount",
    "discount_type", "deal_id", "association_id", "_id", "id", "name", "pricing_type", "avatar", "owner_id", "category",
}  # fmt: skip


def make_product(api, **price):
    """A product with a price, in USD unless told otherwise; without any where nothing is told."""
    prices = [{"currency_code": "USD", **price}] if price else []
    body = {"product": {"name": "Bed", "category": "Ward", "pricing_type": 1, "product_pricings": prices}}
    return api.ask("POST", "/cpq/products", body)["product"]["id"]


def put(api, deal, *products, **also):
    """A deal that was sent these products."""
    body = {"deal": {"products": list(products), **also}}
    return api.ask("PUT", f"/deals/{deal['id']}", body, include="products")["deal"]


@pytest.fixture
def deal(api):
    """A deal over 50.5."""
    return api.make("deal", name="D", amount="50.5")


@pytest.mark.contract("2.3-50")
def test_2_3_products_are_put_on_a_deal(api, deal):
    """By id, with a quantity and a discount."""
    id = make_product(api, unit_price=100)

    item = put(api, deal, {"id": id, "quantity": 2, "discount": 10})["products"][0]

    assert (item["id"], item["quantity"], item["discount"], item["name"]) == (id, 2, 10.0, "Bed")


@pytest.mark.contract("2.3-51")
def test_2_3_an_empty_list_takes_the_products_off(api, deal):
    """The amount stays at what they came to."""
    put(api, deal, {"id": make_product(api, unit_price=100)})

    cleared = put(api, deal)

    assert (cleared["products"], cleared["has_products"], cleared["amount"]) == ([], False, "100.0")


@pytest.mark.contract("2.3-52")
def test_2_3_a_product_on_a_deal_has_the_recorded_keys(api, deal):
    """And an id of its own there, which stays while the product does."""
    id = make_product(api, unit_price=100)

    first = put(api, deal, {"id": id})["products"][0]
    again = put(api, deal, {"id": id, "quantity": 3})["products"][0]

    assert set(first) == ITEM
    assert first["deal_id"] == deal["id"] and first["association_id"] == again["association_id"] != id


@pytest.mark.contract("2.3-53")
def test_2_3_without_a_price_in_its_currency_a_deal_comes_to_nothing(api, deal):
    """No price at all, and one in another currency."""
    for id in (make_product(api), make_product(api, currency_code="EUR", unit_price=100)):
        changed = put(api, deal, {"id": id})
        assert (changed["amount"], changed["products"][0]["unit_price"]) == ("0.0", 0.0)


@pytest.mark.contract("2.3-54")
@pytest.mark.parametrize(
    ("sent", "amount"),
    [
        ([{}], "105.0"),
        ([{"quantity": 3}], "305.0"),
        ([{"quantity": "1.5"}], "155.0"),
        ([{"quantity": 2, "discount": 10}], "185.0"),
        ([{"discount": 100}], "5.0"),
        ([{"unit_price": 19.99, "quantity": 3, "setup_fee": 0}], "59.97"),
        ([{}, {"quantity": 2}], "310.0"),
        ([{}, {"_destroy": True}], "105.0"),
    ],
)
def test_2_3_products_decide_the_amount(api, deal, sent, amount):
    """Price times quantity less discount plus setup fee; an amount sent beside them does not count."""
    id = make_product(api, unit_price=100, setup_fee=5)

    assert put(api, deal, *({"id": id, **each} for each in sent), amount=7)["amount"] == amount


@pytest.mark.contract("2.3-55")
@pytest.mark.parametrize(
    ("meaning", "type", "amount"),
    [("percent", 1, "180.0"), ("percent", 2, "190.0"), ("amount", 1, "190.0"), ("amount", 2, "180.0")],
)
def test_2_3_what_a_discount_is_of_is_a_switch(make_api, meaning, type, amount):
    """Ten per cent, or ten in money."""
    api = make_api(switches={"discount_type_1": meaning})
    item = {"id": make_product(api, unit_price=100), "quantity": 2, "discount": 10, "discount_type": type}

    assert put(api, api.make("deal", name="D", amount=1), item)["amount"] == amount


@pytest.mark.contract("2.3-56")
def test_2_3_a_deal_shows_its_products_when_asked(api, deal):
    """Whether it has any it always says; a product that was deleted is not there."""
    id = make_product(api, unit_price=100)
    put(api, deal, {"id": id})
    path = f"/deals/{deal['id']}"

    bare, whole = api.ask("GET", path)["deal"], api.ask("GET", path, include="products")["deal"]

    assert (bare["has_products"], "products" in bare) == (True, False)
    assert [item["id"] for item in whole["products"]] == [id]
    api.ask("DELETE", f"/cpq/products/{id}")
    gone = api.ask("GET", path, include="products")["deal"]
    assert (gone["has_products"], gone["products"]) == (False, [])


@pytest.mark.contract("2.3-57")
def test_2_3_a_deal_is_created_with_products(api):
    """No amount is needed then."""
    id = make_product(api, unit_price=100)

    made = api.make("deal", name="D", products=[{"id": id, "quantity": 2}])

    assert (made["amount"], made["has_products"], len(made["products"])) == ("200.0", True, 1)


@pytest.mark.contract("2.3-58")
@pytest.mark.parametrize(
    "item", [{"id": 5}, {}, "x", {"quantity": -1}, {"quantity": "x"}, {"discount": 101}, {"discount_type": 3}]
)
def test_2_3_a_wrong_product_refuses_the_deal(api, deal, item):
    """Nothing of it is kept."""
    id = make_product(api, unit_price=100)
    sent = {"id": id, **item} if isinstance(item, dict) and item and "id" not in item else item

    assert api.refuse("PUT", f"/deals/{deal['id']}", {"deal": {"products": [{"id": id}, sent]}})
    assert api.tenant.records("deal")[0]["amount"] == "50.5"
