"""The badge on a phone: shown to whoever brings the claim code, activated by desk or kiosk."""

from enum import StrEnum
from typing import Annotated

import msgspec
import qrcode
from aiohttp import web
from msgspec import Meta
from qrcode.util import MODE_ALPHA_NUM, QRData

from gate.access import claim
from gate.access.badge_number import number as badge_number
from gate.access.model import DigitalBadges
from gate.access.wire import BadgeData, DayChips, Reserve
from gate.server.api.address import address
from gate.server.api.printer import badge_data
from gate.server.badge_pdf import sheet
from gate.server.desk import digital
from gate.server.desk.editing import BADGE_MARK, Doing
from gate.server.desk.person import Person, person
from gate.server.problem import Refused
from gate.server.roles import Permission
from gate.server.routes import WITHOUT_NUL, Call, Route, Scope
from gate.server.store import registrations
from gate.server.store.registrations import Stored

PDF = "application/pdf"
Text = Annotated[str, Meta(max_length=200, pattern=WITHOUT_NUL)]


class Claimed(msgspec.Struct, frozen=True):
    claim: Annotated[str, Meta(max_length=100)]


class WantedPdf(msgspec.Struct, frozen=True):
    claim: Annotated[str, Meta(max_length=100)]
    language: Annotated[str, Meta(max_length=8)] = ""
    """Of the words on the page; empty, or one we do not speak: the person's own."""


class DigitalState(StrEnum):
    """`inert`: it opens nothing yet. `active`: it is the badge. `replaced`: a printed one is."""

    INERT = "inert"
    ACTIVE = "active"
    REPLACED = "replaced"


class DigitalBadge(msgspec.Struct, frozen=True):
    """What a phone shows. `modules` are the rows of the QR code, dark modules as `1`."""

    state: DigitalState
    modules: tuple[str, ...]
    name_on_badge: str
    native_name: str
    organisation: str
    category_name: str
    category_colour: str
    days: tuple[DayChips, ...]
    edition_name: str
    edition_place: str
    language: str


class Activation(msgspec.Struct, frozen=True):
    why: Text = ""


async def show(call: Call) -> DigitalBadge:
    body, service = call.body, call.service
    assert isinstance(body, Claimed)
    stored, data = await _of(call, body.claim)
    return DigitalBadge(
        state=state(stored, service.policy.digital_badges),
        modules=modules(data.text),
        name_on_badge=data.name_on_badge,
        native_name=data.native_name,
        organisation=data.organisation,
        category_name=data.category_name,
        category_colour=data.category_colour,
        days=data.days,
        edition_name=data.edition_name,
        edition_place=data.edition_place,
        language=data.language,
    )


async def pdf(call: Call) -> web.Response:
    """Says nothing of today's state, which may be another one when the file is looked at; but of a
    badge that opens nothing any more none is made."""
    body, service = call.body, call.service
    assert isinstance(body, WantedPdf)
    stored, data = await _of(call, body.claim)
    if state(stored, service.policy.digital_badges) is DigitalState.REPLACED:
        raise Refused(409, "Replaced", "another badge has taken its place")
    drawn, who = service.claims.drawn, stored.registration.code
    if wait_s := drawn.wait_s(who):
        raise Refused(429, "Drawn already", f"try again in {wait_s} s", wait_s)
    drawn.begun(who)
    page = sheet.page(data, modules(data.text), service.policy.digital_badges, body.language)
    name = f'attachment; filename="badge-{service.policy.edition}.pdf"'
    made = await sheet.pdf(page)
    return web.Response(body=made, content_type=PDF, headers={"Content-Disposition": name})


async def _of(call: Call, said: str) -> tuple[Stored, BadgeData]:
    """The digital badge of whoever brings this claim code. Raises Refused.

    A right code is never made to wait: a machine's wrong ones from the same Wi-Fi would stop
    everybody else there."""
    service = call.service
    await service.directory.follow()
    made = claim.read(said)
    code = service.claims.find(made, service.directory.codes) if made else None
    if code is None:
        who = address(call.request)
        if wait_s := service.claims.guesses.wait_s(who):
            raise Refused(429, "Too many wrong codes", f"try again in {wait_s} s", wait_s)
        service.claims.guesses.begun(who)
        raise Refused(404, "No badge", "there is none with this code")
    stored = await registrations.one(service.pool, service.policy.edition, code)
    if stored is None:
        raise Refused(404, "No badge", "there is none with this code")
    text = await digital.text(service, stored)
    return stored, badge_data(stored.registration, stored.holder, 0, text, service.policy)


def state(stored: Stored, may: DigitalBadges) -> DigitalState:
    """As a gate that has heard everything takes it."""
    counts_as = stored.digital or int(may is DigitalBadges.VALID)
    if not counts_as:
        return DigitalState.INERT
    return DigitalState.ACTIVE if counts_as >= stored.generation else DigitalState.REPLACED


def modules(text: str) -> tuple[str, ...]:
    """Version 5-M, alphanumeric: the code a printed badge has (ISO/IEC 18004), without margin."""
    code = qrcode.QRCode(version=5, error_correction=qrcode.constants.ERROR_CORRECT_M, border=0)
    code.add_data(QRData(text, mode=MODE_ALPHA_NUM), optimize=0)
    code.make(fit=False)
    return tuple("".join("01"[bool(dark)] for dark in row) for row in code.modules)


async def activate(call: Call) -> Person:
    body, service = call.body, call.service
    assert isinstance(body, Activation)
    doing = Doing("digital", call.staff.name, body.why)
    return await person(service, await digital.activate(service, call.path["code"], doing))


async def keep(call: Call) -> None:
    """The person at a kiosk keeps the badge on the phone: nothing is printed."""
    body, service = call.body, call.service
    assert isinstance(body, Reserve)
    name = f"{BADGE_MARK}{badge_number(body.holder)}"
    doing = Doing("digital", call.device.id)
    await digital.activate(service, name, doing, unprinted=body.generation)


ROUTES = (
    Route("POST", "/api/v1/editions/{edition}/digital", show, Permission.PUBLIC, Scope.PATH,
          "The digital badge of whoever brings the claim code", DigitalBadge, body=Claimed,
          errors=(404, 429)),
    Route("POST", "/api/v1/editions/{edition}/digital/pdf", pdf, Permission.PUBLIC, Scope.PATH,
          "The same as a page to keep or to print", bytes, answer_type=PDF, body=WantedPdf,
          errors=(404, 409, 429, 503)),
    Route("POST", "/api/v1/editions/{edition}/registrations/{code}/digital", activate,
          Permission.WRITE_PEOPLE, Scope.PATH, "The digital badge is the badge from now on", Person,
          body=Activation, errors=(404, 409),
          path_doc={"code": "registration code, or ~ and the badge's number"}),
    Route("POST", "/api/v1/kiosk/digital", keep, Permission.KIOSK, Scope.DEVICE,
          "Somebody keeps the badge on the phone", body=Reserve, errors=(404, 409), status=204),
)  # fmt: skip
