"""A simulated crowd at the other lanes: the real lane code over the real API, no short cuts.

People arrive by a curve with its peak at half past eight, go on to rooms they may enter, leave,
come back; one in thirty does something a gate must refuse.
"""

import asyncio
import contextlib
import csv
import heapq
import itertools
import math
import random
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from nacl.signing import SigningKey as PrivateKey

from gate.access.credential import sign
from gate.access.model import Credential, Direction, Holder, Kind, ZoneId
from gate.access.policy import Policy
from gate.client import CallRefused, Client, ServerAway
from gate.clock import Clock, read
from gate.edge import enrolment
from gate.edge.lane import Lane
from gate.edge.store import LaneStore
from gate.edge.sync import Sync
from gate.edge.timekeeping import LaneClock

TICK_S = 0.1
PEAK_PER_HOUR = 2750
PEAK_MINUTE, SPREAD_MINUTES = 8 * 60 + 30, 55
FORGED, WRONG_DAY = 0.006, 0.03
AGAIN = 0.02
EARLY = 0.03
ROOMS = {"dialogue": "dialogue_hall", "wsis": "plenary", "ai4g": "expo"}


@dataclass(frozen=True, slots=True)
class Person:
    code: str
    events: str
    approved: bool

    def attends(self, day: date) -> bool:
        """A rough guess, as a person makes it; the gate knows better."""
        if "dialogue" in self.events and ("wsis" not in self.events and "ai4g" not in self.events):
            return day.day <= 7
        return self.approved and (day.day >= 8 or ": 8" not in self.events)


@dataclass(slots=True)
class Position:
    """One simulated lane."""

    lane: Lane
    sync: Sync
    store: LaneStore
    client: Client


class Crowd:
    def __init__(self, clock: Clock, people: list[Person], badges: Client, seed: int) -> None:
        self._clock = clock
        self._people = people
        self._badges = badges
        self._dice = random.Random(seed)
        self._texts: dict[str, str] = {}
        self._plans: list[tuple[datetime, int, Callable[[], None]]] = []
        self._order = itertools.count()
        self._lanes: dict[tuple[ZoneId, Direction], list[Position]] = {}
        self._policy: Policy | None = None
        self._deciding = ThreadPoolExecutor(1, "lanes")
        self._jobs: set[asyncio.Task[None]] = set()
        self._arrived: tuple[date, set[str]] = (date.min, set())

    def position(self, folder: Path, server_url: str) -> Position:
        """Start the lane enrolled in a folder."""
        identity = enrolment.load(folder)
        store = LaneStore(folder / "lane.sqlite")
        lane = Lane(store, identity)
        client, clock = Client(server_url, identity.token), LaneClock(self._clock)
        return Position(lane, Sync(lane, client, self._deciding, clock), store, client)

    async def run(self, positions: list[Position]) -> None:
        """Until cancelled."""
        async with asyncio.TaskGroup() as group:
            for each in positions:
                group.create_task(each.sync.run())
            while any(each.lane.policy is None for each in positions):  # noqa: ASYNC110
                await asyncio.sleep(TICK_S)
            self._policy = positions[0].lane.policy
            assert self._policy is not None
            for each in positions:
                zone = self._policy.gates[each.lane.gate].zone
                self._lanes.setdefault((zone, each.lane.direction), []).append(each)
            last = self._clock.now()
            while True:
                await asyncio.sleep(TICK_S)
                now = self._clock.now()
                self._arrivals(now, now - last, self._policy)
                last = now
                while self._plans and self._plans[0][0] <= now:
                    heapq.heappop(self._plans)[2]()

    def _arrivals(self, now: datetime, passed: timedelta, policy: Policy) -> None:
        local = policy.local(now)
        away = (local.hour * 60 + local.minute - PEAK_MINUTE) / SPREAD_MINUTES
        per_hour = PEAK_PER_HOUR * math.exp(-away * away / 2) + (150 if 7 <= local.hour < 17 else 0)
        expected = per_hour * passed.total_seconds() / 3600
        count = int(expected) + (self._dice.random() < expected % 1)
        if self._arrived[0] != local.date():
            self._arrived = local.date(), set()
        for _ in range(count):
            self._arrive(self._choose(local.date()), now)

    def _choose(self, day: date) -> Person:
        """Somebody who has not come today and thinks the day is theirs; mostly."""
        mistaken = self._dice.random() < WRONG_DAY
        for _ in range(200):
            person = self._dice.choice(self._people)
            if person.code not in self._arrived[1] and (mistaken or person.attends(day)):
                break
        self._arrived[1].add(person.code)
        return person

    def _arrive(self, person: Person, now: datetime) -> None:
        self._go(person, "venue", Direction.ENTRY)
        later = timedelta(minutes=self._dice.expovariate(1 / 12) + 2)
        wanted = [room for event, room in ROOMS.items() if event in person.events]
        if wanted and self._dice.random() < 0.7:
            room = self._dice.choice(wanted)
            at = self._when_open(ZoneId(room), now + later)
            self._plan(at, lambda: self._go(person, room, Direction.ENTRY))
            stay = timedelta(minutes=self._dice.uniform(20, 120))
            self._plan(at + stay, lambda: self._go(person, room, Direction.EXIT))
        if "ministerial" in person.events and now.day in (8, 9) and self._dice.random() < 0.6:
            at = self._when_open(ZoneId("high_level"), now + later)
            self._plan(at, lambda: self._go(person, "high_level", Direction.ENTRY))
        if self._dice.random() < 0.25:
            out = now + timedelta(minutes=self._dice.uniform(60, 300))
            self._plan(out, lambda: self._go(person, "venue", Direction.EXIT))
        if self._dice.random() < AGAIN:
            self._plan(now + later, lambda: self._go(person, "dialogue_hall", Direction.ENTRY))

    def _when_open(self, zone: ZoneId, at: datetime) -> datetime:
        """Most people read the programme: they come once the room is open to everybody."""
        assert self._policy is not None
        local = self._policy.local(at)
        rules = [r for r in self._policy.zones[zone].rules if r.categories is None]
        opens = min((r.opens for r in rules if local.date() in r.days), default=local.time())
        if local.time() >= opens or self._dice.random() < EARLY:
            return at
        opening = datetime.combine(local.date(), opens, self._policy.time_zone)
        return opening + timedelta(minutes=self._dice.uniform(0.5, 25))

    def _plan(self, at: datetime, act: Callable[[], None]) -> None:
        heapq.heappush(self._plans, (at, next(self._order), act))

    def _go(self, person: Person, zone: str, direction: Direction) -> None:
        lanes = self._lanes.get((ZoneId(zone), direction))
        if lanes and len(self._jobs) < 200:
            job = asyncio.create_task(self._scan(self._dice.choice(lanes), person))
            self._jobs.add(job)
            job.add_done_callback(self._jobs.discard)

    async def _scan(self, position: Position, person: Person) -> None:
        if self._dice.random() < FORGED:
            text = self._forged()
        else:
            found = await self._text(person.code)
            if found is None:
                return
            text = found
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._deciding, position.lane.scan, text, self._clock.now())
        position.sync.wake()

    async def _text(self, code: str) -> str | None:
        """The badge in the person's hand; None for whoever has none (pending, cancelled)."""
        if code not in self._texts:
            try:
                self._texts[code] = (await self._badges.badge(code)).text
            except (CallRefused, ServerAway):
                return None
        return self._texts[code]

    def _forged(self) -> str:
        """A badge signed with somebody else's key."""
        assert self._policy is not None
        holder = Holder(self._dice.getrandbits(32))
        claims = Credential(
            Kind.ATTENDEE, 1, self._policy.number, holder, 1, 1, 1, self._policy.expires_h()
        )
        return sign(claims, PrivateKey(self._dice.randbytes(32)))


def people(path: Path) -> Iterator[Person]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            yield Person(row["code"], row["events"], row["status"] == "approved")


async def _main(environ: Mapping[str, str]) -> None:
    folder, server_url = Path(environ["CROWD_FOLDER"]), environ["CROWD_SERVER"]
    clock = read(environ["CROWD_CLOCK"])
    stop = asyncio.Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(each, stop.set)
    badges = Client(server_url, enrolment.load(folder / "printer").token)
    crowd = Crowd(clock, list(people(folder / "people.csv")), badges, seed=7)
    names = environ["CROWD_LANES"].split(",")
    positions = [crowd.position(folder / "lanes" / name, server_url) for name in names]
    running = asyncio.create_task(crowd.run(positions))
    await asyncio.wait(
        (running, asyncio.create_task(stop.wait())), return_when=asyncio.FIRST_COMPLETED
    )
    if running.done():
        running.result()
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running
    for client in (badges, *(each.client for each in positions)):
        await client.close()


if __name__ == "__main__":
    import os

    sys.exit(asyncio.run(_main(os.environ)))
