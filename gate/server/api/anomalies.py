"""What only the whole log shows: listed by badge number, and looked into by whoever may.

A name is shown only for a badge that stands in an anomaly now, and each look is on record.
"""

from typing import Annotated

import msgspec
from msgspec import Meta

from gate.access.badge_number import holder as holder_of
from gate.access.badge_number import number
from gate.access.wire import Compared
from gate.server.api.counts import DayQuery, day_asked
from gate.server.desk import comparing
from gate.server.live import Shown, in_words
from gate.server.problem import Refused
from gate.server.roles import Permission
from gate.server.routes import Call, Route, Scope
from gate.server.store import staff as audit_store

LISTED_MAX = 200


class Looked(msgspec.Struct, frozen=True):
    """Who was seen where and when; whoever is at the gates compares."""

    badge: str
    person: Annotated[
        Compared | None, Meta(description="null: nobody is registered under this badge")
    ]
    anomalies: tuple[Shown, ...]


async def listed(call: Call) -> list[Shown]:
    return [in_words(each) for each in call.service.live.anomalies(day_asked(call))[:LISTED_MAX]]


async def look(call: Call) -> Looked:
    service = call.service
    holder = holder_of(call.path["badge"])
    found = service.live.review.of(holder) if holder is not None else ()
    if holder is None or not found:
        raise Refused(404, "No such anomaly", "nothing is to be looked into for this badge")
    badge = number(holder)
    await audit_store.audit(service.pool, call.staff.name, "looked into an anomaly", badge)
    return Looked(badge, await comparing.person(service, holder), tuple(map(in_words, found)))


_PATH = "/api/v1/editions/{edition}/anomalies"

ROUTES = (
    Route(
        "GET",
        _PATH,
        listed,
        Permission.VIEW_COUNTS,
        Scope.PATH,
        "Doubles, hurries and revoked badges of a day",
        list[Shown],
        query=DayQuery,
    ),
    Route(
        "GET",
        f"{_PATH}/{{badge}}",
        look,
        Permission.LOOK_INTO,
        Scope.PATH,
        "Who stands behind an anomaly, with both gates, times and the photo",
        Looked,
        errors=(404,),
        path_doc={"badge": "badge number, as the wall shows it"},
    ),
)
