"""What kiosks and the operator's page ask of a station: print, look, cancel, settle, move.

Bodies and answers are JSON; an error is a problem (RFC 9457) in words for the desk.
"""

import asyncio
import contextlib
import re
import secrets
from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import Annotated, TypeVar

import msgspec
from aiohttp import web
from msgspec import Meta

from badge_printer.book import AlreadyThere, NoSuchPrinter, QueueFull, waited
from badge_printer.layout import CannotPrint
from badge_printer.queue import Instead, Job, Move, NotPossible, Settle, State
from badge_printer.render import Renderer
from badge_printer.spooler import PrinterView, Spooler
from badge_printer.upload import Behind, Upload
from gate.access.wire import BadgeData
from gate.client import CallRefused, Client, ServerAway
from gate.fonts import FontsMissing

CODE = re.compile(r"[A-Za-z0-9_.\-]{4,64}")
BODY_BYTES_MAX = 64 * 1024
VIEWERS_MAX = 16
BEAT_S, GAP_S = 2.0, 0.15
T = TypeVar("T")
_PrinterName = Annotated[str, Meta(max_length=32)]


class Print(msgspec.Struct, frozen=True):
    """A badge to print. Send the same `key` when asking again after a lost answer."""

    code: Annotated[str, Meta(pattern=f"^{CODE.pattern}$(?!\\n)")]
    printer: _PrinterName = ""
    """Empty: the printer with the least to do."""
    key: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{0,64}$(?!\n)")] = ""
    again: bool = False
    """A second copy of a badge that this station has printed before."""
    badge: BadgeData | None = None
    """What to draw, from whoever holds it already; else the server is asked."""


class Answer(msgspec.Struct, frozen=True):
    """Did a badge come out? If not, `again` queues it once more, on `printer` if named."""

    came_out: bool
    again: bool = False
    printer: _PrinterName = ""


class To(msgspec.Struct, frozen=True):
    printer: _PrinterName


class Stock(msgspec.Struct, frozen=True):
    """Sheets in the printer; null: do not count."""

    stock: Annotated[int, Meta(ge=0, le=100_000)] | None


class View(msgspec.Struct, frozen=True):
    """Everything the operator's page shows."""

    printers: list[PrinterView]
    jobs: list[Job]
    """Not ended, the oldest first."""
    ended: list[Job]
    """The newest first."""
    server: Behind | None
    """Why the server does not have every printed badge yet."""
    records: int
    """Printed badges the server does not know of yet."""


class Trouble(StrEnum):
    """What the page says in its reader's language when something was not done. Where the queue
    refused, it is an `Instead`."""

    PAGES = "pages"
    UNPRINTABLE = "unprintable"
    """With the detail: which character, or what else."""
    NO_PRINTER = "no_printer"
    NO_SUCH_PRINTER = "no_such_printer"
    PRINTED = "printed"
    QUEUED = "queued"
    FULL = "full"
    NOBODY = "nobody"
    REFUSED = "refused"
    """By the server, with its own words."""
    AWAY = "away"
    NO_JOB = "no_job"


class Problem(Exception):
    """`title` and `detail` are for whoever reads the API; `code` is for the page."""

    def __init__(
        self,
        status: int,
        title: str,
        detail: str = "",
        job: Job | None = None,
        code: Trouble | Instead | None = None,
    ) -> None:
        super().__init__(title)
        self.status, self.title, self.detail, self.job, self.code = status, title, detail, job, code


class Operating:
    """The handlers; `routes` lists them."""

    def __init__(
        self, client: Client, renderer: Renderer, spooler: Spooler, upload: Upload
    ) -> None:
        self._client = client
        self._renderer = renderer
        self._spooler = spooler
        self._book = spooler.book
        self._upload = upload
        self._viewers = 0
        self._closing = False

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/{key}/printers", self.printers),
            web.get("/{key}/jobs", self.jobs),
            web.get("/{key}/events", self.events),
            web.post("/{key}/print", self.print),
            web.post(r"/{key}/jobs/{id:\d{1,15}}/{act:cancel|settle|move}", self.change),
            web.post("/{key}/printers/{name}/{act:pause|resume|stock}", self.set),
        ]

    def close(self) -> None:
        """Let every page's stream end, so that the station can stop."""
        self._closing = True
        self._book.tell()

    # --- looking

    async def printers(self, request: web.Request) -> web.Response:
        return _json(self._spooler.views())

    async def jobs(self, request: web.Request) -> web.Response:
        return _json({"jobs": self._book.open(), "ended": self._book.ended()})

    def view(self) -> View:
        return View(
            printers=self._spooler.views(),
            jobs=self._book.open(),
            ended=self._book.ended(),
            server=self._upload.behind,
            records=self._upload.waiting,
        )

    async def events(self, request: web.Request) -> web.StreamResponse:
        if self._viewers >= VIEWERS_MAX:
            raise Problem(
                503,
                "Too many pages are open",
                "close one of this station's pages",
                code=Trouble.PAGES,
            )
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        self._viewers += 1
        try:
            await response.prepare(request)
            with contextlib.suppress(ConnectionError):
                await response.write(b"retry: 1000\n\n")
                while (
                    not self._closing and request.transport and not request.transport.is_closing()
                ):
                    changed = self._book.changed
                    await response.write(b"data: " + msgspec.json.encode(self.view()) + b"\n\n")
                    await asyncio.sleep(GAP_S)
                    await waited(changed, BEAT_S)
        finally:
            self._viewers -= 1
        return response

    # --- asking

    async def print(self, request: web.Request) -> web.Response:
        asked = await _body(request, Print)
        if asked.key and (known := self._book.by_key(asked.key)):
            return _json(known)
        badge = asked.badge or await self._fetched(asked.code)
        if badge.code != asked.code:
            raise Problem(422, "Not acceptable", "`badge` is of another registration than `code`")
        try:
            await asyncio.to_thread(self._renderer.layout, badge)
        except (CannotPrint, FontsMissing) as error:
            raise Problem(
                422, "This badge cannot be printed", str(error), code=Trouble.UNPRINTABLE
            ) from None
        printer = asked.printer or self._spooler.choose()
        if printer is None:
            raise Problem(
                503,
                "No printer",
                "this station's settings name no printer",
                code=Trouble.NO_PRINTER,
            )
        key = asked.key or secrets.token_urlsafe(12)
        try:
            return _json(self._book.add(key, printer, badge, asked.again), 201)
        except AlreadyThere as error:
            code = Trouble.PRINTED if error.job.state is State.PRINTED else Trouble.QUEUED
            raise Problem(409, "Not printed again", str(error), error.job, code) from None
        except QueueFull as error:
            raise Problem(503, "The queue is full", str(error), code=Trouble.FULL) from None

    async def _fetched(self, code: str) -> BadgeData:
        try:
            return await self._client.badge(code)
        except CallRefused as error:
            status, code = (404, Trouble.NOBODY) if error.status == 404 else (502, Trouble.REFUSED)
            raise Problem(status, "No badge", str(error), code=code) from None
        except ServerAway as error:
            raise Problem(503, "The server is away", str(error), code=Trouble.AWAY) from None

    async def change(self, request: web.Request) -> web.Response:
        number = int(request.match_info["id"])
        try:
            match request.match_info["act"]:
                case "cancel":
                    await _body(request, dict)
                    return _json(self._spooler.cancel(number))
                case "settle":
                    said = await _body(request, Answer)
                    event = Settle(said.came_out, said.again, said.printer)
                    return _json(self._book.apply(number, event))
                case _:
                    to = await _body(request, To)
                    return _json(self._book.apply(number, Move(to.printer)))
        except NoSuchPrinter:
            raise
        except KeyError:
            raise Problem(
                404, "No such job", f"there is no job {number}", code=Trouble.NO_JOB
            ) from None
        except NotPossible as error:
            raise Problem(409, "Not possible now", str(error), code=error.instead) from None

    async def set(self, request: web.Request) -> web.Response:
        name, act = request.match_info["name"], request.match_info["act"]
        if act == "stock":
            self._book.set_stock(name, (await _body(request, Stock)).stock)
        else:
            await _body(request, dict)
            self._book.pause(name, act == "pause")
        return _json(next(view for view in self._spooler.views() if view.name == name))


async def _body(request: web.Request, kind: type[T]) -> T:
    """Only JSON: a form on another site cannot send it without this station's leave."""
    if request.content_type != "application/json":
        raise Problem(415, "Wrong content type", "expected application/json")
    try:
        return msgspec.json.decode(await request.read() or b"{}", type=kind)
    except msgspec.ValidationError as error:
        raise Problem(422, "Not acceptable", str(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Problem(400, "Not JSON", str(error)) from None


@web.middleware
async def problems(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """What went wrong, as the answer's body."""
    try:
        return await handler(request)
    except NoSuchPrinter as error:
        problem = Problem(404, "No such printer", str(error), code=Trouble.NO_SUCH_PRINTER)
    except Problem as error:
        problem = error
    body: dict[str, object] = {"title": problem.title, "detail": problem.detail}
    if problem.code:
        body["code"] = problem.code
    if problem.job:
        body["job"] = problem.job
    return web.Response(
        status=problem.status,
        body=msgspec.json.encode(body),
        content_type="application/problem+json",
    )


def _json(value: object, status: int = 200) -> web.Response:
    return web.Response(
        status=status, body=msgspec.json.encode(value), content_type="application/json"
    )
