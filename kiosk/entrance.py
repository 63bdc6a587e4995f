"""A camera lane: frames in, light out. Decode in one thread, decide and write in another."""

import asyncio
import contextlib
import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import msgspec
from aiohttp import web

from gate.access.wire import Enrolled
from gate.client import Client
from gate.edge.lan import Lan, listening
from gate.edge.lane import Lane, Shown
from gate.edge.protocol import Link
from gate.edge.store import LaneStore
from gate.edge.sync import Sync
from gate.edge.timekeeping import LaneClock
from gate.settings import LaneSettings
from gate.words.words import Words
from kiosk import camera, scanner
from kiosk.comparing import Comparing, Person
from kiosk.debounce import Debounce
from kiosk.facts import facts, gate_name
from kiosk.guard import ASK_S, Act, Done, Guard, What
from kiosk.held import Held
from kiosk.light import Colour, View, is_right_to_left, resting, shown, terminal_line, told
from kiosk.page import Page
from kiosk.roll_call import roll_call
from kiosk.vision.tracker import Tracker

SCANS_WAITING_MAX = 8
STORE_FILE = "lane.sqlite"
_ACT_WORDS = {
    What.LOOKED: "lane-same-person",
    What.OVERRIDE: "lane-override",
    What.UNDO: "lane-undo",
    What.OPEN: "lane-emergency-open",
    What.FREEZE: "lane-frozen",
    What.NORMAL: "lane-normal",
    What.TURN: "lane-turn",
}
_DIALOG = (
    "supervisor", "pin", "why", "do", "cancel", "or-badge", "roll-call", "photo-asked",
    "photo-offline",
)  # fmt: skip
_log = logging.getLogger(__name__)


class Entrance:
    """Everything of one lane, from its source to its page. Raises StoreUnusable when made."""

    def __init__(
        self, chosen: LaneSettings, enrolled: Enrolled, say: Callable[[str], None]
    ) -> None:
        self._chosen = chosen
        self._say = say
        self._words = Words(chosen.language)
        self._store = LaneStore(chosen.data_dir / STORE_FILE)
        self._lane = Lane(self._store, enrolled)
        self._deciding = ThreadPoolExecutor(1, "lane")
        self._client = Client(chosen.server_url, enrolled.token)
        self._clock = LaneClock(chosen.clock, self._lane.offset_ms)
        self._sync = Sync(self._lane, self._client, self._deciding, self._clock)
        self._lan = Lan(self._lane, self._deciding, self._page_changed, self._clock.now)
        self._guard = Guard(self._lane, self._words)
        self._asking: tuple[Act, float] | None = None
        """What waits for a supervisor's badge, and until when (monotonic)."""
        self._comparing = Comparing(self._client, self._words)
        self._scanned_as = 0
        """The light's number at the latest scan."""
        self._page = Page(
            self.view, self._typed, self._act, self._turnstile, self._roll_call, self._person
        )
        self._seen = Debounce()
        self._scanned = Debounce()
        self._held = Held()
        self._scans: asyncio.Queue[str] = asyncio.Queue(SCANS_WAITING_MAX)
        self._stop = threading.Event()
        self._camera_lost = False
        self._light = resting(self._words, self._lane.policy is not None, 0)
        self._failed: asyncio.Future[None] | None = None

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`. Raises what ends the source: NoSuchSource, OSError."""
        loop = asyncio.get_running_loop()
        self._failed = loop.create_future()
        runner = web.AppRunner(self._page.application(), access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", self._chosen.page_port).start()
        deciding = asyncio.create_task(self._decide())
        deciding.add_done_callback(self._decided_last)
        tasks = [asyncio.create_task(self._sync.run()), deciding]
        for name, target in self._sources(loop):
            threading.Thread(target=target, name=name, daemon=True).start()
        stopped = asyncio.create_task(stop.wait())
        stack = contextlib.AsyncExitStack()
        try:
            await self._join_lan(stack)
            await asyncio.wait((stopped, self._failed), return_when=asyncio.FIRST_COMPLETED)
            if self._failed.done():
                self._failed.result()
        finally:
            self._stop.set()
            for task in (*tasks, stopped):
                task.cancel()
            await asyncio.gather(*tasks, stopped, return_exceptions=True)
            await stack.aclose()
            await runner.cleanup()
            await self._client.close()
            self._deciding.shutdown()
            self._store.close()

    async def _join_lan(self, stack: contextlib.AsyncExitStack) -> None:
        """Raises OSError for an address that is not ours or in use."""
        address = self._chosen.lan_address
        if not address:
            return
        host, _, port = address.rpartition(":")
        await stack.enter_async_context(listening(self._lan, host.strip("[]"), int(port)))
        self._sync.reachable(address)

    def _page_changed(self) -> None:
        self._page.changed()

    # --- sources, each in a thread

    def _sources(self, loop: asyncio.AbstractEventLoop) -> list[tuple[str, Callable[[], None]]]:
        chosen = self._chosen
        sources = []
        if chosen.source == "-":
            sources.append(("stdin", lambda: self._lines("-", loop)))
        else:
            sources.append(("frames", lambda: self._frames(loop)))
        if chosen.scanner:
            sources.append(("scanner", lambda: self._lines(chosen.scanner, loop)))
        return sources

    def _frames(self, loop: asyncio.AbstractEventLoop) -> None:
        def lost(is_lost: bool) -> None:
            loop.call_soon_threadsafe(self._camera, is_lost)

        tracker = Tracker()
        try:
            source = camera.frames(self._chosen.source, self._chosen.frames_per_s, self._stop, lost)
            for frame in source:
                seen, at = tracker.look(frame), time.monotonic()
                text = self._seen.saw(seen.badge.text if seen.badge else None, at)
                if text is not None:
                    loop.call_soon_threadsafe(self._queue, text)
                if self._held.saw(seen, frame.shape[1], at) and not self._stop.is_set():
                    loop.call_soon_threadsafe(self._page.changed)
        except Exception as error:  # noqa: BLE001 - a lane that sees nothing must not look alive
            loop.call_soon_threadsafe(self._fail, error)

    def _lines(self, source: str, loop: asyncio.AbstractEventLoop) -> None:
        def said(text: str) -> None:
            loop.call_soon_threadsafe(self._typed, text)

        try:
            scanner.lines(source, said, self._stop)
        except OSError as error:
            loop.call_soon_threadsafe(self._fail, error)

    def _fail(self, error: Exception) -> None:
        if self._failed and not self._failed.done():
            self._failed.set_exception(error)

    def _decided_last(self, task: "asyncio.Task[None]") -> None:
        """A lane that cannot decide any more must end and be started again, not stand frozen."""
        if not task.cancelled() and isinstance(error := task.exception(), Exception):
            self._fail(error)

    def _camera(self, is_lost: bool) -> None:
        self._camera_lost = is_lost
        self._page.changed()

    def _typed(self, text: str) -> None:
        again = self._scanned.line(text, time.monotonic())
        if again is not None:
            self._queue(again)

    def _queue(self, text: str) -> None:
        try:
            self._scans.put_nowait(text)
        except asyncio.QueueFull:
            _log.warning("scans come faster than they are decided; one was not taken")

    # --- deciding

    async def _decide(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                # Not `wait_for`: before Python 3.12 it can drop a cancellation, or the scan.
                async with asyncio.timeout(self._light.seconds or 1.0):
                    text = await self._scans.get()
            except TimeoutError:
                self._rest()
                continue
            if (act := self._asked()) is not None:
                await self._act(msgspec.structs.replace(act, badge=text))
                continue
            scan = await loop.run_in_executor(
                self._deciding, self._lane.scan, text, self._clock.now()
            )
            self._guard.scanned(text, scan)
            self._show(scan)

    def _show(self, scan: Shown) -> None:
        self._sync.wake()
        number = self._scanned_as = self._light.number + 1
        self._light = shown(scan, self._lane.policy, self._words, number, self._is_online)
        local = self._lane.policy.local(scan.at) if self._lane.policy else scan.at
        self._say(terminal_line(self._light, local))
        self._page.changed()

    async def _act(self, act: Act) -> Done:
        """What the page asks for; decided in the deciding thread like any scan."""
        self._asking = None
        loop = asyncio.get_running_loop()
        return self._acted(
            act,
            await loop.run_in_executor(self._deciding, self._guard.do, act, self._clock.now()),
        )

    async def _turnstile(self) -> Done:
        loop = asyncio.get_running_loop()
        now = self._clock.now()
        done = await loop.run_in_executor(self._deciding, self._guard.not_turned, now)
        return self._acted(None, done)

    async def _person(self, number: int) -> Person | None:
        """Whose badge was refused by the light of this number, or by the last one before it."""
        text, scan = self._guard.refused(self._clock.now()), self._scanned_as
        if text is None or number < scan:
            return None
        person = await self._comparing.person(text)
        return person if self._scanned_as == scan else None

    async def _roll_call(self) -> str:
        """Who is in this lane's zone by all it has heard: badge numbers, for a clipboard."""
        loop, now = asyncio.get_running_loop(), self._clock.now()
        inside = await loop.run_in_executor(self._deciding, self._lane.roll_call, now)
        heard = self._sync.status.heard_s
        age = f"{time.monotonic() - heard:.0f} s" if heard is not None else ""
        fresh = (
            self._words.say("lane-heard", {"age": age, "n": self._lan.reached})
            if age
            else self._words.say("lane-never-heard")
        )
        return roll_call(inside, self._lane.policy, self._words, now, fresh)

    def _acted(self, act: Act | None, done: Done) -> Done:
        if done.ask and act is not None:
            self._asking = act, time.monotonic() + ASK_S
        if done.scan is not None:
            self._show(done.scan)
        elif done.words:
            self._light = told(done.words, self._words, self._light.number + 1, done.good)
            self._say(terminal_line(self._light, self._local_now()))
            self._page.changed()
        self._sync.wake()
        return done

    def _asked(self) -> Act | None:
        """The act that the badge just presented is the supervisor's word for, if any."""
        asking, self._asking = self._asking, None
        return asking[0] if asking and time.monotonic() < asking[1] else None

    def _local_now(self) -> datetime:
        now = self._clock.now()
        return self._lane.policy.local(now) if self._lane.policy else now

    def _rest(self) -> None:
        ready = self._lane.policy is not None
        if self._light.seconds or (ready and self._light.colour is Colour.STARTING):
            self._light = resting(self._words, ready, self._light.number)
            self._page.changed()

    # --- what the page shows

    @property
    def _is_online(self) -> bool:
        return self._sync.status.link is Link.ONLINE

    def view(self) -> View:
        policy = self._lane.policy
        now = self._clock.now()
        waiting = self._lane.outbox.waiting
        online = self._is_online
        several = self._held.several and not self._camera_lost
        return View(
            light=self._light,
            gate=gate_name(self._lane),
            direction=self._lane.direction,
            time=f"{policy.local(now) if policy else now:%H:%M:%S}",
            link=self._link_words(online),
            online=online,
            waiting=self._words.say("lane-waiting", {"n": waiting}) if waiting else "",
            camera=self._words.say("lane-camera-lost") if self._camera_lost else "",
            language=self._words.language,
            right_to_left=is_right_to_left(self._words),
            several=self._words.say("lane-several") if several else "",
            place="" if self._camera_lost else self._held.place,
            acts=tuple((w, self._words.say(_ACT_WORDS[w])) for w in self._guard.may(now)),
            reasons=policy.override_reasons if policy else (),
            facts=facts(self._lane, self._clock, self._words, now),
            words={name: self._words.say(f"lane-{name}") for name in _DIALOG},
        )

    def _link_words(self, online: bool) -> str:
        if online:
            return self._words.say("lane-online")
        if self._sync.status.link is Link.REVOKED:
            return self._words.say("lane-revoked")
        return self._words.say("lane-offline")
