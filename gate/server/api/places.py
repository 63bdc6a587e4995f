"""The places of rooms with a hard limit: who has them, and what an operator says after a restore.

In doubt (`gate.server.rights_book`) nothing is granted until every lane was heard and an operator
says so; lanes go on with what they have.
"""

import msgspec

from gate.access.capacity import is_hard
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


class Places(msgspec.Struct, frozen=True):
    in_doubt: bool
    """Nothing is granted: this database, or the file beside it, may have been restored."""
    zones: tuple[ZonePlaces, ...]
    unheard: tuple[str, ...]
    """Lanes that have not called since this server's start: nobody knows what they hold."""


class Trust(msgspec.Struct, frozen=True):
    without_unheard: bool
    """Lanes that were not heard are switched off for good, and nobody they let in is inside."""


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
    return Places(intake.in_doubt, zones, await _unheard(call))


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
)
