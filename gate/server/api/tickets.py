"""Whom kiosks sent to the desk: who waits, who was helped, and taking that back."""

from typing import Annotated

import msgspec
from msgspec import Meta

from gate.access.wire import TicketWhy
from gate.server.problem import Refused
from gate.server.roles import Permission
from gate.server.routes import Call, Route, Scope
from gate.server.store import tickets as store

DONE_MIN_MAX = 60


class TicketsQuery(msgspec.Struct, frozen=True):
    done_min: Annotated[int, Meta(ge=0, le=DONE_MIN_MAX)] = 0
    """Also the tickets closed in these last minutes, behind those that wait."""


class TicketView(msgspec.Struct, frozen=True):
    """Somebody a kiosk sent to the desk. `code` is empty when the kiosk did not know who;
    `closed_by` while they wait."""

    id: int
    kiosk: str
    number: str
    at_ms: int
    why: TicketWhy
    code: str
    name_on_badge: str
    closed_by: str = ""
    closed_ms: int | None = None


async def tickets(call: Call) -> list[TicketView]:
    query, service = call.query, call.service
    assert isinstance(query, TicketsQuery)
    since_ms = service.clock.now_ms() - query.done_min * 60_000 if query.done_min else None
    return [
        TicketView(
            each.id,
            each.device,
            each.number,
            each.at_ms,
            TicketWhy(each.why),
            each.registration.code if each.registration else "",
            each.registration.name_on_badge if each.registration else "",
            each.closed_by or "",
            each.closed_ms,
        )
        for each in await store.listed(service.pool, service.policy.edition, since_ms)
    ]


async def close(call: Call) -> None:
    service, edition = call.service, call.service.policy.edition
    now_ms = service.clock.now_ms()
    if not await store.close(service.pool, edition, _number(call), call.staff.name, now_ms):
        raise Refused(404, "No such ticket", "it is closed already, or was never given")


async def reopen(call: Call) -> None:
    service = call.service
    if not await store.reopen(service.pool, service.policy.edition, _number(call)):
        raise Refused(404, "No such ticket", "it is waiting already, or was never given")


def _number(call: Call) -> int:
    """The id in the path; 0, which no ticket has, for whatever is none."""
    text = call.path["ticket"]
    number = int(text) if text.isascii() and text.isdigit() and len(text) < len(str(2**63)) else 0
    return number


_PATH = "/api/v1/editions/{edition}/tickets"
_ONE = {"ticket": "id of the ticket"}

ROUTES = (
    Route("GET", _PATH, tickets, Permission.READ_PEOPLE, Scope.PATH,
          "Whom kiosks sent to the desk, the longest waiting first", list[TicketView],
          query=TicketsQuery),
    Route("POST", f"{_PATH}/{{ticket}}/close", close, Permission.WRITE_PEOPLE, Scope.PATH,
          "The desk has helped", errors=(404,), status=204, path_doc=_ONE),
    Route("POST", f"{_PATH}/{{ticket}}/reopen", reopen, Permission.WRITE_PEOPLE, Scope.PATH,
          "The desk has not helped after all", errors=(404,), status=204, path_doc=_ONE),
)  # fmt: skip
