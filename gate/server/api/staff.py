"""Accounts of staff and one-time links, for administrators."""

from typing import Annotated

import msgspec
from msgspec import Meta

from gate.server.api.signing_in import Name, Password
from gate.server.roles import Permission, Role
from gate.server.routes import Call, Route, Scope
from gate.server.store import staff as store

Roles = Annotated[tuple[Role, ...], Meta(min_length=1, max_length=len(Role))]


class Account(msgspec.Struct, frozen=True):
    name: str
    roles: tuple[Role, ...]


class NewAccount(msgspec.Struct, frozen=True):
    """A new account, or a new password and roles for one that exists."""

    name: Name
    password: Password
    roles: Roles


class NewLink(msgspec.Struct, frozen=True):
    roles: Roles


class Link(msgspec.Struct, frozen=True):
    url: str
    """Opens once, within fifteen minutes."""


async def listed(call: Call) -> list[Account]:
    rows = await store.all_staff(call.service.pool)
    return [Account(row.name, tuple(Role(role) for role in row.roles)) for row in rows]


async def save(call: Call) -> Account:
    body = call.body
    assert isinstance(body, NewAccount)
    await call.service.auth.save_staff(call.staff.name, body.name, body.password, body.roles)
    return Account(body.name, body.roles)


async def make_link(call: Call) -> Link:
    assert isinstance(call.body, NewLink)
    token = await call.service.auth.make_link(call.body.roles)
    await store.audit(call.service.pool, call.staff.name, "link made", ", ".join(call.body.roles))
    # Behind '#': browsers do not send it, so it stands in no log on the way.
    return Link(f"{call.service.settings.url}/welcome#{token}")


ROUTES = (
    Route(
        "GET",
        "/api/v1/staff",
        listed,
        Permission.MANAGE_STAFF,
        Scope.NONE,
        "Accounts",
        list[Account],
    ),
    Route(
        "POST",
        "/api/v1/staff",
        save,
        Permission.MANAGE_STAFF,
        Scope.NONE,
        "Make or change an account",
        Account,
        body=NewAccount,
    ),
    Route(
        "POST",
        "/api/v1/staff/links",
        make_link,
        Permission.MANAGE_STAFF,
        Scope.NONE,
        "A one-time link that makes an account",
        Link,
        body=NewLink,
    ),
)
