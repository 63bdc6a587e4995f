"""A kiosk in the test's own loop, used as a person and as staff use it: codes and touches."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import aiohttp
from nacl import pwhash

from gate.edge import enrolment
from gate.settings import KioskSettings
from kiosk.arrivals.kiosk import Arrivals
from kiosk.arrivals.state import Screen
from kiosk.arrivals.view import View
from tests.programs import EDITION, Server, eventually, free_port

PIN = "2580"


@lru_cache(maxsize=1)
def verifier() -> str:
    argon = pwhash.argon2id
    return argon.str(PIN.encode(), argon.OPSLIMIT_MIN, argon.MEMLIMIT_MIN).decode()


class Kiosk:
    """Everything is asked of the running program's page."""

    def __init__(self, arrivals: Arrivals, url: str, folder: Path) -> None:
        self.arrivals = arrivals
        self.url = url
        self.folder = folder
        self._session = aiohttp.ClientSession(headers={"Origin": url})

    @property
    def badges(self) -> list[bytes]:
        """What came out of the printer."""
        found = sorted((self.folder / "out").glob("badge-*.pdf"))
        return [each.read_bytes() for each in found]

    def view(self) -> View:
        return self.arrivals.view()

    async def shows(self, *screens: Screen, within_s: float = 60.0) -> View:
        """Wait for one of these screens."""
        await eventually(
            lambda: self.view().screen in screens, f"{screens}, is {self.view().screen}", within_s
        )
        return self.view()

    async def tap(self, act: str, **more: object) -> None:
        body = {"act": act, "visit": self.view().visit, **more}
        async with self._session.post(f"{self.url}/act", json=body) as answer:
            assert answer.status == 204, await answer.text()

    async def show(self, text: str) -> View:
        """A code held before the scanner, after the last one was put away."""
        self.arrivals._lines._presented.clear()
        await asyncio.sleep(0)
        self.arrivals.scanned(text)
        return self.view()

    async def fresh(self) -> View:
        """The start, and long enough there that a code is this screen's own."""
        await self.tap("finish")
        await self.settle()
        return self.view()

    async def settle(self) -> None:
        await self.shows(Screen.WELCOME)
        state = self.arrivals._flow.state
        self.arrivals._flow.state = replace(state, since_s=state.since_s - 5)

    async def collect(self, claim: str) -> View:
        """Show, confirm, wait for the end."""
        view = await self.show(claim)
        assert view.screen is Screen.CONFIRM, view
        await self.tap("print")
        return await self.shows(Screen.DONE, Screen.DESK)

    async def close(self) -> None:
        await self._session.close()


@asynccontextmanager
async def running(
    server: Server, folder: Path, name: str, url: str = "", source: str = "", printer: str = ""
) -> AsyncIterator[Kiosk]:
    """A kiosk enrolled under a name, or again on its folder; it is ready when this returns.
    `printer`: its address; without one, badges are files in `out`."""
    if not (folder / enrolment.FILE).exists():
        await server.enrol_kiosk(name, folder)
    chosen = KioskSettings(
        server_url=url or server.url,
        data_dir=folder,
        source=source,
        page_port=free_port(),
        printers=("out=" + (printer or f"folder:{folder / 'out'}"),),
        patience_s=1.0,
        stall_s=1.0,
        staff_pin=verifier(),
        clock=server.clock,
    )
    stop = asyncio.Event()
    arrivals = Arrivals(chosen, enrolment.load(folder), lambda _: None)
    task = asyncio.create_task(arrivals.run(stop))
    kiosk = Kiosk(arrivals, f"http://127.0.0.1:{chosen.page_port}", folder)
    try:
        await eventually(lambda: task.done() or kiosk.view().screen is not None, "started")
        await eventually(
            lambda: task.done() or "starting" not in arrivals._flow.state.troubles, "ready"
        )
        yield kiosk
    finally:
        stop.set()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        await kiosk.close()


async def claims(server: Server) -> dict[str, str]:
    """Registration code -> claim code, as the mailing gets them."""
    async with server.operator() as operator:
        rows = await operator.operate("GET", f"/api/v1/editions/{EDITION}/claims")
    return {row["code"]: row["claim"] for row in rows}


async def tickets(server: Server, kiosk: str) -> list[dict]:
    async with server.operator() as operator:
        rows = await operator.operate("GET", f"/api/v1/editions/{EDITION}/tickets")
    return [row for row in rows if row["kiosk"] == kiosk]


class Page:
    """The page of a kiosk that runs as a program of its own: what it shows, and touches."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._session = aiohttp.ClientSession(headers={"Origin": url})

    async def view(self) -> dict:
        """The newest view; empty while the program does not answer."""
        with contextlib.suppress(aiohttp.ClientError, OSError):
            async with self._session.get(f"{self.url}/events") as events:
                async for line in events.content:
                    if line.startswith(b"data: "):
                        return json.loads(line[6:])
        return {}

    async def shows(self, screen: str) -> dict:
        found = {}

        async def shown() -> bool:
            found.update(await self.view())
            return found.get("screen") == screen

        await eventually(shown, screen)
        return found

    async def tap(self, act: str, **more: object) -> None:
        body = {"act": act, "visit": (await self.view())["visit"], **more}
        async with self._session.post(f"{self.url}/act", json=body) as answer:
            assert answer.status == 204

    async def scan(self, text: str) -> None:
        async with self._session.post(f"{self.url}/scan", data=text) as answer:
            assert answer.status == 204

    async def close(self) -> None:
        await self._session.close()
