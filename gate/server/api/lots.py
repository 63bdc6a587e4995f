"""A print shop's deliveries: what became of their badges, and taking one back."""

from typing import Annotated

import msgspec
from msgspec import Meta

from gate.server.desk import lots
from gate.server.desk.lots import TakenBack
from gate.server.roles import Permission
from gate.server.routes import WITHOUT_NUL, Call, Route, Scope
from gate.server.store import preprinted
from gate.server.store import staff as audit_store
from gate.server.store.preprinted import Lot


class TakeBack(msgspec.Struct, frozen=True):
    why: Annotated[str, Meta(min_length=1, max_length=100, pattern=WITHOUT_NUL)]


async def listed(call: Call) -> list[Lot]:
    return await preprinted.lots(call.service.pool, call.service.policy.edition)


async def take_back(call: Call) -> TakenBack:
    service, body, name = call.service, call.body, call.path["lot"]
    assert isinstance(body, TakeBack)
    told = await lots.take_back(service, name, call.staff.name, body.why)
    what = f"{name}: {told.badges} badges, {told.waiting} left; {body.why}"
    await audit_store.audit(service.pool, call.staff.name, "lot taken back", what)
    return told


_LOTS = "/api/v1/editions/{edition}/lots"

ROUTES = (
    Route("GET", _LOTS, listed, Permission.READ_PEOPLE, Scope.PATH,
          "The print shop's deliveries, and what became of their badges", list[Lot]),
    Route("POST", f"{_LOTS}/{{lot}}/take-back", take_back, Permission.APPROVE_PEOPLE, Scope.PATH,
          "What still waits of a delivery opens nothing any more; again until none waits",
          TakenBack, body=TakeBack, errors=(404, 409),
          path_doc={"lot": "name of the delivery, as the list has it"}),
)  # fmt: skip
