"""Messages in the language of who is calling."""

import ast
import itertools
import re
from pathlib import Path

import pytest

import workbench.sandbox
from workbench.sandbox.languages import SPOKEN, read_messages, translate_message
from workbench.sandbox.switches import LANGUAGES

# What speaks to the person at the machine, in one language, and not to a client of the API.
SILENT = ("page", "faults", "local.py", "settings.py", "settings_file.py", "switch_words.py")
MESSAGES = [words for _, words in read_messages()]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_has_words_in_every_language(language):
    """With the same gaps, each filled by what stands in the English one."""
    for words in MESSAGES:
        gaps = [sorted(re.findall(r"\{(\w+)\}", words[name])) for name in (SPOKEN, language)]
        assert gaps[0] == gaps[1], words[language]
        assert language == SPOKEN or words[language] != words[SPOKEN]


def test_the_first_message_that_fits_is_the_narrowest():
    """None is hidden behind a wider one before it."""
    for words in MESSAGES:
        text = re.sub(r"\{(\w+)\}", "Xyz", words[SPOKEN])
        assert translate_message(text, "de") == re.sub(r"\{(\w+)\}", "Xyz", words["de"])


@pytest.mark.parametrize("value", ["{value}", "a{b", "%s", "a\nb", "$&"])
def test_what_was_sent_comes_back_as_it_is(value):
    """Whatever it looks like."""
    assert translate_message(f"{value} already exists.", "es") == f"{value} ya existe."


def test_what_has_no_words_stays():
    """Better English than nothing."""
    assert translate_message("Zounds", "nl") == "Zounds"


def test_what_the_tenant_says_has_words():
    """Every text a refusal is made of in the code is one of the messages: another one needs words in messages.toml."""
    said = {text for path in Path(workbench.sandbox.__file__).parent.rglob("*.py") for text in find_texts(path)}

    assert len(said) > 80
    assert sorted(text for text in said if translate_message(text, "nl") == text) == []


def find_texts(path: Path) -> set[str]:
    """The texts a module refuses with, with something in the place of what varies."""
    if path.parent.name in SILENT or path.name in SILENT:
        return set()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    named = {
        target.id: node.value for node in tree.body if isinstance(node, ast.Assign) for target in node.targets
        if isinstance(target, ast.Name)
    }  # fmt: skip
    arguments = [each for node in ast.walk(tree) if isinstance(node, ast.Call) and refuses(node) for each in node.args]
    texts = {text for each in arguments for text in read_texts(each, named)}
    return texts - {"Xyz"}


def refuses(call: ast.Call) -> bool:
    """Whether a call says something to a client."""
    name = ast.unparse(call.func)
    return name in ("ApiError", "Refused") or name.endswith("problems.append")


def read_texts(node: ast.expr, named: dict[str, ast.expr]) -> list[str]:
    """The texts an argument may be."""
    if isinstance(node, ast.Constant):
        return [node.value] if isinstance(node.value, str) else []
    if isinstance(node, ast.JoinedStr):
        return [
            "".join(parts) for parts in itertools.product(*(read_texts(part, {}) or ["Xyz"] for part in node.values))
        ]
    if isinstance(node, ast.FormattedValue) and isinstance(node.value, ast.IfExp):
        return read_texts(node.value, named)
    if isinstance(node, ast.Name) and isinstance(named.get(node.id), ast.Constant):
        return read_texts(named[node.id], {})
    if isinstance(node, ast.Subscript) and isinstance(named.get(ast.unparse(node.value)), ast.Dict):
        return [text for value in named[ast.unparse(node.value)].values for text in read_texts(value, {})]
    if isinstance(node, ast.IfExp):
        return read_texts(node.body, named) + read_texts(node.orelse, named)
    return []
