"""Deals as the local tenant keeps them."""

import pytest


@pytest.mark.parametrize(
    ("sent", "kept"),
    [(5600, "5600.0"), ("12.50", "12.5"), (-3, "-3.0"), (0, "0.0"), (9007199254740991, "9007199254740991.0")],
)
def test_money_comes_back_as_a_decimal_text(api, sent, kept):
    """An amount is a text with at least one decimal; a negative one is accepted."""
    assert api.make("deal", name="D", amount=sent)["amount"] == kept


@pytest.mark.parametrize("amount", ["abc", None, "", 9007199254740992, "NaN", "1e400000", True, [1]])
def test_an_amount_that_is_none_is_refused(api, amount):
    """Text, nothing, and more than a double holds exactly."""
    assert len(api.refuse("POST", "/deals", {"deal": {"name": "D", "amount": amount}})) == 1


def test_the_stage_decides_pipeline_and_probability(api):
    """A stage of another pipeline moves the deal there; a stage that does not exist is refused."""
    renewed = api.choice("deal_stages", "Renewed")

    deal = api.make("deal", name="D", amount=1, deal_stage_id=renewed)

    assert deal["deal_pipeline_id"] == api.choice("deal_pipelines", "Renewals")
    assert (deal["probability"], deal["closed_date"]) == (100, "2026-11-25")
    assert api.refuse("POST", "/deals", {"deal": {"name": "E", "amount": 1, "deal_stage_id": 5}}) == [
        "Deal stage doesn't exist"
    ]
    first = api.choice("deal_pipelines", "Default Pipeline")
    body = {"deal": {"name": "E", "amount": 1, "deal_stage_id": renewed, "deal_pipeline_id": first}}
    assert api.refuse("POST", "/deals", body) == ["Deal stage doesn't exist"]


def test_a_closed_date_of_the_past_is_kept(api):
    """When a deal was won is history a migration can carry over."""
    won = api.choice("deal_stages", "Won")

    assert api.make("deal", name="D", amount=1, deal_stage_id=won, closed_date="2019-03-04")["closed_date"] == (
        "2019-03-04"
    )


@pytest.mark.parametrize("links", [{"sales_account_id": 5}, {"contacts_added_list": [5]}])
def test_a_link_to_nothing_is_refused(api, links):
    """An id that no live record has cannot be pointed at."""
    assert api.refuse("POST", "/deals", {"deal": {"name": "D", "amount": 1, **links}})


def test_an_account_described_in_a_deal_is_found_by_name_or_made(api):
    """Two deals that describe the same account share it; a refused deal leaves none behind."""
    for name in ("D", "E"):
        api.make("deal", name=name, amount=1, sales_account={"name": "Acme"})
    api.refuse("POST", "/deals", {"deal": {"name": "", "amount": 1, "sales_account": {"name": "Other"}}})

    assert [each["name"] for each in api.tenant.records("sales_account")] == ["Acme"]
    assert len({each["sales_account_id"] for each in api.tenant.records("deal")}) == 1
