"""`badge-printer station` as the program it is, for tests that kill it."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import aiohttp

from deploy.demo import programs
from tests.programs import free_port

READY_S = 60.0
KEY = "link-key-of-the-tests"


class Station:
    """`badge-printer station` in a folder; it may be killed and started again."""

    def __init__(self, folder: Path, environ: Mapping[str, str]) -> None:
        self._folder = folder
        self.port = free_port()
        self._environ = {
            **environ, "GATE_PRINTER_DATA_DIR": str(folder),
            "GATE_PRINTER_PORT": str(self.port), "GATE_PRINTER_LINK_KEY": KEY,
        }  # fmt: skip
        self._running: programs.Program | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/{KEY}"

    async def start(self) -> None:
        module = ["badge_printer", "station"]
        self._running = programs.start("station", module, self._environ, self._folder / "logs")
        deadline = time.monotonic() + READY_S
        while time.monotonic() < deadline:
            assert self._running.process.poll() is None, self._running.last_words()
            with contextlib.suppress(OSError):
                (await asyncio.open_connection("127.0.0.1", self.port))[1].close()
                return
            await asyncio.sleep(0.05)
        raise AssertionError(self._running.last_words())

    def kill(self) -> None:
        """As a power cut: no goodbye."""
        assert self._running
        self._running.process.kill()
        self._running.process.wait()

    def stop(self) -> None:
        if self._running:
            programs.stop([self._running])

    async def ask(self, method: str, path: str, body: object = None) -> tuple[int, dict]:
        async with (
            aiohttp.ClientSession() as session,
            session.request(method, f"{self.url}/{path}", json=body) as answer,
        ):
            return answer.status, await answer.json(content_type=None)

    async def jobs(self) -> dict[str, dict]:
        _, found = await self.ask("GET", "jobs")
        return {job["code"]: job for job in [*found["ended"], *found["jobs"]]}


@contextlib.asynccontextmanager
async def station(folder: Path, environ: Mapping[str, str]) -> AsyncIterator[Station]:
    made = Station(folder, environ)
    await made.start()
    try:
        yield made
    finally:
        made.stop()
