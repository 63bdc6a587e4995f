"""A full-screen page of a lane or kiosk: served on this machine only, told of every change as it
happens."""

import asyncio
import contextlib
import re
from collections.abc import Awaitable, Callable, Mapping
from importlib.resources import files

import msgspec
from aiohttp import web

from gate.access.wire import SCAN_CHARS_MAX
from kiosk.comparing import Person
from kiosk.guard import Act, Done
from kiosk.light import View
from kiosk.scanner import clean

BEAT_S = 1.0
VIEWERS_MAX = 8
_THIS_MACHINE = re.compile(r"(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?")
"""As a Host header; one that is no host at all must not be parsed any further."""
Files = Mapping[str, tuple[str, str]]
"""Path -> (file in `pages`, content type)."""
SHARED = frozenset({"figure.js"})
"""Files that the server's own pages load as well: these are in `gate.pages`."""
LANE: Files = {
    "/": ("lane.html", "text/html"),
    "/lane.css": ("lane.css", "text/css"),
    "/lane.js": ("lane.js", "text/javascript"),
    "/figure.js": ("figure.js", "text/javascript"),
}
TURNSTILE, TURNSTILE_HEADER = "/turnstile", "X-Turnstile"
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


class Turned(msgspec.Struct, frozen=True):
    turned: bool


class Refusal(msgspec.Struct, frozen=True):
    """A refusal on the page, by the number of its light."""

    number: int


class LocalPage:
    """`view()` is what to show now; `typed` takes what a keyboard scanner typed into the page."""

    def __init__(
        self, view: Callable[[], msgspec.Struct], typed: Callable[[str], None], files: Files
    ) -> None:
        self._view = view
        self._typed = typed
        self._files = files
        self._changed = asyncio.Event()
        self._viewers = 0
        self.closing = False

    def changed(self) -> None:
        event, self._changed = self._changed, asyncio.Event()
        event.set()

    def application(self) -> web.Application:
        app = web.Application(middlewares=[_own_origin], client_max_size=SCAN_CHARS_MAX * 4)
        for path, (name, kind) in self._files.items():
            app.router.add_get(path, _served(name, kind))
        app.router.add_get("/events", self._events)
        app.router.add_post("/scan", self._scan)
        app.on_response_prepare.append(_secure)
        app.on_shutdown.append(self._close)
        return app

    async def _events(self, request: web.Request) -> web.StreamResponse:
        if self._viewers >= VIEWERS_MAX:
            return web.Response(status=503, text="too many pages of this lane are open\n")
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        self._viewers += 1
        try:
            await response.prepare(request)
            with contextlib.suppress(ConnectionError):
                await response.write(b"retry: 500\n\n")
                while not self.closing and request.transport and not request.transport.is_closing():
                    changed = self._changed
                    await response.write(b"data: " + msgspec.json.encode(self._view()) + b"\n\n")
                    with contextlib.suppress(TimeoutError):
                        async with asyncio.timeout(BEAT_S):
                            await changed.wait()
        finally:
            self._viewers -= 1
        return response

    async def _scan(self, request: web.Request) -> web.Response:
        if text := clean(await request.read()):
            self._typed(text)
        return web.Response(status=204)

    async def _close(self, app: web.Application) -> None:
        self.closing = True
        self.changed()


class Page(LocalPage):
    """A lane's own page, on which a guard also acts."""

    def __init__(
        self,
        view: Callable[[], View],
        typed: Callable[[str], None],
        act: Callable[[Act], Awaitable[Done]],
        turnstile: Callable[[], Awaitable[Done]],
        roll_call: Callable[[], Awaitable[str]],
        person: Callable[[int], Awaitable[Person | None]],
    ) -> None:
        super().__init__(view, typed, LANE)
        self._act = act
        self._turnstile = turnstile
        self._roll_call = roll_call
        self._person = person

    def application(self) -> web.Application:
        app = super().application()
        app.router.add_post("/act", self._acted)
        app.router.add_post("/person", self._compared)
        app.router.add_get("/roll-call.txt", self._called)
        app.router.add_post(TURNSTILE, self._turned)
        return app

    async def _acted(self, request: web.Request) -> web.Response:
        try:
            act = msgspec.json.decode(await request.read(), type=Act)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            return web.Response(status=400, text=f"not an act: {error}\n")
        return _answer(await self._act(act))

    async def _compared(self, request: web.Request) -> web.Response:
        """Whose badge the light of this number refused; 404 when another one is shown by now."""
        try:
            number = msgspec.json.decode(await request.read(), type=Refusal).number
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            return web.Response(status=400, text=f'expected {{"number": 7}}: {error}\n')
        person = await self._person(number)
        if person is None:
            return web.Response(status=404, text="nobody is compared now\n")
        return web.Response(body=msgspec.json.encode(person), content_type="application/json")

    async def _called(self, request: web.Request) -> web.Response:
        return web.Response(text=await self._roll_call(), charset="utf-8")

    async def _turned(self, request: web.Request) -> web.Response:
        """A turnstile's controller on this machine says whether somebody went through."""
        try:
            turned = msgspec.json.decode(await request.read(), type=Turned).turned
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            return web.Response(status=400, text=f'expected {{"turned": false}}: {error}\n')
        return web.Response(status=204) if turned else _answer(await self._turnstile())


def _answer(done: Done) -> web.Response:
    body = {"good": done.good, "words": done.words, "ask": done.ask}
    return web.json_response(body, status=200 if done.good else 409)


def _served(name: str, kind: str) -> Callable[[web.Request], Awaitable[web.Response]]:
    folder = files("gate.pages") if name in SHARED else files("kiosk") / "pages"
    body = (folder / name).read_bytes()

    async def serve(request: web.Request) -> web.Response:
        return web.Response(body=body, content_type=kind, charset="utf-8")

    return serve


async def _secure(request: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(_HEADERS)


@web.middleware
async def _own_origin(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Only this page itself may hand in scans: not another site open in the same browser, nor a
    name that was pointed at this machine."""
    if not _THIS_MACHINE.fullmatch(request.host):
        return web.Response(status=403, text="only from this machine\n")
    origin = request.headers.get("Origin")
    # A browser sends this header of ours to another origin only after asking, and we never agree.
    controller = request.path == TURNSTILE and TURNSTILE_HEADER in request.headers and not origin
    if (
        request.method == "POST"
        and not controller
        and origin != f"{request.scheme}://{request.host}"
    ):
        return web.Response(status=403, text="only from the lane's own page\n")
    try:
        return await handler(request)
    except web.HTTPException as error:
        return web.Response(status=error.status, text=error.reason + "\n")
