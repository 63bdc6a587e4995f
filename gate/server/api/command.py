"""Commanding the venue: its mode, sweeps, the roll-call, supervisors, and how far word has got."""

from collections.abc import Sequence
from functools import partial
from typing import Annotated

import asyncpg
import msgspec
from msgspec import Meta

from gate.access.badge_number import number as badge_number
from gate.access.model import GateId, Mode, ZoneId
from gate.access.wire import DeviceRole, FeedRow, Supervisor
from gate.server.problem import Refused
from gate.server.roles import Permission
from gate.server.routes import Call, Route, Scope
from gate.server.store import registrations, supervisors
from gate.server.store import staff as audit_store

PIN = Annotated[str, Meta(pattern=r"^[0-9]{8,12}$(?!\n)")]
"""Every lane holds the verifiers, so whoever stole one may guess. At `PIN_COST` trying all PINs of
six digits takes a core a day, of eight three months."""


class NewMode(msgspec.Struct, frozen=True):
    mode: Mode


class Reach(msgspec.Struct, frozen=True):
    """How many lanes have heard of the feed's newest row; `behind` names the others."""

    head: int
    lanes: int
    reached: int
    behind: tuple[str, ...]


class ModeSet(msgspec.Struct, frozen=True):
    mode: Mode
    reach: Reach


class Present(msgspec.Struct, frozen=True):
    """Somebody inside, as the roll-call names them."""

    badge: str
    name: str
    organisation: str
    since_ms: int
    gate: GateId


class GateNews(msgspec.Struct, frozen=True):
    """How fresh a gate's part of the roll-call is; null: not heard since the server's start."""

    gate: str
    silent_s: float | None
    waiting: int


class RollCall(msgspec.Struct, frozen=True):
    zone: ZoneId
    at_ms: int
    people: tuple[Present, ...]
    gates: tuple[GateNews, ...]


class NewSupervisor(msgspec.Struct, frozen=True):
    name: Annotated[str, Meta(min_length=1, max_length=80)]
    pin: PIN
    registration: Annotated[str, Meta(max_length=64)] = ""
    """Code of the supervisor's own registration: their badge then serves instead of the PIN."""


class NamedSupervisor(msgspec.Struct, frozen=True):
    number: int
    name: str
    active: bool
    by_badge: bool


async def set_mode(call: Call) -> ModeSet:
    assert isinstance(call.body, NewMode)
    service, mode = call.service, call.body.mode

    async def apply(connection: asyncpg.Connection) -> Sequence[FeedRow]:
        await registrations.save_mode(connection, service.policy.edition, mode)
        return (FeedRow(seq=0, mode=mode),)

    await service.appender.change(apply)
    service.live.wake()
    await audit_store.audit(service.pool, call.staff.name, "mode set", mode)
    return ModeSet(mode, await _reach(call))


async def reach(call: Call) -> Reach:
    return await _reach(call)


async def _reach(call: Call) -> Reach:
    """Of the lanes heard since the server's start; kiosks and printers take no orders, and a lane
    that was cut off hears none."""
    service, head = call.service, call.service.appender.known.cursor
    lanes = {
        each.id
        for each in await service.devices.all()
        if each.role is DeviceRole.LANE and not each.revoked
    }
    cursors = {
        device: seen.cursor for device, seen in service.devices.seen.items() if device in lanes
    }
    behind = tuple(sorted(device for device, cursor in cursors.items() if cursor < head))
    return Reach(head, len(cursors), len(cursors) - len(behind), behind)


async def sweep(call: Call) -> None:
    service, zone = call.service, ZoneId(call.path["zone"])
    _known_zone(call, zone)
    await service.appender.sweep(zone, service.clock.now())
    await audit_store.audit(service.pool, call.staff.name, "zone swept", zone)


async def roll_call(call: Call) -> RollCall:
    """Everybody the log says is inside, with how fresh each gate's word is."""
    service, zone = call.service, ZoneId(call.path["zone"])
    _known_zone(call, zone)
    now = service.clock.now()
    inside = list(service.appender.known.whereabouts.who(zone, now))
    stored = await registrations.all_stored(service.pool, service.policy.edition)
    by_holder = {each.holder: each.registration for each in stored.values()}
    people = []
    for holder, made in sorted(inside, key=lambda each: each[1].at_ms):
        known = by_holder.get(holder)
        name, organisation = (known.name_on_badge, known.organisation) if known else ("", "")
        people.append(Present(badge_number(holder), name, organisation, made.at_ms, made.gate))
    return RollCall(zone, int(now.timestamp() * 1000), tuple(people), await _gates(call, zone))


async def _gates(call: Call, zone: ZoneId) -> tuple[GateNews, ...]:
    devices, policy = call.service.devices, call.service.policy
    news = []
    for device in await devices.all():
        gate = policy.gates.get(device.gate) if device.gate else None
        if device.role is DeviceRole.LANE and gate is not None and gate.zone == zone:
            seen = devices.seen.get(device.id)
            news.append(GateNews(gate.id, devices.silent_s(seen), seen.waiting if seen else 0))
    return tuple(news)


def _known_zone(call: Call, zone: ZoneId) -> None:
    zones = call.service.policy.zones
    if zone not in zones:
        raise Refused(404, "No such zone", f"there are: {', '.join(zones)}")


async def list_supervisors(call: Call) -> list[NamedSupervisor]:
    pool, edition = call.service.pool, call.service.policy.edition
    names = await supervisors.names(pool, edition)
    return [_named(each, names) for each in await supervisors.all_of(pool, edition)]


async def save_supervisor(call: Call) -> NamedSupervisor:
    """Make a supervisor, or give one of this name a new PIN and badge."""
    body, service = call.body, call.service
    assert isinstance(body, NewSupervisor)
    edition, holder = service.policy.edition, None
    if body.registration:
        stored = await registrations.one(service.pool, edition, body.registration)
        if stored is None:
            raise Refused(404, "No such registration", f"none has the code {body.registration!r}")
        holder = stored.holder
    verifier = await service.auth.hash_pin(body.pin)
    saved: list[Supervisor] = []

    async def apply(connection: asyncpg.Connection) -> Sequence[FeedRow]:
        saved.append(await supervisors.save(connection, edition, body.name, verifier, holder))
        return (FeedRow(seq=0, supervisor=saved[0]),)

    await service.appender.change(apply)
    await audit_store.audit(service.pool, call.staff.name, "supervisor saved", body.name)
    return _named(saved[0], {saved[0].number: body.name})


async def retire_supervisor(call: Call) -> None:
    service, edition = call.service, call.service.policy.edition
    try:
        number = int(call.path["number"])
    except ValueError:
        raise Refused(404, "No such supervisor", "expected a number") from None

    async def apply(connection: asyncpg.Connection) -> Sequence[FeedRow]:
        retired = await supervisors.retire(connection, edition, number) if number < 2**31 else None
        if retired is None:
            raise Refused(404, "No such supervisor", f"nobody has the number {number}")
        return (FeedRow(seq=0, supervisor=retired),)

    await service.appender.change(apply)
    await audit_store.audit(service.pool, call.staff.name, "supervisor retired", str(number))


def _named(each: Supervisor, names: dict[int, str]) -> NamedSupervisor:
    by_badge = each.holder is not None
    return NamedSupervisor(each.number, names.get(each.number, ""), each.active, by_badge)


_EDITION = "/api/v1/editions/{edition}"
_command = partial(Route, permission=Permission.COMMAND, scope=Scope.PATH)
_view = partial(Route, "GET", permission=Permission.VIEW_COUNTS, scope=Scope.PATH)

ROUTES = (
    _command(
        "POST",
        f"{_EDITION}/mode",
        set_mode,
        summary="Open every door, let nobody in, or back to normal",
        answer=ModeSet,
        body=NewMode,
    ),
    _view(f"{_EDITION}/reach", reach, summary="Which lanes have the newest word", answer=Reach),
    _command(
        "POST",
        f"{_EDITION}/zones/{{zone}}/sweep",
        sweep,
        summary="Everybody left a zone: count from nothing, and let them back in",
        errors=(404,),
        status=204,
        path_doc={"zone": "zone id"},
    ),
    Route(
        "GET",
        f"{_EDITION}/zones/{{zone}}/inside",
        roll_call,
        Permission.READ_PEOPLE,
        Scope.PATH,
        "The roll-call of who is inside",
        RollCall,
        errors=(404,),
        path_doc={"zone": "zone id"},
    ),
    _command(
        "GET",
        f"{_EDITION}/supervisors",
        list_supervisors,
        summary="Who may override at lanes",
        answer=list[NamedSupervisor],
    ),
    _command(
        "POST",
        f"{_EDITION}/supervisors",
        save_supervisor,
        summary="Make a supervisor, or a new PIN for one",
        answer=NamedSupervisor,
        body=NewSupervisor,
        errors=(404,),
    ),
    _command(
        "POST",
        f"{_EDITION}/supervisors/{{number}}/retire",
        retire_supervisor,
        summary="No more overrides by this supervisor",
        errors=(404,),
        status=204,
        path_doc={"number": "supervisor's number"},
    ),
)
