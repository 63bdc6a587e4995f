"""The badge-signing keys that gates trust, and what to do when one was stolen."""

from collections.abc import Sequence
from dataclasses import replace

import asyncpg
import msgspec

from gate.access.model import KeyStatus
from gate.access.wire import FeedRow
from gate.server.problem import Refused
from gate.server.roles import Permission
from gate.server.routes import Call, Route, Scope
from gate.server.store import registrations as store
from gate.server.store import staff as audit_store


class Key(msgspec.Struct, frozen=True):
    key_id: int
    status: KeyStatus


async def listed(call: Call) -> list[Key]:
    keys = call.service.appender.known.keys.values()
    return [Key(each.key_id, each.status) for each in sorted(keys, key=lambda key: key.key_id)]


async def revoke(call: Call) -> None:
    """Badges of the key open only where the record names them exactly: every badge this server
    issued does, none that a thief makes up. So nobody needs another badge at once."""
    service, number = call.service, call.path["key"]

    async def apply(connection: asyncpg.Connection) -> Sequence[FeedRow]:
        keys = {str(k.key_id): k for k in await store.keys(connection, service.policy.edition)}
        if number not in keys:
            raise Refused(404, "No such key", f"there are: {', '.join(keys)}")
        revoked = replace(keys[number], status=KeyStatus.REVOKED)
        await store.save_key(connection, service.policy.edition, revoked)
        return (FeedRow(seq=0, key=revoked),)

    await service.appender.change(apply)
    await audit_store.audit(service.pool, call.staff.name, "signing key revoked", number)


_KEYS = "/api/v1/editions/{edition}/keys"

ROUTES = (
    Route(
        "GET",
        _KEYS,
        listed,
        Permission.MANAGE_DEVICES,
        Scope.PATH,
        "The badge-signing keys",
        list[Key],
    ),
    Route(
        "POST",
        f"{_KEYS}/{{key}}/revoke",
        revoke,
        Permission.MANAGE_DEVICES,
        Scope.PATH,
        "A signing key was stolen: trust its badges only where the record names them",
        errors=(404,),
        status=204,
        path_doc={"key": "key id"},
    ),
)
