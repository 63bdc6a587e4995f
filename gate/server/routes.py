"""The one way a request reaches a handler: declared, authorised, scoped, bounded, typed.

A `Route` says who may call it (permission), for which edition (scope), what it takes and gives.
A handler that is not declared cannot be reached; a declaration that is not whole stops the start.
The same table becomes `/openapi.json`.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import msgspec
from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from gate.server import identity
from gate.server.problem import Refused
from gate.server.roles import Anonymous, Caller, DeviceCaller, Permission, Staff
from gate.server.service import SERVICE, Service
from gate.server.store.devices import Device

JSON = "application/json"
BODY_BYTES_MAX = 64 * 1024
BODY_S = 60.0
"""A lane's two megabytes come in time over 300 kbit/s; whoever sends slower holds a place."""
WITHOUT_NUL = r"^[^\x00]*$"
"""A pattern for text that is looked up or stored: PostgreSQL's holds any character but this."""


class Scope(StrEnum):
    """Where a request says which edition it is about."""

    NONE = "none"
    """It touches no edition's data."""
    DEVICE = "device"
    """The calling device belongs to one edition."""
    PATH = "path"
    """The path names it in `{edition}`."""


@dataclass(frozen=True, slots=True)
class Call:
    """An authorised request. `body` and `query` are of the types the route declares."""

    request: web.Request
    service: Service
    caller: Caller
    body: Any = None
    query: Any = None

    @property
    def device(self) -> Device:
        """The calling device; only routes with a device's permission may ask."""
        if not isinstance(self.caller, DeviceCaller):
            raise Refused(403, "For devices only", "call with a device's token")
        return self.caller.device

    @property
    def staff(self) -> Staff:
        """Who is signed in; only routes with a staff permission may ask."""
        if not isinstance(self.caller, Staff):
            raise Refused(403, "For staff only", "sign in first")
        return self.caller

    @property
    def path(self) -> dict[str, str]:
        return dict(self.request.match_info)


Handler = Callable[[Call], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Route:
    """One operation. Handlers return the `answer` type, or a ready response."""

    method: str
    path: str
    handler: Handler
    permission: Permission
    scope: Scope
    summary: str
    answer: Any = None
    answer_type: str = JSON
    body: Any = None
    body_type: str = JSON
    """`body` bytes: the raw body, in memory, up to `body_bytes_max`."""
    body_bytes_max: int = BODY_BYTES_MAX
    query: type[msgspec.Struct] | None = None
    errors: tuple[int, ...] = ()
    status: int = 200
    in_api: bool = True
    """False for pages, which the API's description leaves out."""
    path_doc: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    """Response headers that differ from the service's usual ones."""


class RouteTableError(Exception):
    """A route is not wholly declared; the service does not start."""


def install(app: web.Application, routes: Iterable[Route]) -> None:
    """Add every route. Raises RouteTableError when one is not wholly declared."""
    seen: set[tuple[str, str]] = set()
    for route in routes:
        _check(route, seen)
        app.router.add_route(route.method, route.path, _entry(route))
    assert_declared(app)


def assert_declared(app: web.Application) -> None:
    """Raises RouteTableError for any way into the application that no `Route` declares."""
    for each in app.router.routes():
        if getattr(each.handler, "declared_as", None) is None:
            raise RouteTableError(f"{each.method} {each.resource}: no permission is declared")


def _check(route: Route, seen: set[tuple[str, str]]) -> None:
    name = f"{route.method} {route.path}"
    if (route.method, route.path) in seen:
        raise RouteTableError(f"{name}: declared twice")
    seen.add((route.method, route.path))
    if not isinstance(route.permission, Permission) or not isinstance(route.scope, Scope):
        raise RouteTableError(f"{name}: needs a permission and a scope")
    if (route.scope is Scope.PATH) != ("{edition}" in route.path):
        raise RouteTableError(f"{name}: scope {route.scope} does not fit the path")
    if route.scope is Scope.NONE and route.permission not in _WITHOUT_EDITION:
        raise RouteTableError(f"{name}: {route.permission} needs an edition scope")
    if route.body is not None and route.method in ("GET", "DELETE"):
        raise RouteTableError(f"{name}: a {route.method} takes no body")


_WITHOUT_EDITION = {Permission.PUBLIC, Permission.SIGNED_IN, Permission.MANAGE_STAFF}


def _entry(route: Route) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    query_names = msgspec.structs.fields(route.query) if route.query else ()

    async def enter(request: web.Request) -> web.StreamResponse:
        service = request.app[SERVICE]
        caller = await identity.caller(request, service)
        _authorise(route, caller, request, service)
        query = None
        if route.query is not None:
            known = {f.encode_name for f in query_names}
            query = _converted({k: v for k, v in request.query.items() if k in known}, route.query)
        body = await _body(route, request) if route.body is not None else None
        result = await route.handler(Call(request, service, caller, body, query))
        return _response(route, result)

    enter.declared_as = route  # type: ignore[attr-defined]
    return enter


def _authorise(route: Route, caller: Caller, request: web.Request, service: Service) -> None:
    if route.permission not in caller.permissions:
        if isinstance(caller, Anonymous):
            raise Refused(401, "Not signed in", "sign in, or send a device's token")
        raise Refused(403, "Not allowed", f"this needs the permission {route.permission}")
    if request.method not in ("GET", "HEAD"):
        identity.check_same_site(request)
        # Who signs in anew has no page yet that knows the token of an older session.
        if isinstance(caller, Staff) and caller.csrf and route.permission is not Permission.PUBLIC:
            identity.check_csrf(request, caller)
    if "\0" in request.path:
        raise Refused(404, "No such thing", "no name holds a NUL character")
    edition = request.match_info.get("edition")
    if route.scope is Scope.PATH and edition != service.policy.edition:
        raise Refused(404, "No such edition", f"this service runs {service.policy.edition}")


async def _body(route: Route, request: web.Request) -> object:
    if route.body is not bytes and request.content_type != route.body_type:
        raise Refused(415, "Wrong content type", f"expected {route.body_type}")
    raw = await read_limited(request, route.body_bytes_max, BODY_S)
    if route.body is bytes:
        return raw
    try:
        return msgspec.json.decode(raw, type=route.body)
    except msgspec.ValidationError as error:
        raise Refused(422, "Not acceptable", str(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Refused(400, "Not JSON", str(error)) from None


async def read_limited(request: web.Request, limit: int, within_s: float) -> bytes:
    """The body, or Refused: 413 as soon as it is longer than `limit` bytes, 408 when it does not
    all come in time."""
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise Refused(415, "Compressed", "send the body as it is, without Content-Encoding")
    if (request.content_length or 0) > limit:
        raise Refused(413, "Too large", f"at most {limit:,} bytes")
    try:
        # What came whole with its head needs no clock set.
        if request.content.is_eof():
            return await _read(request, limit)
        async with asyncio.timeout(within_s):
            return await _read(request, limit)
    except TimeoutError:
        raise Refused(408, "Too slow", f"the body did not come within {within_s:.0f} s") from None
    except (web.RequestPayloadError, HttpProcessingError) as error:
        raise Refused(400, "Broken body", f"it cannot be read: {type(error).__name__}") from None


async def _read(request: web.Request, limit: int) -> bytes:
    parts, size = [], 0
    while part := await request.content.readany():
        size += len(part)
        if size > limit:
            raise Refused(413, "Too large", f"at most {limit:,} bytes")
        parts.append(part)
    return b"".join(parts)


def _converted(values: dict[str, str], kind: type[msgspec.Struct]) -> object:
    try:
        return msgspec.convert(values, kind, strict=False)
    except msgspec.ValidationError as error:
        raise Refused(422, "Not acceptable", f"in the query: {error}") from None


def _response(route: Route, result: object) -> web.StreamResponse:
    if isinstance(result, web.StreamResponse):
        return result
    if result is None:
        return web.Response(status=204)
    body = result if isinstance(result, bytes) else msgspec.json.encode(result)
    return web.Response(status=route.status, body=body, content_type=route.answer_type)
