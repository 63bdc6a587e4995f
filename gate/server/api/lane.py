"""What lanes call: hello, snapshot, feed, log; and scans that the server decides."""

import asyncio
import contextlib
import zlib
from collections.abc import Awaitable, Callable
from typing import Annotated

import msgspec
from aiohttp import web
from msgspec import Meta

from gate.access.capacity import is_hard, stock
from gate.access.model import GateId
from gate.access.wire import (
    FEED_ROWS_MAX,
    Decided,
    Feed,
    Hello,
    Lease,
    Leased,
    LogAck,
    LogBatch,
    OnlineScan,
    Snapshot,
    Welcome,
)
from gate.server import told
from gate.server.appender import Appender
from gate.server.problem import Refused
from gate.server.roles import Permission
from gate.server.routes import Call, Route, Scope
from gate.server.store import log as store

WAIT_S_MAX = 25
LOG_BYTES_MAX = 2 * 1024 * 1024
GATHER_S = 0.15


class FeedQuery(msgspec.Struct):
    after: Annotated[int, Meta(ge=0, le=2**53)]
    wait: Annotated[float, Meta(ge=0, le=WAIT_S_MAX)] = 0.0
    """Seconds to wait for a row or a move when there is none yet."""
    moves_after: Annotated[int, Meta(ge=0, le=2**53)] | None = None
    """Position in the log behind which the lane wants to hear of moves; without it, of none."""


async def hello(call: Call) -> Welcome:
    device, body = call.device, call.body
    assert isinstance(body, Hello)
    call.service.devices.heard(device.id, body)
    return told.welcome(
        call.service.appender.intake,
        device.id,
        device.epoch,
        device.gate,
        device.direction,
        call.service.clock.now_ms(),
        asyncio.get_running_loop().time(),
    )


async def snapshot(call: Call) -> web.Response:
    service = call.service
    whole = told.snapshot(service.appender.intake, service.policy_text, service.clock.now())
    packed = await asyncio.to_thread(_packed, whole)
    return web.Response(
        body=packed, content_type="application/json", headers={"Content-Encoding": "deflate"}
    )


def _packed(whole: Snapshot) -> bytes:
    return zlib.compress(msgspec.json.encode(whole), 1)


async def feed(call: Call) -> Feed:
    query, appender = call.query, call.service.appender
    assert isinstance(query, FeedQuery)
    if query.after > appender.known.cursor:
        raise Refused(409, "Ahead of the feed", "take a new snapshot: this feed was restored")
    await _news(appender, query)
    known, edition = appender.known, call.service.policy.edition
    known_until, head = told.known_until_min(known, call.service.clock.now()), known.cursor
    rows = (
        await store.feed_after(call.service.pool, edition, query.after, FEED_ROWS_MAX)
        if query.after < head
        else ()
    )
    answer = told.feed(appender.intake, rows, head, known_until, query.moves_after)
    if answer is None:
        raise Refused(409, "Too far behind", "take a new snapshot: it holds what still matters")
    return answer


async def _news(appender: Appender, query: FeedQuery) -> None:
    """Return when there is something to tell, or nothing came in time. Moves are waited for a
    moment longer, so that a rush at the doors is a few answers and not one for each person."""
    loop = asyncio.get_running_loop()
    until = loop.time() + query.wait
    while query.after == appender.known.cursor and (left := until - loop.time()) > 0:
        if query.moves_after is not None and query.moves_after < appender.intake.recent.through:
            await asyncio.sleep(min(left, GATHER_S))
            return
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(appender.changed.wait(), left)


async def lease(call: Call) -> Leased:
    device, body, policy = call.device, call.body, call.service.policy
    assert isinstance(body, Lease)
    if body.epoch != device.epoch:
        raise Refused(409, "Other epoch", f"this device is in epoch {device.epoch} now")
    zone = policy.zones.get(body.zone)
    gate = policy.gates.get(device.gate) if device.gate else None
    if zone is None or not is_hard(zone) or gate is None or gate.zone != body.zone:
        raise Refused(422, "No rights here", f"this device leads into no full zone {body.zone!r}")
    want = min(body.want, stock(zone, policy))
    now = call.service.clock.now()
    holding = (device.id, device.epoch, zone.id)
    return Leased(zone.id, await call.service.appender.lease(holding, want, now))


async def log(call: Call) -> LogAck:
    device, batch = call.device, call.body
    assert isinstance(batch, LogBatch)
    if batch.epoch > device.epoch:
        raise Refused(422, "Unknown epoch", f"epoch {batch.epoch} was never given to this device")
    return await call.service.appender.upload(device.id, device.epoch, batch)


async def scan(call: Call) -> bytes:
    device, body = call.device, call.body
    assert isinstance(body, OnlineScan)
    if body.epoch != device.epoch:
        raise Refused(409, "Other epoch", f"this device is in epoch {device.epoch} now")
    gate = device.gate or GateId("")
    return await call.service.appender.scan(device.id, gate, body, call.service.clock.now())


def _lane(
    method: str,
    path: str,
    handler: Callable[[Call], Awaitable[object]],
    summary: str,
    answer: object,
    **more: object,
) -> Route:
    return Route(
        method,
        path,
        handler,
        Permission.LANE,
        Scope.DEVICE,
        summary,
        answer,
        **more,  # type: ignore[arg-type]
    )


ROUTES = (
    _lane("POST", "/api/v1/lane/hello", hello, "A lane reports itself", Welcome, body=Hello),
    _lane("GET", "/api/v1/lane/snapshot", snapshot, "Everything a lane needs", Snapshot),
    _lane(
        "POST",
        "/api/v1/lane/lease",
        lease,
        "More rights to a zone with a hard limit",
        Leased,
        body=Lease,
        errors=(409,),
    ),
    _lane("GET", "/api/v1/lane/feed", feed, "What changed", Feed, query=FeedQuery, errors=(409,)),
    _lane(
        "POST",
        "/api/v1/lane/log",
        log,
        "A lane hands in its records",
        LogAck,
        body=LogBatch,
        body_bytes_max=LOG_BYTES_MAX,
    ),
    _lane(
        "POST",
        "/api/v1/scans",
        scan,
        "The server decides a scan",
        Decided,
        body=OnlineScan,
        errors=(409,),
    ),
)
