"""`deploy/dev run`: the example week, played: server, camera lane, badge station, kiosk, a crowd.

Everything is the real program over the real API, in its own process. A second run goes on where
the first one stopped; `--fresh` starts the week anew.
"""

import asyncio
import contextlib
import json
import secrets
import sys
from datetime import datetime, timedelta

from deploy.demo import arguments, recording
from deploy.demo.venue import Failed, Venue, step
from gate import clock
from gate.client import CallRefused, Client, ServerAway
from gate.edge import enrolment

DAY_ENDS_HOUR = 20
CAMERA_LANE = "north-1-a"
PHONE = {"id": "phone", "role": "lane", "gate": "west_3"}
STAFF_PIN_VERIFIER = (
    "$argon2id$v=19$m=65536,t=2,p=1$6oWI1G37GbHR0SQsAEssoQ$Tn1bXs"
    "F0aggT6yURF2f4R0rLoQajwMmqejOLeST9crk"
)
"""Of the kiosk's staff PIN 2580, as `kiosk pin` printed it."""


def main() -> int:
    chosen = arguments.read(about=__doc__)
    try:
        return asyncio.run(Demonstration(chosen).run())
    except (Failed, ServerAway, CallRefused, OSError) as error:
        print(f"\n{error}", file=sys.stderr)
        return 1


class Demonstration(Venue):
    async def run(self) -> int:
        self.begin(self.chosen.fresh)
        now = self._clock()
        try:
            await self._start(now)
            return await self._watch()
        finally:
            print("\nstopping", flush=True)
            self.stop()
            (self.folder / "stopped-at").write_text(now.now().isoformat())

    async def _start(self, now: clock.Clock) -> None:
        enrolled = await self.open(now)
        others = (CAMERA_LANE, "printer", "kiosk")
        lanes = [name for name, *_ in enrolled if name not in others]
        async with Client(self.url, self.token) as operator:
            await self._record(operator)
            with step("starting lane, print station, kiosk and crowd"):
                self._start_others(now, lanes)
                await self.answering(self.port + 1, self.port + 2, self.port + 3)
            link = await operator.operate("POST", "/api/v1/staff/links", {"roles": ["admin"]})
            phone = await operator.operate("POST", self.devices, PHONE)
            claim = await self._claim(operator)
        self._print_links(str(link["url"]), str(phone["code"]), claim, now)

    def _start_others(self, now: clock.Clock, lanes: list[str]) -> None:
        self._link_key = secrets.token_urlsafe(18)
        self.launch("printer", ["badge_printer", "station"], {
            "GATE_PRINTER_SERVER_URL": self.url, "GATE_PRINTER_PORT": str(self.port + 2),
            "GATE_PRINTER_DATA_DIR": str(self.folder / "printer"),
            "GATE_PRINTER_LINK_KEY": self._link_key, "GATE_PRINTER_CLOCK": str(now),
            "GATE_PRINTER_PRINTERS": f"desk=folder:{self.folder / 'badges'}",
        })  # fmt: skip
        self.launch("lane", ["kiosk", "entrance"], {
            "GATE_LANE_SERVER_URL": self.url, "GATE_LANE_PAGE_PORT": str(self.port + 1),
            "GATE_LANE_DATA_DIR": str(self.folder / "lanes" / CAMERA_LANE),
            "GATE_LANE_SOURCE": str(self.folder / "frames"), "GATE_LANE_CLOCK": str(now),
            "GATE_LANE_FRAMES_PER_S": "8",
        })  # fmt: skip
        self.launch("kiosk", ["kiosk", "arrivals"], {
            "GATE_KIOSK_SERVER_URL": self.url, "GATE_KIOSK_PAGE_PORT": str(self.port + 3),
            "GATE_KIOSK_DATA_DIR": str(self.folder / "kiosk"), "GATE_KIOSK_CLOCK": str(now),
            "GATE_KIOSK_SOURCE": "", "GATE_KIOSK_STAFF_PIN": STAFF_PIN_VERIFIER,
            "GATE_KIOSK_PRINTERS": f"front=folder:{self.folder.resolve() / 'kiosk' / 'badges'}",
        })  # fmt: skip
        self.launch("crowd", ["deploy.demo.crowd"], {
            "CROWD_FOLDER": str(self.folder), "CROWD_SERVER": self.url,
            "CROWD_CLOCK": str(now), "CROWD_LANES": ",".join(lanes),
        })  # fmt: skip

    # --- steps

    async def _claim(self, operator: Client) -> str:
        """The code in the mail of the person whose badge the links show."""
        rows = await operator.operate("GET", f"/api/v1/editions/{self.policy.edition}/claims")
        return str(next(row["claim"] for row in rows if row["code"] == self._shown()))

    def _shown(self) -> str:
        return str(json.loads((self.folder / "frames" / recording.DONE).read_text())["badge"])

    async def _record(self, operator: Client) -> None:
        """The frames the camera lane sees: rendered badges, held into view."""
        frames = self.folder / "frames"
        if (frames / recording.DONE).exists():
            return
        with step("recording what the camera will see"):
            printer = enrolment.load(self.folder / "printer")
            async with Client(self.url, printer.token) as badges:
                await recording.record(
                    frames, self.folder / "people.csv", badges, operator, self.policy
                )

    async def _watch(self) -> int:
        while not self.stopped.is_set():
            self.check_alive()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.stopped.wait(), 0.5)
        return 0

    def _clock(self) -> clock.Clock:
        """Where the last run stopped; the next morning when that day was over."""
        start: datetime = self.chosen.start
        stopped = self.folder / "stopped-at"
        if stopped.exists():
            last = self.policy.local(datetime.fromisoformat(stopped.read_text()))
            if last.hour >= DAY_ENDS_HOUR:
                last = last.replace(hour=7, minute=30, second=0) + timedelta(days=1)
            if start < last < self.policy.expires - timedelta(days=1):
                start = last
        return clock.starting_now(start, self.chosen.speed)

    def _print_links(self, admin: str, phone: str, claim: str, now: clock.Clock) -> None:
        code = self._shown()
        local = self.policy.local(now.now())
        print(
            f"""
The venue's clock shows {local:%a %d %B %Y, %H:%M} and runs {now.speed:g} times as fast.

  dashboard   {admin}
              (works once: choose a name and password; afterwards {self.url}/)
  desk        {self.url}/desk
  scanner     {self.url}/scan#{phone}
              (works once within ten minutes: this browser is then a guard's phone at Gate 3 West)
  lane page   http://127.0.0.1:{self.port + 1}/
  printing    http://127.0.0.1:{self.port + 2}/{self._link_key}/
              (badges arrive as files in {self.folder / "badges"})
  a badge     http://127.0.0.1:{self.port + 2}/{self._link_key}/badges/{code}.pdf
  kiosk       http://127.0.0.1:{self.port + 3}/
              (type {claim} and Enter, as a scanner would; staff PIN 2580)
  API         {self.url}/docs

Logs are in {self.folder / "logs"}. Ctrl-C stops everything.""",
            flush=True,
        )


if __name__ == "__main__":
    sys.exit(main())
