"""What kiosks call: sealed records, reservations, tickets; and the mailing's claim codes."""

import asyncio
import contextlib
from collections.abc import Sequence
from typing import Annotated

import asyncpg
import msgspec
from msgspec import Meta

from gate.access import claim
from gate.access.model import DigitalBadges, Status
from gate.access.wire import (
    FeedRow,
    KioskNews,
    KioskPerson,
    Reserve,
    Reserved,
    Ticket,
)
from gate.server.api.printer import badge_data
from gate.server.roles import Permission
from gate.server.routes import Call, Route, Scope
from gate.server.service import Service
from gate.server.store import kiosk as store
from gate.server.store import log as log_store
from gate.server.store import preprinted, tickets
from gate.server.store import registrations as registrations_store
from gate.server.store import staff as audit_store
from gate.server.store.registrations import Stored

PEOPLE_PER_ANSWER, PRINTS_PER_ANSWER = 500, 5000
WAIT_S_MAX = 25
GATHER_S = 0.5
"""The venue's scans wake everybody who waits: kiosks look once in this time."""


class NewsQuery(msgspec.Struct):
    timeline: Annotated[str, Meta(max_length=64)] = ""
    after: Annotated[int, Meta(ge=0, le=2**53)] = 0
    prints_after: Annotated[int, Meta(ge=0, le=2**53)] = 0
    wait: Annotated[float, Meta(ge=0, le=WAIT_S_MAX)] = 0.0
    """Seconds to wait when there is nothing new yet."""


class ClaimCode(msgspec.Struct, frozen=True):
    """What to send to one person: the text of the QR, and the same for reading."""

    code: str
    email: str
    language: str
    claim: str
    shown: str


async def news(call: Call) -> KioskNews:
    query, service = call.query, call.service
    assert isinstance(query, NewsQuery)
    loop = asyncio.get_running_loop()
    until = loop.time() + query.wait
    while True:
        changed = service.appender.changed
        found = await _news(service, query)
        if found.people or found.prints or found.timeline != query.timeline:
            return found
        if (left := until - loop.time()) <= 0:
            return found
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(changed.wait(), left)
        await asyncio.sleep(min(GATHER_S, max(0.0, until - loop.time())))


async def _news(service: Service, query: NewsQuery) -> KioskNews:
    pool, edition = service.pool, service.policy.edition
    timeline = service.appender.intake.timeline
    known = query.timeline == timeline
    after, prints_after = (query.after, query.prints_after) if known else (0, 0)
    log_head, _ = await log_store.heads(pool, edition)
    changed = await store.changed(pool, edition, after, PEOPLE_PER_ANSWER)
    prints = await store.prints(pool, edition, prints_after, PRINTS_PER_ANSWER)
    more_prints = len(prints) == PRINTS_PER_ANSWER
    rows = [each for _, each in changed]
    texts = await store.texts(pool, edition, rows)
    places = await preprinted.places(pool, edition, [each.holder for each in rows])
    people = await asyncio.to_thread(_sealed, service, rows, texts, places)
    return KioskNews(
        timeline=timeline,
        people=tuple(people),
        through=changed[-1][0] if changed else after,
        prints=tuple(print_ for _, print_ in prints),
        prints_through=prints[-1][0] if more_prints else max(prints_after, log_head),
        more=len(changed) == PEOPLE_PER_ANSWER or more_prints,
        edition_name=service.policy.name,
        place=service.policy.place,
        days=tuple(service.policy.days),
        may_keep_digital=service.policy.digital_badges is DigitalBadges.INERT,
    )


def _sealed(
    service: Service, rows: list[Stored], texts: dict[int, str], places: dict[int, str]
) -> list[KioskPerson]:
    return [sealed(service, row, texts.get(row.holder), places.get(row.holder, "")) for row in rows]


def sealed(service: Service, stored: Stored, text: str | None, place: str = "") -> KioskPerson:
    """One registration as kiosks keep it; only an approved one has a badge in it. `place` is where
    its badge waits that was printed ahead."""
    registration, code = stored.registration, service.claims.of(stored.registration.code)
    badge = b""
    if text is not None and registration.status is Status.APPROVED:
        data = badge_data(registration, stored.holder, stored.generation, text, service.policy)
        badge = claim.seal(code, msgspec.json.encode(data))
    names = claim.name_secret(registration.family, registration.email)
    return KioskPerson(
        holder=stored.holder,
        generation=stored.generation,
        status=registration.status,
        claim=claim.digest(code),
        badge=badge,
        names=claim.digest(names) if names else "",
        named=claim.seal(names, code.encode()) if names else b"",
        waits=claim.seal(code, place.encode()) if badge and place else b"",
    )


async def reserve(call: Call) -> Reserved:
    body, service = call.body, call.service
    assert isinstance(body, Reserve)
    badge, granted = (body.holder, body.generation), False

    async def apply(connection: asyncpg.Connection) -> Sequence[FeedRow]:
        # In turn with the desk's own prints: of a kiosk and a desk at once, one is told.
        nonlocal granted
        edition, now_ms = service.policy.edition, service.clock.now_ms()
        granted = await store.reserve(connection, edition, badge, call.device.id, now_ms)
        return ()

    await service.appender.change(apply)
    return Reserved(granted)


async def release(call: Call) -> None:
    body, service = call.body, call.service
    assert isinstance(body, Reserve)
    badge = (body.holder, body.generation)
    await store.release(service.pool, service.policy.edition, badge, call.device.id)


async def ticket(call: Call) -> None:
    body, service = call.body, call.service
    assert isinstance(body, Ticket)
    await tickets.save(service.pool, service.policy.edition, call.device.id, body)


# --- the mailing's side


async def claims(call: Call) -> list[ClaimCode]:
    """For the mailing: whoever holds these can print every badge, so asking is written down."""
    service = call.service
    everybody = await registrations_store.all_stored(service.pool, service.policy.edition)
    await audit_store.audit(
        service.pool, call.staff.name, "claim codes read", f"{len(everybody)} registrations"
    )
    return [
        ClaimCode(
            code,
            stored.registration.email,
            stored.registration.language,
            (made := service.claims.of(code)),
            claim.shown(made),
        )
        for code, stored in sorted(everybody.items())
    ]


ROUTES = (
    Route(
        "GET",
        "/api/v1/kiosk/news",
        news,
        Permission.KIOSK,
        Scope.DEVICE,
        "Sealed records that changed, and badges that were printed",
        KioskNews,
        query=NewsQuery,
    ),
    Route(
        "POST",
        "/api/v1/kiosk/reservations",
        reserve,
        Permission.KIOSK,
        Scope.DEVICE,
        "A kiosk is about to print a badge",
        Reserved,
        body=Reserve,
    ),
    Route(
        "POST",
        "/api/v1/kiosk/reservations/release",
        release,
        Permission.KIOSK,
        Scope.DEVICE,
        "The badge did not come out",
        body=Reserve,
        status=204,
    ),
    Route(
        "POST",
        "/api/v1/kiosk/tickets",
        ticket,
        Permission.KIOSK,
        Scope.DEVICE,
        "A kiosk sent somebody to the desk",
        body=Ticket,
        status=204,
    ),
    Route(
        "GET",
        "/api/v1/editions/{edition}/claims",
        claims,
        Permission.APPROVE_PEOPLE,
        Scope.PATH,
        "The claim code of every registration, for the mailing",
        list[ClaimCode],
    ),
)
