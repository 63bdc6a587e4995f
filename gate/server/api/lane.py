"""What lanes call: hello, snapshot, feed, log; and scans that the server decides. Kiosks and
printers also keep a log, and hand it in here."""

import asyncio
import contextlib
import zlib
from collections.abc import Awaitable, Callable, Iterator
from enum import StrEnum
from typing import Annotated

import msgspec
from aiohttp import web
from msgspec import Meta

from gate.access.capacity import is_hard, stock
from gate.access.ledger import AT_MS_MAX, LogRecord, RecordKind
from gate.access.model import GateId
from gate.access.policy_json import policy_json
from gate.access.wire import (
    FEED_ROWS_MAX,
    Decided,
    DeviceRole,
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
from gate.server.api.address import on_site
from gate.server.appender import Appender
from gate.server.desk import reprints
from gate.server.problem import Refused
from gate.server.roles import RECORD_KINDS, Permission
from gate.server.routes import Call, Route, Scope
from gate.server.store import log as store

_decode_record = msgspec.json.Decoder(LogRecord).decode
ZLIB = "application/zlib"
"""RFC 6713."""
WAIT_S_MAX = 25
LOG_BYTES_MAX = 2 * 1024 * 1024
GATHER_S = 0.15
AHEAD_MS_MAX = 10 * 60 * 1000
"""A scan that claims to be further ahead of the server's clock is set aside: by a time still to
come its holder would stay inside whatever they do, and nobody could leave before it."""
GAP_MAX = 10_000
"""Devices number without a gap and send in order; further ahead of what is held is a fault."""


class PolicyForm(StrEnum):
    TOML = "toml"
    JSON = "json"


class SnapshotQuery(msgspec.Struct):
    policy: PolicyForm = PolicyForm.TOML
    """How the policy is written: the file's text, or JSON for a lane without a TOML reader."""


class FeedQuery(msgspec.Struct):
    after: Annotated[int, Meta(ge=0, le=2**53)]
    wait: Annotated[float, Meta(ge=0, le=WAIT_S_MAX)] = 0.0
    """Seconds to wait for a row or a move when there is none yet."""
    moves_after: Annotated[int, Meta(ge=0, le=2**53)] | None = None
    """Position in the log behind which the lane wants to hear of moves; without it, of none."""


async def hello(call: Call) -> Welcome:
    device, body = call.device, call.body
    assert isinstance(body, Hello)
    now_ms = call.service.clock.now_ms()
    is_lane = device.role is DeviceRole.LANE
    lan = on_site(body.lan, call.request.remote or "") if is_lane else ""
    if is_lane and body.granted:
        await call.service.appender.granted(device.id, device.epoch, body.granted)
    call.service.devices.heard(device.id, body, now_ms, lan)
    intake, now_s = call.service.appender.intake, asyncio.get_running_loop().time()
    welcome = told.welcome(
        intake, device.id, device.epoch, device.gate, device.direction, now_ms, now_s
    )
    return msgspec.structs.replace(
        welcome,
        peers=call.service.devices.peers(device.id),
        clock_speed=call.service.clock.speed,
    )


async def snapshot(call: Call) -> web.Response:
    headers = {"Content-Type": "application/json", "Content-Encoding": "deflate"}
    return await _snapshot(call, headers)


async def packed(call: Call) -> web.Response:
    """For a page. A browser unpacks what is encoded on its way before a page sees it, and a page
    could not say from which byte to go on."""
    return await _snapshot(call, {"Content-Type": ZLIB})


async def _snapshot(call: Call, headers: dict[str, str]) -> web.Response:
    query = call.query
    assert isinstance(query, SnapshotQuery)
    service, for_phone = call.service, query.policy is PolicyForm.JSON
    if rest := service.downloads.rest(call.request, headers):
        return rest
    text = policy_json(service.policy) if for_phone else service.policy_text
    whole = told.snapshot(service.appender.intake, text, service.clock.now())
    if not for_phone:  # a phone talks to no other lane, and pockets lose secrets
        whole = msgspec.structs.replace(whole, lan_key=service.lan_key.hex)
    return service.downloads.whole(await asyncio.to_thread(_packed, whole), headers)


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
    _in_reach(call, batch.epoch, batch.first)
    kinds = RECORD_KINDS[device.role]
    latest_ms = call.service.clock.now_ms() + AHEAD_MS_MAX
    if device.role is not DeviceRole.LANE:
        latest_ms = AT_MS_MAX  # printing puts nobody anywhere, and a station corrects no clock
    appender = call.service.appender
    gates = device.gates(batch.epoch)
    acknowledged = await appender.upload(device.id, device.epoch, batch, kinds, latest_ms, gates)
    if RecordKind.PRINTED in kinds:
        await reprints.settle(call.service, _readable(batch), device.id)
    return acknowledged


def _in_reach(call: Call, epoch: int, number: int) -> None:
    """Numbers held beyond a gap are remembered one by one: no device may make them many."""
    held = call.service.appender.intake.acked_through(call.device.id, epoch)
    if number > held + GAP_MAX:
        raise Refused(409, "Too far ahead", f"held are records up to {held}; send what follows")


def _readable(batch: LogBatch) -> Iterator[LogRecord]:
    for raw in batch.records:
        with contextlib.suppress(msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            yield _decode_record(raw)


async def scan(call: Call) -> bytes:
    device, body = call.device, call.body
    assert isinstance(body, OnlineScan)
    if body.epoch != device.epoch:
        raise Refused(409, "Other epoch", f"this device is in epoch {device.epoch} now")
    _in_reach(call, body.epoch, body.number)
    gate = device.gate or GateId("")
    return await call.service.appender.scan(device.id, gate, body, call.service.clock.now())


def _lane(
    method: str,
    path: str,
    handler: Callable[[Call], Awaitable[object]],
    summary: str,
    answer: object,
    permission: Permission = Permission.LANE,
    **more: object,
) -> Route:
    return Route(
        method,
        path,
        handler,
        permission,
        Scope.DEVICE,
        summary,
        answer,
        **more,  # type: ignore[arg-type]
    )


ROUTES = (
    _lane(
        "POST",
        "/api/v1/lane/hello",
        hello,
        "A device that keeps a log reports itself",
        Welcome,
        Permission.DEVICE,
        body=Hello,
    ),
    _lane(
        "GET",
        "/api/v1/lane/snapshot",
        snapshot,
        "Everything a lane needs",
        Snapshot,
        query=SnapshotQuery,
    ),
    _lane(
        "GET",
        "/api/v1/lane/snapshot/packed",
        packed,
        "The same as zlib data, to be unpacked by who asked",
        bytes,
        answer_type=ZLIB,
        query=SnapshotQuery,
    ),
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
        "A lane, kiosk or printer hands in its records",
        LogAck,
        Permission.DEVICE,
        body=LogBatch,
        body_bytes_max=LOG_BYTES_MAX,
        errors=(409,),
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
