"""A guard's phone for tests: a page of a real Chromium with storage of its own, enrolled at a gate
of a real server, with a hand scanner and, where wanted, a camera that sees rendered badges."""

import asyncio
import contextlib
import itertools
import json
import os
import signal
import tempfile
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from pathlib import Path

import psutil
from playwright.async_api import Browser, BrowserContext, Page, Playwright
from playwright.async_api import Error as PlaywrightError

from badge_printer.render import Renderer
from badge_printer.template import load
from deploy.demo import scenes
from deploy.demo.browser import ARGUMENTS, executable
from gate.access.ledger import LogRecord
from gate.client import Client
from tests.programs import EDITION, Person, Server, eventually

SIZE = {"width": 412, "height": 892}
WAIT_MS = 60_000
TYPE = """(text) => {
  for (const key of [...text, "Enter"]) {
    const pressed = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true });
    (document.activeElement ?? document.body).dispatchEvent(pressed);
  }
}"""
LIGHTS = """
window.lights = [];
new MutationObserver(() => {
  const text = (id) => document.getElementById(id).innerText;
  const { number, state } = document.body?.dataset ?? {};
  if (Number(number ?? 0) > (lights.at(-1)?.number ?? 0)) {
    lights.push({ number: Number(number), state, title: text("title"), words: text("words"),
                  category: text("category") });
  }
}).observe(document, { subtree: true, attributes: true, attributeFilter: ["data-number"] });
"""
"""Every light the page showed, with its words: on a busy machine one may have gone out before
anybody looks."""
FILMED = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
_names = itertools.count(1)


class Phone:
    """One phone. `open` shows the scanner page; `page` is it."""

    def __init__(self, browser: Browser, server: Server, url: str = "") -> None:
        self.server = server
        self.url = url or server.url
        """The phone may reach the server through a proxy."""
        self.device = f"phone-{os.getpid()}-{next(_names)}"
        self.lit: dict[str, object] = {}
        """The last light: state, title, words, category."""
        self.said: list[str] = []
        """Errors and warnings of the page's console, and requests to anywhere else."""
        self.camera: Path | None = None
        self.language = "en-GB"
        self.clock_ahead_s = 0
        """How wrong the phone's own clock is."""
        self.granted_at_most: int | None = None
        """The server grants so many rights to a full room, and no more."""
        self.playwright: Playwright | None = None
        """With it the phone is a browser of its own, which can be killed."""
        self._browser = browser
        self._folder = Path()
        self._context: BrowserContext | None = None
        self.page: Page

    # --- the browser

    async def switch_on(self) -> None:
        if self.playwright:
            film = [*FILMED, f"--use-file-for-fake-video-capture={self.camera}"]
            self._context = await self.playwright.chromium.launch_persistent_context(
                self._folder, executable_path=executable(), viewport=SIZE, locale=self.language,
                args=[*ARGUMENTS, *(film if self.camera else [])],
                permissions=["camera"] if self.camera else [],
            )  # fmt: skip
        else:
            self._context = await self._browser.new_context(viewport=SIZE, locale=self.language)
        self._context.set_default_timeout(WAIT_MS)
        await self._context.add_init_script(LIGHTS)
        if self.clock_ahead_s:
            ahead = (
                f"const right = Date.now; Date.now = () => right() + {self.clock_ahead_s * 1000};"
            )
            await self._context.add_init_script(ahead)
        self.page = (self._context.pages or [await self._context.new_page()])[0]
        self._listen(self.page)
        if self.granted_at_most is not None:
            await self._context.route("**/api/v1/lane/lease", self._grant)
            await self._context.route("**/api/v1/lane/hello", self._hush)

    async def switch_off(self) -> None:
        if self._context:
            await self._context.close()
            self._context = None

    async def kill(self) -> None:
        """Battery out: every process of this browser is gone at once."""
        profile = str(self._folder)
        for each in psutil.process_iter(["cmdline"]):
            if any(profile in part for part in each.info["cmdline"] or ()):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(each.pid, signal.SIGKILL)
        with contextlib.suppress(PlaywrightError):
            await self.switch_off()
        self._context = None

    async def another_tab(self) -> Page:
        assert self._context
        page = await self._context.new_page()
        await page.goto(f"{self.url}/scan")
        return page

    async def granted(self) -> None:
        """Wait until the phone has rights to the room it leads into."""
        await self.page.wait_for_selector("body[data-places]:not([data-places='0'])")

    async def _grant(self, route) -> None:
        """In the server's place, whose rights are for the other tests' phones."""
        zone = route.request.post_data_json["zone"]
        await route.fulfill(json={"zone": zone, "granted": self.granted_at_most})

    async def _hush(self, route) -> None:
        """The server, which granted nothing, would take those rights for the proof of a restore."""
        hello = {**route.request.post_data_json, "granted": []}
        await route.continue_(post_data=json.dumps(hello))

    async def network(self, there: bool) -> None:
        """There, or gone; it goes once the page is kept on the phone."""
        assert self._context
        if not there:
            await self.page.wait_for_selector("body[data-kept=yes]")
        await self._context.set_offline(not there)

    def _listen(self, page: Page) -> None:
        def heard(message) -> None:
            if message.type in ("error", "warning") and "ERR_" not in message.text:
                self.said.append(message.text)

        def asked(request) -> None:
            if not request.url.startswith((self.url, "data:", "blob:")):
                self.said.append(f"asked {request.url}")

        page.on("console", heard)
        page.on("pageerror", lambda error: self.said.append(str(error)))
        page.on("request", asked)

    # --- at the gate

    async def code(self, device: str, gate: str = "west_3", direction: str = "entry") -> str:
        """A one-time code for a lane of this name."""
        async with self.server.operator() as operator:
            new = {"id": device, "role": "lane", "gate": gate, "direction": direction}
            made = await operator.operate("POST", f"/api/v1/editions/{EDITION}/devices", new)
        return str(made["code"])

    async def enrol(self, gate: str = "west_3", direction: str = "entry") -> None:
        """Open the link the operator's command prints, and wait until the phone is a lane."""
        code = await self.code(self.device, gate, direction)
        await self.page.goto(f"{self.url}/scan#{code}")
        await self.ready()
        await self.page.wait_for_selector("#link[data-link=online]")
        await self.page.wait_for_selector("#gate:not(:empty)")
        await self.page.wait_for_selector("#entered:not([hidden])")  # it has its first snapshot

    async def ready(self) -> None:
        await self.page.wait_for_selector("body[data-state=ready]")

    async def scan(self, text: str) -> str:
        """A hand scanner types the text, faster than any hand; the colour shown for it."""
        return await self.light(self.page.evaluate(TYPE, text))

    async def light(self, act: Awaitable[object]) -> str:
        """The colour of the light that follows the act; `lit` keeps what it said."""
        before = await self.shown()
        await act
        lit = await self.page.wait_for_function(
            "(n) => lights.find(({ number }) => number > n)", arg=before
        )
        self.lit = await lit.json_value()
        return str(self.lit["state"])

    async def out_of_view(self) -> None:
        """The badge just scanned is taken away for so long that, shown again, it is a new scan."""
        await self.page.wait_for_timeout(2000)

    async def shown(self) -> int:
        return int(await self.page.get_attribute("body", "data-number") or 0)

    @property
    def words(self) -> str:
        """What the last light said."""
        return str(self.lit["words"])

    async def entered(self, n: int) -> None:
        """Wait until the page says that so many came in here."""
        await self.page.wait_for_selector(f"#entered:text-is('{n} in')")

    async def shows(self) -> str:
        """Everything there is to read on it, for whoever looks into a failed test."""
        try:
            seen = await self.page.evaluate("[{...document.body.dataset}, document.body.innerText]")
            return f"{seen} at {self.page.url} and said {self.said}"
        except PlaywrightError as error:
            return f"nothing: {error}"

    async def kept(self, n: int) -> None:
        """Wait until so many records are kept and not yet on the server."""
        await self.page.wait_for_selector(f"body[data-waiting='{n}']")

    async def log(self) -> list[LogRecord]:
        return await self.server.log(self.device)

    async def logged(self, n: int) -> list[LogRecord]:
        """The server's records of this phone, once it holds so many: dense, each once."""

        async def enough() -> list[LogRecord] | None:
            records = await self.log()
            return records if len(records) >= n else None

        records = await eventually(enough, f"{n} records of {self.device}")
        assert sorted(r.number for r in records) == list(range(1, n + 1))
        return records


@asynccontextmanager
async def phone(
    browser: Browser, server: Server, gate: str = "west_3", url: str = "", **more
) -> AsyncIterator[Phone]:
    """An enrolled phone at a gate."""
    with tempfile.TemporaryDirectory(prefix="gate-phone-", ignore_cleanup_errors=True) as folder:
        made = Phone(browser, server, url)
        made._folder = Path(folder)
        for name, value in more.items():
            setattr(made, name, value)
        await made.switch_on()
        try:
            await made.enrol(gate)
            yield made
        except Exception as wrong:
            wrong.add_note(f"the phone showed {await made.shows()}")
            raise
        finally:
            await made.switch_off()


async def badges(server: Server, *people: Person) -> list[str]:
    await server.import_people(*people)
    return [await server.badge(each.code) for each in people]


async def filmed(server: Server, people: list[Person], folder: Path) -> Path:
    """What a camera sees while the people hold their printed badges into view, again and again."""
    await server.badge(people[0].code)
    async with Client(server.url, server._printer.token) as client:
        data = [await client.badge(each.code) for each in people]

    def film() -> Path:
        renderer = Renderer(load())
        pictures = [scenes.picture(renderer.png(each, 150.0)) for each in data]
        scenes.film(pictures, folder / "frames", seed=5, shown=30, empty=15)
        frames = sorted((folder / "frames").glob("*.jpg"))
        (folder / "film.mjpeg").write_bytes(b"".join(each.read_bytes() for each in frames))
        return folder / "film.mjpeg"

    return await asyncio.to_thread(film)


async def cancel(server: Server, code: str) -> None:
    """The registration system sends the person again, now cancelled."""
    await server.import_people(Person(code, status="cancelled"))
