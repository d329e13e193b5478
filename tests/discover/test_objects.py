"""What the customer reads about each object, for the tenant they hold."""

from pathlib import Path

import pytest

from workbench.discover.objects import describe_objects
from workbench.model import OBJECTS
from workbench.pack import Condition, InventoryItem, ObjectRow, Pack, Route

MODULES = frozenset({"custom_modules"})
PACK = Pack(
    path=Path("pack.toml"),
    name="small",
    title="Small",
    layout="small",
    objects=(
        ObjectRow(source="people", routes=(Route(destination="contact"),), fidelity="1:1", requirement=("C-10",)),
        ObjectRow(
            source="visits",
            outcome="split",
            routes=(
                Route(
                    name="long", destination="appointment", fidelity="1:1", reason="long ones", requirement=("C-13",)
                ),
                Route(name="short", destination="task", fidelity="lossy", reason="short ones", requirement=("C-14",)),
            ),
        ),
        ObjectRow(
            source="plans",
            routes=(Route(destination="cm_plan"),),
            fidelity="1:1",
            condition=Condition(needs=("custom_modules",)),
        ),
        ObjectRow(
            source="plans",
            routes=(Route(destination="note"),),
            fidelity="lossy",
            condition=Condition(unless=("custom_modules",)),
        ),
    ),
    inventory=(
        InventoryItem(name="Workflows", what="rules", why="no export", rebuild="by hand", requirement=("C-40", "C-42")),
    ),
)


@pytest.fixture
def frames(build_frames):
    return build_frames({name: {"Id": ["1", "2"]} for name in ("people", "visits", "plans", "forgotten")})


@pytest.mark.covers("F-08", "C-40")
def test_every_object_has_one_explained_row(frames):
    """Mapped, routed, forgotten and merely written down: each object of the source stands there once."""
    objects = describe_objects(PACK, frames, MODULES)

    assert objects.schema == OBJECTS
    assert objects.drop("reason", "is_view").rows() == [
        ("people", "contact", "migrate", "1:1", 2, "C-10"),
        ("visits", "appointment, task", "split", "1:1, lossy", 2, "C-13, C-14"),
        ("plans", "cm_plan", "migrate", "1:1", 2, ""),
        ("forgotten", "", "exclude", "", 2, ""),
        ("Workflows", "", "inventory", "", None, "C-40, C-42"),
    ]
    assert objects["reason"][1] == "long ones, short ones"
    assert objects["reason"][3] == "pack.toml has no row for it that this tenant can use"


def test_the_tenant_decides_which_row_is_active(frames):
    """Without custom modules the same object goes elsewhere."""
    objects = describe_objects(PACK, frames, frozenset())

    assert objects["destination"][2] == "note"
