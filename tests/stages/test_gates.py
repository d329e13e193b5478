"""No stage begins unless the one before it stands approved for exactly what is there now."""

from __future__ import annotations

import pytest

from workbench.errors import GateClosed


@pytest.mark.parametrize("stage", ["mapping", "sample", "load", "cutover", "handoff"])
@pytest.mark.covers("F-03", "A-62", "N-76", "C-08", "A-08")
def test_no_stage_begins_before_the_one_before_it_is_approved(walk, stage):
    """Having run is not enough: somebody must have approved it, or nothing is sent."""
    before = {"mapping": "discovery", "sample": "mapping", "load": "sample", "cutover": "load", "handoff": "cutover"}
    walk.go_to(before[stage])
    content = walk.digest()

    with pytest.raises(GateClosed, match=before[stage]):
        walk.run(stage)

    assert walk.digest() == content


def flip_a_byte(path):
    """Change one byte in the middle of a file."""
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def add_a_line(path):
    """Change a file in a way that leaves it readable."""
    path.write_text(path.read_text() + "\n# one more line\n")


@pytest.mark.covers("F-03", "C-67", "A-72", "O-67")
def test_the_load_names_whatever_changed_since_the_sample_was_signed(walk):
    """One changed byte in a setting, the pack, the map or the sample shuts the gate, and the message names the file."""
    walk.go_to("sample")
    walk.approve("sample")
    runs = {stage: walk.engagement.latest_run(stage).path for stage in ("discovery", "mapping", "sample")}
    changes = {
        walk.folder / "engagement.toml": add_a_line,
        walk.folder / "pack.toml": add_a_line,
        walk.folder / "layout.toml": add_a_line,
        walk.folder / "roster.csv": flip_a_byte,
        runs["mapping"] / "mapping.json": flip_a_byte,
        runs["mapping"] / "owners.parquet": flip_a_byte,
        runs["sample"] / "sample.parquet": flip_a_byte,
        runs["discovery"] / "staged" / "patients.parquet": flip_a_byte,
    }
    content = walk.digest()
    for path, change in changes.items():
        original = path.read_bytes()
        change(path)
        with pytest.raises(GateClosed, match=path.name):
            walk.run("load")
        path.write_bytes(original)
    assert walk.digest() == content

    assert walk.run("load").counts["held"].sum() == 0


def test_the_load_names_what_changed_in_the_tenant(walk):
    """A field that somebody adds to the tenant after the sample was signed shuts the gate and is named."""
    walk.go_to("sample")
    walk.approve("sample")
    with walk.connect() as tenant:
        form = tenant.request("GET", "settings/contacts/forms").body["forms"][0]["id"]
        tenant.request("POST", f"settings/contacts/forms/{form}/fields", json={"label": "Shoe size", "field_type": 1})

    with pytest.raises(GateClosed, match="cf_shoe_size"):
        walk.run("load")


def test_an_approved_path_can_be_walked_to_its_end(walk):
    """Every stage runs when the one before it is approved, and the approvals name each run."""
    walk.go_to("handoff")

    approvals = walk.results["handoff"].approvals
    assert approvals["stage"].to_list() == ["discovery", "mapping", "sample", "load", "cutover"]
