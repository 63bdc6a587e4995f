"""The badge on a phone, or printed at home: signed when first looked at, inert until activated.

Every digital badge bears generation 0, so that no printed one can be mistaken for it and a lane
that has heard nothing refuses it. Activating writes into the holder's record which generation it
stands for, always a new one. From there on the rules of re-prints hold in both directions: what
was printed before is replaced by the phone, and what is printed later replaces the phone.

A kiosk without a network goes on printing generation 1 meanwhile. Where the person also has a
phone activated, gates that heard of it refuse the print; where not, it opens as any other print.
"""

from collections.abc import Sequence

import asyncpg

from gate.access.model import DIGITAL, DigitalBadges, Status
from gate.access.wire import FeedRow
from gate.server.desk import reprints
from gate.server.desk.editing import Doing, find_one
from gate.server.problem import Refused
from gate.server.service import Service
from gate.server.store import desk as store
from gate.server.store import registrations
from gate.server.store.registrations import Stored


async def text(service: Service, stored: Stored) -> str:
    """The signed text, the same each time; anew only for other entitlements. Raises Refused."""
    edition, holder = service.policy.edition, stored.holder
    if service.policy.digital_badges is DigitalBadges.NONE:
        raise Refused(404, "No badge", "this edition has no digital badges")
    if stored.registration.status is not Status.APPROVED:
        raise Refused(404, "No badge", "there is none before the approval")
    signed = await registrations.badges_of(service.pool, edition, holder)
    if signed.get((holder, DIGITAL), (0, None))[1] != stored.profile:

        async def apply(connection: asyncpg.Connection) -> Sequence[FeedRow]:
            before = await registrations.badges_of(connection, edition, holder)
            issue, profile = before.get((holder, DIGITAL), (0, None))
            if profile != stored.profile:
                await reprints.sign(connection, service, stored, DIGITAL, issue + 1)
            return ()

        await service.appender.change(apply)
    found = await registrations.badge_text(service.pool, edition, holder, DIGITAL)
    assert found is not None
    return found


async def activate(
    service: Service, name: str, doing: Doing, unprinted: int | None = None
) -> Stored:
    """The digital badge is the badge from now on; again is harmless. `unprinted`: only while this
    generation is in force and none of it was printed or is being printed. Raises Refused."""
    done: list[Stored] = []

    async def apply(connection: asyncpg.Connection) -> Sequence[FeedRow]:
        edition = service.policy.edition
        old = await find_one(connection, edition, name)
        if service.policy.digital_badges is DigitalBadges.NONE:
            raise Refused(409, "No digital badges", "the edition's policy allows none")
        if old.digital == old.generation:
            done.append(old)
            return ()
        reprints.check_printable(old)
        await reprints.check_none_open(connection, edition, old)
        if unprinted is not None:
            await _check_unprinted(connection, service, old, unprinted)
        generation = await reprints.next_generation(connection, service, old)
        new = await registrations.activate_digital(connection, edition, old, generation)
        await store.add_history(
            connection, edition, old.registration.code, service.clock.now_ms(),
            doing.who, doing.act, doing.why, old.version,
            {"generation": old.generation}, {"generation": generation},
        )  # fmt: skip
        done.append(new)
        return (FeedRow(seq=0, holder=new.row),)

    await service.appender.change(apply)
    service.live.wake()
    return done[0]


async def _check_unprinted(
    connection: asyncpg.Connection, service: Service, stored: Stored, generation: int
) -> None:
    """A kiosk's word must not make a badge void that somebody wears."""
    edition = service.policy.edition
    printed = await reprints.printed_generations(connection, edition, stored)
    if stored.generation != generation or generation in printed:
        raise Refused(409, "Printed already", "only the desk moves a printed badge to a phone")
    await reprints.check_no_kiosk(connection, service, stored)
