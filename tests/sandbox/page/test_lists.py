"""Lists: views as tabs, search, order, pages, and what belongs to a record."""

from urllib.parse import quote


def rows(page):
    """The names in a list, from the top."""
    return [attributes["href"].rpartition("/")[2] for tag, attributes in page.tags if is_row(tag, attributes)]


def is_row(tag, attributes):
    """Whether a link is that of a row's record."""
    return tag == "a" and attributes.get("href", "").rpartition("/")[2].isdigit() and "class" not in attributes


def test_views_are_tabs(look, api):
    """The view that shows all is open first; every other is a link away, the recycle bin among them."""
    kept, deleted = (api.make("contact", email=f"{name}@example.org")["id"] for name in "ab")
    api.ask("DELETE", f"/contacts/{deleted}")
    page = look.read("/look/contacts")
    bin = next(view for view in api.tenant.views["contact"] if view["rule"] == "binned")

    assert "All Contacts" in page.text and rows(page) == [str(kept)]
    assert rows(look.read(f"/look/contacts?view={bin['id']}")) == [str(deleted)]


def test_a_list_has_pages_of_fifty(look, api):
    """The newest first; the way to the next page keeps what was chosen."""
    for number in range(51):
        api.make("contact", email=f"a{number}@example.org")

    first = look.read("/look/contacts?sort=emails")
    after = next(href for href in first.hrefs() if "page=2" in href)

    assert "1–50 of 51" in first.text and "sort=emails" in after
    assert "51–51 of 51" in look.read(after).text


def test_heads_sort(look, api):
    """Once upwards, once more downwards; numbers by their size."""
    for amount in (9, 100, 20):
        api.make("deal", name=f"Deal {amount}", amount=amount)

    up, down = look.read("/look/deals?sort=amount").text, look.read("/look/deals?sort=amount&way=desc").text

    assert up.index("Deal 9") < up.index("Deal 20") < up.index("Deal 100")
    assert down.index("Deal 100") < down.index("Deal 20") < down.index("Deal 9")


def test_search_finds_values_and_nothing_else(look, api):
    """In any value, custom ones too, in both cases of any letter; never in the names of fields."""
    api.add_field("contacts", label="Ward", type="text")
    ids = [
        str(api.make("contact", email=f"p{n}@example.org", last_name=name, custom_field={"cf_ward": ward})["id"])
        for n, (name, ward) in enumerate([("ÖZDEMİR", "north"), ('O\'Neil "Bo"', "100%"), ("Back\\slash", "1000")])
    ]

    def find(text):
        return rows(look.read(f"/look/contacts?q={quote(text)}"))

    assert find("NORTH") == [ids[0]] and find("özdem") == [ids[0]]
    assert find("100%") == [ids[1]] and find('"Bo"') == [ids[1]]
    assert find("Back\\sl") == [ids[2]]
    assert find("last_name") == [] and find("_") == []
    assert "Nothing here contains" in look.read("/look/contacts?q=nowhere").text


def test_a_list_can_be_of_what_belongs_to_a_record(look, api):
    """The deals of one account, counted."""
    ours, theirs = (api.make("sales_account", name=name)["id"] for name in ("Ours", "Theirs"))
    for number in range(12):
        api.make("deal", name=f"Deal {number}", amount=1, sales_account_id=ours if number else theirs)

    record = look.read(f"/look/sales_accounts/{ours}")
    every = next(href for href in record.hrefs() if "about=" in href)

    assert "Deals 11" in record.text and "All 11" in record.text
    assert "1–11 of 11" in look.read(every).text
