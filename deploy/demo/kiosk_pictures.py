"""`python -m deploy.demo.kiosk_pictures FOLDER`: every screen of the kiosk in six languages.

What a designer and a translator look at after each change. The screens are the kiosk's own page,
drawn by its own code from made-up states; the tests look at the same ones.
"""

import argparse
import asyncio
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import msgspec
from aiohttp import web
from PIL import Image as Picture
from playwright.async_api import Browser, async_playwright

from deploy.demo import badge_pictures
from deploy.demo.browser import chromium
from gate.access.policy_file import parse
from gate.access.wire import TicketWhy
from gate.editions import example
from gate.words.words import LANGUAGES, Words
from kiosk.arrivals.kiosk import FILES, Act
from kiosk.arrivals.replica import Edition
from kiosk.arrivals.state import Ease, Found, Rules, Screen, State
from kiosk.arrivals.view import StaffView, View, shown, static, troubles
from kiosk.page import LocalPage

SIZE = {"width": 1080, "height": 1920}
SHEET_HEIGHT = 960
_PEOPLE = {"ru": "cyrillic", "ar": "arabic", "zh": "chinese-simplified"}
_PORT_ANY = 0


def states(language: str) -> Iterator[tuple[str, State]]:
    """Every screen, and the ways to see it."""
    people = badge_pictures.badges()
    badge = people.get(_PEOPLE.get(language, ""), people["vietnamese"])
    found = Found(badge.holder, 1, badge, False)
    start = State(visit=1, language=language)
    confirm = replace(start, screen=Screen.CONFIRM, found=found)
    desk = replace(start, screen=Screen.DESK, ticket="A14")
    yield "welcome", start
    yield "name", replace(start, screen=Screen.NAME)
    yield "looking", replace(start, screen=Screen.LOOKING)
    yield "not-found", replace(start, screen=Screen.NOT_FOUND)
    yield "confirm", confirm
    waits = replace(found, printed=True, place="Counter C, box 12 (M-N)")
    yield "waiting", replace(start, screen=Screen.WAITING, found=waits)
    yield "printing", replace(start, screen=Screen.PRINTING)
    yield "confirm-no-phone", replace(confirm, no_phone=True)
    yield "keeping", replace(start, screen=Screen.KEEPING)
    yield "kept", replace(start, screen=Screen.KEPT)
    yield "done", replace(start, screen=Screen.DONE)
    yield "desk", replace(desk, why=TicketWhy.PRINTER)
    yield "idle", replace(confirm, warned=True)
    yield "out-of-order", replace(start, screen=Screen.OUT_OF_ORDER, troubles=frozenset({"jam"}))
    yield "pin", replace(start, screen=Screen.PIN, failed_pins=(0.0,))
    yield "staff", replace(start, screen=Screen.STAFF, troubles=frozenset({"jam", "paused"}))
    for ease in Ease:
        yield f"confirm-{ease}", replace(confirm, ease=frozenset({ease}))
        yield f"name-{ease}", replace(start, screen=Screen.NAME, ease=frozenset({ease}))
        yield f"welcome-{ease}", replace(start, ease=frozenset({ease}))
    yield "desk-all", replace(desk, why=TicketWhy.WRONG, ease=frozenset(Ease))


def view(state: State, camera_lost: bool = False) -> View:
    """What the page is told of a state at the moment it began."""
    policy = parse(example(), "example edition")
    edition = Edition(policy.name, policy.place, policy.days, may_keep_digital=True)
    words = Words(state.language)
    staff = StaffView(
        troubles=troubles(state.troubles, state.language),
        lines=(
            words.say("kiosk-staff-offline"),
            words.say("kiosk-staff-people", {"n": 11003}),
            words.say("kiosk-staff-records", {"n": 7}),
            words.say("kiosk-staff-doubt", {"n": 12}),
        ),
        paused=True,
        doubt=12,
        note="",
    )
    rules = Rules(idle_s=0.0, warn_s=12.0) if state.warned else Rules()
    return shown(state, rules, state.touched_s, edition, "B", camera_lost, staff, True)


class Showing:
    """The kiosk's page, showing whatever it is told to; what is pressed is kept in `acts`."""

    def __init__(self) -> None:
        self.view = view(State(visit=1, language="en"))
        self.acts: list[Act] = []
        self.scanned: list[str] = []
        self.page = LocalPage(lambda: self.view, self.scanned.append, FILES)
        self.url = ""
        self._visit = 0

    def show(self, what: View) -> View:
        """A new visit each time, so that the page builds itself anew."""
        self._visit += 1
        self.view = msgspec.structs.replace(what, visit=self._visit)
        self.page.changed()
        return self.view

    async def act(self, request: web.Request) -> web.Response:
        self.acts.append(msgspec.json.decode(await request.read(), type=Act))
        return web.Response(status=204)

    async def words(self, request: web.Request) -> web.Response:
        return web.json_response(body=msgspec.json.encode(static()))


@asynccontextmanager
async def showing() -> AsyncIterator[Showing]:
    it = Showing()
    app = it.page.application()
    app.router.add_post("/act", it.act)
    app.router.add_get("/words", it.words)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", _PORT_ANY).start()
        it.url = f"http://127.0.0.1:{runner.addresses[0][1]}/"
        yield it
    finally:
        await runner.cleanup()


async def take(browser: Browser, folder: Path, languages: tuple[str, ...], only: str) -> None:
    """One PNG a screen and language, and a sheet of each screen."""
    async with showing() as it:
        page = await browser.new_page(viewport=SIZE, reduced_motion="reduce")  # type: ignore[arg-type]
        await page.goto(it.url)
        sheets: dict[str, list[Picture.Image]] = {}
        for language in languages:
            for name, state in states(language):
                if only and not name.startswith(only):
                    continue
                now = it.show(view(state))
                await page.wait_for_function(
                    "visit => document.body.dataset.visit === String(visit)", arg=now.visit
                )
                path = folder / f"{name}-{language}.png"
                await page.screenshot(path=path)
                picture = Picture.open(path)
                size = (SHEET_HEIGHT * picture.width // picture.height, SHEET_HEIGHT)
                sheets.setdefault(name, []).append(picture.resize(size))
        await page.close()
    for name, pictures in sheets.items():
        sheet = Picture.new("RGB", (sum(p.width for p in pictures), SHEET_HEIGHT))
        at = 0
        for picture in pictures:
            sheet.paste(picture, (at, 0))
            at += picture.width
        sheet.save(folder / f"sheet-{name}.png")


def main() -> int:
    parser = argparse.ArgumentParser(prog="kiosk_pictures", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", default="", help="screens whose name begins so")
    parser.add_argument("--languages", default=",".join(LANGUAGES))
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)

    async def run() -> None:
        async with async_playwright() as started:
            browser = await chromium(started)
            languages = tuple(arguments.languages.split(","))
            await take(browser, arguments.folder, languages, arguments.only)
            await browser.close()

    asyncio.run(run())
    print(f"pictures are in {arguments.folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
