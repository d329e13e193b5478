"""The commands as an analyst types them, and where a file's address leads."""

from __future__ import annotations

import httpx
import pytest

from tests.sources.api.world import LAYOUTS
from tests.test_cli import run_workbench
from workbench.engagement import Secret
from workbench.errors import UsageError
from workbench.layout import read_layout
from workbench.sources.api.client import SourceClient
from workbench.sources.api.limiter import Limiter


@pytest.mark.parametrize("command", ["extract", "source serve"])
def test_every_command_has_help_with_an_example(command):
    """`--help` explains it and shows one line to copy."""
    result = run_workbench(*command.split(), "--help")

    assert result.returncode == 0
    assert f"workbench {command}" in result.stdout.split("Example:")[1]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("extract", "nobody"), "no engagement 'nobody'"),
        (("source", "serve", "aeronna", "--data", "."), "no profile 'aeronna' of a source; did you mean aerona?"),
        (("new", "x", "--pack", "aerona", "--source", "https://a:b@api.example"), "expected http(s)://host/path"),
    ],
)
def test_a_mistake_is_one_message(words, said):
    """Exit code 2, and no traceback."""
    result = run_workbench(*words)

    assert result.returncode == 2
    assert said in result.stderr
    assert "Traceback" not in result.stderr


class Elsewhere(httpx.BaseTransport):
    """A source whose files lie on another host, as those in a cloud's storage do."""

    def __init__(self, target: str) -> None:
        self.target = target
        self.asked: list[httpx.Request] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        if request.url.host == "api.example":
            return httpx.Response(302, headers={"location": self.target})
        return httpx.Response(200, content=b"scan")


def fetch(transport, to):
    api = read_layout(LAYOUTS / "neon_dx.toml").api
    values = {"key": Secret("source-secret")}
    with SourceClient("https://api.example/v1", api, values, limiter=Limiter(()), transport=transport) as client:
        return client.save("documents/1", to)


def test_a_file_on_another_host_is_fetched_without_the_secret(tmp_path):
    """The address that the source gave is enough there."""
    transport = Elsewhere("https://storage.example/x?signature=1")

    saved = fetch(transport, tmp_path / "scan.tif")

    assert ((tmp_path / "scan.tif").read_bytes(), saved.bytes) == (b"scan", 4)
    first, second = transport.asked
    assert first.headers["x-api-key"] == "source-secret"
    assert "source-secret" not in str(second.headers) + str(second.url)


def test_a_file_is_not_fetched_unencrypted(tmp_path):
    """Health data does not travel in the open because an answer says so."""
    with pytest.raises(UsageError, match="a file is to be fetched unencrypted from storage.example"):
        fetch(Elsewhere("http://storage.example/x"), tmp_path / "scan.tif")

    assert not (tmp_path / "scan.tif").exists()


def test_a_kept_address_holds_no_secret():
    """The next page's address is kept in a file, and the key of some sources stands in every address."""
    api = read_layout(LAYOUTS / "octopuspro.toml").api
    values = {"key": Secret("source-secret")}
    with SourceClient("https://api.example/v1", api, values, limiter=Limiter(())) as client:
        assert (
            client.drop_secret("https://api.example/v1/a?api_key=source-secret&page=2")
            == "https://api.example/v1/a?page=2"
        )
