"""Photos: taken at the desk, and shown there. What a guard sees of them is `compare`'s."""

from functools import partial

from aiohttp import web

from gate.server.desk import photos, redraw
from gate.server.desk.editing import Doing, find_one
from gate.server.roles import Permission
from gate.server.routes import Call, Route, Scope

JPEG = "image/jpeg"


async def save(call: Call) -> None:
    doing = Doing("photo", call.staff.name)
    await photos.save(call.service, call.path["code"], call.body, doing)


async def forget(call: Call) -> None:
    await photos.forget(call.service, call.path["code"], Doing("photo_removed", call.staff.name))


async def show(call: Call) -> web.Response:
    service = call.service
    stored = await find_one(service.pool, service.policy.edition, call.path["code"])
    body = await photos.read(service, stored.registration.code)
    return web.Response(body=body, content_type=JPEG)


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
)  # fmt: skip
