"""Pre-printed spare badges, and binding one to a person by a scan.

A spare is signed for a category and its events, and told to every lane as not approved: found in a
street it opens nothing. Bound, it is the person's badge; the one they had is cancelled.
"""

from collections.abc import Sequence
from dataclasses import replace

import asyncpg
import msgspec

from gate.access.badge_number import number as badge_number
from gate.access.credential import verify
from gate.access.model import (
    GENERATION_FIRST,
    CategoryId,
    Credential,
    Entitlement,
    Profile,
    Reason,
    Status,
)
from gate.access.wire import FeedRow, HolderRow
from gate.server.changes import Changes
from gate.server.desk.editing import Doing, find_one, save
from gate.server.issue import Profiles, pseudonym
from gate.server.problem import Refused
from gate.server.registrations import fields
from gate.server.service import Service
from gate.server.store import desk as store
from gate.server.store import registrations, reprints
from gate.server.store import staff as audit_store
from gate.server.store.registrations import Issued, Stored
from gate.server.store.reprints import ReprintState

SPARES_MAX = 500


class Spare(msgspec.Struct, frozen=True):
    badge: str
    """The number for people."""
    text: str
    """The QR text to print."""


async def make(
    service: Service,
    category: CategoryId,
    entitlements: tuple[Entitlement, ...],
    count: int,
    doing: Doing,
) -> list[Spare]:
    """Sign `count` spares."""
    issued: list[Issued] = []

    async def apply(connection: asyncpg.Connection) -> Sequence[FeedRow]:
        edition, now = service.policy.edition, service.clock.now()
        profiles = Profiles(await registrations.profiles(connection, edition))
        profile = profiles.for_meaning(category, entitlements)
        taken, rows = await registrations.taken(connection, edition), []
        for _ in range(count):
            holder = pseudonym(taken)
            taken.add(holder)
            row = HolderRow(holder, GENERATION_FIRST, profile.number, Status.PENDING)
            rows.append(row)
            issued.append(service.signer.issue(holder, GENERATION_FIRST, 1, profile, now))
        changes = Changes(profiles, service.signer, now)
        told = await changes.write(connection, edition)
        await store.save_pseudonyms(connection, edition, rows, service.clock.now_ms())
        await registrations.save_badges(connection, edition, issued)
        said = f"{count} of {category}"
        await audit_store.audit(connection, doing.who, "spare badges made", said)
        return [*told, *(FeedRow(seq=0, holder=row) for row in rows)]

    await service.appender.change(apply)
    return [Spare(badge_number(each.holder), each.text) for each in issued]


class Free(msgspec.Struct, frozen=True):
    """Spares of one kind that nobody has yet."""

    category: CategoryId
    events: str
    """As in a registration file."""
    free: int


async def free(service: Service) -> list[Free]:
    profiles, policy = service.appender.known.profiles, service.policy
    found = await store.free_spares(service.pool, policy.edition)
    return [
        Free(
            profiles[each].category,
            fields.events_in_short(profiles[each].entitlements, policy),
            count,
        )
        for each, count in found.items()
    ]


async def bind(service: Service, name: str, text: str, doing: Doing) -> Stored:
    """The person with the spare as their badge. Raises Refused when it is none, or not free."""
    credential = read(service, text)
    done: list[Stored] = []

    async def apply(connection: asyncpg.Connection) -> Sequence[FeedRow]:
        edition = service.policy.edition
        old = await find_one(connection, edition, name)
        spare = await _free(connection, service, credential)
        _check_fits(service, old, credential)
        earlier = await reprints.of(connection, edition, old.registration.code)
        if earlier and earlier[0].state is ReprintState.RESERVED:
            raise Refused(409, "Being printed", "say first whether that badge came out")
        await store.forget_pseudonym(connection, edition, spare.holder)
        new = replace(old, holder=spare.holder, generation=spare.generation, digital=0)
        kept, rows = await save(connection, service, old, new, doing)
        done.append(kept)
        # Kept for ever: a snapshot must go on telling lanes that the old badge is dead.
        dead = HolderRow(old.holder, old.generation, old.profile, Status.CANCELLED)
        await store.save_pseudonyms(connection, edition, [dead], service.clock.now_ms())
        return [*rows, FeedRow(seq=0, holder=dead)]

    await service.appender.change(apply)
    service.live.wake()
    return done[0]


def read(service: Service, text: str) -> Credential:
    """The credential of a scanned text. Raises Refused 422 for anything not ours."""
    presented = verify(text, service.policy.number, service.appender.known.keys)
    if isinstance(presented, Reason):
        words = {
            Reason.UNREADABLE: "this code is not a badge",
            Reason.CLAIM_CODE: "this is the code for a kiosk, not a badge",
            Reason.WRONG_EDITION: "this badge is for another conference",
        }
        raise Refused(422, "Not a badge", words.get(presented, "this badge cannot be verified"))
    return presented


async def _free(
    connection: asyncpg.Connection, service: Service, credential: Credential
) -> HolderRow:
    spare = await store.pseudonym(connection, service.policy.edition, credential.holder)
    if spare is None:
        raise Refused(409, "Not a spare", "this badge is somebody's")
    if spare.status is not Status.PENDING or spare.generation != credential.generation:
        raise Refused(409, "Not a spare", "this badge was replaced; destroy it")
    return spare


def _check_fits(service: Service, person: Stored, spare: Credential) -> None:
    """What the signature says without a record must not be more than the person has."""
    category = service.policy.categories[person.registration.category]
    if category.kind is not spare.kind:
        raise Refused(409, "Wrong kind of spare", f"it is one for {spare.kind.name.lower()}")
    profile: Profile = service.appender.known.profiles[spare.profile]
    held = {e.event: e.days for e in person.registration.entitlements}
    for each in profile.entitlements:
        if not each.days <= held.get(each.event, frozenset()):
            raise Refused(
                409, "Wrong kind of spare", f"it opens {each.event} on days this person has not"
            )
