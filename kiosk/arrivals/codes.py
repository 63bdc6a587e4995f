"""Where codes come from: a camera's frames and a hand scanner's lines, each in a thread of its own.

What they say is said on the event loop. Whatever ends a thread ends the kiosk: one that sees
nothing must not look alive.
"""

import asyncio
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from gate.access import claim
from gate.settings import KioskSettings
from kiosk import camera, scanner
from kiosk.arrivals.preview import Preview
from kiosk.debounce import Debounce
from kiosk.vision.tracker import Tracker


def is_claim(text: str) -> bool:
    return claim.read(text) is not None


@dataclass(slots=True)
class Codes:
    """`wanted`: whether the screen shown asks for a code; frames are looked at only then. `taken`:
    whether it takes one already."""

    chosen: KioskSettings
    preview: Preview
    wanted: Callable[[], bool]
    taken: Callable[[], bool]
    code: Callable[[str], None]
    line: Callable[[str], None]
    lost: Callable[[bool], None]
    """The camera is away, or back."""
    fail: Callable[[Exception], None]
    _last: str = ""
    _stop: threading.Event = field(default_factory=threading.Event)
    _seen: Debounce = field(default_factory=lambda: Debounce(is_claim))

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        if self.chosen.source:
            self._thread("frames", self._frames, loop)
        if self.chosen.scanner:
            self._thread("scanner", self._lines, loop)

    def stop(self) -> None:
        self._stop.set()

    def _thread(
        self,
        name: str,
        target: Callable[[asyncio.AbstractEventLoop], None],
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        def run() -> None:
            try:
                target(loop)
            except Exception as error:  # noqa: BLE001 - see above
                loop.call_soon_threadsafe(self.fail, error)

        threading.Thread(target=run, name=name, daemon=True).start()

    def _frames(self, loop: asyncio.AbstractEventLoop) -> None:
        def lost(is_lost: bool) -> None:
            loop.call_soon_threadsafe(self.lost, is_lost)

        chosen, tracker, wanted = self.chosen, Tracker(), False
        for frame in camera.frames(chosen.source, chosen.frames_per_s, self._stop, lost):
            wanted, before = self.wanted(), wanted
            if not wanted:
                self.preview.clear()
                continue
            if not before:
                self._seen.held(self._last, time.monotonic())
            self.preview.saw(frame, time.monotonic())
            badge = tracker.look(frame).badge
            if badge and (text := self._shown(badge.text)):
                loop.call_soon_threadsafe(self.code, text)

    def _shown(self, text: str) -> str | None:
        """Of who waits with the code held up already, it is taken as soon as the screen takes one;
        of who was served and still holds it there, not again before it was put away."""
        if not self.taken() and text != self._last:
            return None
        again = self._seen.saw(text, time.monotonic())
        self._last = again or self._last
        return again

    def _lines(self, loop: asyncio.AbstractEventLoop) -> None:
        def said(text: str) -> None:
            loop.call_soon_threadsafe(self.line, text)

        scanner.lines(self.chosen.scanner, said, self._stop)
