"""What a notebook can be told: the typed literals of its `parameters` cell, and the texts of a command line."""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Mapping
from typing import Any

from workbench.errors import name_nearest, raise_problems

TYPES: dict[str, type] = {"str": str, "int": int, "float": float, "bool": bool}
RUN = "run"  # the one parameter that is the runner's own: the stamp of the run, empty for a draft
# A parameter stands in the executed notebook for good, so nothing that opens a door may be one.
_SECRET_WORDS = {
    "key",
    "keys",
    "apikey",
    "token",
    "password",
    "passwd",
    "pwd",
    "secret",
    "credential",
    "auth",
    "bearer",
}
_SECRET_PARTS = re.compile("apikey|token|passw|secret|credential")


def read_parameters(notebook: Any, *, where: str) -> dict[str, type]:
    """The parameters a notebook declares, by name, in order.

    Args:
        notebook: A notebook node; one cell of it is tagged `parameters`.
        where: What messages call the notebook.

    Raises:
        UsageError: Names every line that is not `name: type = literal`, and a missing `run: str = ""`.
    """
    cells = [cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", [])]
    if len(cells) != 1:
        raise_problems(where, [f"{len(cells)} cells are tagged `parameters`; exactly one must be"])
    declared, problems = _read_cell(cells[0].source)
    if declared.get(RUN) is not str:
        problems.append('the parameters cell needs the line: run: str = ""')
    raise_problems(f"{where}: the parameters cell", problems)
    return declared


def convert_parameters(given: Mapping[str, str], declared: Mapping[str, type], *, where: str) -> dict[str, Any]:
    """The given texts as the types the notebook declares; a text declared `str` is never touched.

    Raises:
        UsageError: Names every unknown parameter, every value that does not fit, and every name like a secret's.
    """
    values, problems = {}, []
    for name, text in given.items():
        if problem := _find_name_problem(name, declared):
            problems.append(problem)
            continue
        try:
            values[name] = _CONVERT[declared[name]](text)
        except ValueError:
            problems.append(f"{name} = {text!r}: expected {_EXPECTED[declared[name]]}")
    raise_problems(f"{where}: parameters that cannot be used", problems)
    return values


def is_secret_name(name: str) -> bool:
    """Whether a value of that name would open a door: a key, token, password, secret or credential."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
    return not _SECRET_WORDS.isdisjoint(words.split("_")) or bool(_SECRET_PARTS.search(words.replace("_", "")))


def _read_cell(source: str) -> tuple[dict[str, type], list[str]]:
    try:
        statements = ast.parse(source).body
    except SyntaxError as error:
        return {}, [f"line {error.lineno}: not Python: {error.msg}"]
    declared, problems = {}, []
    for statement in statements:
        name = statement.target.id if _is_declaration(statement) else ""
        if not name or name in declared:
            problems.append(f"line {statement.lineno}: `{ast.unparse(statement)}` is not a new `name: type = literal`")
        elif is_secret_name(name):
            problems.append(
                f"line {statement.lineno}: {name} is named like a secret; secrets come from the environment"
            )
        else:
            declared[name] = TYPES[statement.annotation.id]
    return declared, problems


def _is_declaration(statement: ast.stmt) -> bool:
    """Whether it reads `name: type = literal`, the literal being of that type."""
    match statement:
        case ast.AnnAssign(target=ast.Name(), annotation=ast.Name(id=kind), value=ast.expr() as value) if kind in TYPES:
            try:
                literal = type(ast.literal_eval(value))
            except ValueError:
                return False
            return literal is TYPES[kind] or (literal, kind) == (int, "float")
    return False


def _find_name_problem(name: str, declared: Mapping[str, type]) -> str:
    if is_secret_name(name):
        return f"{name} is named like a secret, and a parameter stays readable in the record; set it in the environment"
    if name == RUN:
        return "run is the stamp of the run; the runner sets it"
    if name not in declared:
        known = [other for other in declared if other != RUN]
        return f"there is no parameter {name}{name_nearest(name, known) if known else '; this stage takes none'}"
    return ""


def _to_int(text: str) -> int:
    if not re.fullmatch(r"[+-]?[0-9]+", text):  # int() would also take 1_000 and digits of other scripts
        raise ValueError(text)
    return int(text)


def _to_float(text: str) -> float:
    if "_" in text or not math.isfinite(number := float(text)):
        raise ValueError(text)
    return number


def _to_bool(text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise ValueError(text)
    return text.lower() == "true"


_CONVERT = {str: str, int: _to_int, float: _to_float, bool: _to_bool}
_EXPECTED = {int: "a whole number (int)", float: "a number (float)", bool: "true or false (bool)"}
