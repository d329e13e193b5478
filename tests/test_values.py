"""Two ways of writing one value are one value; two values are never taken for one."""

import pytest

from workbench.values import find_edits, is_empty, is_same, read_values


@pytest.mark.parametrize(
    ("name", "left", "right"),
    [
        ("from_date", "2020-01-01T06:00:00Z", "2020-01-01T00:00:00-06:00"),
        ("cf_born", "1950-02-03", "1950-02-03T00:00:00-06:00"),
        ("amount", "100.00", "100.0"),
        ("amount", 129.16, "129.16"),
        ("cf_x", 5.0, 5),
        ("cf_x", 0, "0"),
        ("emails", ["A@b.example"], ["a@B.example"]),
        ("cf_x", "two  words\n", "Two words"),
        ("cf_flag", None, False),
        ("cf_x", "", None),
        ("tags", ["a", "b"], ["b", "a"]),
        ("description", "a\r\nb", "a\nb"),
    ],
)
def test_one_value_written_twice(name, left, right):
    """Zone, case, spaces, number format and kinds of emptiness do not make a difference."""
    assert is_same(name, left, right)
    assert is_same(name, right, left)


@pytest.mark.parametrize(
    ("name", "left", "right"),
    [
        ("zipcode", "02139", "2139"),
        ("zipcode", "02139", 2139),
        ("cf_x", 0, None),
        ("cf_x", "0", ""),
        ("cf_version", "1.10", "1.1"),
        ("cf_born", "1950-02-03", "1950-02-04T00:00:00-06:00"),
        ("from_date", "2020-01-01T06:00:00Z", "2020-01-01T06:00:00-06:00"),
        ("emails", ["a@b.example", "c@d.example"], ["c@d.example", "a@b.example"]),
        ("cf_flag", True, False),
        ("first_name", "Zoë", "Zoe"),
        ("cf_x", "nan", "NaN!"),
    ],
)
def test_two_values(name, left, right):
    """A lost zero, an accent, another day, another order of what is ordered: these are differences."""
    assert not is_same(name, left, right)
    assert not is_same(name, right, left)


def test_an_edit_is_exact():
    """Between two writings of the tenant itself a change of case is somebody's edit; a new zone is not."""
    known = {"first_name": "Ann", "city": None, "from_date": "2020-01-01T06:00:00Z", "hidden": 1}
    current = {"first_name": "ANN", "city": "", "from_date": "2020-01-01T07:00:00+01:00"}
    assert find_edits(known, current) == ["first_name"]


@pytest.mark.parametrize("value", [None, "", "  ", [], {}, False])
def test_empty(value):
    """What counts as not filled."""
    assert is_empty(value)
    assert not is_empty(0)


def test_sent_and_returned_are_read_alike():
    """A contact as it was sent and as it comes back have the same values under the same names."""
    sent = {"email": "a@b.example", "sales_accounts": [{"id": 7, "is_primary": True}], "custom_field": {"cf_x": 1}}
    returned = {
        "id": 3, "email": "a@b.example", "emails": [{"value": "a@b.example", "is_primary": True}], "lead_score": 9,
        "sales_accounts": [{"id": 7, "name": "Clinic", "is_primary": True}], "custom_field": {"cf_x": 1},
    }  # fmt: skip
    assert read_values("contact", sent) == read_values("contact", returned)


def test_links_are_read_as_ids():
    """Whatever shape the API gives a link, it is read as ids."""
    deal = {"contacts_added_list": [9, 8], "sales_account_id": 7, "sales_accounts": [{"id": 7}]}
    assert read_values("deal", deal) == {"sales_account_id": 7, "contacts": [8, 9]}
    assert read_values("note", {"targetable_type": "Deal", "targetable_id": 5}) == {"targetable": [5]}
    assert read_values("note", {"targetables": [{"id": 5, "type": "Deal"}]}) == {"targetable": [5]}
