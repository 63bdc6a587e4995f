"""A person as the desk sees them: the registration with all that a desk has done to it."""

from datetime import date

import asyncpg
import msgspec

from gate.access.badge_number import number as badge_number
from gate.access.model import CategoryId, EventId, Status
from gate.server.desk import editing, reprints
from gate.server.desk.copies import Print, copies
from gate.server.service import Service
from gate.server.store import desk as store
from gate.server.store import kiosk as kiosk_store
from gate.server.store import mail as mail_store
from gate.server.store import preprinted
from gate.server.store import reprints as reprint_store
from gate.server.store.desk import Collected, Past
from gate.server.store.kiosk import KioskReservation
from gate.server.store.mail import Trouble
from gate.server.store.preprinted import Waits
from gate.server.store.registrations import Stored
from gate.server.store.reprints import Reprint

HISTORY_SHOWN = 50


class Held(msgspec.Struct, frozen=True):
    event: EventId
    days: tuple[date, ...]


class Person(msgspec.Struct, frozen=True):
    """`version` goes back with every change. `printed` are the generations that came out of a
    printer, `digital` the one that is on a phone (0: none); `kiosk` began to print the one in
    force, and `copies` are its prints when there were several. `undo` names the act that can still
    be taken back; `mail` is how the last mail to this person stands."""

    code: str
    badge: str
    version: int
    name_on_badge: str
    given: str
    family: str
    native_name: str
    organisation: str
    country: str
    category: CategoryId
    status: Status
    held_status: Status | None
    language: str
    email: str
    attention: tuple[str, ...]
    notes: str
    generation: int
    entitlements: tuple[Held, ...]
    photo_at_ms: int | None
    printed: tuple[int, ...]
    copies: tuple[Print, ...]
    waits: Waits | None
    """Where the badge in force lies, printed before its holder came."""
    digital: int
    kiosk: KioskReservation | None
    collected: Collected | None
    reprints: tuple[Reprint, ...]
    history: tuple[Past, ...]
    mail: Trouble | None
    undo: str
    undo_by: str


async def person(service: Service, stored: Stored) -> Person:
    async with service.pool.acquire() as connection:
        return await _person(connection, service, stored)


async def _person(connection: asyncpg.Connection, service: Service, stored: Stored) -> Person:
    r, edition = stored.registration, service.policy.edition
    prints = await reprint_store.of(connection, edition, r.code)
    undo = await editing.undoable(connection, service, stored)
    return Person(
        code=r.code,
        badge=badge_number(stored.holder),
        version=stored.version,
        name_on_badge=r.name_on_badge,
        given=r.given,
        family=r.family,
        native_name=r.native_name,
        organisation=r.organisation,
        country=r.country,
        category=r.category,
        status=r.status,
        held_status=stored.held_status,
        language=r.language,
        email=r.email,
        attention=r.attention,
        notes=stored.notes,
        generation=stored.generation,
        entitlements=tuple(Held(e.event, tuple(sorted(e.days))) for e in r.entitlements),
        photo_at_ms=await store.photo_at(connection, edition, r.code),
        printed=tuple(sorted(await reprints.printed_generations(connection, edition, stored))),
        copies=copies(await store.printed(connection, edition, stored.holder), stored.generation),
        digital=stored.digital,
        kiosk=await kiosk_store.reserved(connection, edition, (stored.holder, stored.generation)),
        waits=await preprinted.waits(connection, edition, (stored.holder, stored.generation)),
        collected=await store.collection(connection, edition, r.code),
        reprints=tuple(prints),
        history=tuple(await store.history(connection, edition, r.code, limit=HISTORY_SHOWN)),
        mail=await mail_store.newest_of(connection, edition, r.code),
        undo=undo.act if undo else "",
        undo_by=undo.who if undo else "",
    )
