"""A real server to measure: `gate serve` in a process of its own, on its embedded PostgreSQL.

Everything it writes is in one temporary folder, gone at the end with the process.
"""

import asyncio
import contextlib
import signal
import socket
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from deploy.demo import programs
from gate import clock
from gate.access.model import Direction
from gate.access.wire import Enrolled, Snapshot
from gate.client import Client, ServerAway
from gate.server.issue import Signer, secret
from tests import venue

READY_S = 60.0
OPENED_AT = venue.at("07-07 09:30")
"""The venue's time when a measured server starts: a morning on which most badges open."""


class Server:
    """`operator` may do everything; `url` stays the same when the server starts again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.edition = venue.policy().edition
        self.operator = Client(self.url)
        self._clock = clock.starting_now(OPENED_AT)
        self._program: programs.Program | None = None

    async def start(self) -> float:
        """Seconds from the start of the process until it can store scans."""
        started = time.perf_counter()
        self._program = programs.start(
            "server",
            ["gate", "serve"],
            {
                "GATE_SERVER_PORT": str(self.port),
                "GATE_SERVER_DATA_DIR": str(self._folder / "server"),
                "GATE_SERVER_CLOCK": str(self._clock),
                "GATE_SERVER_DATABASE_URL": "",
                "GATE_SETTINGS": "",
                "TMPDIR": str(self._folder),  # the database's socket goes with the folder
            },
            self._folder / "logs",
        )
        async with Client(self.url) as client:
            while time.perf_counter() - started < READY_S:
                if self._program.process.poll() is not None:
                    raise SystemExit(f"the server ended:\n{self._program.last_words()}")
                with contextlib.suppress(ServerAway):
                    await client.operate("GET", "/readyz")
                    break
                await asyncio.sleep(0.01)
        seconds = time.perf_counter() - started
        await self.operator.close()
        self.operator = Client(self.url, self.token)
        return seconds

    @property
    def token(self) -> str:
        """The operator's."""
        return (self._folder / "server" / "operator.token").read_text().strip()

    def kill(self) -> None:
        """SIGKILL: no goodbye to anybody, the database included."""
        assert self._program is not None
        self._program.process.send_signal(signal.SIGKILL)
        self._program.process.wait()

    async def stop(self) -> None:
        await self.operator.close()
        if self._program is not None:
            programs.stop([self._program])

    def cpu_s(self) -> float:
        """Processor seconds the server's own process has used; the database's are not in it."""
        assert self._program is not None
        fields = Path(f"/proc/{self._program.process.pid}/stat").read_text().rpartition(")")[2]
        user, system = fields.split()[11:13]
        return (int(user) + int(system)) / 100

    async def import_people(self, raw: bytes, dry_run: bool = False) -> dict[str, Any]:
        """The report of an import through the API."""
        report = None
        async for step in self.operator.import_file(self.edition, "people.csv", raw, dry_run):
            report = step.get("report") or report
        if report is None or report["problems"]:
            raise SystemExit(f"the import failed: {report}")
        return report

    async def enrol(self, device: str, gate: str = "north_1") -> Enrolled:
        """A lane at a gate, through code and token like any other."""
        body = {"id": device, "role": "lane", "gate": gate, "direction": Direction.ENTRY}
        made = await self.operator.operate("POST", f"/api/v1/editions/{self.edition}/devices", body)
        async with Client(self.url) as client:
            return await client.enrol(made["code"])

    async def badges(self, lane: Enrolled) -> list[str]:
        """The text of everybody's badge, signed with the server's own key."""
        async with Client(self.url, lane.token) as client:
            snapshot: Snapshot = await client.snapshot()
        p = venue.policy()
        seed = secret(self._folder / "server" / "keys" / f"{p.edition}-1.key")
        badge_signer = Signer(p, 1, seed)
        profiles = {each.number: each for each in snapshot.profiles}
        return [
            badge_signer.issue(h.holder, h.generation, 1, profiles[h.profile], OPENED_AT).text
            for h in snapshot.holders
        ]


@asynccontextmanager
async def running() -> AsyncIterator[Server]:
    """A server that has answered /readyz, still without registrations."""
    with tempfile.TemporaryDirectory(prefix="gate-bench-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)  # the database's own account must reach its data in there
        server = Server(folder)
        try:
            await server.start()
            yield server
        finally:
            await server.stop()
