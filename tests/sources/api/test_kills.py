"""An extraction that ends at any of its durable steps goes on from there, whatever the step."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.sources.api.test_aerona import Killed
from tests.sources.api.world import World, keep_patient, make_patients, make_world

STEPS = ("replace", "rename", "truncate", "fsync")


def make_small(tmp_path: Path) -> World:
    documents = [{"documentId": number, "filename": f"{number}.txt", "path": "a.txt"} for number in range(2)]
    world = make_world(tmp_path, "aerona", {"patients": make_patients(15), "documents": documents})
    (tmp_path / "data/a.txt").write_text("x" * 100)
    return world


def extract_killed(world: World, step: int, *, is_after: bool) -> bool:
    """Extract and end before or after that durable step; whether there were so many."""
    taken = 0

    def die_at(call):
        def do(*words, **named):
            nonlocal taken
            taken += 1
            if taken == step and not is_after:
                raise Killed
            result = call(*words, **named)
            if taken == step:
                raise Killed
            return result

        return do

    with pytest.MonkeyPatch.context() as patch:
        for name in STEPS:
            patch.setattr(os, name, die_at(getattr(os, name)))
        try:
            world.extract()
        except Killed:
            return True
    return False


def read_export(world: World) -> dict[str, bytes]:
    """Every file of the export but its manifest, by its place."""
    files = (path for path in world.out.rglob("*") if path.is_file() and path.name != "manifest.json")
    return {path.relative_to(world.out).as_posix(): path.read_bytes() for path in files}


@pytest.mark.parametrize("is_after", [False, True])
def test_an_extraction_that_ends_at_any_step_is_finished_by_the_next(tmp_path, is_after):
    """A first extraction and one that brings it up to date: the export is the same as without any end."""
    whole = make_small(tmp_path / "whole")
    whole.extract()
    first = read_export(whole)
    whole.records("patients")[3] = keep_patient(4, "Changed")
    whole.extract()
    second = read_export(whole)

    step, was_killed = 1, True
    while was_killed:
        world = make_small(tmp_path / str(step))
        was_killed = extract_killed(world, step, is_after=is_after)
        world.extract()
        assert read_export(world) == first, step
        world.records("patients")[3] = keep_patient(4, "Changed")
        extract_killed(world, step, is_after=is_after)
        world.extract()
        assert read_export(world) == second, step
        manifest = json.loads((world.out / "manifest.json").read_text())
        assert set(manifest["files"]) == set(second)
        step += 4

    assert step > 30
