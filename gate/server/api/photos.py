"""Photos: taken at the desk, shown there, and at doors that take a second look."""

from functools import partial

from aiohttp import web

from gate.access.model import CategoryId
from gate.server.desk import photos, redraw
from gate.server.desk.editing import Doing, find_one
from gate.server.problem import Refused
from gate.server.roles import Permission
from gate.server.routes import Call, Route, Scope
from gate.server.store import registrations

JPEG = "image/jpeg"


async def save(call: Call) -> None:
    doing = Doing("photo", call.staff.name)
    await photos.save(call.service, call.path["code"], call.body, doing)


async def forget(call: Call) -> None:
    await photos.forget(call.service, call.path["code"], Doing("photo_removed", call.staff.name))


async def show(call: Call) -> web.Response:
    service = call.service
    stored = await find_one(service.pool, service.policy.edition, call.path["code"])
    return await _photo(call, stored.registration.code)


async def at_the_door(call: Call) -> web.Response:
    """For whom this lane's own zone asks a second look, and for nobody else."""
    service, gate = call.service, call.device.gate
    place = service.policy.gates.get(gate) if gate else None
    looked = service.policy.zones[place.zone].second_look if place else frozenset[CategoryId]()
    holder = call.path["holder"]
    known = holder.isdecimal() and len(holder) < 11
    stored = (
        await registrations.of_holder(service.pool, service.policy.edition, int(holder))
        if known and looked
        else None
    )
    if stored is None or stored.registration.category not in looked:
        raise Refused(404, "No photo", "there is none for this door")
    return await _photo(call, stored.registration.code)


async def _photo(call: Call, code: str) -> web.Response:
    return web.Response(body=await photos.read(call.service, code), content_type=JPEG)


_PATH = "/api/v1/editions/{edition}/registrations/{code}/photo"
_of_one = partial(
    Route,
    scope=Scope.PATH,
    errors=(404,),
    path_doc={"code": "registration code, or ~ and the badge's number"},
)

ROUTES = (
    _of_one("POST", _PATH, save, Permission.WRITE_PEOPLE, summary="Take a photo: JPEG or PNG",
            body=bytes, body_type="application/octet-stream",
            body_bytes_max=redraw.UPLOAD_BYTES_MAX),
    _of_one("GET", _PATH, show, Permission.READ_PEOPLE, summary="The photo", answer=bytes,
            answer_type=JPEG),
    _of_one("DELETE", _PATH, forget, Permission.WRITE_PEOPLE, summary="Remove the photo"),
    Route("GET", "/api/v1/lane/photo/{holder}", at_the_door, Permission.LANE, Scope.DEVICE,
          "A photo to compare with, where the door asks it", bytes, JPEG, errors=(404,),
          path_doc={"holder": "the badge's pseudonym"}),
)  # fmt: skip
