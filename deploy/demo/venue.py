"""A venue in one folder, for demonstrations: the invented people imported, every gate's devices
enrolled, the programs that run, and what there is to say when one of them ends."""

import argparse
import asyncio
import contextlib
import shutil
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path

from deploy.demo import arguments, people, programs
from deploy.demo.programs import Program
from gate import clock
from gate.access.policy import Policy
from gate.access.policy_file import parse
from gate.client import Client, ServerAway
from gate.edge import enrolment
from gate.editions import example

READY_S = 60.0
Device = tuple[str, Path, dict[str, object]]
"""Name, folder, and what the server is asked for."""


class Failed(Exception):
    """The demonstration cannot go on; the message says why."""


class Venue:
    """`begin` it, then `stop` it whatever happened."""

    def __init__(self, chosen: argparse.Namespace) -> None:
        self.chosen = chosen
        self.folder: Path = chosen.folder
        self.port: int = chosen.port
        self.policy: Policy = parse(example(), "example edition")
        self.stopped = asyncio.Event()
        self._running: list[Program] = []

    @property
    def devices(self) -> str:
        return f"/api/v1/editions/{self.policy.edition}/devices"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def token(self) -> str:
        """The operator's."""
        return (self.folder / "server" / "operator.token").read_text().strip()

    def begin(self, fresh: bool) -> None:
        """Raises Failed when a port is taken. Ctrl-C sets `stopped` from now on."""
        for each in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(each, self.stopped.set)
        self._check_ports()
        if fresh:
            shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True, exist_ok=True)

    async def open(self, now: clock.Clock) -> list[Device]:
        """Server, people and devices; returns the devices. Raises Failed."""
        people_file = self.folder / "people.csv"
        with step("inventing the registrations"):
            if not people_file.exists():
                await asyncio.to_thread(people.write, people_file, self.chosen.people)
        with step("starting server and database"):
            await self.serve(now)
        async with Client(self.url, self.token) as operator:
            await self._import(operator, people_file)
            wanted = self._wanted()
            with step(f"enrolling {len(wanted) - 2} lanes, a kiosk and a printer"):
                await self._enrol(operator, wanted)
        return wanted

    async def serve(self, now: clock.Clock) -> None:
        """Raises Failed when the server does not come up."""
        self.launch("server", ["gate", "serve"], {
            "GATE_SERVER_PORT": str(self.port), "GATE_SERVER_CLOCK": str(now),
            "GATE_SERVER_DATA_DIR": str(self.folder / "server"),
        })  # fmt: skip
        await self._server_ready()

    def launch(self, name: str, module: list[str], environ: dict[str, str]) -> None:
        self._running.append(programs.start(name, module, environ, self.folder / "logs"))

    def check_alive(self) -> None:
        for each in self._running:
            if each.process.poll() is not None:
                raise Failed(f"{each.name} ended by itself:\n{each.last_words()}")

    def stop(self) -> None:
        programs.stop(self._running)
        self._running.clear()

    async def answering(self, *ports: int) -> None:
        """A link is printed once its page opens."""
        deadline = time.monotonic() + READY_S
        for port in ports:
            while time.monotonic() < deadline:
                self.check_alive()
                with contextlib.suppress(OSError):
                    _, writer = await asyncio.open_connection("127.0.0.1", port)
                    writer.close()
                    break
                await asyncio.sleep(0.05)
            else:
                raise Failed(f"nothing answers at port {port} after {READY_S:.0f} s")

    # --- steps

    async def _server_ready(self) -> None:
        deadline = time.monotonic() + READY_S
        async with Client(self.url) as client:
            while time.monotonic() < deadline:
                self.check_alive()
                with contextlib.suppress(ServerAway):
                    await client.operate("GET", "/readyz")
                    return
                await asyncio.sleep(0.1)
        raise Failed(f"the server is not ready after {READY_S:.0f} s")

    async def _import(self, operator: Client, people_file: Path) -> None:
        done = self.folder / "server" / "imported"
        if done.exists():
            return
        raw = people_file.read_bytes()
        with step("importing and signing"):
            async for told in operator.import_file(self.policy.edition, "people.csv", raw, False):
                report = told.get("report")
            if not report or report["problems"]:
                raise Failed(f"the import failed: {report}")
        print(f"  {report['added']:,} people of the file, {report['signed']:,} badges signed")
        done.touch()

    def _wanted(self) -> list[Device]:
        """A printer, a kiosk, and one device for each lane of the policy and for each way out."""
        wanted: list[Device] = [
            ("printer", self.folder / "printer", {"id": "printer", "role": "printer"}),
            ("kiosk", self.folder / "kiosk", {"id": "kiosk", "role": "kiosk"}),
        ]
        for gate in self.policy.gates.values():
            ways = sorted(gate.directions)
            for number in range(max(gate.lanes, len(ways))):
                name = f"{gate.id.replace('_', '-')}-{'abcdefgh'[number]}"
                # Entry first; where one can also leave, the last lane is the way out.
                last = number == max(gate.lanes, len(ways)) - 1
                way = ways[-1] if last else ways[0]
                body = {"id": name, "role": "lane", "gate": gate.id, "direction": way}
                wanted.append((name, self.folder / "lanes" / name, body))
        return wanted

    async def _enrol(self, operator: Client, wanted: list[Device]) -> None:
        for _, folder, body in wanted:
            if not (folder / enrolment.FILE).exists():
                made = await operator.operate("POST", self.devices, body)
                await enrolment.enrol(self.url, made["code"], folder)

    def _check_ports(self) -> None:
        for port in range(self.port, self.port + arguments.PORTS):
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    probe.bind(("127.0.0.1", port))
                except OSError:
                    raise Failed(
                        f"port {port} is in use: stop what uses it, or choose others with --port"
                    ) from None


@contextlib.contextmanager
def step(what: str) -> Iterator[None]:
    print(f"{what} ...", end="", flush=True)
    started = time.monotonic()
    try:
        yield
    finally:
        print(f" {time.monotonic() - started:.1f} s", flush=True)
