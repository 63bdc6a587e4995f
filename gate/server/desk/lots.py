"""A print shop's delivery taken back as a whole: it was spoilt, lost, or marked by mistake.

The badges in its boxes may lie anywhere, so they are not merely forgotten: each person's next
generation is in force at once, which kiosks print, and what is in the boxes opens nothing. Never
touched is who has a badge already: handed out at a desk, seen at a gate, on the phone, replaced by
another print, or with one under way. Told in parts, so that lanes never wait for it; broken off,
it goes on where it was when it is asked for again.
"""

from collections.abc import Sequence
from dataclasses import replace

import asyncpg
import msgspec

from gate.access.wire import FeedRow
from gate.server.desk import reprints
from gate.server.problem import Refused
from gate.server.service import Service
from gate.server.store import desk as store
from gate.server.store import preprinted, registrations
from gate.server.store.preprinted import Badge, Lot

ACT = "lot_taken_back"
BADGES_PER_STEP = 50
"""Of one transaction: the appender's other work waits no longer than for these."""
BADGES_PER_CALL = 500


class TakenBack(msgspec.Struct, frozen=True):
    badges: int
    """Of this call."""
    waiting: int
    """Still to be taken back: ask again."""


async def one(service: Service, name: str) -> Lot:
    """Raises Refused 404."""
    found = await preprinted.lots(service.pool, service.policy.edition)
    lot = next((each for each in found if each.lot == name), None)
    if lot is None:
        known = ", ".join(each.lot for each in found[:10]) or "none"
        raise Refused(404, "No such lot", f"there are: {known}")
    return lot


async def take_back(service: Service, name: str, who: str, why: str) -> TakenBack:
    """As many as one call takes. Raises Refused."""
    await one(service, name)
    edition, done = service.policy.edition, 0
    found = await preprinted.waiting(service.pool, edition, name, BADGES_PER_CALL)
    for first in range(0, len(found), BADGES_PER_STEP):
        part = found[first : first + BADGES_PER_STEP]
        done += await _step(service, part, name, who, why)
    service.live.wake()
    return TakenBack(done, (await one(service, name)).waiting)


async def _step(service: Service, badges: Sequence[Badge], name: str, who: str, why: str) -> int:
    taken = 0

    async def apply(connection: asyncpg.Connection) -> Sequence[FeedRow]:
        nonlocal taken
        edition, now_ms = service.policy.edition, service.clock.now_ms()
        told = []
        for badge in await preprinted.still_waiting(connection, edition, badges):
            stored = await registrations.of_holder(connection, edition, badge[0])
            assert stored is not None, "a badge waits for its holder"
            generation = await reprints.next_generation(connection, service, stored)
            await reprints.sign(connection, service, stored, generation, 1)
            code = stored.registration.code
            await registrations.set_generation(connection, edition, code, generation)
            await preprinted.take_back(connection, edition, badge, now_ms)
            await store.add_history(
                connection, edition, code, now_ms, who, ACT, f"{name}: {why}", stored.version,
                {"generation": stored.generation}, {"generation": generation},
            )  # fmt: skip
            told.append(FeedRow(seq=0, holder=replace(stored, generation=generation).row))
        taken = len(told)
        return told

    await service.appender.change(apply)
    return taken
