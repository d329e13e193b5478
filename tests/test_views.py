"""Objects a pack makes of others, and the fields a customer made: from the pack's words to the records."""

from __future__ import annotations

import polars as pl
import pytest

from tests.packs import COLUMNS, LAYOUT, PACK, stage_as
from workbench.discover.objects import describe_objects
from workbench.errors import UsageError
from workbench.layout import read_layout
from workbench.pack import read_pack
from workbench.pack.customer_fields import add_customer_fields, count_unread
from workbench.plan import compile_phases
from workbench.records import account_rows, build_records, derive_columns

FIELDS = """
[[object]]
name = "fields"
file = "fields.csv"
key = ["ID"]
[object.columns]
ID = { type = "id" }
LABEL = { type = "text" }
KIND = { type = "text" }
OPTIONS = { type = "text" }
OF = { type = "text" }
[[object]]
name = "values"
file = "values.csv"
key = []
[object.columns]
FIELD = { type = "id" }
RECORD = { type = "id" }
VALUE = { type = "text", tag = "contact" }
"""
VIEW = """
[[compute]]
object = "people"
column = "KEY"
with = ["LAST"]
via = "template"
text = "{LAST}"

[[view]]
object = "families"
key = ["NAME"]
rows = [
  { from = "people", columns = ["BORN"], renamed = { NAME = "KEY" }, where = "BOSS IS NULL" },
  { from = "firms", renamed = { NAME = "NAME", PLACE = "TOWN" } },
]

[[derive]]
object = "families"
column = "MEMBERS"
from = "people"
match = { KEY = "NAME" }
count = true

[[object]]
source = "families"
destination = "sales_account"
fidelity = "1:many"
external_id = ["NAME"]
fields = [
  { from = "NAME", to = "name" },
  { from = "PLACE", to = "city" },
  { from = "MEMBERS", to = "number_of_employees" },
]
"""
PIVOT = """
[[pivot]]
object = "people"
from = "values"
match = { RECORD = "ID" }
name = "FIELD"
value = "VALUE"
columns = "own:{label}"
[pivot.fields]
object = "fields"
id = "ID"
label = "LABEL"
type = "KIND"
options = "OPTIONS"
separator = "|"
only = { OF = "person" }
[pivot.fields.kinds]
count = { type = "decimal", via = "number" }
list = { type = "dropdown" }
several = { type = "multiselect", via = "multi_select" }

[[object]]
source = "fields"
outcome = "merge"
into = "people"
reason = "They become custom fields"
[[object]]
source = "values"
outcome = "merge"
into = "people"
reason = "They stand in custom fields"
"""


def stage(**objects: list[dict[str, str | None]]) -> dict[str, pl.DataFrame]:
    """Staged frames of all objects of the layouts here; people have a column that no layout names."""
    more = {
        "people": (*COLUMNS["people"], "own:Shoe size"),
        "fields": ("ID", "LABEL", "KIND", "OPTIONS", "OF"),
        "values": ("FIELD", "RECORD", "VALUE"),
    }
    return stage_as(COLUMNS | more, objects)


def read(folder, *, pack="", layout=""):
    (folder / "layout.toml").write_text(LAYOUT + layout, encoding="utf-8")
    (folder / "pack.toml").write_text(PACK + pack, encoding="utf-8")
    found = read_layout(folder / "layout.toml")
    return read_pack(folder / "pack.toml", found), found


PEOPLE = [
    {"ID": "1", "LAST": "Berg", "BORN": "1980-01-01"},
    {"ID": "2", "LAST": "Berg", "BORN": "1982-02-02"},
    {"ID": "3", "LAST": "Cole", "BOSS": "1"},
    {"ID": "4"},
]


class TestViews:
    def test_rows_and_objects_the_pack_makes_are_marked(self, tmp_path):
        """The account and the list of objects tell them from what the customer exported."""
        pack, layout = read(tmp_path, pack=VIEW)
        derived = derive_columns(stage(people=PEOPLE), pack)
        phases = compile_phases(pack, layout=layout, capabilities=frozenset())

        rows, objects = account_rows(pack, phases, derived), describe_objects(pack, derived, frozenset())

        assert set(rows.filter("is_view")["object"]) == set(objects.filter("is_view")["source"]) == {"families"}

    def test_rows_of_several_objects_stand_in_one_each_key_once(self, tmp_path):
        """The first row of a key stays, rows without one and rows the predicate leaves out do not come."""
        pack, _ = read(tmp_path, pack=VIEW)
        staged = stage(people=PEOPLE, firms=[{"ID": "f", "NAME": "Acme", "TOWN": "Cork"}, {"ID": "g", "NAME": "Berg"}])

        families = derive_columns(staged, pack)["families"]

        assert families.select("_row", "NAME", "BORN", "PLACE", "MEMBERS").rows() == [
            (1, "Berg", "1980-01-01", None, 2),
            (2, "Acme", None, "Cork", 0),
        ]

    def test_a_view_makes_records_as_any_object_does(self, tmp_path):
        """Its rows become records with the ids and fields its row of the pack says."""
        pack, layout = read(tmp_path, pack=VIEW)
        phases = compile_phases(pack, layout=layout, capabilities=frozenset())
        phase = next(phase for phase in phases if phase.source == "families")

        records = build_records(phase, derive_columns(stage(people=PEOPLE), pack))

        assert records.select("external_id", "name", "number_of_employees").rows() == [("Berg", "Berg", 2)]

    @pytest.mark.parametrize(
        ("old", "new", "said"),
        [
            ('object = "families"\nkey', 'object = "firms"\nkey', "the layout has an object of that name"),
            ('columns = ["BORN"]', 'columns = ["BORM"]', "people has no column 'BORM'"),
            ('key = ["NAME"]', 'key = ["PLACE"]', "the key PLACE is not among its columns"),
            ('{ from = "firms"', '{ of = "firms"', "of is not a key here"),
            ('source = "families"', 'source = "people"', "families: no [[object]] says what becomes of it"),
            ('"BOSS IS NULL"', '"BOS IS NULL"', "people has no column 'BOS'"),
        ],
    )
    def test_a_wrong_view_is_named(self, tmp_path, old, new, said):
        """What is wrong with a view is said before anything runs."""
        assert old in VIEW
        with pytest.raises(UsageError) as caught:
            read(tmp_path, pack=VIEW.replace(old, new, 1))

        assert said in str(caught.value)


class TestPivots:
    FIELDS = [
        {"ID": "7", "LABEL": "Shoe size", "KIND": "count", "OF": "person"},
        {"ID": "8", "LABEL": "Colour", "KIND": "list", "OPTIONS": "Red|Blue", "OF": "person"},
        {"ID": "9", "LABEL": "Colour", "KIND": "several", "OPTIONS": "Red|Blue, dark", "OF": "person"},
        {"ID": "10", "LABEL": "Fleet", "KIND": "count", "OF": "firm"},
    ]
    VALUES = [
        {"FIELD": "7", "RECORD": "1", "VALUE": "39"},
        {"FIELD": "7", "RECORD": "1", "VALUE": "40"},
        {"FIELD": "7", "RECORD": "2", "VALUE": "large"},
        {"FIELD": "8", "RECORD": "2", "VALUE": "Green"},
        {"FIELD": "9", "RECORD": "1", "VALUE": "Blue, dark, Red"},
        {"FIELD": "10", "RECORD": "1", "VALUE": "12"},
    ]

    def complete(self, folder, people=PEOPLE, values=VALUES):
        pack, layout = read(folder, pack=PIVOT, layout=FIELDS)
        staged = stage(people=people, fields=self.FIELDS, values=values)
        return add_customer_fields(pack, layout, staged), layout, staged

    def test_each_field_becomes_a_rule_of_its_type(self, tmp_path):
        """Names come from labels, a label that stands twice gets the id; lists offer what is found as well."""
        pack, layout, _ = self.complete(tmp_path)
        phases = compile_phases(pack, layout=layout, capabilities=frozenset())
        rules = next(phase for phase in phases if phase.source == "people").fields

        own = [(rule.to, rule.type, rule.choices, rule.tag) for rule in rules if rule.source.startswith("values.")]
        assert own == [
            ("cf_shoe_size", "decimal", (), "contact"),
            ("cf_colour", "dropdown", ("Red", "Blue", "Green"), "contact"),
            ("cf_colour_9", "multiselect", ("Red", "Blue, dark"), "contact"),
        ]

    def test_values_stand_in_the_records(self, tmp_path):
        """The later of two values stays; what is no number is empty, and counted."""
        pack, layout, staged = self.complete(tmp_path)
        phases = compile_phases(pack, layout=layout, capabilities=frozenset())
        phase = next(phase for phase in phases if phase.source == "people")
        derived = derive_columns(staged, pack)

        records = build_records(phase, derived)

        assert records.select("external_id", "cf_shoe_size", "cf_colour", "cf_colour_9").head(2).rows() == [
            ("1", 40.0, None, "Blue, dark;Red"),
            ("2", None, "Green", None),
        ]
        assert [(object, rule.to, count) for object, rule, count in count_unread(pack, derived)] == [
            ("people", "cf_shoe_size", 1)
        ]

    def test_columns_beside_count_where_there_is_no_value(self, tmp_path):
        """A column named after the label fills what the long list leaves empty."""
        people = [{**PEOPLE[0], "own:Shoe size": "36"}, {**PEOPLE[2], "own:Shoe size": "37"}]
        pack, _, staged = self.complete(tmp_path, people=people)

        assert derive_columns(staged, pack)["people"]["values.7"].to_list() == ["40", "37"]

    @pytest.mark.parametrize(
        ("old", "new", "said"),
        [
            ('value = "VALUE"', 'value = "VALU"', "values has no column 'VALU'"),
            ('list = { type = "dropdown" }', 'list = { type = "picklist" }', "kind list: type = 'picklist'"),
            ('list = { type = "dropdown" }', 'list = { via = "trim" }', "kind list: type is missing"),
            ('match = { RECORD = "ID" }', "match = {}", "match is empty"),
            ('via = "number"', 'via = "numbr"', "no transform 'numbr'"),
        ],
    )
    def test_a_wrong_pivot_is_named(self, tmp_path, old, new, said):
        """What is wrong with a pivot is said before anything runs."""
        assert old in PIVOT
        with pytest.raises(UsageError) as caught:
            read(tmp_path, pack=PIVOT.replace(old, new, 1), layout=FIELDS)

        assert said in str(caught.value)
