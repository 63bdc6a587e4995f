"""A kiosk, wired: camera, scanner and page in; the flow decides; printer, desk and page out."""

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine

import msgspec
from aiohttp import web

from gate.access import claim
from gate.access.wire import Enrolled, Reserve, Ticket, TicketWhy
from gate.client import CallRefused, Client, ServerAway
from gate.settings import KioskSettings
from gate.words.words import Words
from kiosk.arrivals import browser, flow, staff
from kiosk.arrivals.codes import Codes, is_claim
from kiosk.arrivals.events import (
    Again,
    Asked,
    CodeShown,
    Confirmed,
    Effect,
    Event,
    Finished,
    GiveTicket,
    Health,
    Help,
    Keep,
    Kept,
    Language,
    Named,
    NoCode,
    NotKept,
    NotPrinted,
    OnPhone,
    Pin,
    Print,
    Printed,
    StaffAsked,
    Tick,
    Ticketed,
    Toggled,
    Touched,
)
from kiosk.arrivals.flow import Flow
from kiosk.arrivals.follow import Follow
from kiosk.arrivals.preview import Preview
from kiosk.arrivals.printing import Printing
from kiosk.arrivals.replica import Replica
from kiosk.arrivals.state import Ease, Found, Rules, Screen
from kiosk.arrivals.view import View, shown, static
from kiosk.debounce import Debounce
from kiosk.page import LocalPage

REPLICA = "replica.sqlite"
TICK_S = 0.25
KEEP_S = 5.0
"""A person stands there: a server that does not answer in time is away."""
ANSWER_S = 0.7
"""A name is answered after this time, known or not: the time tells nothing."""
ACT_BYTES_MAX = 2048
FIELD_CHARS_MAX = 254
FILES = {
    "/": ("arrivals.html", "text/html"),
    "/arrivals.css": ("arrivals.css", "text/css"),
    "/arrivals.js": ("arrivals.js", "text/javascript"),
    "/keyboard.js": ("keyboard.js", "text/javascript"),
}
_log = logging.getLogger(__name__)


class Act(msgspec.Struct, frozen=True):
    """A touch on the page. `visit` is the one the page was showing."""

    act: str
    visit: int = 0
    value: str = ""
    family: str = ""
    email: str = ""
    number: int = 0


_SIMPLE: dict[str, Callable[[], Event]] = {
    "touched": Touched,
    "no-code": NoCode,
    "print": Confirmed,
    "phone": OnPhone,
    "help": Help,
    "again": Again,
    "finish": Finished,
    "staff": StaffAsked,
}


class Arrivals:
    """Raises what `Printing` and `Replica` raise when made."""

    def __init__(
        self, chosen: KioskSettings, enrolled: Enrolled, say: Callable[[str], None]
    ) -> None:
        self._chosen = chosen
        self._say = say
        self._rules = Rules(language=Words(chosen.language).language, idle_s=chosen.idle_s)
        self._flow = Flow(self._rules)
        self._client = Client(chosen.server_url, enrolled.token)
        self._replica = Replica(chosen.data_dir / REPLICA, enrolled.device)
        self._printing = Printing(chosen, enrolled, self._client, self._replica)
        self._follow = Follow(self._replica, self._client, self._changed)
        self._page = LocalPage(self.view, self.scanned, FILES)
        self._staff = staff.Staff(
            chosen, self._printing, self._replica, self._follow, self._ticket, self._shut_down
        )
        self._lines = Debounce(is_claim)
        self._preview = Preview()
        self._codes = Codes(
            chosen,
            self._preview,
            self._asks,
            self._takes,
            self._code,
            self.scanned,
            self._camera,
            self._fail,
        )
        self._camera_lost = False
        self._heard_s = 0.0
        self._ended = asyncio.Event()
        self._failed: asyncio.Future[None] | None = None
        self._under_way: set[asyncio.Task[None]] = set()

    # --- running

    async def run(self, stop: asyncio.Event, open_browser: bool = False) -> None:
        """Until `stop`, or until staff shut it down. Raises what ends a part of it."""
        self._ended = stop
        loop = asyncio.get_running_loop()
        self._failed = loop.create_future()
        app = self._page.application()
        app.router.add_post("/act", self._act)
        app.router.add_get("/words", self._words)
        app.router.add_get("/preview.jpg", self._previewed)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", self._chosen.page_port).start()
        self._codes.start(loop)
        parts: list[Coroutine[None, None, None]] = [
            self._follow.run(),
            self._printing.run(),
            self._watch(),
        ]
        if open_browser:
            url = f"http://127.0.0.1:{self._chosen.page_port}/"
            parts.append(browser.keep_open(url, lambda: self._heard_s))
        tasks = [asyncio.create_task(part) for part in parts]
        for task in tasks[1:]:  # the first ends by itself when this kiosk is cut off
            task.add_done_callback(self._part_ended)
        stopped = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait((stopped, self._failed), return_when=asyncio.FIRST_COMPLETED)
            if self._failed.done():
                self._failed.result()
        finally:
            self._codes.stop()
            everything = (*tasks, stopped, *self._under_way)
            for each in everything:
                each.cancel()
            await asyncio.gather(*everything, return_exceptions=True)
            await runner.cleanup()
            await self._client.close()
            self._printing.close()
            self._replica.close()

    def _part_ended(self, task: "asyncio.Task[None]") -> None:
        """A kiosk with a dead part must end and be started again, not stand frozen."""
        if not task.cancelled() and isinstance(error := task.exception(), Exception):
            self._fail(error)

    def _fail(self, error: Exception) -> None:
        if self._failed and not self._failed.done():
            self._failed.set_exception(error)

    async def _watch(self) -> None:
        """Time, and how printers and records are."""
        while True:
            self.take(Health(self._troubles()))
            self.take(Tick())
            if self._flow.state.warned:
                self._changed()
            await asyncio.sleep(TICK_S)

    def _troubles(self) -> frozenset[str]:
        if self._follow.revoked:
            return frozenset({"revoked"})
        if not self._replica.complete:
            return frozenset({"starting"})
        return self._printing.troubles()

    # --- what happens

    def take(self, event: Event) -> None:
        """One event through the flow, and what follows from it."""
        before = self._flow.state
        effects = self._flow.step(event, time.monotonic())
        for effect in effects:
            self._follow_up(effect)
        if self._flow.state is not before:
            if self._flow.state.screen is not before.screen:
                self._staff.note = ""
                self._say(f"screen {self._flow.state.screen}")
            self._changed()

    def _follow_up(self, effect: Effect) -> None:
        match effect:
            case Print(found):
                self._start(self._print(found))
            case Keep(found):
                self._start(self._keep(found))
            case GiveTicket(why, holder):
                self.take(Ticketed(self._ticket(why, holder)))

    def _ticket(self, why: TicketWhy, holder: int | None) -> str:
        number = f"{self._chosen.letter}{self._replica.next_number()}"
        self._replica.add_ticket(Ticket(number, self._chosen.clock.now_ms(), why, holder))
        self._follow.wake()
        return number

    async def _print(self, found: Found) -> None:
        ended: Printed | NotPrinted = NotPrinted(TicketWhy.PRINTER)
        try:
            ended = await self._printing.print(found)
        except Exception:  # noqa: BLE001 - whatever it was, the person is not left standing
            _log.exception("a badge could not be printed")
        self.take(ended)

    async def _keep(self, found: Found) -> None:
        """Only the server can: gates must hear of it."""
        ended: Kept | NotKept = NotKept()
        try:
            async with asyncio.timeout(KEEP_S):
                await self._client.keep_digital(Reserve(found.holder, found.generation), KEEP_S)
            self._replica.set_printed(found.holder, found.generation)
            ended = Kept()
        except (ServerAway, CallRefused, TimeoutError) as error:
            _log.warning("a badge could not be kept on a phone: %s", error)
        except Exception:  # noqa: BLE001 - whatever it was, the person is not left standing
            _log.exception("a badge could not be kept on a phone")
        self.take(ended)

    def _start(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    def _shut_down(self) -> None:
        self._ended.set()

    # --- codes

    def scanned(self, text: str) -> None:
        """A line of a hand scanner, whole."""
        if (again := self._lines.line(text, time.monotonic())) is not None:
            self._code(again)

    def _code(self, text: str) -> None:
        code = claim.read(text)
        self.take(CodeShown(self._replica.by_claim(code) if code else None))

    def _asks(self) -> bool:
        return self._flow.state.screen in flow.TAKES_CODES

    def _takes(self) -> bool:
        return flow.takes_codes(self._flow.state, time.monotonic())

    async def _look_up(self, family: str, email: str) -> None:
        """Known or not, the answer comes after the same time."""
        visit, until = self._flow.state.visit, time.monotonic() + ANSWER_S
        found = self._replica.by_name(family, email)
        await asyncio.sleep(until - time.monotonic())
        if self._flow.state.visit == visit:
            self.take(Named(found))

    def _camera(self, is_lost: bool) -> None:
        self._camera_lost = is_lost
        self._changed()

    # --- the page

    def _changed(self) -> None:
        self._page.changed()

    def view(self) -> View:
        state = self._flow.state
        staffed = state.screen is Screen.STAFF
        return shown(
            state,
            self._rules,
            time.monotonic(),
            self._replica.edition,
            self._chosen.desk,
            self._camera_lost,
            self._staff.view(state.troubles, state.language) if staffed else None,
            bool(self._chosen.staff_pin),
            self._follow.online,
        )

    async def _words(self, request: web.Request) -> web.Response:
        return web.json_response(body=msgspec.json.encode(static()))

    async def _previewed(self, request: web.Request) -> web.Response:
        """What the camera sees, for this page alone; 204 when there is nothing to see."""
        if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
            return web.Response(status=403, text="only for the kiosk's own page\n")
        now_s = time.monotonic()
        raw = await asyncio.to_thread(self._preview.jpeg, now_s) if self._asks() else None
        headers = {"Cross-Origin-Resource-Policy": "same-origin"}
        if raw is None:
            return web.Response(status=204, headers=headers)
        return web.Response(body=raw, content_type="image/jpeg", headers=headers)

    async def _act(self, request: web.Request) -> web.Response:
        self._heard_s = time.monotonic()
        try:
            act = msgspec.json.decode(await request.read(), type=Act)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return web.Response(status=422, text="this is no act of the page\n")
        if act.visit == self._flow.state.visit:
            self._acted(act)
        return web.Response(status=204)

    def _acted(self, act: Act) -> None:
        if make := _SIMPLE.get(act.act):
            self.take(make())
        elif act.act == "language":
            self.take(Language(act.value[:8]))
        elif act.act == "ease" and act.value in list(Ease):
            self.take(Toggled(Ease(act.value)))
        elif act.act == "name":
            self._name(act.family[:FIELD_CHARS_MAX], act.email[:FIELD_CHARS_MAX])
        elif act.act == "pin":
            self._start(self._try_pin(act.value[:64]))
        elif act.act in staff.ACTS and self._flow.state.screen is Screen.STAFF:
            self._start(self._staff_act(act))

    def _name(self, family: str, email: str) -> None:
        self.take(Asked())
        if self._flow.state.screen is Screen.LOOKING:
            self._start(self._look_up(family, email))

    async def _try_pin(self, pin: str) -> None:
        def may_try() -> bool:
            return flow.may_try_pin(self._flow.state, time.monotonic(), self._rules)

        await self._staff.try_pin(pin, may_try, lambda right: self.take(Pin(right)))
        self._changed()

    async def _staff_act(self, act: Act) -> None:
        self.take(Touched())
        await self._staff.act(act.act, act.number, self._flow.state.language)
        self._changed()
