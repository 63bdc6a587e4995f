"""The badge-signing keys that gates trust: a new one, a stolen one, one that has had its time."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Annotated

import asyncpg
import msgspec
from msgspec import Meta

from gate.access.model import KeyStatus, SigningKey
from gate.access.wire import FeedRow
from gate.server.problem import Refused
from gate.server.roles import Permission
from gate.server.routes import Call, Route, Scope
from gate.server.service import Service
from gate.server.signing_keys import TooManyKeys, next_number, public_half
from gate.server.store import registrations as store
from gate.server.store import staff as audit_store


class Key(msgspec.Struct, frozen=True):
    key_id: int
    status: KeyStatus
    signs: bool
    """Whether new badges are signed with it."""
    not_before: datetime
    """Badges issued earlier, or from `not_after` on, are not believed."""
    not_after: datetime
    badges: int
    """People and spares with a badge of their current generation signed with it."""


class Withdraw(msgspec.Struct, frozen=True):
    badges: Annotated[int, Meta(ge=0)]
    """How many stand on the key, as `badges` said: so that nobody's stops opening unforeseen."""


class Withdrawn(msgspec.Struct, frozen=True):
    stopped: int
    """Badges that open nothing any more, where they are on paper."""
    signed_anew: int
    """People whose next print comes with the key that signs now."""


async def listed(call: Call) -> list[Key]:
    return await _keys(call.service)


async def _keys(service: Service) -> list[Key]:
    standing = await store.standing(service.pool, service.policy.edition)
    return [
        Key(
            each.key_id,
            each.status,
            each.key_id == service.signer.key_id,
            each.not_before,
            each.not_after,
            standing.get(each.key_id, 0),
        )
        for _, each in sorted(service.appender.known.keys.items())
    ]


async def add(call: Call) -> Key:
    """A new key signs from now on; badges of the older ones stay good."""
    service = call.service
    made: tuple[SigningKey, bytes] | None = None

    async def apply(connection: asyncpg.Connection) -> Sequence[FeedRow]:
        nonlocal made
        made = await _another(service, connection)
        return (FeedRow(seq=0, key=made[0]),)

    await service.appender.change(apply)
    assert made is not None
    key, seed = made
    service.signer.turn_to(key.key_id, seed)
    await audit_store.audit(service.pool, call.staff.name, "signing key added", str(key.key_id))
    return next(each for each in await _keys(service) if each.key_id == key.key_id)


async def _another(service: Service, connection: asyncpg.Connection) -> tuple[SigningKey, bytes]:
    """A new key, stored; what remains is to tell lanes, and to sign with it once committed."""
    policy, halves = service.policy, service.halves
    stored = [k.key_id for k in await store.keys(connection, policy.edition)]
    try:
        key_id = next_number({*stored, *halves.seeds()})
    except TooManyKeys as error:
        raise Refused(409, "No more keys", str(error)) from None
    seed = halves.make(key_id)
    key = public_half(policy, key_id, seed, service.clock.now())
    await store.save_key(connection, policy.edition, key)
    return key, seed


async def revoke(call: Call) -> None:
    """Badges of the key open only where the record names them exactly: every badge this server
    issued does, none that a thief makes up. So nobody needs another badge at once. Was it the one
    that signs, a new one does from now on."""
    service, number = call.service, call.path["key"]
    made: tuple[SigningKey, bytes] | None = None

    async def apply(connection: asyncpg.Connection) -> Sequence[FeedRow]:
        nonlocal made
        key = await _named(service, connection, number)
        if key.status is KeyStatus.WITHDRAWN:
            raise Refused(409, "Withdrawn already", f"no badge of key {number} opens anything")
        revoked = replace(key, status=KeyStatus.REVOKED)
        await store.save_key(connection, service.policy.edition, revoked)
        rows = [FeedRow(seq=0, key=revoked)]
        if key.key_id == service.signer.key_id:
            made = await _another(service, connection)
            rows.append(FeedRow(seq=0, key=made[0]))
        return rows

    await service.appender.change(apply)
    service.halves.put_away(int(number), KeyStatus.REVOKED)
    if made is not None:
        service.signer.turn_to(made[0].key_id, made[1])
    await audit_store.audit(service.pool, call.staff.name, "signing key revoked", number)


async def withdraw(call: Call) -> Withdrawn:
    """No badge of the key opens anything any more, at each lane as soon as it hears. Who has one
    is signed anew in the same generation, so that what a printer gives from now on is good."""
    assert isinstance(call.body, Withdraw)
    service, number, expected = call.service, call.path["key"], call.body.badges
    signed = 0

    async def apply(connection: asyncpg.Connection) -> Sequence[FeedRow]:
        nonlocal signed
        edition = service.policy.edition
        key = await _named(service, connection, number)
        if key.key_id == service.signer.key_id:
            raise Refused(409, "This key signs", "make another one first: gate add-key")
        standing = (await store.standing(connection, edition)).get(key.key_id, 0)
        if standing != expected:
            said = f"{standing:,} badges stand on key {number}, not {expected:,}; look again"
            raise Refused(409, "Not as many badges", said)
        withdrawn = replace(key, status=KeyStatus.WITHDRAWN)
        await store.save_key(connection, edition, withdrawn)
        signed = await _sign_anew(service, connection, key.key_id)
        return (FeedRow(seq=0, key=withdrawn),)

    await service.appender.change(apply)
    service.halves.put_away(int(number), KeyStatus.WITHDRAWN)
    await audit_store.audit(service.pool, call.staff.name, "signing key withdrawn", number)
    return Withdrawn(expected, signed)


async def _sign_anew(service: Service, connection: asyncpg.Connection, key_id: int) -> int:
    edition, now = service.policy.edition, service.clock.now()
    profiles = {each.number: each for each in await store.profiles(connection, edition)}
    issued = [
        service.signer.issue(holder, generation, issue + 1, profiles[profile], now)
        for holder, generation, issue, profile in await store.of_key(connection, edition, key_id)
    ]
    await store.save_badges(connection, edition, issued)
    await store.touch(connection, edition, [each.holder for each in issued])
    return len(issued)


async def _named(service: Service, connection: asyncpg.Connection, number: str) -> SigningKey:
    keys = {str(k.key_id): k for k in await store.keys(connection, service.policy.edition)}
    if number not in keys:
        raise Refused(404, "No such key", f"there are: {', '.join(keys)}")
    return keys[number]


_KEYS = "/api/v1/editions/{edition}/keys"

ROUTES = (
    Route(
        "GET",
        _KEYS,
        listed,
        Permission.MANAGE_DEVICES,
        Scope.PATH,
        "The badge-signing keys, and how many badges stand on each",
        list[Key],
    ),
    Route(
        "POST",
        _KEYS,
        add,
        Permission.MANAGE_DEVICES,
        Scope.PATH,
        "A new signing key, which signs from now on",
        Key,
        errors=(409,),
    ),
    Route(
        "POST",
        f"{_KEYS}/{{key}}/revoke",
        revoke,
        Permission.MANAGE_DEVICES,
        Scope.PATH,
        "A signing key was stolen: trust its badges only where the record names them",
        errors=(404, 409),
        status=204,
        path_doc={"key": "key id"},
    ),
    Route(
        "POST",
        f"{_KEYS}/{{key}}/withdraw",
        withdraw,
        Permission.MANAGE_DEVICES,
        Scope.PATH,
        "No badge of this key opens anything any more",
        Withdrawn,
        body=Withdraw,
        errors=(404, 409),
        path_doc={"key": "key id"},
    ),
)
