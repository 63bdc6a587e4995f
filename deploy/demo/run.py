"""`deploy/dev run`: the example week, played: server, camera lane, badge station, kiosk, a crowd.

Everything is the real program over the real API, in its own process. A second run goes on where
the first one stopped; `--fresh` starts the week anew.
"""

import argparse
import asyncio
import contextlib
import json
import secrets
import shutil
import signal
import socket
import sys
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from deploy.demo import arguments, people, programs, recording
from deploy.demo.programs import Program
from gate import clock
from gate.access.policy import Policy
from gate.access.policy_file import parse
from gate.client import CallRefused, Client, ServerAway
from gate.edge import enrolment
from gate.editions import example

DAY_ENDS_HOUR = 20
CAMERA_LANE = "north-1-a"
PHONE = {"id": "phone", "role": "lane", "gate": "west_3"}
READY_S = 60.0
Device = tuple[str, Path, dict[str, object]]
"""Name, folder, and what the server is asked for."""
STAFF_PIN_VERIFIER = (
    "$argon2id$v=19$m=65536,t=2,p=1$6oWI1G37GbHR0SQsAEssoQ$Tn1bXs"
    "F0aggT6yURF2f4R0rLoQajwMmqejOLeST9crk"
)
"""Of the kiosk's staff PIN 2580, as `kiosk pin` printed it."""


class Failed(Exception):
    """The demonstration cannot go on; the message says why."""


def main() -> int:
    chosen = arguments.read(about=__doc__)
    try:
        return asyncio.run(Demonstration(chosen).run())
    except (Failed, ServerAway, CallRefused, OSError) as error:
        print(f"\n{error}", file=sys.stderr)
        return 1


class Demonstration:
    def __init__(self, chosen: argparse.Namespace) -> None:
        self._chosen = chosen
        self._folder: Path = chosen.folder
        self._port: int = chosen.port
        self._policy: Policy = parse(example(), "example edition")
        self._running: list[Program] = []
        self._stop = asyncio.Event()

    @property
    def _devices(self) -> str:
        return f"/api/v1/editions/{self._policy.edition}/devices"

    @property
    def _url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    async def run(self) -> int:
        for each in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(each, self._stop.set)
        self._check_ports()
        if self._chosen.fresh:
            shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir(parents=True, exist_ok=True)
        now = self._clock()
        try:
            await self._start(now)
            return await self._watch()
        finally:
            print("\nstopping", flush=True)
            programs.stop(self._running)
            (self._folder / "stopped-at").write_text(now.now().isoformat())

    async def _start(self, now: clock.Clock) -> None:
        people_file = self._folder / "people.csv"
        with _step("inventing the registrations"):
            if not people_file.exists():
                await asyncio.to_thread(people.write, people_file, self._chosen.people)
        with _step("starting server and database"):
            self._launch("server", ["gate", "serve"], {
                "GATE_SERVER_PORT": str(self._port), "GATE_SERVER_CLOCK": str(now),
                "GATE_SERVER_DATA_DIR": str(self._folder / "server"),
            })  # fmt: skip
            await self._server_ready()
        token = (self._folder / "server" / "operator.token").read_text().strip()
        async with Client(self._url, token) as operator:
            await self._import(operator, people_file)
            wanted = self._wanted()
            with _step(f"enrolling {len(wanted) - 2} lanes, a kiosk and a printer"):
                await self._enrol(operator, wanted)
            others = (CAMERA_LANE, "printer", "kiosk")
            lanes = [name for name, *_ in wanted if name not in others]
            await self._record(operator)
            with _step("starting lane, print station, kiosk and crowd"):
                self._start_others(now, lanes)
                await self._answering(self._port + 1, self._port + 2, self._port + 3)
            link = await operator.operate("POST", "/api/v1/staff/links", {"roles": ["admin"]})
            phone = await operator.operate("POST", self._devices, PHONE)
            claim = await self._claim(operator)
        self._print_links(str(link["url"]), str(phone["code"]), claim, now)

    def _start_others(self, now: clock.Clock, lanes: list[str]) -> None:
        self._link_key = secrets.token_urlsafe(18)
        self._launch("printer", ["badge_printer", "station"], {
            "GATE_PRINTER_SERVER_URL": self._url, "GATE_PRINTER_PORT": str(self._port + 2),
            "GATE_PRINTER_DATA_DIR": str(self._folder / "printer"),
            "GATE_PRINTER_LINK_KEY": self._link_key, "GATE_PRINTER_CLOCK": str(now),
            "GATE_PRINTER_PRINTERS": f"desk=folder:{self._folder / 'badges'}",
        })  # fmt: skip
        self._launch("lane", ["kiosk", "entrance"], {
            "GATE_LANE_SERVER_URL": self._url, "GATE_LANE_PAGE_PORT": str(self._port + 1),
            "GATE_LANE_DATA_DIR": str(self._folder / "lanes" / CAMERA_LANE),
            "GATE_LANE_SOURCE": str(self._folder / "frames"), "GATE_LANE_CLOCK": str(now),
            "GATE_LANE_FRAMES_PER_S": "8",
        })  # fmt: skip
        self._launch("kiosk", ["kiosk", "arrivals"], {
            "GATE_KIOSK_SERVER_URL": self._url, "GATE_KIOSK_PAGE_PORT": str(self._port + 3),
            "GATE_KIOSK_DATA_DIR": str(self._folder / "kiosk"), "GATE_KIOSK_CLOCK": str(now),
            "GATE_KIOSK_SOURCE": "", "GATE_KIOSK_STAFF_PIN": STAFF_PIN_VERIFIER,
            "GATE_KIOSK_PRINTERS": f"front=folder:{self._folder.resolve() / 'kiosk' / 'badges'}",
        })  # fmt: skip
        self._launch("crowd", ["deploy.demo.crowd"], {
            "CROWD_FOLDER": str(self._folder), "CROWD_SERVER": self._url,
            "CROWD_CLOCK": str(now), "CROWD_LANES": ",".join(lanes),
        })  # fmt: skip

    # --- steps

    async def _server_ready(self) -> None:
        deadline = time.monotonic() + READY_S
        async with Client(self._url) as client:
            while time.monotonic() < deadline:
                self._check_alive()
                with contextlib.suppress(ServerAway):
                    await client.operate("GET", "/readyz")
                    return
                await asyncio.sleep(0.1)
        raise Failed(f"the server is not ready after {READY_S:.0f} s")

    async def _answering(self, *ports: int) -> None:
        """A link is printed once its page opens."""
        deadline = time.monotonic() + READY_S
        for port in ports:
            while time.monotonic() < deadline:
                self._check_alive()
                with contextlib.suppress(OSError):
                    _, writer = await asyncio.open_connection("127.0.0.1", port)
                    writer.close()
                    break
                await asyncio.sleep(0.05)
            else:
                raise Failed(f"nothing answers at port {port} after {READY_S:.0f} s")

    async def _import(self, operator: Client, people_file: Path) -> None:
        done = self._folder / "server" / "imported"
        if done.exists():
            return
        raw = people_file.read_bytes()
        with _step("importing and signing"):
            async for step in operator.import_file(self._policy.edition, "people.csv", raw, False):
                report = step.get("report")
            if not report or report["problems"]:
                raise Failed(f"the import failed: {report}")
        print(f"  {report['added']:,} people of the file, {report['signed']:,} badges signed")
        done.touch()

    def _wanted(self) -> list[Device]:
        """A printer, a kiosk, and one device for each lane of the policy and for each way out."""
        wanted: list[Device] = [
            ("printer", self._folder / "printer", {"id": "printer", "role": "printer"}),
            ("kiosk", self._folder / "kiosk", {"id": "kiosk", "role": "kiosk"}),
        ]
        for gate in self._policy.gates.values():
            ways = sorted(gate.directions)
            for number in range(max(gate.lanes, len(ways))):
                name = f"{gate.id.replace('_', '-')}-{'abcdefgh'[number]}"
                # Entry first; where one can also leave, the last lane is the way out.
                last = number == max(gate.lanes, len(ways)) - 1
                way = ways[-1] if last else ways[0]
                body = {"id": name, "role": "lane", "gate": gate.id, "direction": way}
                wanted.append((name, self._folder / "lanes" / name, body))
        return wanted

    async def _enrol(self, operator: Client, wanted: list[Device]) -> None:
        for _, folder, body in wanted:
            if not (folder / enrolment.FILE).exists():
                made = await operator.operate("POST", self._devices, body)
                await enrolment.enrol(self._url, made["code"], folder)

    async def _claim(self, operator: Client) -> str:
        """The code in the mail of the person whose badge the links show."""
        rows = await operator.operate("GET", f"/api/v1/editions/{self._policy.edition}/claims")
        return str(next(row["claim"] for row in rows if row["code"] == self._shown()))

    def _shown(self) -> str:
        return str(json.loads((self._folder / "frames" / recording.DONE).read_text())["badge"])

    async def _record(self, operator: Client) -> None:
        """The frames the camera lane sees: rendered badges, held into view."""
        frames = self._folder / "frames"
        if (frames / recording.DONE).exists():
            return
        with _step("recording what the camera will see"):
            printer = enrolment.load(self._folder / "printer")
            async with Client(self._url, printer.token) as badges:
                await recording.record(
                    frames, self._folder / "people.csv", badges, operator, self._policy
                )

    # --- running

    def _launch(self, name: str, module: list[str], environ: dict[str, str]) -> None:
        self._running.append(programs.start(name, module, environ, self._folder / "logs"))

    def _check_alive(self) -> None:
        for each in self._running:
            if each.process.poll() is not None:
                raise Failed(f"{each.name} ended by itself:\n{each.last_words()}")

    async def _watch(self) -> int:
        while not self._stop.is_set():
            self._check_alive()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), 0.5)
        return 0

    def _clock(self) -> clock.Clock:
        """Where the last run stopped; the next morning when that day was over."""
        start: datetime = self._chosen.start
        stopped = self._folder / "stopped-at"
        if stopped.exists():
            last = self._policy.local(datetime.fromisoformat(stopped.read_text()))
            if last.hour >= DAY_ENDS_HOUR:
                last = last.replace(hour=7, minute=30, second=0) + timedelta(days=1)
            if start < last < self._policy.expires - timedelta(days=1):
                start = last
        return clock.starting_now(start, self._chosen.speed)

    def _check_ports(self) -> None:
        for port in range(self._port, self._port + arguments.PORTS):
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    probe.bind(("127.0.0.1", port))
                except OSError:
                    raise Failed(
                        f"port {port} is in use: stop what uses it, or choose others with --port"
                    ) from None

    def _print_links(self, admin: str, phone: str, claim: str, now: clock.Clock) -> None:
        code = self._shown()
        local = self._policy.local(now.now())
        print(
            f"""
The venue's clock shows {local:%a %d %B %Y, %H:%M} and runs {now.speed:g} times as fast.

  dashboard   {admin}
              (works once: choose a name and password; afterwards {self._url}/)
  desk        {self._url}/desk
  scanner     {self._url}/scan#{phone}
              (works once within ten minutes: this browser is then a guard's phone at Gate 3 West)
  lane page   http://127.0.0.1:{self._port + 1}/
  printing    http://127.0.0.1:{self._port + 2}/{self._link_key}/
              (badges arrive as files in {self._folder / "badges"})
  a badge     http://127.0.0.1:{self._port + 2}/{self._link_key}/badges/{code}.pdf
  kiosk       http://127.0.0.1:{self._port + 3}/
              (type {claim} and Enter, as a scanner would; staff PIN 2580)
  API         {self._url}/docs

Logs are in {self._folder / "logs"}. Ctrl-C stops everything.""",
            flush=True,
        )


@contextlib.contextmanager
def _step(what: str) -> Iterator[None]:
    print(f"{what} ...", end="", flush=True)
    started = time.monotonic()
    try:
        yield
    finally:
        print(f" {time.monotonic() - started:.1f} s", flush=True)


if __name__ == "__main__":
    sys.exit(main())
