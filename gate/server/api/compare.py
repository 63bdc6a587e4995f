"""Whose badge was just presented, for the guard to compare: at lanes, one badge at a time."""

from gate.access.badge_number import number
from gate.access.model import GateId
from gate.access.wire import Compare, Compared
from gate.server.desk import comparing
from gate.server.problem import Refused
from gate.server.roles import Permission
from gate.server.routes import Call, Route, Scope
from gate.server.store import staff as audit_store


async def compare(call: Call) -> Compared:
    """The badge's own text must prove it: a stolen lane shows nobody whose badge was not stolen
    too. A forged, replaced or blocked badge shows nobody either. Limited and audited."""
    body, service, device = call.body, call.service, call.device
    assert isinstance(body, Compare)
    compares = service.devices.compares
    if wait_s := compares.wait_s(device.id):
        raise Refused(429, "Too many people compared", "wait a minute", wait_s)
    compares.begun(device.id)
    gate, now = device.gate or GateId(""), service.clock.now()
    badge = service.appender.known.genuine(body.text, gate, now)
    person = await comparing.person(service, badge.holder) if badge else None
    if badge is None or person is None:
        raise Refused(404, "Nobody to compare", "this badge is nobody's, or no longer good")
    about = number(badge.holder)
    await audit_store.audit(service.pool, f"device {device.id}", "compared a person", about)
    return person


ROUTES = (
    Route(
        "POST",
        "/api/v1/lane/compare",
        compare,
        Permission.LANE,
        Scope.DEVICE,
        "Whose badge this is, for a guard to compare",
        Compared,
        body=Compare,
        errors=(404, 429),
    ),
)
