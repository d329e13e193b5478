"""The house as it is drawn: imports go one way, heavy libraries have one home each, no machine shows through."""

import ast
import graphlib
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
# The modules that may import a library; a package stands for all that is in it.
HOMES = {
    "anywidget": {"widgets"},
    "click": {"cli"},
    "cryptography": {"evidence.signing"},
    "great_tables": {"tables"},
    "httpx": {"freshsales.client", "sandbox", "sources.api.client"},
    "ipywidgets": {"widgets"},
    "jupyter_client": {"kernel"},
    "matplotlib": {"charts"},
    "msoffcrypto": {"sources.excel"},
    "nbclient": {"kernel"},
    "nbconvert": {"report"},
    "nbformat": {"report", "runs", "transcript"},
    "papermill": {"runs"},
    "psycopg": {"ledger.postgres"},
    "python_calamine": {"sources.excel"},
    "pyzipper": {"generate.archive", "sources.archive"},
    "rapidfuzz": {"likeness.comparing", "propose.names"},
    "starlette": {"sandbox"},
    "uvicorn": {"sandbox"},
    "xlsxwriter": {"generate.export"},
}
# From the bottom up; what is not named is a part, between the ground and the stages.
GROUND = {"", "errors", "toml_file", "model", "stages", "engagement", "layout", "folder", "ledger", "shown", "progress"}
TOP = {"journey", "demo", "cli", "bench", "__main__"}
# What only the reader's side may import: the parts work the same without any of it.
SHOWING = {"tables", "charts", "widgets"}
# This machine's own folders, and what those of others look like; a root folder alone would be in every address.
PLACES = [re.escape(f"{place}/") for place in (ROOT, ROOT.parent, Path.home()) if place != Path("/")]
MACHINE = re.compile(
    "|".join([*PLACES, r"/(?:home|Users)/(?!someone/)[a-z]+/", r"/tmp/[a-z]", r"index-url|pythonhos[t]ed"])
)


def name_module(path: Path) -> str:
    """Dotted name below `workbench`, empty for the package itself."""
    parts = path.relative_to(ROOT / "workbench").with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def read_modules() -> dict[str, ast.Module]:
    """Every module of ours, parsed."""
    return {name_module(path): ast.parse(path.read_bytes()) for path in (ROOT / "workbench").rglob("*.py")}


def list_imports(tree: ast.AST) -> set[str]:
    """Dotted names of everything a module imports when it runs, wherever in it; types alone are no dependency."""
    for_types = {id(part) for node in ast.walk(tree) if is_for_types(node) for part in ast.walk(node)}
    found = set()
    for node in (node for node in ast.walk(tree) if id(node) not in for_types):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {f"{'.' * node.level}{node.module or ''}.{alias.name}" for alias in node.names}
    return found


def is_for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def find_own(imported: str) -> str | None:
    """The module of ours that an import names, null where it is not ours."""
    first, _, rest = imported.partition(".")
    if first != "workbench":
        return None
    return rest if rest in MODULES else rest.rpartition(".")[0]


MODULES = read_modules()
IMPORTS = {name: list_imports(tree) for name, tree in MODULES.items()}
OWN = {name: {own for item in items if (own := find_own(item)) is not None} - {name} for name, items in IMPORTS.items()}


def find_layer(module: str) -> int:
    first = module.partition(".")[0]
    if first == "stages" and module != "stages":
        return 2
    return 3 if first in TOP else 0 if first in GROUND else 1


def is_within(module: str, homes: set[str]) -> bool:
    return any(module == home or module.startswith(f"{home}.") for home in homes)


def test_there_is_something_to_look_at():
    """The walk below would also be content with an empty folder."""
    assert {"engagement.reading", "evidence.signing", "freshsales.client", "stages.load"} <= set(MODULES)
    assert "errors" in OWN["engagement.reading"]


def test_imports_are_absolute():
    """One way to name a module."""
    assert [f"{name}: {item}" for name, items in IMPORTS.items() for item in items if item.startswith(".")] == []


def test_no_import_cycles():
    """Every module can be understood after those it imports."""
    try:
        graphlib.TopologicalSorter(OWN).prepare()
    except graphlib.CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


def test_imports_go_down():
    """Ground, parts, stages, and on top what walks through them: no module imports from a layer above its own."""
    upward = [f"{name} imports {own}" for name in OWN for own in OWN[name] if find_layer(own) > find_layer(name)]

    assert upward == []


def test_stages_do_not_know_each_other():
    """They hand over files; the order of the stages is no stage."""
    stages = [name for name in OWN if name.startswith("stages.")]

    assert [f"{name} imports {own}" for name in stages for own in OWN[name] if own.startswith("stages.")] == []


def test_the_work_is_done_without_showing_it():
    """No part needs tables, charts or widgets, except those themselves."""
    parts = [name for name in OWN if find_layer(name) < 2 and not is_within(name, SHOWING)]

    assert [f"{name} imports {own}" for name in parts for own in OWN[name] if is_within(own, SHOWING)] == []


def test_the_product_does_not_know_its_sandbox():
    """The local tenant stands in for a real one: only the commands that start it may import it."""
    outside = [name for name in OWN if not is_within(name, {"sandbox", *TOP})]

    assert [f"{name} imports {own}" for name in outside for own in OWN[name] if is_within(own, {"sandbox"})] == []


@pytest.mark.parametrize("library", HOMES)
def test_a_heavy_library_has_one_home(library):
    """So that it can be exchanged, and so that nobody waits for it who does not need it."""
    importing = {name for name, items in IMPORTS.items() if any(item.split(".")[0] == library for item in items)}

    assert sorted(name for name in importing if not is_within(name, HOMES[library])) == []


def test_one_module_reads_the_environment():
    """Settings and secrets come in by one door."""
    names = {"environ", "environb", "getenv", "getenvb", "putenv", "unsetenv", "expandvars"}
    reading = {
        module
        for module, tree in MODULES.items()
        for node in ast.walk(tree)
        if (isinstance(node, ast.Attribute) and node.attr in names and isinstance(node.value, ast.Name))
        or (isinstance(node, ast.ImportFrom) and node.module == "os" and {alias.name for alias in node.names} & names)
    }

    assert reading == {"engagement.environment"}


def test_nothing_of_a_machine_is_in_the_project():
    """No path of somebody's disk and no address packages come from: such a line works in one place only."""
    found = [
        f"{path}:{number}: {line.strip()[:80]}"
        for path in list_files()
        for number, line in enumerate(read_lines(path), start=1)
        if MACHINE.search(line) and path != Path(__file__).relative_to(ROOT)
    ]

    assert found == []


def list_files() -> list[Path]:
    """Every file that git keeps or would keep."""
    if not shutil.which("git") or not (ROOT / ".git").exists():
        pytest.skip("not a git repository, so nobody knows which files are the project's")
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    return [Path(name) for name in names if name and (ROOT / name).is_file()]


def read_lines(path: Path) -> list[str]:
    """The lines of a text file; none of a binary one."""
    data = (ROOT / path).read_bytes()
    return [] if b"\0" in data else data.decode("utf-8", "replace").splitlines()
