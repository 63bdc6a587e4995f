"""`gate serve` as a process of its own, with its embedded database, and commands beside it."""

import asyncio
import os
import signal
import sys
from pathlib import Path

from gate import clock
from tests import venue
from tests.integration.calls import Api, eventually
from tests.programs import free_port

ROOT = Path(__file__).resolve().parents[2]
EDITION = "wsis-ai4g-2026"
START_S = 180.0
"""A start after a kill recovers the database first; the machine may have much else to do."""


class Served:
    """Start it, kill it, start it again: the port, data and clock stay."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._port = free_port()
        self._process: asyncio.subprocess.Process | None = None
        self.environ = {
            **os.environ,
            "GATE_SERVER_PORT": str(self._port),
            "GATE_SERVER_DATA_DIR": str(folder / "server"),
            "GATE_SERVER_CLOCK": str(clock.starting_now(venue.at("07-08 09:00"))),
        }
        self.environ.pop("DATABASE_URL", None)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    @property
    def data(self) -> Path:
        return self._folder / "server"

    @property
    def said(self) -> str:
        """Everything the process has written, over all its starts."""
        return (self._folder / "serve.log").read_text()

    def api(self, **who: object) -> Api:
        return Api(self.url, EDITION, **who)  # type: ignore[arg-type]

    def operator(self) -> Api:
        return self.api(token=(self._folder / "server" / "operator.token").read_text())

    async def start(self) -> None:
        with (self._folder / "serve.log").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "gate", "serve", cwd=ROOT, env=self.environ,
                stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        async with self.api() as nobody:
            await eventually(lambda: self._ready(nobody), START_S)

    async def _ready(self, nobody: Api) -> bool:
        assert self._process is not None
        assert self._process.returncode is None, self.said
        try:
            return (await nobody.get("/readyz")).status == 200
        except OSError:
            return False

    async def kill(self) -> None:
        """SIGKILL: no goodbye to anybody."""
        await self._end(signal.SIGKILL)

    async def stop(self) -> int | None:
        return await self._end(signal.SIGTERM)

    async def _end(self, how: signal.Signals) -> int | None:
        process, self._process = self._process, None
        if process is not None and process.returncode is None:
            process.send_signal(how)
            await process.wait()
        return process.returncode if process else None

    async def run(self, *arguments: str, **environ: str) -> tuple[int, str, str]:
        """`gate ARGUMENTS`: (status, what it printed, what it complained)."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "gate", *arguments, cwd=ROOT, env=self.environ | environ,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        out, error = await process.communicate()
        assert process.returncode is not None
        return process.returncode, out.decode(), error.decode()
