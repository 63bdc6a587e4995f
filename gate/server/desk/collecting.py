"""Handing a badge out: to its holder, to a named focal point, or to whoever collects for a VIP.

A pick-up is never an entry: it stands here and in the history, in no log and in no count.
"""

from collections.abc import Sequence
from enum import StrEnum

import asyncpg
import msgspec

from gate.access.model import Status
from gate.access.wire import FeedRow
from gate.server.desk.editing import Doing, find_one
from gate.server.problem import Refused
from gate.server.service import Service
from gate.server.store import desk as store
from gate.server.store import registrations
from gate.server.store.desk import Collected
from gate.server.store.registrations import Stored


class How(StrEnum):
    SELF = "self"
    FOCAL_POINT = "focal_point"
    VIP = "vip"
    """Collected for a VIP by protocol or their staff."""


async def collect(service: Service, name: str, how: How, by_name: str, doing: Doing) -> Stored:
    """Write down who took the badge. Raises Refused when that cannot be."""
    if how is not How.SELF and not by_name:
        raise Refused(422, "Who collects?", "by_name: expected the name of whoever takes the badge")
    done: list[Stored] = []

    async def apply(connection: asyncpg.Connection) -> Sequence[FeedRow]:
        edition = service.policy.edition
        stored = await find_one(connection, edition, name)
        code = stored.registration.code
        if stored.registration.status is not Status.APPROVED:
            raise Refused(409, "Not approved", "no badge is handed out before it is")
        if earlier := await store.collection(connection, edition, code):
            whom = earlier.by_name or stored.registration.name_on_badge
            raise Refused(409, "Collected already", f"by {whom}, from {earlier.who}")
        collected = Collected(how.value, by_name, doing.who, service.clock.now_ms())
        await store.save_collection(connection, edition, code, collected)
        await registrations.touch(connection, edition, [stored.holder])  # kiosks say where it waits
        await store.add_history(
            connection, edition, code, collected.at_ms, doing.who, doing.act, doing.why,
            stored.version, {}, {"collected": msgspec.to_builtins(how), "by_name": by_name},
        )  # fmt: skip
        done.append(stored)
        return ()

    await service.appender.change(apply)
    return done[0]
