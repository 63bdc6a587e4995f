"""Whether the service lives and is ready, and what its API is."""

import msgspec
from aiohttp import web

from gate.server.openapi import document
from gate.server.problem import Refused
from gate.server.roles import Permission
from gate.server.routes import Call, Route, Scope


class Health(msgspec.Struct, frozen=True):
    status: str


async def healthy(call: Call) -> Health:
    return Health("alive")


async def ready(call: Call) -> Health:
    if not call.service.appender.ready or not call.service.live.ready:
        raise Refused(503, "Not ready", "the database does not answer yet", 1)
    return Health("ready")


async def openapi(call: Call) -> web.Response:
    from gate.server.api import all_routes

    return web.Response(body=document(all_routes()), content_type="application/json")


ROUTES = (
    Route("GET", "/healthz", healthy, Permission.PUBLIC, Scope.NONE, "The process lives", Health),
    Route(
        "GET",
        "/readyz",
        ready,
        Permission.PUBLIC,
        Scope.NONE,
        "Scans can be stored now",
        Health,
        errors=(503,),
    ),
    Route(
        "GET",
        "/openapi.json",
        openapi,
        Permission.PUBLIC,
        Scope.NONE,
        "This description",
        dict,
    ),
)
