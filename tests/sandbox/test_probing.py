"""Every operation of the document, sent generated calls: answered as it says, and never by a crash nobody means."""

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import checks
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.sandbox.probing import Probe, settings_of
from workbench.sandbox import build_app

CONFORMING = [status_code_conformance, content_type_conformance, response_schema_conformance]
MEANT = {"error_code": 500}
SCHEMAS = {
    edition: schemathesis.openapi.from_dict(build_app(settings_of(edition)).state.describe())
    for edition in ("suite", "classic")
}


def list_operations():
    """Every operation of the Suite, and what only the Classic edition has."""
    for edition, schema in SCHEMAS.items():
        for result in schema.get_all_operations():
            operation = result.ok()
            if edition == "suite" or "/leads" in operation.path:
                yield pytest.param(edition, operation.path, operation.method, id=operation.label)


@pytest.fixture
def probe(request, tmp_path):
    """A tenant of the edition the operation is of."""
    # Only what is kept in a file can be copied into another one.
    path = tmp_path / "tenant.sqlite" if request.getfixturevalue("path").startswith("/local") else None
    probe = Probe(request.getfixturevalue("edition"), path)
    yield probe
    probe.close()


def judge(case, response):
    """Hold an answer to the document; an error of the server is none where live tenants stumble, too."""
    is_meant = "500" in case.operation.definition.raw["responses"] and response.content and response.json() == MEANT
    if not (response.status_code == 500 and is_meant):
        case.validate_response(response, checks=[checks.not_a_server_error, *CONFORMING])


def sent(strategy, judge_one, *, examples):
    """Send that many generated calls."""
    given(strategy)(
        settings(max_examples=examples, phases=[Phase.generate], suppress_health_check=list(HealthCheck))(judge_one)
    )()


@pytest.mark.parametrize(("edition", "path", "method"), [*list_operations()])
def test_an_operation_does_what_the_document_says(edition, path, method, probe):
    """Once as it should be called, then with whatever fits the schema, then with what does not."""
    operation = SCHEMAS[edition][path][method]
    run(operation, probe, examples=2)


@pytest.mark.slow
@pytest.mark.parametrize(("edition", "path", "method"), [*list_operations()])
def test_an_operation_does_so_for_long(edition, path, method, probe):
    """The same with many more calls."""
    run(SCHEMAS[edition][path][method], probe, examples=60)


def run(operation, probe, *, examples):
    """Send an operation what it takes, and what it does not."""
    takes = next((body.media_type for body in operation.body), None)
    plain = operation.Case(path_parameters={each.name: 1 for each in operation.path_parameters}, media_type=takes)
    probe.aim(plain)
    response = probe.send(plain)
    judge(plain, response)
    is_refused = operation.definition.raw["responses"].keys().isdisjoint({"200", "201", "204"})
    assert response.status_code == 403 if is_refused else response.is_success, response.text

    def send_aimed(case):
        probe.aim(case)
        judge(case, probe.send(case))

    sent(operation.as_strategy(GenerationMode.POSITIVE), send_aimed, examples=examples)
    sent(operation.as_strategy(GenerationMode.NEGATIVE), lambda case: judge(case, probe.send(case)), examples=examples)
