"""What the accreditation desk calls: find and scan somebody, register, correct, hold, hand out."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from gate.access.badge_number import number as badge_number
from gate.access.model import DIGITAL, Credential, DigitalBadges, Status
from gate.access.wire import SCAN_CHARS_MAX, DeviceRole
from gate.server.api.digital import DigitalState
from gate.server.api.digital import state as digital_state
from gate.server.desk import collecting, editing, reprints, spares, walk_ins
from gate.server.desk.collecting import How
from gate.server.desk.correcting import ATTENTION, Correction, corrected
from gate.server.desk.directory import Found
from gate.server.desk.editing import BADGE_MARK, Conflict, Doing
from gate.server.desk.person import Person, person
from gate.server.desk.spares import Free, Spare
from gate.server.problem import Problem, Refused
from gate.server.registrations import fields
from gate.server.registrations.fields import FieldError
from gate.server.roles import Permission
from gate.server.routes import WITHOUT_NUL, Call, Route, Scope
from gate.server.store import desk as store
from gate.server.store import registrations
from gate.server.store.desk import Past
from gate.server.store.registrations import Stored

Text = Annotated[str, Meta(max_length=200, pattern=WITHOUT_NUL)]
Version = Annotated[int, Meta(ge=1, le=2**31 - 1)]


class FindQuery(msgspec.Struct):
    find: Annotated[str, Meta(min_length=3, max_length=80, pattern=WITHOUT_NUL)]
    """Part of a name or organisation, in any spelling; or a whole code or badge number."""


class Scanned(msgspec.Struct, frozen=True):
    text: Annotated[str, Meta(max_length=SCAN_CHARS_MAX)]


class Known(msgspec.Struct, frozen=True):
    """Whose badge it is. `state`: current, replaced, printing (set aside, not yet in force), spare
    or void; of a badge on a phone also inert."""

    who: str
    state: str
    generation: int


class Seen(msgspec.Struct, frozen=True):
    """An act on the version the desk has on its screen."""

    version: Version
    why: Text = ""


class NewStatus(Seen, frozen=True):
    status: Status = Status.APPROVED


class Notes(Seen, frozen=True):
    notes: Annotated[str, Meta(max_length=2000, pattern=WITHOUT_NUL)] = ""


class Corrected(Seen, frozen=True):
    correction: Correction = Correction()


class Collection(msgspec.Struct, frozen=True):
    how: How
    by_name: Text = ""
    why: Text = ""


class WalkIn(msgspec.Struct, frozen=True):
    correction: Correction
    why: Text = ""
    key: Annotated[str, Meta(max_length=64, pattern=r"^[0-9A-Za-z-]*$(?!\n)")] = ""
    """Made at random for each form: sent again, it makes no second person."""


class NewSpares(msgspec.Struct, frozen=True):
    category: Text
    events: Text
    """As in a registration file: ``wsis; ai4g: 7-8``."""
    count: Annotated[int, Meta(ge=1, le=spares.SPARES_MAX)]


class Station(msgspec.Struct, frozen=True):
    """A print station; `silent_s` null: not heard since the server's start."""

    id: str
    silent_s: float | None


class Named(msgspec.Struct, frozen=True):
    id: str
    name: str
    colour: str
    days: tuple[date, ...] = ()
    """Of an event one registers for."""


class Desk(msgspec.Struct, frozen=True):
    """What the desk's page needs once."""

    categories: tuple[Named, ...]
    events: tuple[Named, ...]
    attention: tuple[str, ...]
    reasons: tuple[reprints.Why, ...]
    collected: tuple[How, ...]
    stations: tuple[Station, ...]
    approve_walk_ins: bool
    digital_badges: DigitalBadges


class InConflict(Problem, kw_only=True):
    """Somebody changed this registration since it was read: how it stands, and what changed."""

    person: Person
    since: tuple[Past, ...]


# --- finding


async def desk(call: Call) -> Desk:
    service = call.service
    await service.directory.follow()
    stations = tuple(
        Station(each.id, service.devices.silent_s(service.devices.seen.get(each.id)))
        for each in await service.devices.all()
        if each.role is DeviceRole.PRINTER and not each.revoked
    )
    policy = service.policy
    return Desk(
        tuple(Named(c.id, c.name, c.colour) for c in policy.categories.values()),
        tuple(
            Named(e.id, e.name, e.colour, e.days) for e in policy.events.values() if not e.through
        ),
        ATTENTION,
        tuple(reprints.Why),
        tuple(How),
        stations,
        service.policy.approve_walk_ins,
        service.policy.digital_badges,
    )


async def find(call: Call) -> list[Found]:
    assert isinstance(call.query, FindQuery)
    return await call.service.directory.find(call.query.find)


async def scan(call: Call) -> Known:
    assert isinstance(call.body, Scanned)
    service = call.service
    credential = spares.read(service, call.body.text)
    edition, holder = service.policy.edition, credential.holder
    stored = await registrations.of_holder(service.pool, edition, holder)
    if stored is None:
        spare = await store.pseudonym(service.pool, edition, holder)
        if spare is None:
            raise Refused(404, "No such badge", "it is signed by us, and known to nobody")
        free = spare.status is Status.PENDING
        return Known("", "spare" if free else "void", credential.generation)
    who = f"{BADGE_MARK}{badge_number(holder)}"
    may = service.policy.digital_badges
    return Known(who, _state(stored, credential, may), credential.generation)


def _state(stored: Stored, credential: Credential, may: DigitalBadges) -> str:
    if credential.generation == DIGITAL:
        of_phone = digital_state(stored, may)
        return "current" if of_phone is DigitalState.ACTIVE else of_phone.value
    if credential.generation == stored.generation:
        return "current"
    return "replaced" if credential.generation < stored.generation else "printing"


async def one(call: Call) -> Person:
    service, name = call.service, call.path["code"]
    stored = await editing.find_one(service.pool, service.policy.edition, name)
    return await person(service, stored)


# --- changing


async def _edit(call: Call, seen: Seen, act: str, change: Callable[[Stored], Stored]) -> Person:
    doing = Doing(act, call.staff.name, seen.why)
    return await _answered(
        call, editing.edit(call.service, call.path["code"], seen.version, doing, change)
    )


async def _answered(call: Call, work: Awaitable[Stored]) -> Person:
    """The person after the work; raises Refused 409 with both sides of a conflict."""
    try:
        stored = await work
    except Conflict as conflict:
        raise await _in_conflict(call, conflict) from None
    except FieldError as error:
        raise Refused(422, "Not acceptable", str(error)) from None
    return await person(call.service, stored)


async def _in_conflict(call: Call, conflict: Conflict) -> Refused:
    newest = conflict.since[0] if conflict.since else None
    detail = f"{newest.who} changed this person meanwhile" if newest else "an import changed it"
    refused = Refused(409, "Changed meanwhile", detail)
    refused.problem = InConflict(
        title="Changed meanwhile",
        status=409,
        detail=detail,
        person=await person(call.service, conflict.stored),
        since=tuple(conflict.since),
    )
    return refused


async def correct(call: Call) -> Person:
    body: Corrected = call.body
    policy = call.service.policy
    return await _edit(call, body, "corrected", lambda old: corrected(old, body.correction, policy))


async def set_status(call: Call) -> Person:
    body: NewStatus = call.body
    if body.status is Status.BLOCKED:
        raise Refused(422, "Not acceptable", "status: a hold is an act of its own")
    approves = Permission.APPROVE_PEOPLE in call.staff.permissions

    def change(old: Stored) -> Stored:
        if old.registration.status is Status.BLOCKED:
            raise Refused(409, "On hold", "release it first")
        if body.status is Status.APPROVED is not old.registration.status and not approves:
            raise Refused(403, "Not allowed", "the desk's lead approves")
        return replace(old, registration=replace(old.registration, status=body.status))

    return await _edit(call, body, "status", change)


async def hold(call: Call) -> Person:
    return await _edit(call, call.body, "held", editing.held)


async def release(call: Call) -> Person:
    return await _edit(call, call.body, "released", editing.released)


async def note(call: Call) -> Person:
    body: Notes = call.body

    def change(old: Stored) -> Stored:
        lines = (fields.clean(line, "notes") for line in body.notes.split("\n"))
        return replace(old, notes="\n".join(lines).strip())

    return await _edit(call, body, "noted", change)


async def undo(call: Call) -> Person:
    body: Seen = call.body
    anybodys = Permission.APPROVE_PEOPLE in call.staff.permissions
    doing = Doing("undone", call.staff.name)
    return await _answered(
        call, editing.undo(call.service, call.path["code"], body.version, doing, anybodys)
    )


async def collect(call: Call) -> Person:
    body: Collection = call.body
    doing = Doing("collected", call.staff.name, body.why)
    return await _answered(
        call, collecting.collect(call.service, call.path["code"], body.how, body.by_name, doing)
    )


async def register(call: Call) -> Person:
    body: WalkIn = call.body
    doing = Doing("walk_in", call.staff.name, body.why)
    approved = (
        call.service.policy.approve_walk_ins or Permission.APPROVE_PEOPLE in call.staff.permissions
    )
    return await _answered(
        call, walk_ins.register(call.service, body.correction, doing, approved, body.key)
    )


async def bind(call: Call) -> Person:
    assert isinstance(call.body, Scanned)
    doing = Doing("bound", call.staff.name)
    return await _answered(
        call, spares.bind(call.service, call.path["code"], call.body.text, doing)
    )


async def make_spares(call: Call) -> list[Spare]:
    body: NewSpares = call.body
    policy = call.service.policy
    try:
        category = fields.category(body.category, policy)
        entitlements = fields.events(body.events, policy)
    except FieldError as error:
        raise Refused(422, "Not acceptable", str(error)) from None
    doing = Doing("spares", call.staff.name)
    return await spares.make(call.service, category, entitlements, body.count, doing)


async def free_spares(call: Call) -> list[Free]:
    return await spares.free(call.service)


_PEOPLE = "/api/v1/editions/{edition}/registrations"
_read = partial(Route, "GET", permission=Permission.READ_PEOPLE, scope=Scope.PATH)


def _act(name: str, handler: Any, summary: str, body: Any, **more: Any) -> Route:
    """An act on one person; the answer is the person after it."""
    permission = more.pop("permission", Permission.WRITE_PEOPLE)
    return Route(
        "POST",
        f"{_PEOPLE}/{{code}}/{name}",
        handler,
        permission,
        Scope.PATH,
        summary,
        Person,
        body=body,
        errors=(404, 409),
        path_doc={"code": "registration code, or ~ and the badge's number"},
        **more,
    )


ROUTES = (
    _read("/api/v1/editions/{edition}/desk", desk, summary="What a desk can do", answer=Desk),
    _read(_PEOPLE, find, summary="Find people, however they are spelt", answer=list[Found],
          query=FindQuery),
    _read(f"{_PEOPLE}/{{code}}", one, summary="One person", answer=Person, errors=(404,),
          path_doc={"code": "registration code, or ~ and the badge's number"}),
    Route("POST", "/api/v1/editions/{edition}/desk/scan", scan, Permission.READ_PEOPLE, Scope.PATH,
          "Whose badge this is", Known, body=Scanned, errors=(404,)),
    Route("POST", _PEOPLE, register, Permission.WRITE_PEOPLE, Scope.PATH,
          "Register somebody who walked in", Person, body=WalkIn, errors=(409,)),
    _act("correct", correct, "Correct names, category, events", Corrected),
    _act("status", set_status, "Approve, set to pending, cancel", NewStatus),
    _act("hold", hold, "Block this person at every gate", Seen),
    _act("release", release, "Lift the hold", Seen, permission=Permission.APPROVE_PEOPLE),
    _act("notes", note, "Notes for the desk", Notes),
    _act("undo", undo, "Take the newest change back", Seen),
    _act("collection", collect, "The badge is handed out", Collection),
    _act("bind", bind, "A scanned spare becomes this person's badge", Scanned),
    Route("POST", "/api/v1/editions/{edition}/spares", make_spares, Permission.WRITE_PEOPLE,
          Scope.PATH, "Sign spare badges to print ahead", list[Spare], body=NewSpares),
    _read("/api/v1/editions/{edition}/spares", free_spares,
          summary="Spare badges that nobody has yet, by kind", answer=list[Free]),
)  # fmt: skip
