"""Re-prints: set aside at the desk, fetched and answered by a print station."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from gate.access.wire import DeviceRole, NotPrinted, PrintOrder
from gate.server.api.printer import badge_data
from gate.server.desk import reprints
from gate.server.desk.editing import Doing, find_one
from gate.server.problem import Refused
from gate.server.roles import DeviceCaller, Permission
from gate.server.routes import WITHOUT_NUL, Call, Route, Scope
from gate.server.store import registrations
from gate.server.store import reprints as store
from gate.server.store.reprints import Reprint

Text = Annotated[str, Meta(max_length=200, pattern=WITHOUT_NUL)]


class NewReprint(msgspec.Struct, frozen=True):
    reason: reprints.Why
    printer: Text = ""
    """The station that is to print it; empty: whoever prints it says so."""
    why: Text = ""


async def reserve(call: Call) -> Reprint:
    body, service = call.body, call.service
    assert isinstance(body, NewReprint)
    if body.printer:
        stations = [d.id for d in await service.devices.all() if d.role is DeviceRole.PRINTER]
        if body.printer not in stations:
            known = ", ".join(stations) or "none"
            raise Refused(422, "Not acceptable", f"printer: no such station; there are: {known}")
    doing = Doing("reprint", call.staff.name, body.why or body.reason.value)
    return await reprints.reserve(service, call.path["code"], body.reason, body.printer, doing)


async def listed(call: Call) -> list[Reprint]:
    service, edition = call.service, call.service.policy.edition
    stored = await find_one(service.pool, edition, call.path["code"])
    return await store.of(service.pool, edition, stored.registration.code)


async def done(call: Call) -> Reprint:
    return await reprints.done(call.service, await _number(call), Doing("printed", _who(call)))


async def failed(call: Call) -> Reprint:
    assert isinstance(call.body, NotPrinted)
    doing = Doing("print_failed", _who(call), call.body.why)
    return await reprints.failed(call.service, await _number(call), call.body.why, doing)


async def orders(call: Call) -> list[PrintOrder]:
    """What waits for this station, the oldest first."""
    service, found = call.service, []
    edition = service.policy.edition
    for each in await store.open_ones(service.pool, edition):
        stored = await registrations.one(service.pool, edition, each.code)
        text = await registrations.badge_text(service.pool, edition, each.holder, each.generation)
        if each.printer == call.device.id and stored is not None and text is not None:
            r = stored.registration
            badge = badge_data(r, each.holder, each.generation, text, service.policy)
            found.append(PrintOrder(each.id, badge))
    return found


def _who(call: Call) -> str:
    return call.device.id if isinstance(call.caller, DeviceCaller) else call.staff.name


async def _number(call: Call) -> int:
    """The number in the path. A station answers only for what was ordered of it."""
    try:
        number = int(call.path["id"])
    except ValueError:
        raise Refused(404, "No such print", "expected a number") from None
    service = call.service
    found = None
    if 0 < number < 2**63:
        found = await store.one(service.pool, service.policy.edition, number)
    foreign = isinstance(call.caller, DeviceCaller) and found and found.printer != call.device.id
    if found is None or foreign:
        raise Refused(404, "No such print", f"none has the number {number}")
    return number


_EDITION = "/api/v1/editions/{edition}"
_OF = f"{_EDITION}/registrations/{{code}}/reprints"
_CODE = {"code": "registration code, or ~ and the badge's number"}
_ID = {"id": "number of the print"}


def _said(path: str, permission: Permission, scope: Scope) -> tuple[Route, Route]:
    more: dict[str, Any] = {"errors": (404, 409), "path_doc": _ID}
    return (
        Route("POST", f"{path}/{{id}}/done", done, permission, scope,
              "The badge came out: it alone is good now", Reprint, **more),
        Route("POST", f"{path}/{{id}}/failed", failed, permission, scope,
              "No badge came out: the old one goes on", Reprint, body=NotPrinted, **more),
    )  # fmt: skip


ROUTES = (
    Route("POST", _OF, reserve, Permission.WRITE_PEOPLE, Scope.PATH,
          "Print a badge, or another one", Reprint, body=NewReprint, errors=(404, 409),
          path_doc=_CODE),
    Route("GET", _OF, listed, Permission.READ_PEOPLE, Scope.PATH, "What was printed for somebody",
          list[Reprint], errors=(404,), path_doc=_CODE),
    *_said(f"{_EDITION}/reprints", Permission.WRITE_PEOPLE, Scope.PATH),
    *_said("/api/v1/printer/reprints", Permission.PRINT, Scope.DEVICE),
    Route("GET", "/api/v1/printer/reprints", orders, Permission.PRINT, Scope.DEVICE,
          "What this station is to print", list[PrintOrder]),
)  # fmt: skip
