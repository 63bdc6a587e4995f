"""Signing in and out, one-time links, and who one is."""

from typing import Annotated

import msgspec
from aiohttp import web
from msgspec import Meta

from gate.server import identity
from gate.server.api.address import address
from gate.server.roles import Permission, Role, Staff
from gate.server.routes import Call, Route, Scope

Name = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[^\x00-\x1f]*$(?!\n)")]
Password = Annotated[str, Meta(min_length=1, max_length=200)]


class SignIn(msgspec.Struct, frozen=True):
    name: Name
    password: Password


class UseLink(msgspec.Struct, frozen=True):
    """The one-time link's secret, and the account to make with it."""

    token: Annotated[str, Meta(min_length=1, max_length=100)]
    name: Name
    password: Password


class Me(msgspec.Struct, frozen=True):
    name: str
    roles: tuple[Role, ...]
    permissions: tuple[Permission, ...]
    csrf: str
    """To be sent back in the header X-CSRF-Token with every change."""
    edition: str


async def sign_in(call: Call) -> web.Response:
    assert isinstance(call.body, SignIn)
    auth = call.service.auth
    token, staff = await auth.sign_in(call.body.name, call.body.password, address(call.request))
    return _session(call, token, staff)


async def use_link(call: Call) -> web.Response:
    body = call.body
    assert isinstance(body, UseLink)
    auth = call.service.auth
    token, staff = await auth.use_link(body.token, body.name, body.password, address(call.request))
    return _session(call, token, staff)


async def sign_out(call: Call) -> web.Response:
    await call.service.auth.sign_out(
        call.request.cookies.get(identity.cookie_name(call.service), "")
    )
    response = web.Response(status=204)
    identity.clear_session(response, call.service)
    return response


async def me(call: Call) -> Me:
    return _me(call.staff, call.service.policy.edition)


def _me(staff: Staff, edition: str) -> Me:
    return Me(staff.name, staff.roles, tuple(sorted(staff.permissions)), staff.csrf, edition)


def _session(call: Call, token: str, staff: Staff) -> web.Response:
    response = web.Response(
        body=msgspec.json.encode(_me(staff, call.service.policy.edition)),
        content_type="application/json",
    )
    identity.set_session(response, call.service, token)
    return response


ROUTES = (
    Route(
        "POST",
        "/api/v1/sign-in",
        sign_in,
        Permission.PUBLIC,
        Scope.NONE,
        "Sign in with name and password",
        Me,
        body=SignIn,
        errors=(403, 429),
    ),
    Route(
        "POST",
        "/api/v1/welcome",
        use_link,
        Permission.PUBLIC,
        Scope.NONE,
        "Make an account with a one-time link",
        Me,
        body=UseLink,
        errors=(403, 409, 429),
    ),
    Route(
        "POST",
        "/api/v1/sign-out",
        sign_out,
        Permission.SIGNED_IN,
        Scope.NONE,
        "End this session",
        status=204,
    ),
    Route("GET", "/api/v1/me", me, Permission.SIGNED_IN, Scope.NONE, "Who is signed in", Me),
)
