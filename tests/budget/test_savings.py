"""What policies save: reckoned from the records themselves, and a pack that does as it is told saves just that."""

import json
import re
from datetime import date, timedelta

import polars as pl
import pytest

from workbench.budget.rollup import PARENT, find_newest, find_rollups, write_routes
from workbench.budget.savings import forecast_savings
from workbench.budget.windows import Pace
from workbench.engagement import TEMPLATES
from workbench.freshsales.plans import read_plans
from workbench.generate.registry import generate
from workbench.layout import read_layout
from workbench.model import SAVINGS
from workbench.pack import read_pack
from workbench.plan import compile_phases
from workbench.records import account_rows, build_records, derive_columns
from workbench.sources.files import read_staged, stage_folder

PLAN = read_plans()["growth"]
DEFAULTS = {"country": "US", "time_zone": "UTC"}
TODAY = date(2026, 11, 22)


@pytest.fixture(scope="module")
def layout():
    return read_layout(TEMPLATES / "layouts" / "clinic.toml")


@pytest.fixture(scope="module")
def staged(layout, tmp_path_factory):
    """The demo clinic, staged."""
    folder = tmp_path_factory.mktemp("staged")
    stage_folder(TEMPLATES / "demo" / "clinic", layout, folder)
    return read_staged(folder)


def compile_pack(path, layout, staged):
    """Phases, records and staged objects with the pack's columns."""
    pack = read_pack(path, layout, defaults=DEFAULTS)
    derived = derive_columns(staged, pack)
    phases = compile_phases(pack, layout=layout, capabilities=PLAN.capabilities)
    return pack, phases, {phase.name: build_records(phase, derived) for phase in phases}, derived


@pytest.fixture(scope="module")
def clinic(layout, staged):
    return compile_pack(TEMPLATES / "packs" / "clinic.toml", layout, staged)


def test_choices_come_with_what_they_save_and_lose(clinic, layout):
    """Every choice saves something and says what it loses; the largest comes first."""
    _, phases, records, derived = clinic
    savings, routes = forecast_savings(phases, records, derived, layout, pace=Pace(plan=PLAN, share=0.8), today=TODAY)

    assert savings.schema == SAVINGS
    assert savings["requests"].is_sorted(descending=True) and savings["requests"].min() > 0
    assert (savings["hours"] > 0).all() and (savings["loses"].str.len_chars() > 20).all()
    older = savings.filter(pl.col("policy").str.starts_with("Newest first")).row(0, named=True)
    rolled = savings.filter(pl.col("policy").str.contains("older than 365 days as one note")).row(0, named=True)
    assert rolled["records"] == older["records"] > rolled["requests"]
    assert "```toml" in routes


def test_ages_are_counted_back_from_the_newest_activity(clinic, layout):
    """An export of years ago is not all old; a date in the future does not make it so either."""
    _, phases, _, derived = clinic
    newest = find_newest(phases, derived, layout, today=TODAY)

    assert newest <= TODAY
    days = derived["encounters"]["START"].str.head(10).str.to_date(strict=False)
    assert days.max() <= newest
    early = find_newest(phases, derived, layout, today=days.min())
    assert early <= days.min()


def test_a_row_without_a_date_is_never_old(clinic, layout):
    """What cannot be dated stays as it is."""
    _, phases, records, derived = clinic
    undated = {name: frame.with_columns(START=pl.lit(None, pl.String)) if "START" in frame.columns else frame
               for name, frame in derived.items()}  # fmt: skip
    found = find_rollups(phases, records, undated, layout, day=TODAY)

    assert "encounters" not in {rollup.old.source for rollup in found}


@pytest.mark.parametrize("source", ["encounters", "conditions", "procedures"])
def test_a_pack_with_the_routes_saves_what_was_forecast(clinic, layout, staged, tmp_path, source):
    """The routes pass the pack's own checks, account for every row once, and make as many records as was said."""
    _, phases, records, derived = clinic
    day = find_newest(phases, derived, layout, today=TODAY) - timedelta(days=365)
    rollup = next(each for each in find_rollups(phases, records, derived, layout, day=day) if each.old.source == source)
    text = (TEMPLATES / "packs" / "clinic.toml").read_text()
    changed = tmp_path / "pack.toml"
    changed.write_text(put_routes(text, source, rollup))

    pack, after, made, with_columns = compile_pack(changed, layout, staged)
    before = sum(records[phase.name].height for phase in phases if phase.source == source)
    now = sum(made[phase.name].height for phase in after if phase.source == source)
    assert (before, now) == (rollup.before, rollup.after)
    assert rollup.saved > 0
    account_rows(pack, after, with_columns)  # stops where a row has no outcome, or two


def put_routes(text, source, rollup):
    """The pack as an analyst would change it, following `savings.md`."""
    start = text.index(f'[[object]]\nsource = "{source}"')
    end = text.index("\n[[object]]", start + 1)
    block, routes = text[start:end], write_routes(rollup)
    if "[[object.route]]" not in block:  # one route becomes two: what belongs to records moves into the first
        head, body = block.split("\n", 2)[:2], block.split("\n", 2)[2]
        outcome = 'outcome = "split"\nreason = "Older history stands in one note"\n'
        block = "\n".join(head) + f'\n{outcome}[[object.route]]\nname = "recent"\nwhere = "TRUE"\n{body}'
    for phase, recent in zip(rollup.phases, rollup.recent, strict=True):
        was = f'where = "{phase.where or "TRUE"}"'
        assert was in block
        block = block.replace(was, f'where = "{recent.where}"')
    added = routes[routes.index("[[object.route]]") :]
    return text[:start] + re.sub(r"\n+$", "\n", block) + added + "\n" + text[end:]


def test_what_hangs_on_another_object_is_a_route_of_its_own(tmp_path):
    """Activities of deals and of leads name both in one column: each is rolled up onto its own kind of record."""
    layout = read_layout(TEMPLATES / "layouts" / "rsoft_crm.toml")
    stage_folder(generate("rsoft_crm", records=40, out=tmp_path / "made", seed=7), layout, tmp_path / "staged")
    staged = read_staged(tmp_path / "staged")
    _, phases, records, derived = compile_pack(TEMPLATES / "packs" / "rsoft_crm.toml", layout, staged)
    found = find_rollups(phases, records, derived, layout, day=TODAY)

    parents = {next(lookup.object for lookup in rollup.old.lookups if lookup.to == PARENT): rollup for rollup in found}
    assert parents.keys() == {"contacts", "leads", "deals"}
    assert len({rollup.old.name for rollup in found}) == len(found) == 3
    for object, rollup in parents.items():
        known = pl.concat([records[phase.name]["external_id"] for phase in phases if phase.source == object])
        assert build_records(rollup.old, derived)[f"lookup.{PARENT}"].is_in(known.implode()).any()
        assert f"{{ object = {json.dumps(object)}" in write_routes(rollup)
