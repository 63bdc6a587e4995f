"""Two badges with one number: what two kiosks without a network can make of one person.

Both are genuine, and no gate can tell them apart; presence alone keeps the second from entering
where it is watched. It is told once, to operations and in the person's history, with the way out:
another print or the phone makes both void.
"""

from collections.abc import Iterable, Sequence

import asyncpg
import msgspec

from gate.access.ledger import LogRecord
from gate.access.wire import FeedRow
from gate.server.service import Service
from gate.server.store import desk as store
from gate.server.store import registrations

ACT = "copies"


class Print(msgspec.Struct, frozen=True):
    """A badge that came out of a printer."""

    device: str
    at_ms: int


def copies(printed: Iterable[LogRecord], generation: int) -> tuple[Print, ...]:
    """The first print of each device, by time, when several printed this generation; else none."""
    first: dict[str, int] = {}
    for each in printed:
        if each.generation == generation:
            first[each.device] = min(each.at_ms, first.get(each.device, each.at_ms))
    found = sorted((at_ms, device) for device, at_ms in first.items())
    return tuple(Print(device, at_ms) for at_ms, device in found) if len(found) > 1 else ()


async def note(service: Service, holder: int, generation: int) -> None:
    """Write copies down in the person's history, each set of them once."""
    edition = service.policy.edition
    found = copies(await store.printed(service.pool, edition, holder), generation)
    if not found:
        return

    async def apply(connection: asyncpg.Connection) -> Sequence[FeedRow]:
        stored = await registrations.of_holder(connection, edition, holder)
        if stored is None:
            return ()
        code = stored.registration.code
        after = {"generation": generation, "printed": [msgspec.to_builtins(each) for each in found]}
        history = await store.history(connection, edition, code)
        if not any(each.act == ACT and each.after == after for each in history):
            devices = ", ".join(each.device for each in found)
            await store.add_history(
                connection, edition, code, service.clock.now_ms(), "~server", ACT, devices,
                stored.version, {}, after,
            )  # fmt: skip
        return ()

    await service.appender.change(apply)
