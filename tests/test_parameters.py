"""What a notebook declares, and what the texts of a command line become."""

from __future__ import annotations

import pytest

from workbench.errors import UsageError
from workbench.parameters import convert_parameters, is_secret_name, read_parameters
from workbench.runs import nbformat

DECLARED = {"run": str, "text": str, "count": int, "share": float, "is_on": bool}


def read(*sources):
    cells = [nbformat.v4.new_code_cell(source, metadata={"tags": ["parameters"]}) for source in sources]
    return read_parameters(nbformat.v4.new_notebook(cells=cells), where="x.ipynb")


def test_typed_literals_are_read_in_order():
    """Comments, negative numbers and equal signs in texts are no obstacle."""
    source = (
        '# Settings\nrun: str = ""  # stamp\n\nwhere: str = "a = b"\nshift: int = -3\nshare: float = 1\non: bool = True'
    )

    assert read(source) == {"run": str, "where": str, "shift": int, "share": float, "on": bool}
    assert list(read(source)) == ["run", "where", "shift", "share", "on"]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("size = 3", "`size = 3` is not a new"),
        ("size: int", "`size: int` is not a new"),
        ("size: int = len('x')", "is not a new"),
        ("size: int = True", "is not a new"),
        ("size: int = 3.0", "is not a new"),
        ("sizes: list = [1]", "is not a new"),
        ("sizes: list[int] = [1]", "is not a new"),
        ("a.b: int = 1", "is not a new"),
        ('run: str = "again"', "is not a new"),
        ("import os", "is not a new"),
        ('api_token: str = ""', "api_token is named like a secret"),
        ("size: int = ", "not Python"),
    ],
)
def test_any_other_line_is_named(line, said):
    """Every line that is no typed literal is refused, with its number."""
    with pytest.raises(UsageError, match="x.ipynb") as caught:
        read(f'run: str = ""\n{line}')

    assert said in str(caught.value)
    assert "line 2" in str(caught.value)


@pytest.mark.parametrize("sources", [(), ('run: str = ""', 'run: str = ""')])
def test_there_is_exactly_one_parameters_cell(sources):
    """Neither none nor two."""
    with pytest.raises(UsageError, match=f"{len(sources)} cells are tagged"):
        read(*sources)


@pytest.mark.parametrize("source", ["size: int = 3", "run: int = 3"])
def test_the_stamp_has_its_place(source):
    """Every stage notebook takes the stamp of its run as text."""
    with pytest.raises(UsageError, match='needs the line: run: str = ""'):
        read(source)


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("text", "00123", "00123"),
        ("text", " true ", " true "),
        ("text", "", ""),
        ("count", "007", 7),
        ("count", "-12", -12),
        ("share", "0.25", 0.25),
        ("share", "1e3", 1000.0),
        ("share", "2", 2.0),
        ("is_on", "TRUE", True),
        ("is_on", "false", False),
    ],
)
def test_a_text_becomes_what_is_declared(name, text, value):
    """A text is never touched; a number or a truth is exactly what was written."""
    (converted,) = convert_parameters({name: text}, DECLARED, where="x.ipynb").values()

    assert converted == value
    assert type(converted) is DECLARED[name]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("count", "1.0"), ("count", "1_000"), ("count", ""), ("count", "١٢"), ("count", "0x10"), ("count", " 1"),
        ("share", "nan"), ("share", "inf"), ("share", "1_0.5"), ("share", "0,5"),
        ("is_on", "yes"), ("is_on", "1"), ("is_on", ""),
    ],
)  # fmt: skip
def test_a_value_that_does_not_fit_is_named_with_its_type(name, text):
    """The message says which parameter, what it was given and what it takes."""
    with pytest.raises(UsageError) as caught:
        convert_parameters({name: text}, DECLARED, where="x.ipynb")

    assert f"{name} = {text!r}: expected" in str(caught.value)
    assert DECLARED[name].__name__ in str(caught.value)


@pytest.mark.parametrize(
    "name",
    ["key", "api_key", "apikey", "APIKey", "tenantKey", "token", "access_token", "password", "db_passwd",
     "passwordHash", "client_secret", "credentials", "auth", "bearer", "API_KEY"],
)  # fmt: skip
def test_names_of_secrets_are_known(name):
    """However it is written, a name that says secret is one."""
    assert is_secret_name(name)


@pytest.mark.parametrize("name", ["run", "monkey", "keyboard", "author", "turkey", "sample_size", "authority", "keen"])
def test_innocent_names_stay_allowed(name):
    """A name that merely resembles one is none."""
    assert not is_secret_name(name)


def test_a_stage_without_parameters_says_so():
    """An unknown parameter of a stage that takes none is not answered with an empty list."""
    with pytest.raises(UsageError, match="there is no parameter size; this stage takes none"):
        convert_parameters({"size": "3"}, {"run": str}, where="x.ipynb")
