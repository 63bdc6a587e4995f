"""The places of rooms with a hard limit: who has them, and what an operator says after a restore.

In doubt (`gate.server.rights_book`) nothing is granted until every lane was heard and an operator
says so; lanes go on with what they have. So does one that was cut off, until it hears of that: its
places stay taken until an operator says that it is off for good.
"""

from typing import Annotated

import msgspec
from msgspec import Meta

from gate.access.capacity import BY_SERVER, Holding, is_hard
from gate.access.model import ZoneId
from gate.access.wire import DeviceRole
from gate.server.problem import Refused
from gate.server.roles import Permission
from gate.server.routes import Call, Route, Scope
from gate.server.store import staff as audit_store

NAMED_MAX = 10


class ZonePlaces(msgspec.Struct, frozen=True):
    zone: ZoneId
    name: str
    capacity: int
    inside: int
    """By the records handed in so far."""
    at_lanes: int
    """Rights of which no record says yet that they were used."""
    left: int


class CutOff(msgspec.Struct, frozen=True):
    """Places that a device holds which the server answers no more."""

    lane: str
    revoked: bool
    """False: it was enrolled anew, and what the earlier enrolment held was not returned yet."""
    zone: ZoneId
    places: int


class Places(msgspec.Struct, frozen=True):
    in_doubt: bool
    """Nothing is granted: this database, or the file beside it, may have been restored."""
    zones: tuple[ZonePlaces, ...]
    unheard: tuple[str, ...]
    """Lanes that have not called since this server's start: nobody knows what they hold."""
    cut_off: tuple[CutOff, ...] = ()


class Trust(msgspec.Struct, frozen=True):
    without_unheard: bool
    """Lanes that were not heard are switched off for good, and nobody they let in is inside."""


class Free(msgspec.Struct, frozen=True):
    lane: Annotated[str, Meta(max_length=64)]
    off_for_good: bool
    """It is switched off, or was wiped: it lets nobody in any more."""


class Freed(msgspec.Struct, frozen=True):
    places: int


async def listed(call: Call) -> Places:
    service = call.service
    intake, now = service.appender.intake, service.clock.now()
    zones = tuple(
        ZonePlaces(
            zone=zone.id,
            name=zone.name,
            capacity=zone.capacity or 0,
            inside=service.appender.known.whereabouts.inside(zone.id, now),
            at_lanes=intake.pool.unaccounted(zone.id),
            left=intake.places(zone, now),
        )
        for zone in service.policy.zones.values()
        if is_hard(zone)
    )
    gone = tuple(
        CutOff(device, revoked, zone, places)
        for (device, _, zone), (places, revoked) in (await _cut_off(call)).items()
    )
    return Places(intake.in_doubt, zones, await _unheard(call), gone)


async def _cut_off(call: Call) -> dict[Holding, tuple[int, bool]]:
    """Holding -> (places, whether the device is revoked), of enrolments that are no more."""
    enrolled = {
        each.id: each.epoch for each in await call.service.devices.all() if not each.revoked
    }
    return {
        holding: (places, holding[0] not in enrolled)
        for holding, places in sorted(call.service.appender.intake.pool.unused().items())
        if holding[1] not in (BY_SERVER, enrolled.get(holding[0]))
    }


async def _unheard(call: Call) -> tuple[str, ...]:
    devices = call.service.devices
    return tuple(
        each.id
        for each in await devices.all()
        if each.role is DeviceRole.LANE
        and each.epoch > 0
        and not each.revoked
        and each.id not in devices.seen
    )


async def doubt(call: Call) -> None:
    """Somebody restored the whole machine: file and database are old alike."""
    service = call.service
    await service.appender.doubt(True)
    service.devices.seen.clear()
    service.live.wake()
    await audit_store.audit(service.pool, call.staff.name, "places doubted", "")


async def trust(call: Call) -> None:
    assert isinstance(call.body, Trust)
    service, unheard = call.service, await _unheard(call)
    if unheard and not call.body.without_unheard:
        named = ", ".join(unheard[:NAMED_MAX]) + (" ..." if len(unheard) > NAMED_MAX else "")
        raise Refused(
            409,
            "Not every lane was heard",
            f"{named}: connect or revoke them, or say that they are off for good and their rooms "
            "were counted",
        )
    await service.appender.doubt(False)
    service.live.wake()
    await audit_store.audit(service.pool, call.staff.name, "places trusted", ", ".join(unheard))


async def free(call: Call) -> Freed:
    """Take back what a lane holds that is off for good."""
    body, service = call.body, call.service
    assert isinstance(body, Free)
    held = {
        holding: places
        for holding, (places, _) in (await _cut_off(call)).items()
        if holding[0] == body.lane
    }
    places = sum(held.values())
    if not held:
        raise Refused(
            404,
            "Nothing to free",
            f"{body.lane} holds no place, or is a lane of this venue still: revoke it first",
        )
    if not body.off_for_good:
        raise Refused(
            409,
            "It may still let people in",
            f"without a network {body.lane} goes on with the {places} places it holds: take them "
            "back once it is switched off for good, or the rooms may come to hold more than fit",
        )
    await service.appender.free(held, service.clock.now())
    service.live.wake()
    await audit_store.audit(service.pool, call.staff.name, "places freed", f"{body.lane} {places}")
    return Freed(places)


_PLACES = "/api/v1/editions/{edition}/places"

ROUTES = (
    Route(
        "GET",
        _PLACES,
        listed,
        Permission.VIEW_COUNTS,
        Scope.PATH,
        "Rooms with a hard limit: inside, at lanes, left; and whether that is sure",
        Places,
    ),
    Route(
        "POST",
        f"{_PLACES}/doubt",
        doubt,
        Permission.MANAGE_DEVICES,
        Scope.PATH,
        "Everything was restored: grant nothing until every lane was heard",
        status=204,
    ),
    Route(
        "POST",
        f"{_PLACES}/trust",
        trust,
        Permission.MANAGE_DEVICES,
        Scope.PATH,
        "Every lane was heard since the restore: grant places again",
        body=Trust,
        errors=(409,),
        status=204,
    ),
    Route(
        "POST",
        f"{_PLACES}/free",
        free,
        Permission.MANAGE_DEVICES,
        Scope.PATH,
        "A lane that was cut off is switched off for good: take back the places it holds",
        Freed,
        body=Free,
        errors=(404, 409),
    ),
)
