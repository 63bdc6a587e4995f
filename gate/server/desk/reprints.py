"""Replacing a badge: reserve -> print -> the printer says done -> the new one is the only one.

Rules kept here:
- A reserved generation is signed, but the registration still names the old one: a print that
  fails leaves the person with the badge they have.
- A number once reserved is never given again: that badge may lie in a printer's tray.
- Activation changes the generation and nothing else. A hold stays a hold.
- Whoever says that a badge came out may say so twice: a station's answer, its log, the desk.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from enum import StrEnum

import asyncpg

from gate.access.ledger import LogRecord, RecordKind
from gate.access.model import Status
from gate.access.wire import FeedRow
from gate.server.desk import copies
from gate.server.desk.editing import Doing, find_one
from gate.server.problem import Refused
from gate.server.service import Service
from gate.server.store import desk as store
from gate.server.store import kiosk as kiosk_store
from gate.server.store import preprinted, registrations, reprints
from gate.server.store.registrations import Stored
from gate.server.store.reprints import Reprint, ReprintState

GENERATION_MAX = 255


class Why(StrEnum):
    """Why a badge is printed at the desk. `first`: none has been printed yet."""

    FIRST = "first"
    LOST = "lost"
    STOLEN = "stolen"
    DAMAGED = "damaged"
    CORRECTED = "corrected"
    MISPRINT = "misprint"
    PAPER = "paper"
    """The badge is on a phone, and shall be a printed one."""


async def reserve(service: Service, name: str, reason: Why, printer: str, doing: Doing) -> Reprint:
    """Set the next generation aside and sign it. Raises Refused."""
    done: list[Reprint] = []

    async def apply(connection: asyncpg.Connection) -> Sequence[FeedRow]:
        edition = service.policy.edition
        stored = await find_one(connection, edition, name)
        code = stored.registration.code
        check_printable(stored)
        await check_none_open(connection, edition, stored)
        generation = await _generation(connection, service, stored, reason)
        done.append(
            await reprints.reserve(
                connection, edition, code, stored.holder, generation, printer, reason.value,
                doing.who, service.clock.now_ms(),
            )
        )  # fmt: skip
        await _note(connection, service, stored, doing, {}, {"generation": generation})
        return ()

    await service.appender.change(apply)
    return done[0]


def check_printable(stored: Stored) -> None:
    match stored.registration.status:
        case Status.BLOCKED:
            raise Refused(409, "On hold", "a badge is printed after the release, not before")
        case Status.PENDING | Status.CANCELLED:
            raise Refused(409, "Not approved", "no badge is printed before it is")


async def check_none_open(connection: asyncpg.Connection, edition: str, stored: Stored) -> None:
    """Raises Refused while a badge of this person is being printed."""
    earlier = await reprints.of(connection, edition, stored.registration.code)
    if earlier and earlier[0].state is ReprintState.RESERVED:
        raise Refused(409, "Being printed", "say first whether that badge came out")


async def check_no_kiosk(connection: asyncpg.Connection, service: Service, stored: Stored) -> None:
    """Raises Refused when a kiosk has begun to print the badge in force and has not said that it
    failed: that badge may be in the printer, or in somebody's hand."""
    badge = (stored.holder, stored.generation)
    if held := await kiosk_store.reserved(connection, service.policy.edition, badge):
        at = service.policy.local(datetime.fromtimestamp(held.at_ms / 1000, UTC))
        raise Refused(
            409, "A kiosk prints it",
            f"{held.device} began at {at:%H:%M}: look there, or print another one, "
            "which makes that one void",
        )  # fmt: skip


async def printed_generations(
    connection: asyncpg.Connection, edition: str, stored: Stored
) -> set[int]:
    """Generations of a person that came out of a printer, by its own record or by hand."""
    holder, code = stored.holder, stored.registration.code
    recorded = {r.generation for r in await store.printed(connection, edition, holder)}
    said = await reprints.of(connection, edition, code)
    by_hand = {r.generation for r in said if (r.holder, r.state) == (holder, ReprintState.PRINTED)}
    return by_hand | {generation for generation in recorded if generation is not None}


async def _generation(
    connection: asyncpg.Connection, service: Service, stored: Stored, reason: Why
) -> int:
    if reason is Why.FIRST:
        if stored.digital == stored.generation:
            raise Refused(409, "On the phone", "give the reason for a printed one")
        if stored.generation in await printed_generations(
            connection, service.policy.edition, stored
        ):
            badge = (stored.holder, stored.generation)
            waits = await preprinted.waits(connection, service.policy.edition, badge)
            where = f"it waits: {waits.place}; " if waits else ""
            raise Refused(409, "Printed already", f"{where}give the reason for another one")
        await check_no_kiosk(connection, service, stored)
        return stored.generation
    generation = await next_generation(connection, service, stored)
    await sign(connection, service, stored, generation, 1)
    return generation


async def next_generation(connection: asyncpg.Connection, service: Service, stored: Stored) -> int:
    """One that no badge of this person ever had. Raises Refused when there is none left."""
    edition = service.policy.edition
    signed = await registrations.badges_of(connection, edition, stored.holder)
    generation = max([stored.generation, *(g for _, g in signed)]) + 1
    if generation > GENERATION_MAX:
        raise Refused(409, "Too many badges", f"this person has had {GENERATION_MAX}")
    return generation


async def sign(
    connection: asyncpg.Connection, service: Service, stored: Stored, generation: int, issue: int
) -> None:
    profile = service.appender.known.profiles[stored.profile]
    issued = service.signer.issue(stored.holder, generation, issue, profile, service.clock.now())
    await registrations.save_badges(connection, service.policy.edition, [issued])


async def done(service: Service, number: int, doing: Doing) -> Reprint:
    """The badge came out: it is the one, every older one is dead. Raises Refused."""
    ended: list[Reprint] = []

    async def apply(connection: asyncpg.Connection) -> Sequence[FeedRow]:
        reprint = await _one(connection, service, number)
        if reprint.state is ReprintState.PRINTED:
            ended.append(reprint)
            return ()
        edition, now_ms = service.policy.edition, service.clock.now_ms()
        stored = await find_one(connection, edition, reprint.code)
        if stored.holder != reprint.holder:
            why = "a spare badge took its place meanwhile"
            state = ReprintState.FAILED
            ended.append(await reprints.end(connection, edition, number, state, why, now_ms))
            return ()
        state = ReprintState.PRINTED
        ended.append(await reprints.end(connection, edition, number, state, "", now_ms))
        return await _activate(connection, service, stored, reprint, doing)

    await service.appender.change(apply)
    service.live.wake()
    return ended[0]


async def _activate(
    connection: asyncpg.Connection,
    service: Service,
    stored: Stored,
    reprint: Reprint,
    doing: Doing,
) -> Sequence[FeedRow]:
    edition, generation = service.policy.edition, reprint.generation
    signed = await registrations.badges_of(connection, edition, stored.holder)
    issue, profile = signed.get((stored.holder, generation), (0, None))
    if profile != stored.profile:  # corrected while it was being printed
        await sign(connection, service, stored, generation, issue + 1)
    before = {"generation": stored.generation}
    after = {"generation": max(stored.generation, generation)}
    await _note(connection, service, stored, doing, before, after)
    if generation <= stored.generation:
        return ()
    await registrations.set_generation(connection, edition, reprint.code, generation)
    return (FeedRow(seq=0, holder=replace(stored, generation=generation).row),)


async def failed(service: Service, number: int, why: str, doing: Doing) -> Reprint:
    """No badge came out; the old one goes on. Raises Refused when it did come out."""
    ended: list[Reprint] = []

    async def apply(connection: asyncpg.Connection) -> Sequence[FeedRow]:
        reprint = await _one(connection, service, number)
        if reprint.state is ReprintState.PRINTED:
            raise Refused(409, "Printed already", "it came out and is in force; print another one")
        if reprint.state is ReprintState.RESERVED:
            edition, now_ms = service.policy.edition, service.clock.now_ms()
            state = ReprintState.FAILED
            reprint = await reprints.end(connection, edition, number, state, why, now_ms)
            stored = await find_one(connection, edition, reprint.code)
            reserved = {"generation": reprint.generation}
            await _note(connection, service, stored, doing, reserved, {})
        ended.append(reprint)
        return ()

    await service.appender.change(apply)
    return ended[0]


async def settle(service: Service, printed: Iterable[LogRecord], who: str) -> None:
    """Records of printed badges end the reservations they answer, and may tell of copies."""
    came_out = {
        (r.holder, r.generation)
        for r in printed
        if r.kind is RecordKind.PRINTED and r.holder and r.generation
    }
    if not came_out:
        return
    for each in await reprints.open_ones(service.pool, service.policy.edition):
        if (each.holder, each.generation) in came_out:
            await done(service, each.id, Doing("printed", who))
    for holder, generation in sorted(came_out):
        await copies.note(service, holder, generation)


async def settle_all(service: Service) -> None:
    """At the start: badges whose record arrived just before the service stopped."""
    edition = service.policy.edition
    for each in await reprints.open_ones(service.pool, edition):
        records = await store.printed(service.pool, edition, each.holder)
        await settle(service, records, "~server")


async def _one(connection: asyncpg.Connection, service: Service, number: int) -> Reprint:
    reprint = await reprints.one(connection, service.policy.edition, number)
    if reprint is None:
        raise Refused(404, "No such print", f"none has the number {number}")
    return reprint


async def _note(
    connection: asyncpg.Connection,
    service: Service,
    stored: Stored,
    doing: Doing,
    before: store.Fields,
    after: store.Fields,
) -> None:
    await store.add_history(
        connection, service.policy.edition, stored.registration.code, service.clock.now_ms(),
        doing.who, doing.act, doing.why, stored.version, before, after,
    )  # fmt: skip
