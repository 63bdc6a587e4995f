"""Devices: enrolment by a one-time code, the list with what was last heard, revocation."""

from typing import Annotated

import msgspec
from msgspec import Meta

from gate.access.model import Direction
from gate.access.wire import DeviceRole, Enrol, Enrolled
from gate.server.api.address import address
from gate.server.problem import Refused
from gate.server.roles import Permission
from gate.server.routes import Call, Route, Scope
from gate.server.store import staff as audit_store

DeviceName = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,47}$(?!\n)")]
"""Python's `$` alone would take a line end after the name."""


class NewDevice(msgspec.Struct, frozen=True):
    """A device to be enrolled; `gate` is needed for a lane."""

    id: DeviceName
    role: DeviceRole
    gate: Annotated[str, Meta(max_length=64)] | None = None
    direction: Direction = Direction.ENTRY


class Code(msgspec.Struct, frozen=True):
    device: str
    code: str
    """Good once, for ten minutes."""
    minutes: int


class DeviceState(msgspec.Struct, frozen=True):
    id: str
    role: DeviceRole
    gate: str | None
    direction: Direction
    enrolled: bool
    revoked: bool
    silent_s: float | None
    """Seconds since it was last heard; null before the first time since the server's start."""
    waiting: int
    """Records it still has to send."""
    cursor: int
    version: str
    clock_off_ms: int | None
    """How far its own clock is ahead of the server's; null when it did not say."""
    clock_error_ms: int | None
    """The comparison is exact to within this; null when the device cannot say yet."""
    battery: int | None


async def enrol(call: Call) -> Enrolled:
    assert isinstance(call.body, Enrol)
    return await call.service.devices.enrol(
        call.body.code, address(call.request), call.body.epoch_before
    )


async def create(call: Call) -> Code:
    new, service = call.body, call.service
    assert isinstance(new, NewDevice)
    code = await service.devices.create(new.id, new.role, new.gate, new.direction)
    await audit_store.audit(service.pool, call.staff.name, "device code made", new.id)
    return Code(new.id, code, 10)


async def listed(call: Call) -> list[DeviceState]:
    devices = call.service.devices
    states = []
    for device in await devices.all():
        seen = devices.seen.get(device.id)
        states.append(
            DeviceState(
                id=device.id,
                role=device.role,
                gate=device.gate,
                direction=device.direction,
                enrolled=device.epoch > 0,
                revoked=device.revoked,
                silent_s=devices.silent_s(seen),
                waiting=seen.waiting if seen else 0,
                cursor=seen.cursor if seen else 0,
                version=seen.version if seen else "",
                clock_off_ms=seen.clock_off_ms if seen else None,
                clock_error_ms=seen.clock_error_ms if seen else None,
                battery=seen.battery if seen else None,
            )
        )
    return states


async def revoke(call: Call) -> None:
    service, device = call.service, call.path["device"]
    if not await service.devices.revoke(device):
        raise Refused(404, "No such device", f"there is no device {device[:64]!r}")
    service.lan_key.renew()
    await service.appender.retell()
    await audit_store.audit(service.pool, call.staff.name, "device revoked", device)


ROUTES = (
    Route(
        "POST",
        "/api/v1/devices/enrol",
        enrol,
        Permission.PUBLIC,
        Scope.NONE,
        "Trade a one-time code for a token",
        Enrolled,
        body=Enrol,
        errors=(403, 429),
    ),
    Route(
        "GET",
        "/api/v1/editions/{edition}/devices",
        listed,
        Permission.VIEW_COUNTS,
        Scope.PATH,
        "Every device and when it was last heard",
        list[DeviceState],
    ),
    Route(
        "POST",
        "/api/v1/editions/{edition}/devices",
        create,
        Permission.MANAGE_DEVICES,
        Scope.PATH,
        "A one-time code for a new device",
        Code,
        body=NewDevice,
    ),
    Route(
        "POST",
        "/api/v1/editions/{edition}/devices/{device}/revoke",
        revoke,
        Permission.MANAGE_DEVICES,
        Scope.PATH,
        "Cut a device off",
        errors=(404,),
        status=204,
        path_doc={"device": "device id"},
    ),
)
