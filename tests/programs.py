"""The real service as a program of its own, for tests that kill, restart or cut it off.

`Server` runs `python -m gate serve` on a free port with an embedded database in a new folder. It
can be stopped, killed and started again on the same folder and port, and put back to an earlier
state as if restored from a backup. Tests talk to it over HTTP; `log` and `database` look behind it.
"""

import asyncio
import contextlib
import csv
import io
import os
import random
import shutil
import signal
import socket
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from http.client import HTTPConnection
from pathlib import Path

import asyncpg
import msgspec

from deploy.demo import programs
from gate import clock
from gate.access.ledger import LogRecord
from gate.access.wire import Enrolled, PrePrinted
from gate.client import Client
from gate.edge import enrolment
from gate.server.postgres import DATABASE, Embedded
from tests import venue

START_S = 120.0
MORNING = "2026-07-07T09:00+02:00"
EDITION = venue.policy().edition
_COLUMNS = ("code", "given name", "family name", "organisation", "country", "category",
            "events", "email", "status")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Person:
    """One row of an import; invented."""

    code: str
    events: str = "wsis;ai4g;dialogue"
    category: str = "delegate"
    status: str = "approved"

    def row(self) -> tuple[str, ...]:
        return (self.code, "Given", f"Family {self.code}", "Example Ministry", "Switzerland",
                self.category, self.events, f"{self.code.lower()}@example.org",
                self.status)  # fmt: skip


class Server:
    """One server in one folder. `running` is the easy way to have one."""

    def __init__(
        self,
        folder: Path,
        start_at: str = MORNING,
        speed: float = 1.0,
        host: str = "127.0.0.1",
        policy_file: Path | None = None,
    ) -> None:
        self.folder = folder
        self.host = host
        self.port = free_port(host)
        self.clock = clock.starting_now(datetime.fromisoformat(start_at), speed)
        """The venue's time, also for lanes beside this server."""
        self._policy_file = policy_file
        self._program: programs.Program | None = None
        self._printer: Enrolled | None = None

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"

    @property
    def data(self) -> Path:
        return self.folder / "server"

    # --- running

    def start(self) -> None:
        """Returns when it answers. Raises RuntimeError with its last words when it ends."""
        self.launch()
        deadline = time.monotonic() + START_S
        while not self._answers(deadline):
            time.sleep(0.05)

    async def start_beside(self) -> None:
        """The same without holding up what else runs in this loop."""
        self.launch()
        deadline = time.monotonic() + START_S
        while not await asyncio.to_thread(self._answers, deadline):  # noqa: ASYNC110
            await asyncio.sleep(0.05)

    def launch(self) -> None:
        """Begin to start it. From the main thread only: the kernel ends it with its thread."""
        environ = {
            "GATE_SERVER_HOST": self.host,
            "GATE_SERVER_PORT": str(self.port),
            "GATE_SERVER_DATA_DIR": str(self.data),
            "GATE_SERVER_CLOCK": str(self.clock),
        }
        if self._policy_file:
            environ["GATE_SERVER_POLICY_FILE"] = str(self._policy_file)
        self._program = programs.start("server", ["gate", "serve"], environ, self.folder / "logs")

    def stop(self) -> None:
        """An orderly end; harmless when it does not run."""
        if self._program:
            programs.stop([self._program])

    def kill(self) -> None:
        """The process is gone at once, as by a power cut; its database goes with it."""
        assert self._program
        self._program.process.send_signal(signal.SIGKILL)
        self._program.process.wait()

    def restart(self) -> None:
        self.stop()
        self.start()

    @contextmanager
    def restored_afterwards(self) -> Iterator[None]:
        """What happens inside is forgotten at the end, as by the restore of a backup. The
        server is stopped for the copy, and runs before, inside and after."""
        copy = self.folder / "backup"
        self.stop()
        shutil.copytree(self.data, copy, symlinks=True)
        _own_like(self.data, copy)
        self.start()
        yield
        self.stop()
        shutil.rmtree(self.data)
        copy.rename(self.data)
        self.start()

    def discard(self) -> None:
        """Stop it and remove all it kept."""
        self.stop()
        shutil.rmtree(Embedded(self.data / "postgres")._sockets, ignore_errors=True)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _answers(self, deadline: float) -> bool:
        assert self._program
        if self._program.process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"the server does not answer:\n{self._program.last_words()}")
        connection = HTTPConnection(self.host, self.port, timeout=2)
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status < 300
        except OSError:
            return False
        finally:
            connection.close()

    # --- what an operator does

    @asynccontextmanager
    async def operator(self) -> AsyncIterator[Client]:
        token = (self.data / "operator.token").read_text().strip()
        async with Client(self.url, token) as client:
            yield client

    async def import_people(self, *people: Person) -> dict:
        """The import's report; every row must be good."""
        out = io.StringIO()
        csv.writer(out).writerows([_COLUMNS, *(person.row() for person in people)])
        report: dict = {}
        async with self.operator() as operator:
            raw = out.getvalue().encode()
            async for step in operator.import_file(EDITION, "people.csv", raw, dry_run=False):
                report = step.get("report") or report
        assert report and not report["problems"], report
        return report

    async def enrol(
        self, name: str, folder: Path, gate: str = "north_1", direction: str = "entry"
    ) -> Enrolled:
        """A new lane, or one that enrols again; its enrolment is kept in the folder."""
        return await self._enrol(
            {"id": name, "role": "lane", "gate": gate, "direction": direction}, folder
        )

    async def enrol_printer(self, name: str, folder: Path) -> Enrolled:
        """A print station; its enrolment is kept in the folder."""
        return await self._enrol({"id": name, "role": "printer"}, folder)

    async def enrol_kiosk(self, name: str, folder: Path) -> Enrolled:
        """A kiosk of its own, with the enrolment kept in the folder."""
        return await self._enrol({"id": name, "role": "kiosk"}, folder)

    async def revoke(self, name: str) -> None:
        async with self.operator() as operator:
            await operator.operate("POST", f"/api/v1/editions/{EDITION}/devices/{name}/revoke")

    async def badge(self, code: str) -> str:
        """The QR text of a person's badge, as a printer gets it."""
        async with self._station() as printer:
            return (await printer.badge(code)).text

    async def pre_printed(self, code: str, place: str, lot: str = "shop") -> None:
        """The print shop made a person's badge, and it waits at a place."""
        async with self._station() as printer:
            badge = await printer.badge(code)
            made = PrePrinted(badge.holder, badge.generation, place)
            assert (await printer.pre_printed([made], lot)).waiting == 1

    @asynccontextmanager
    async def _station(self) -> AsyncIterator[Client]:
        if self._printer is None:
            self._printer = await self._enrol(
                {"id": "printer", "role": "printer"}, self.folder / "printer"
            )
        async with Client(self.url, self._printer.token) as printer:
            yield printer

    async def _enrol(self, device: dict, folder: Path) -> Enrolled:
        async with self.operator() as operator:
            path = f"/api/v1/editions/{EDITION}/devices"
            made = await operator.operate("POST", path, device)
        return await enrolment.enrol(self.url, made["code"], folder)

    @asynccontextmanager
    async def database(self) -> AsyncIterator[asyncpg.Connection]:
        connection = await asyncpg.connect(Embedded(self.data / "postgres").url(DATABASE))
        try:
            yield connection
        finally:
            await connection.close()

    async def log(self, device: str) -> list[LogRecord]:
        """Every record the server holds of a device, in the order it was stored."""
        async with self.database() as database:
            rows = await database.fetch(
                "SELECT body FROM log WHERE device = $1 ORDER BY seq", device
            )
        return [msgspec.json.decode(row["body"], type=LogRecord) for row in rows]


@contextmanager
def running(start_at: str = MORNING, **more) -> Iterator[Server]:
    """A server of its own for as long as the block lasts; nothing is left behind."""
    folder = Path(tempfile.mkdtemp(prefix="gate-test-"))
    folder.chmod(0o755)  # PostgreSQL runs as another user when we are root
    server = Server(folder, start_at, **more)
    try:
        server.start()
        yield server
    finally:
        server.discard()


def free_port(host: str = "127.0.0.1") -> int:
    return ports_in_a_row(1, host)


def ports_in_a_row(count: int = 4, host: str = "127.0.0.1") -> int:
    """The first of so many that are free, where no system gives ports to whoever asks for any: the
    tests beside this one do, also while a server of ours is down that must come back on its own."""
    while True:
        port = random.SystemRandom().randrange(20_000, 30_000)
        with contextlib.ExitStack() as held, contextlib.suppress(OSError):
            for each in range(port, port + count):
                held.enter_context(socket.socket()).bind((host, each))
            return port


async def eventually(condition, what: str, within_s: float = 60.0):
    """Wait until `condition()` (plain or async) is true, and return what it gave."""
    deadline = time.monotonic() + within_s
    while True:
        found = condition()
        found = await found if asyncio.iscoroutine(found) else found
        if found:
            return found
        assert time.monotonic() < deadline, f"not within {within_s:.0f} s: {what}"
        await asyncio.sleep(0.02)


def _own_like(model: Path, copy: Path) -> None:
    """Copied files belong to us; PostgreSQL wants them to be its own."""
    for each in (model, *model.rglob("*")):
        with contextlib.suppress(FileNotFoundError):
            found = each.lstat()
            os.chown(copy / each.relative_to(model), found.st_uid, found.st_gid,
                     follow_symlinks=False)  # fmt: skip
