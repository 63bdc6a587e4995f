"""Live counts for the wall: one snapshot, a stream of them, and a recount to hold them against."""

import asyncio
import contextlib
from datetime import date
from typing import Annotated

import msgspec
from aiohttp import web
from msgspec import Meta

from gate.server import identity
from gate.server.live import Snapshot
from gate.server.problem import Refused
from gate.server.roles import Anonymous, Permission
from gate.server.routes import Call, Route, Scope
from gate.server.store import log as log_store
from gate.server.store.away import AWAY

BEAT_S = 2.0
RETRY_MS = 1000
CHECK_SESSION_S = 60.0
STALL_S = 20.0
"""A viewer that takes nothing for so long has gone, though its connection is still open."""


class DayQuery(msgspec.Struct):
    day: date | None = None
    """A day of the venue; without it, today."""


class EventWords(msgspec.Struct, frozen=True):
    id: str
    name: str
    short: str
    colour: str
    days: tuple[date, ...]


class ZoneWords(msgspec.Struct, frozen=True):
    id: str
    name: str
    capacity: int | None


class GateWords(msgspec.Struct, frozen=True):
    id: str
    name: str
    zone: str
    lanes: int


class Edition(msgspec.Struct, frozen=True):
    """What a page needs to name what it shows."""

    id: str
    name: str
    place: str
    time_zone: str
    clock_speed: float
    """Venue seconds in a real one: 1, except in a demonstration."""
    days: tuple[date, ...]
    events: tuple[EventWords, ...]
    zones: tuple[ZoneWords, ...]
    gates: tuple[GateWords, ...]


class Recount(msgspec.Struct, frozen=True):
    """The live fold beside a fresh fold of the whole log."""

    day: date
    equal: bool
    records: int
    entered: int
    entered_recounted: int
    inside: Annotated[dict[str, int], Meta(description="zone -> people")]
    inside_recounted: dict[str, int]
    quarantined: int


async def edition(call: Call) -> Edition:
    p = call.service.policy
    return Edition(
        id=p.edition,
        name=p.name,
        place=p.place,
        time_zone=str(p.time_zone),
        clock_speed=call.service.clock.speed,
        days=p.days,
        events=tuple(
            EventWords(e.id, e.name, e.short, e.colour, e.days) for e in p.events.values()
        ),
        zones=tuple(ZoneWords(z.id, z.name, z.capacity) for z in p.zones.values()),
        gates=tuple(GateWords(g.id, g.name, g.zone, g.lanes) for g in p.gates.values()),
    )


def day_asked(call: Call) -> date:
    """The day of a `DayQuery`."""
    assert isinstance(call.query, DayQuery)
    return call.query.day or call.service.policy.local(call.service.clock.now()).date()


async def counts(call: Call) -> bytes:
    return call.service.live.latest(day_asked(call))


async def recount(call: Call) -> Recount:
    """Folds the log as far as the live counts are, so that a scan in between is no difference."""
    live, day, policy = call.service.live, day_asked(call), call.service.policy
    position, now = live.position, call.service.clock.now()
    inside = {zone: live.counts.inside(zone, now) for zone in policy.zones}
    shown = live.counts.days.get(day)
    entered, records = len(shown.entered) if shown else 0, live.counts.records
    fresh = await live.recount(position)
    again = {zone: fresh.inside(zone, now) for zone in policy.zones}
    fresh_day = fresh.days.get(day)
    entered_again = len(fresh_day.entered) if fresh_day else 0
    return Recount(
        day=day,
        equal=inside == again and entered == entered_again and records == fresh.records,
        records=records,
        entered=entered,
        entered_recounted=entered_again,
        inside={str(zone): n for zone, n in inside.items()},
        inside_recounted={str(zone): n for zone, n in again.items()},
        quarantined=await call.service.pool.fetchval(log_store.QUARANTINED, policy.edition),
    )


async def live(call: Call) -> web.StreamResponse:
    """Server-Sent Events: `beat` with the venue's time, `counts` after a change."""
    service, request = call.service, call.request
    counts_live, query = service.live, call.query
    assert isinstance(query, DayQuery)
    if counts_live.viewers >= service.settings.viewers_max:
        raise Refused(503, "Too many viewers", "close another dashboard", 5)
    response = web.StreamResponse(
        headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
    )
    counts_live.viewers += 1
    try:
        await response.prepare(request)
        await response.write(f"retry: {RETRY_MS}\n\n".encode())
        with contextlib.suppress(ConnectionError, asyncio.CancelledError):
            await _stream(call, response)
    finally:
        counts_live.viewers -= 1
    return response


async def _stream(call: Call, response: web.StreamResponse) -> None:
    counts_live, loop = call.service.live, asyncio.get_running_loop()
    checked = loop.time()
    fresh = True
    while not counts_live.closing:
        transport = call.request.transport
        if transport is None or transport.is_closing():
            return
        said = b'event: beat\ndata: {"now_ms": %d}\n\n' % call.service.clock.now_ms()
        if fresh:
            said += b"event: counts\ndata: " + counts_live.latest(day_asked(call)) + b"\n\n"
        if not await _taken(response, said, transport):
            return
        if loop.time() - checked > CHECK_SESSION_S:
            checked = loop.time()
            if not await _still_signed_in(call):
                return
        fresh = await counts_live.changed(BEAT_S)


async def _taken(response: web.StreamResponse, said: bytes, to: asyncio.Transport) -> bool:
    try:
        await asyncio.wait_for(response.write(said), STALL_S)
    except TimeoutError:
        to.abort()
        return False
    return True


async def _still_signed_in(call: Call) -> bool:
    """Asked again later when the database is away: the stream has begun and cannot refuse."""
    try:
        return not isinstance(await identity.caller(call.request, call.service), Anonymous)
    except Refused:
        return False
    except AWAY:
        return True


def _route(path: str, handler: object, summary: str, answer: object, **more: object) -> Route:
    return Route(
        "GET",
        f"/api/v1/editions/{{edition}}{path}",
        handler,  # type: ignore[arg-type]
        Permission.VIEW_COUNTS,
        Scope.PATH,
        summary,
        answer,
        **more,  # type: ignore[arg-type]
    )


ROUTES = (
    Route(
        "GET",
        "/api/v1/editions/{edition}",
        edition,
        Permission.SIGNED_IN,
        Scope.PATH,
        "Events, zones and gates by name",
        Edition,
    ),
    _route("/counts", counts, "One day's counts", Snapshot, query=DayQuery),
    _route(
        "/recount", recount, "Live counts against a fresh fold of the log", Recount, query=DayQuery
    ),
    _route(
        "/live",
        live,
        "One day's counts, again with each change",
        str,
        query=DayQuery,
        answer_type="text/event-stream",
        errors=(503,),
    ),
)
