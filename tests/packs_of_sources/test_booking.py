"""The source that the walk-through in templates/README.md adds: real rows of it, taken through every stage."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property
from pathlib import Path

import polars as pl
import pytest

from tests.packs_of_sources.world import Record, World, engage
from workbench.engagement import ROOT, TEMPLATES
from workbench.layout import read_layout
from workbench.pack import read_pack
from workbench.pack.coverage import find_silent_columns
from workbench.sandbox.users import User

EXPORT = ROOT.parent / "shared" / "data" / "sakila" / "csv"
FIRST = 40  # customers
SAMPLE = 60  # records, so that most are left to the load
OF_RENTAL_ONE = "130"  # the customer whose rental other customers paid for
DAYS = r"^(2005-05-2[4-7]|2006-02)"  # the first of the business, and the one whose rentals are still out
# Of the two who work there, one is a user of the tenant.
MIKE = User(name="Mike Hillyer", email="Mike.Hillyer@sakilastaff.com")


@dataclass
class Booking(World):
    """A slice of the booking system's export, and what stood in the tenant before and after the load."""

    before: str = ""

    def rows(self, name: str) -> list[Record]:
        """The records of a file of the slice; an empty cell is null."""
        return pl.read_csv(self.source / f"{name}.csv", infer_schema=False).to_dicts()

    def by_id(self, name: str) -> dict[str, Record]:
        """The same by their id."""
        return {row[f"{name}_id"]: row for row in self.rows(name)}

    @cached_property
    def visits(self) -> dict[str, Record]:
        """Appointments of the tenant by the rental."""
        return self.marked("appointment", "rentals")

    @cached_property
    def tasks(self) -> dict[str, Record]:
        """Tasks of the tenant by the rental."""
        return self.marked("task", "rentals")

    @cached_property
    def products(self) -> dict[int, Record]:
        """Products of the tenant by their id there."""
        return {product["id"]: product for product in self.walk.records("product")}

    def look(self) -> None:
        """Read the tenant now, for what is loaded is taken back later."""
        assert all((self.contacts, self.accounts, self.deals, self.visits, self.tasks, self.products))

    def title_of(self, rental: Record) -> str:
        """The name of the film that was rented."""
        return self.by_id("film")[self.by_id("inventory")[rental["inventory_id"]]["film_id"]]["title"].title()


@pytest.fixture(scope="module")
def world(tmp_path_factory) -> Booking:
    """Loaded, cut over, handed off and taken back on the largest plan."""
    if not EXPORT.exists():
        pytest.skip("the shared data set ../shared/data/sakila is not here")
    folder = tmp_path_factory.mktemp("booking")
    source = cut_slice(folder / "export")
    walk = engage(folder, source, pack="booking", plan="enterprise", staff=(MIKE,))
    world = Booking(walk=walk, source=source)
    walk.go_to("mapping")
    walk.approve("mapping")
    world.before = walk.digest()
    for stage, parameters in (("sample", {"size": SAMPLE}), ("load", {}), ("cutover", {}), ("handoff", {})):
        walk.run(stage, **parameters)
        walk.approve(stage)
    world.look()
    walk.run("rollback")
    return world


def cut_slice(out: Path) -> Path:
    """The first customers and one who is in twice, with what they paid on a few days and all that hangs on it."""
    files = {path.stem: pl.read_csv(path, infer_schema=False) for path in EXPORT.glob("*.csv")}
    id = pl.col("customer_id")
    chosen = files["customer"].filter((id.cast(pl.Int64) <= FIRST) | (id == OF_RENTAL_ONE)).sort(id.cast(pl.Int64))
    again = chosen.head(1).with_columns(customer_id=pl.lit("9001"), email=pl.lit("msmith@example.org"))
    files["customer"] = pl.concat([chosen, again])
    is_chosen = pl.col("payment_date").str.contains(DAYS) | (pl.col("rental_id") == "1")
    files["payment"] = files["payment"].filter(is_chosen)
    for name, key, of in (
        ("payment", "customer_id", "customer"),
        ("rental", "rental_id", "payment"),
        ("inventory", "inventory_id", "rental"),
        ("film", "film_id", "inventory"),
        ("film_category", "film_id", "film"),
    ):
        files[name] = files[name].join(files[of], on=key, how="semi", maintain_order="left")
    out.mkdir(parents=True)
    for name, frame in files.items():
        frame.write_csv(out / f"{name}.csv")
    return out


def test_every_column_is_spoken_for(world):
    """The pack says of every column of the real export what becomes of it; none waits for a decision."""
    layout = read_layout(world.walk.folder / "layout.toml")
    pack = read_pack(world.walk.folder / "pack.toml", layout)

    assert find_silent_columns(pack, layout) == []
    assert set(world.walk.results["mapping"].proposals["state"]) == {"confirmed"}


def test_a_plan_without_products_gets_the_payments_as_text(world, tmp_path):
    """On Growth nothing waits for a decision; films are a list, and a deal holds its payments line by line."""
    walk = engage(tmp_path, world.source, pack="booking", plan="growth")
    mapping = walk.go_to("mapping")
    outcomes = mapping.row_outcomes.filter(object="films")["outcome"]

    assert mapping.open_points == ()
    assert outcomes.unique().to_list() == ["inventory"]
    assert "cf_payments" in mapping.schema_plan.filter(destination="deal")["name"].to_list()


def test_every_staged_row_has_one_outcome(world):
    """The rows accounted for are the rows of the files, each once; of who lives where only staff are left behind."""
    outcomes = world.walk.results["mapping"].row_outcomes
    files = [path.stem for path in world.source.glob("*.csv")]
    left = outcomes.filter(object="addresses", outcome="exclude")

    assert outcomes.height == outcomes.select("object", "row").n_unique()
    assert outcomes.filter(pl.col("object") != "bills").height == sum(len(world.rows(name)) for name in files)
    named = {row["address_id"] for name in ("customer", "store") for row in world.rows(name)}
    assert left.height == sum(row["address_id"] not in named for row in world.rows("address"))


def test_a_contact_stands_under_the_account_of_its_store(world):
    """Name, town and country stand on the contact; its account is its store, its owner who manages the store."""
    addresses, cities, countries = (world.by_id(name) for name in ("address", "city", "country"))
    mike = next(user.id for user in world.schema.users if user.email == MIKE.email)
    for id, row in world.by_id("customer").items():
        contact, address = world.contacts[id], addresses[row["address_id"]]
        city = cities[address["city_id"]]
        assert contact["first_name"] == row["first_name"].title()
        assert (contact["city"], contact["country"]) == (city["city"], countries[city["country_id"]]["country"])
        assert [link["id"] for link in contact["sales_accounts"]] == [world.accounts[row["store_id"]]["id"]]
        assert (contact["owner_id"] == mike) == (row["store_id"] == "1")
        assert contact["custom_field"]["cf_active"] is (row["active"] == "1")
    assert {account["name"] for account in world.accounts.values()} == {"Store 1, Lethbridge", "Store 2, Woodridge"}


def test_a_rental_hangs_on_its_customer_at_its_time(world):
    """What came back is an appointment with both times; what is out is an open task, due when it should be back."""
    for id, row in world.by_id("rental").items():
        came_back = row["return_date"] is not None
        record = (world.visits if came_back else world.tasks)[id]
        assert [link["id"] for link in record["targetables"]] == [world.contacts[row["customer_id"]]["id"]]
        if came_back:
            assert (record["title"], read(record["from_date"]), read(record["end_date"])) == (
                world.title_of(row), read(row["rental_date"]), read(row["return_date"])
            )  # fmt: skip
        else:
            film = world.by_id("film")[world.by_id("inventory")[row["inventory_id"]]["film_id"]]
            due = read(row["rental_date"]) + timedelta(days=int(film["rental_duration"]))
            assert (record["title"], read(record["due_date"])) == (f"Not returned: {world.title_of(row)}", due)
            assert record["status"] == 0
    assert len(world.visits) + len(world.tasks) == len(world.rows("rental"))


def read(time: str) -> datetime:
    """A time of the source or of the tenant, both of UTC."""
    return datetime.fromisoformat(time.replace("Z", "")).replace(tzinfo=None)


def test_amounts_add_up_to_the_cent(world):
    """A deal is what a customer paid in a month: each payment a product on it, and the sum is the amount."""
    paid: dict[str, list[Decimal]] = defaultdict(list)
    for row in world.rows("payment"):
        paid[f"{row['customer_id']}-{row['payment_date'][:7]}"].append(Decimal(row["amount"]))

    assert world.deals.keys() == paid.keys()
    for bill, deal in world.deals.items():
        lines = [Decimal(str(line["unit_price"])) * line["quantity"] for line in deal["products"]]
        assert sorted(lines) == sorted(paid[bill])
        assert Decimal(str(deal["amount"])) == sum(paid[bill])
        assert all(line["id"] in world.products for line in deal["products"])


def test_payments_on_another_customers_rental_are_listed(world):
    """The one payment of the slice that names somebody else's rental is in the list for the shop, and only that."""
    text = world.text("discovery", "document_payments_on_another_customer_s_rental.md")

    assert text.count("## Payment ") == 1 and "## Payment 424" in text
    assert f"Rental 1 of customer: {OF_RENTAL_ONE}" in text


def test_a_customer_who_is_in_twice_is_asked_about(world):
    """The second account of a customer is found by likeness, waits for a person, and loads as its own contact."""
    pairs = world.walk.results["discovery"].duplicates.select("external_id", "repeats", "state").rows()

    assert pairs == [("9001", "1", "open")]
    assert {"1", "9001"} <= world.contacts.keys()


def test_the_sample_comes_back_as_sent_and_every_phase_closes(world):
    """No field of the sample differs; attempted = loaded + skipped + held in every phase, and nothing is held."""
    sample, counts = world.walk.results["sample"], world.walk.results["load"].counts

    assert sample.diff.rows() == [] and sample.compared["compared"].sum() > 500
    assert set(counts["phase"]) == {
        "stores",
        "customers",
        "films",
        "rentals.returned",
        "rentals.out",
        "bills",
        "bills.lines",
    }
    assert counts.filter(pl.col("attempted") != pl.col("loaded") + pl.col("skipped") + pl.col("held")).is_empty()
    assert world.walk.results["load"].held.rows() == []


def test_a_rollback_leaves_the_tenant_as_it_was(world):
    """After everything is taken back, the tenant holds to the last field what it held before the sample."""
    assert world.walk.digest() == world.before
    assert world.walk.results["rollback"].facts["Held, left as they are"] == 0


def test_the_walk_through_shows_what_ships():
    """Every line of TOML in templates/README.md stands in the layout or the pack, but for the reason not yet known."""
    shipped = "".join((TEMPLATES / kind / "booking.toml").read_text() for kind in ("layouts", "packs"))
    blocks = re.findall(r"^```toml\n(.*?)^```", (TEMPLATES / "README.md").read_text(), re.MULTILINE | re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines() if "Not looked at yet" not in line]

    assert [line for line in lines if line not in shipped] == [] and len(lines) > 40
