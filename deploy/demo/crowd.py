"""A simulated crowd at the other lanes: the real lane code over the real API, no short cuts.

People arrive by a curve with its peak at half past eight, go on to rooms they may enter, leave,
come back; one in thirty does something a gate must refuse. A week goes on for ever with whoever
comes; on a whole day everybody comes once, and when the last has left the tally is written down.
"""

import asyncio
import contextlib
import csv
import functools
import heapq
import itertools
import math
import random
import signal
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import msgspec
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
EARLY_BIRD, LATE_COMER = 7.0, 17.0
"""Venue hours between which one in six of a whole day comes at any moment."""
ANY_MOMENT = 1 / 6
JOBS_MAX = 200
TALLY = "tally.json"
ASKED_AGAIN, ASK_AGAIN_S = 20, 0.5
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


class Tally(msgspec.Struct):
    """What the crowd itself saw on a whole day: to hold the wall against."""

    came: int = 0
    empty_handed: int = 0
    """Came without a badge: not approved, or cancelled."""
    scans: int = 0
    entries: int = 0
    people: int = 0
    """Whom a gate admitted at least once."""
    forged: int = 0
    forged_admitted: int = 0
    behind_s: float = 0.0
    """How late, in venue seconds, somebody was at most: the machine was too slow for the speed."""


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
        self.tally = Tally()
        self._admitted: set[str] = set()
        self._without: set[str] = set()

    def position(self, folder: Path, server_url: str) -> Position:
        """Start the lane enrolled in a folder."""
        identity = enrolment.load(folder)
        store = LaneStore(folder / "lane.sqlite")
        lane = Lane(store, identity)
        client, clock = Client(server_url, identity.token), LaneClock(self._clock)
        return Position(lane, Sync(lane, client, self._deciding, clock), store, client)

    async def week(self, positions: list[Position]) -> None:
        """Until cancelled."""
        async with self._open(positions) as policy:
            last = self._clock.now()
            while True:
                await asyncio.sleep(TICK_S)
                now = self._clock.now()
                self._arrivals(now, now - last, policy)
                last = now
                self._act(now)

    async def day(self, positions: list[Position]) -> Tally:
        """Until everybody has come and gone, and the server has every record."""
        async with self._open(positions) as policy:
            midnight = policy.local(self._clock.now()).replace(hour=0, minute=0, second=0)
            for person in self._people:
                at = midnight + timedelta(hours=self._comes_at_hour())
                at = max(self._when_open(ZoneId("venue"), at), self._clock.now())
                self._plan(at, functools.partial(self._come, person, at))
            while self._plans or self._jobs:
                await asyncio.sleep(TICK_S)
                self._act(self._clock.now())
            while any(each.lane.outbox.waiting for each in positions):  # noqa: ASYNC110
                await asyncio.sleep(TICK_S)
        return self.tally

    @contextlib.asynccontextmanager
    async def _open(self, positions: list[Position]) -> AsyncIterator[Policy]:
        """The lanes keep in touch meanwhile, and have learnt who may enter."""
        syncing = [asyncio.create_task(each.sync.run()) for each in positions]
        try:
            while any(each.lane.policy is None for each in positions):  # noqa: ASYNC110
                await asyncio.sleep(TICK_S)
            self._policy = positions[0].lane.policy
            assert self._policy is not None
            for each in positions:
                zone = self._policy.gates[each.lane.gate].zone
                self._lanes.setdefault((zone, each.lane.direction), []).append(each)
            yield self._policy
        finally:
            for task in syncing:
                task.cancel()
            await asyncio.gather(*syncing, return_exceptions=True)

    def _act(self, now: datetime) -> None:
        while self._plans and self._plans[0][0] <= now and len(self._jobs) < JOBS_MAX:
            at, _, act = heapq.heappop(self._plans)
            self.tally.behind_s = max(self.tally.behind_s, (now - at).total_seconds())
            act()

    def _comes_at_hour(self) -> float:
        if self._dice.random() < ANY_MOMENT:
            return self._dice.uniform(EARLY_BIRD, LATE_COMER)
        hour = self._dice.gauss(PEAK_MINUTE, SPREAD_MINUTES) / 60
        return min(max(hour, EARLY_BIRD - 0.25), LATE_COMER)

    def _come(self, person: Person, at: datetime) -> None:
        self.tally.came += 1
        self._arrive(person, at)

    def _arrivals(self, now: datetime, passed: timedelta, policy: Policy) -> None:
        local = policy.local(now)
        away = (local.hour * 60 + local.minute - PEAK_MINUTE) / SPREAD_MINUTES
        per_hour = PEAK_PER_HOUR * math.exp(-away * away / 2) + (150 if 7 <= local.hour < 17 else 0)
        expected = per_hour * passed.total_seconds() / 3600
        count = int(expected) + (self._dice.random() < expected % 1)
        if self._arrived[0] != local.date():
            self._arrived = local.date(), set()
        for _ in range(count if len(self._jobs) < JOBS_MAX else 0):
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
        if lanes:
            job = asyncio.create_task(self._scan(self._dice.choice(lanes), person))
            self._jobs.add(job)
            job.add_done_callback(self._jobs.discard)

    async def _scan(self, position: Position, person: Person) -> None:
        forged = self._dice.random() < FORGED
        if forged:
            text = self._forged()
        else:
            found = await self._text(person)
            if found is None:
                return
            text = found
        loop = asyncio.get_running_loop()
        now = self._clock.now()
        shown = await loop.run_in_executor(self._deciding, position.lane.scan, text, now)
        position.sync.wake()
        tally, entered = self.tally, position.lane.direction is Direction.ENTRY
        entered = entered and shown.decision.admitted
        tally.scans += 1
        tally.forged += forged
        tally.entries += entered
        if entered and forged:
            tally.forged_admitted += 1
        elif entered:
            self._admitted.add(person.code)
            tally.people = len(self._admitted)

    async def _text(self, person: Person) -> str | None:
        """The badge in the person's hand; None for whoever has none (pending, cancelled)."""
        code = person.code
        if person.approved and code not in self._texts:
            for _ in range(ASKED_AGAIN):
                try:
                    self._texts[code] = (await self._badges.badge(code)).text
                    break
                except CallRefused:
                    break
                except ServerAway:
                    await asyncio.sleep(ASK_AGAIN_S)
        if code not in self._texts:
            self._without.add(code)
            self.tally.empty_handed = len(self._without)
        return self._texts.get(code)

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


async def _played(crowd: Crowd, positions: list[Position], tally: Path | None) -> None:
    if tally is None:
        await crowd.week(positions)
        return
    part = tally.with_suffix(".part")
    part.write_bytes(msgspec.json.encode(await crowd.day(positions)))
    part.replace(tally)


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
    whole_day = bool(environ.get("CROWD_WHOLE_DAY"))
    tally = folder / TALLY
    running = asyncio.create_task(_played(crowd, positions, tally if whole_day else None))
    await asyncio.wait(
        (running, asyncio.create_task(stop.wait())), return_when=asyncio.FIRST_COMPLETED
    )
    if running.done():
        running.result()
        await stop.wait()
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running
    for client in (badges, *(each.client for each in positions)):
        await client.close()


if __name__ == "__main__":
    import os

    sys.exit(asyncio.run(_main(os.environ)))
