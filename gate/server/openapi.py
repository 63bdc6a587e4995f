"""The API's description, OpenAPI 3.1, made from the same table that serves it."""

from collections.abc import Iterable
from typing import Any

import msgspec

from gate import __version__
from gate.server.problem import Problem
from gate.server.roles import Permission
from gate.server.routes import JSON, Route

_REF = "#/components/schemas/{name}"
_ERROR_WORDS = {
    400: "Not readable",
    401: "Not signed in",
    403: "Not allowed",
    404: "No such thing",
    408: "The body came too slowly",
    409: "In conflict",
    413: "Too large",
    415: "Wrong content type",
    422: "Not acceptable; the detail names the field",
    429: "Too many tries; Retry-After says when",
    503: "Not now; Retry-After says when",
}


def document(routes: Iterable[Route]) -> bytes:
    """OpenAPI JSON for every route that is part of the API."""
    listed = [route for route in routes if route.in_api]
    types = [t for r in listed for t in (r.body, r.answer, r.query) if t not in (None, bytes)]
    types.append(Problem)
    schemas, components = msgspec.json.schema_components(types, ref_template=_REF)
    by_type = {_key(kind): schema for kind, schema in zip(types, schemas, strict=True)}
    paths: dict[str, dict[str, object]] = {}
    for route in listed:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(
            route, by_type, components
        )
    return msgspec.json.encode(
        {
            "openapi": "3.1.0",
            "info": {
                "title": "On-site badges and access control",
                "version": __version__,
                "description": "Devices call with `Authorization: Bearer TOKEN`; staff with the "
                "session cookie, and the header X-CSRF-Token on every change. Errors are RFC 9457 "
                "problems.",
            },
            "paths": paths,
            "components": {
                "schemas": components,
                "securitySchemes": {
                    "token": {"type": "http", "scheme": "bearer"},
                    "session": {"type": "apiKey", "in": "cookie", "name": "gate_session"},
                },
            },
        }
    )


def _key(kind: object) -> str:
    return repr(kind)


def _operation(
    route: Route, by_type: dict[str, Any], components: dict[str, Any]
) -> dict[str, object]:
    public = route.permission is Permission.PUBLIC
    operation: dict[str, object] = {
        "summary": route.summary,
        "operationId": route.handler.__module__.rpartition(".")[2] + "_" + route.handler.__name__,
        "tags": [route.handler.__module__.rpartition(".")[2]],
        "x-permission": route.permission.value,
        "x-scope": route.scope.value,
        "security": [] if public else [{"token": []}, {"session": []}],
        "parameters": [*_in_path(route), *_in_query(route, by_type, components)],
        "responses": _responses(route, by_type),
    }
    if route.body is not None or route.body_type != JSON:
        schema = {"type": "string"} if route.body in (None, bytes) else by_type[_key(route.body)]
        operation["requestBody"] = {
            "required": True,
            "content": {route.body_type: {"schema": schema}},
        }
    return operation


def _responses(route: Route, by_type: dict[str, Any]) -> dict[str, object]:
    if route.answer is None:
        answers: dict[str, object] = {"204": {"description": "Done"}}
    else:
        raw = {"type": "string", "format": "binary"}
        schema = raw if route.answer is bytes else by_type[_key(route.answer)]
        content = {route.answer_type: {"schema": schema}}
        answers = {str(route.status): {"description": "Answer", "content": content}}
    for status in sorted({*_implied_errors(route), *route.errors}):
        answers[str(status)] = {
            "description": _ERROR_WORDS[status],
            "content": {"application/problem+json": {"schema": by_type[_key(Problem)]}},
        }
    return answers


def _implied_errors(route: Route) -> Iterable[int]:
    """What the way in itself can answer."""
    yield 400
    yield 401
    if route.permission is not Permission.PUBLIC:
        yield 403
    if "{edition}" in route.path:
        yield 404
    if route.query or route.body is not None:
        yield 422
    if route.body is not None:
        yield from (408, 413, 415)
    yield 503


def _in_path(route: Route) -> list[dict[str, object]]:
    names = [part[1:-1] for part in route.path.split("/") if part.startswith("{")]
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "string", "minLength": 1},
            "description": route.path_doc.get(name, "the edition this service runs"),
        }
        for name in names
    ]


def _in_query(
    route: Route, by_type: dict[str, Any], components: dict[str, Any]
) -> list[dict[str, object]]:
    if route.query is None:
        return []
    schema = components[by_type[_key(route.query)]["$ref"].rpartition("/")[2]]
    return [
        {
            "name": name,
            "in": "query",
            "required": name in schema.get("required", ()),
            "schema": each,
        }
        for name, each in schema["properties"].items()
    ]
