"""The API is as it says: a valid description, and answers that conform to it."""

import asyncio
import json

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from gate.server.api import all_routes
from gate.server.openapi import document
from tests.integration import people

EXAMPLES = 6
"""Of each operation and caller: enough to reach each kind of value, and quick."""
STREAM = "GET /api/v1/editions/{edition}/live"
"""Never ends by itself; it is tested with the counts."""
CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
)


def described():
    return schemathesis.openapi.from_dict(json.loads(document(all_routes())))


async def test_the_description_is_valid_openapi_and_names_every_route(nobody):
    answer = (await nobody.get("/openapi.json")).good()
    assert answer["openapi"].startswith("3.1.")
    described().validate()
    listed = {(m.upper(), path) for path, each in answer["paths"].items() for m in each}
    assert listed == {(r.method, r.path) for r in all_routes() if r.in_api}
    for path in answer["paths"].values():
        for operation in path.values():
            assert operation["x-permission"] and operation["x-scope"] and operation["summary"]


def conforms(operation, url: str, edition: str, token: str) -> None:
    """Raises what schemathesis found: a server error, or an answer that is not described."""

    @settings(
        max_examples=EXAMPLES, database=None, deadline=None, derandomize=True,
        phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=operation.as_strategy())
    def check(case):
        if "edition" in case.path_parameters:
            case.path_parameters["edition"] = edition
        answer = case.call(base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=60)
        case.validate_response(answer, checks=list(CHECKS))

    check()


@pytest.mark.parametrize("who", ["operator", "lane", "printer"])
async def test_every_answer_is_one_the_description_names(who, server):
    await server.import_rows(people.file(*(people.row(f"R-{n:04}") for n in range(5))))
    api = {
        "operator": server.operator,
        "lane": lambda: server.device("a-lane"),
        "printer": lambda: server.device("a-printer", None, "printer"),
    }[who]
    caller = await api()
    operations = [each.ok() for each in described().get_all_operations()]
    odd = {}
    for operation in operations:
        if operation.label == STREAM:
            continue
        try:
            await asyncio.to_thread(conforms, operation, server.url, caller.edition, caller.token)
        except Exception as error:  # noqa: BLE001 - all of them are shown together
            odd[operation.label] = str(error)[:800]
    assert not odd
    assert len(operations) > 25
