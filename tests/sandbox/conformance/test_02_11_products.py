"""The product catalog: products, their prices, and the documents they stand on."""

import pytest

PRODUCT = {
    "id", "name", "category", "custom_field", "product_code", "sku_number", "parent_product", "territory_id",
    "valid_till", "is_active", "owner_id", "is_deleted", "created_at", "updated_at", "pricing_type", "avatar",
    "base_currency_amount", "creater_id", "updater_id", "description",
}  # fmt: skip
PRICE = {"id", "currency_code", "_destroy", "billing_cycle", "billing_type", "unit_price", "setup_fee", "is_locked"}
DOCUMENT = {
    "id", "deal_id", "contact_id", "sales_account_id", "document_type", "stage", "valid_till", "shipping_address",
    "shipping_city", "shipping_state", "shipping_zipcode", "shipping_country", "billing_address", "billing_city",
    "billing_state", "billing_zipcode", "billing_country", "owner_id", "amount", "currency_code",
    "base_currency_amount", "creater_id", "updater_id", "custom_field", "created_at", "updated_at", "is_deleted",
    "document_number", "territory_id", "is_deal_primary", "display_name", "email_template_id",
    "cpq_document_template_name", "has_products", "pricing_table_settings", "signatures", "signed_url",
    "has_signatures", "signing_order_modified",
}  # fmt: skip
ITEM = {
    "id", "product_id", "cpq_document_id", "currency_code", "billing_cycle", "billing_type", "unit_price", "setup_fee",
    "quantity", "discount", "item_id", "name", "pricing_type", "avatar", "owner_id", "association_id", "discount_type",
    "custom_columns",
}  # fmt: skip
DELETED = {"msg": {"id": 1, "code": "success"}}
USD = {"currency_code": "USD", "unit_price": 1000}


def make_product(api, **attributes):
    """A product, named unless told otherwise."""
    return api.ask("POST", "/cpq/products", {"product": {"name": "Bed", **attributes}})["product"]


def price(api, product, *prices):
    """The product after these prices were sent."""
    body = {"product": {"pricing_type": 1, "product_pricings": list(prices)}}
    return api.ask("PUT", f"/cpq/products/{product['id']}", body, include="product_pricings")["product"]


def make_document(api, **attributes):
    """A document of a new deal."""
    deal = api.make("deal", name="D", amount=1)
    body = {"cpq_document": {"deal_id": deal["id"], "document_type": "Quote", **attributes}}
    return api.ask("POST", "/cpq/cpq_documents", body)["cpq_document"]


@pytest.mark.contract("2.11-01")
def test_2_11_a_product_is_created_in_its_wrapper(api):
    """And comes back as it was sent, active unless told otherwise."""
    sent = {"name": "Bed", "category": "Ward", "product_code": "b", "sku_number": "s", "description": "Soft"}

    answer = api.ask("POST", "/cpq/products", {"product": sent})

    assert list(answer) == ["product"]
    assert {name: answer["product"][name] for name in sent} == sent
    assert (answer["product"]["is_active"], answer["product"]["pricing_type"]) == (True, 0)


@pytest.mark.contract("2.11-02")
@pytest.mark.parametrize("product", [{"category": "Ward"}, {"name": " "}, {"name": None}])
def test_2_11_a_product_needs_a_name(api, product):
    """A blank one is none."""
    assert api.refuse("POST", "/cpq/products", {"product": product}) == ["Name can't be empty"]


@pytest.mark.contract("2.11-03")
def test_2_11_a_product_is_read_changed_and_deleted(api):
    """A change leaves what was not sent."""
    made = make_product(api, category="Ward")
    path = f"/cpq/products/{made['id']}"

    changed = api.ask("PUT", path, {"product": {"name": "Cot"}})["product"]

    assert (changed["name"], changed["category"]) == ("Cot", "Ward")
    assert api.ask("GET", path)["product"] == changed
    api.ask("DELETE", path)
    assert api.refuse("GET", path, status=404) and api.refuse("DELETE", path, status=404)


@pytest.mark.contract("2.11-04")
def test_2_11_a_product_has_the_recorded_keys(api):
    """No more and no less."""
    assert set(make_product(api)) == PRODUCT


@pytest.mark.contract("2.11-05")
def test_2_11_prices_are_shown_when_included(api):
    """One per currency: sent again without an id it is changed."""
    product = make_product(api)

    priced = price(api, product, USD, {"currency_code": "EUR", "unit_price": 2000})
    again = price(api, product, {**USD, "unit_price": 5})

    assert set(priced) == PRODUCT | {"product_pricings"} and set(priced["product_pricings"][0]) == PRICE
    assert [(each["currency_code"], each["unit_price"]) for each in again["product_pricings"]] == [
        ("USD", 5.0),
        ("EUR", 2000.0),
    ]
    assert "product_pricings" not in api.ask("GET", f"/cpq/products/{product['id']}")["product"]


@pytest.mark.contract("2.11-06")
def test_2_11_prices_are_numbers(api):
    """Even where a text was sent."""
    shown = price(api, make_product(api), {**USD, "unit_price": "1000.50"})["product_pricings"][0]["unit_price"]

    assert shown == 1000.5 and isinstance(shown, float)


@pytest.mark.contract("2.11-07")
def test_2_11_a_price_is_taken_away_by_its_id(api):
    """The others stay."""
    product = make_product(api)
    first, second = price(api, product, USD, {"currency_code": "EUR", "unit_price": 2})["product_pricings"]

    left = price(api, product, {"id": first["id"], "_destroy": True})["product_pricings"]

    assert left == [second]


@pytest.mark.contract("2.11-08")
def test_2_11_the_base_amount_is_the_price_in_the_accounts_currency(api):
    """Null without one."""
    product = make_product(api)

    assert price(api, product, {"currency_code": "EUR", "unit_price": 2})["base_currency_amount"] is None
    assert price(api, product, USD)["base_currency_amount"] == 1000.0


@pytest.mark.contract("2.11-09")
def test_2_11_a_deleted_product_comes_back(api):
    """With its prices."""
    product = make_product(api, product_pricings=[USD])
    path = f"/cpq/products/{product['id']}"
    api.ask("DELETE", path)

    assert api.ask("PUT", f"{path}/restore")["product"]["base_currency_amount"] == 1000.0
    assert api.refuse("PUT", f"{path}/restore", status=404)


@pytest.mark.contract("2.11-10")
def test_2_11_products_are_changed_together(api):
    """An id that is not there is passed over; a wrong value changes none."""
    ids = [make_product(api)["id"] for _ in range(2)]
    path = "/cpq/products/products_bulk_update"

    assert "2 products" in api.ask("PUT", path, {"ids": [*ids, 5], "product": {"category": "Ward"}})["message"]
    assert [each["category"] for each in api.tenant.records("product")] == ["Ward", "Ward"]
    assert api.refuse("PUT", path, {"ids": ids, "product": {"name": ""}})
    assert api.refuse("PUT", path, {"ids": [], "product": {"category": "x"}})


@pytest.mark.contract("2.11-11")
def test_2_11_products_are_given_to_an_owner(api):
    """All of them."""
    ids = [make_product(api)["id"] for _ in range(2)]
    owner = api.choice("owners", "noor.haddad@tenant.example")

    api.ask("POST", "/cpq/products/products_bulk_assign", {"selected_ids": ids, "owner_id": owner})

    assert {each["owner_id"] for each in api.tenant.records("product")} == {owner}


@pytest.mark.contract("2.11-12")
def test_2_11_products_are_deleted_and_restored_together(api):
    """To the bin and back."""
    ids = [make_product(api)["id"] for _ in range(3)]

    api.ask("POST", "/cpq/products/products_bulk_delete", {"selected_ids": ids[:2]})
    assert [each["id"] for each in api.tenant.records("product")] == ids[2:]
    api.ask("POST", "/cpq/products/products_bulk_restore", {"selected_ids": ids})
    assert [each["id"] for each in api.tenant.records("product")] == ids


@pytest.mark.contract("2.11-13")
def test_2_11_a_document_is_created_read_changed_and_deleted(api):
    """For a deal that is there, of some type."""
    made = make_document(api, display_name="Offer")
    path = f"/cpq/cpq_documents/{made['id']}"

    assert api.ask("GET", path)["cpq_document"]["display_name"] == "Offer"
    assert api.ask("PUT", path, {"cpq_document": {"display_name": "Bill"}})["cpq_document"]["display_name"] == "Bill"
    api.ask("DELETE", path)
    assert api.refuse("GET", path, status=404)
    assert len(api.refuse("POST", "/cpq/cpq_documents", {"cpq_document": {"display_name": "x"}})) == 2
    wrong = {"cpq_document": {"deal_id": 5, "document_type": "Quote"}}
    assert api.refuse("POST", "/cpq/cpq_documents", wrong)[0] == "Invalid deal provided."


@pytest.mark.contract("2.11-14")
def test_2_11_a_document_has_the_recorded_keys(api):
    """The answer of the create has a few more; numbers go up."""
    first, second = make_document(api), make_document(api)

    assert set(api.ask("GET", f"/cpq/cpq_documents/{first['id']}")["cpq_document"]) == DOCUMENT
    assert set(first) > DOCUMENT and first["products"] == []
    assert [each["document_number"] for each in (first, second)] == ["DOC-1", "DOC-2"]
    assert (first["currency_code"], first["amount"]) == ("USD", 0.0)


@pytest.mark.contract("2.11-15")
def test_2_11_a_document_is_restored_and_forgotten(api):
    """Forgotten it cannot come back."""
    path = f"/cpq/cpq_documents/{make_document(api)['id']}"
    api.ask("DELETE", path)

    assert api.ask("PUT", f"{path}/restore")["cpq_document"]["is_deleted"] is False
    assert api.ask("DELETE", f"{path}/forget") == DELETED
    assert api.refuse("PUT", f"{path}/restore", status=404)


@pytest.mark.contract("2.11-16")
def test_2_11_products_stand_on_a_document(api):
    """They decide its amount, and are listed whole."""
    product = make_product(api, product_pricings=[USD])
    path = f"/cpq/cpq_documents/{make_document(api)['id']}"
    items = [{"id": product["id"], "quantity": 2, "discount": 10}]

    put = api.ask("PUT", path, {"cpq_document": {"products": items}}, include="products")["cpq_document"]
    related = api.ask("GET", f"{path}/related_products")["products"]

    assert (put["amount"], put["has_products"], set(put["products"][0])) == (1800.0, True, ITEM)
    assert [set(each) for each in related] == [PRODUCT | {"product_pricings", "lookup_information"}]
    cleared = api.ask("PUT", path, {"cpq_document": {"products": []}}, include="products")["cpq_document"]
    assert cleared["products"] == [] and api.ask("GET", f"{path}/related_products") == {"products": []}


@pytest.mark.contract("2.11-17")
def test_2_11_documents_are_written_together(api):
    """Changed, given away, deleted and restored."""
    ids = [make_document(api)["id"] for _ in range(2)]
    owner = api.choice("owners", "noor.haddad@tenant.example")
    bulk = "/cpq/cpq_documents/cpq_documents_bulk_"

    api.ask("PUT", f"{bulk}update", {"ids": ids, "cpq_document": {"stage": "Sent"}})
    api.ask("POST", f"{bulk}assign", {"selected_ids": ids, "owner_id": owner})
    assert [(each["stage"], each["owner_id"]) for each in api.tenant.records("cpq_document")] == [("Sent", owner)] * 2
    api.ask("POST", f"{bulk}delete", {"selected_ids": ids})
    assert api.tenant.count("cpq_document") == 0
    api.ask("POST", f"{bulk}restore", {"selected_ids": ids})
    assert api.tenant.count("cpq_document") == 2


@pytest.mark.contract("2.11-18")
def test_2_11_deleting_a_document_answers_in_an_object(api):
    """Always with the id 1."""
    assert api.ask("DELETE", f"/cpq/cpq_documents/{make_document(api)['id']}") == DELETED


@pytest.mark.contract("2.11-19")
@pytest.mark.parametrize(("switch", "answer"), [("success", {"success": "200"}), ("msg", DELETED)])
def test_2_11_what_deleting_a_product_answers_is_a_switch(make_api, switch, answer):
    """As an activity or as a document."""
    api = make_api(switches={"product_delete_answer": switch})

    assert api.ask("DELETE", f"/cpq/products/{make_product(api)['id']}") == answer


@pytest.mark.contract("2.11-24")
@pytest.mark.parametrize("shown", [True, False])
def test_2_11_whether_products_take_further_fields_is_a_switch(make_api, shown):
    """Where they do, the field is listed, kept and shown; where not, there is no address for it."""
    api = make_api(switches={"product_fields": shown})
    status = 200 if shown else 404

    api.ask("GET", "/settings/products/fields", status=status)
    found = api.ask("GET", "/settings/products/forms", status=status)
    if shown:
        form = found["forms"][0]["id"]
        api.ask("POST", f"/settings/products/forms/{form}/fields", {"field": {"label": "Minutes", "field_type": 1}})
        listed = api.ask("GET", "/settings/products/fields")["fields"]
        [name] = [each["name"] for each in listed if each["label"] == "Minutes"]
        product = make_product(api, custom_field={name: "90"})
        assert api.ask("GET", f"/cpq/products/{product['id']}")["product"]["custom_field"] == {name: "90"}
    assert api.refuse("POST", "/cpq/products", {"product": {"name": "Bed", "custom_field": {"cf_other": 1}}})


@pytest.mark.contract("2.11-20")
def test_2_11_below_pro_there_is_no_catalog(make_api):
    """Free and Growth are refused, Pro and Enterprise are not."""
    for plan, status in (("free", 403), ("growth", 403), ("pro", 200), ("enterprise", 200)):
        api = make_api(plan=plan)
        api.ask("POST", "/cpq/products", {"product": {"name": "Bed"}}, status=status)
        api.ask("GET", "/cpq/cpq_documents/5", status=403 if status == 403 else 404)
        assert len(api.ask("GET", "/selector/deal_products")["deal_products"]) == (status == 200)


@pytest.mark.contract("2.11-20")
@pytest.mark.parametrize("plan", ["free", "growth"])
def test_2_11_below_pro_no_deal_has_products(make_api, plan):
    """One that names any is refused; asked for its products, another has none."""
    api = make_api(plan=plan)

    assert api.refuse("POST", "/deals", {"deal": {"name": "D", "amount": 1, "products": [{"id": 1}]}})
    assert api.tenant.count("deal") == 0
    made = api.make("deal", name="D", amount=1)
    assert api.refuse("PUT", f"/deals/{made['id']}", {"deal": {"products": [{"id": 1}]}})
    shown = api.ask("GET", f"/deals/{made['id']}", include="products")["deal"]
    assert (shown["products"], shown["has_products"]) == ([], False)


@pytest.mark.contract("2.11-21")
def test_2_11_the_selector_lists_active_products(api):
    """Neither inactive nor deleted ones."""
    names = ("Bed", "Old bed", "Lost bed")
    made = [make_product(api, name=name, is_active=name != "Old bed") for name in names]
    api.ask("DELETE", f"/cpq/products/{made[2]['id']}")

    products = api.ask("GET", "/selector/deal_products")["deal_products"]

    assert [(each["id"], each["name"]) for each in products] == [(made[0]["id"], "Bed")]


@pytest.mark.contract("2.11-22")
def test_2_11_products_are_not_forgotten(api):
    """There is nothing at the address."""
    assert api.refuse("DELETE", f"/cpq/products/{make_product(api)['id']}/forget", status=404)
    assert api.tenant.count("product") == 1


@pytest.mark.contract("2.11-23")
@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ({"currency_code": "USD", "currency_value": 7}, 7.0),
        ({"currency_code": "usd", "unit_price": 7}, None),
        ({"unit_price": 7}, None),
        ({"currency_code": "USD"}, None),
        ({"currency_code": "USD", "unit_price": -1}, None),
        ({"currency_code": "USD", "unit_price": "NaN"}, None),
        ({"id": 5, "unit_price": 7}, None),
    ],
)
def test_2_11_a_price_has_a_currency_and_a_value(api, sent, kept):
    """By either name; what is none of this is refused."""
    path, body = f"/cpq/products/{make_product(api)['id']}", {"product": {"product_pricings": [sent]}}

    if kept is None:
        assert api.refuse("PUT", path, body)
    else:
        assert api.ask("PUT", path, body)["product"]["product_pricings"][0]["unit_price"] == kept
