"""One simulated day: the clock, the network, the people, and what the plan says happens.

Everything random comes from the plan's seed. Nothing here decides: lanes and server do, and
`invariants` looks at what came of it.
"""

import heapq
import random
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime

import msgspec

from gate.access.ledger import LogRecord, Move, MoveKind, Name, Told
from gate.access.model import (
    DIGITAL,
    DeviceId,
    Direction,
    GateId,
    Kind,
    Mode,
    Override,
    Reason,
    Status,
    ZoneId,
)
from gate.access.wire import Decided, FeedRow, HolderRow, OnlineScan, Supervisor
from gate.client import ServerAway
from gate.edge.protocol import AskFeed
from tests.simulation import edition, lan
from tests.simulation.invariants import ENTERED, Invariants, Violation
from tests.simulation.lane_store import MemoryStore
from tests.simulation.plan import LANES, PEOPLE, PHONES, Happening, Plan
from tests.simulation.position import Position
from tests.simulation.server import Book, Device, SimServer

ANSWER_S = 15.0
NORTH = GateId("north")
QUIET_S, QUIET_ROUNDS = 20.0, 2
"""Healed for so long, everybody must know everything."""
LOOK_S = 1.5
ROOM = edition.ROOM
STEPS_MAX = 200_000
ISSUED_MIN = edition.minutes(edition.MORNING) - 10_000


class World:
    def __init__(self, plan: Plan, store: Callable[[], object] = MemoryStore) -> None:
        self.plan = plan
        self.dice = random.Random(f"world {plan.seed}")
        self.now_s = 0.0
        self._start_ms = int(edition.MORNING.timestamp() * 1000)
        self._due: list[tuple[float, int, Callable[[], object]]] = []
        self._count = 0
        self.loss, self.delay_s = plan.loss, plan.delay_s
        self.timelines = 0
        self.heard: defaultdict[str, set[Name]] = defaultdict(set)
        """Device -> records it may have been told of ahead of the position it had reached."""
        self.was_restored = False
        self._elsewhere: list[LogRecord] = []
        """Whatever was ever committed and no lane wrote: a restore makes nobody leave the room."""
        self.invariants = Invariants(self)
        self.histories: dict[str, list[dict[int, tuple[Status, int, int]]]] = {}
        """Timeline -> what the feed said of each holder at each of its positions: status,
        generation, and which generation the badge on the phone stands for."""
        self.printed = dict.fromkeys(range(1, PEOPLE + 1), 1)
        """The newest badge each person holds."""
        self._activated: dict[int, int] = {}
        """The number the badge on a person's phone was last activated under."""
        self._issued = dict.fromkeys(range(1, PEOPLE + 1), ISSUED_MIN)
        self._profiles = {h: 1 + (h % 4 == 0) for h in range(1, PEOPLE + 1)}
        self.server = SimServer(self)
        self.positions: dict[str, Position] = {}
        self._phones = dict.fromkeys((name for name, *_ in PHONES), 0)
        self._open: dict[str, list[Callable[[object], None]]] = {}
        self._prepare(store)

    # --- time

    def later(self, seconds: float, act: Callable[[], object]) -> None:
        self._count += 1
        heapq.heappush(self._due, (self.now_s + max(0.0, seconds), self._count, act))

    def true_ms(self) -> int:
        return self._start_ms + int(self.now_s * 1000)

    def time_of(self, at_ms: int) -> datetime:
        return datetime.fromtimestamp(at_ms / 1000, UTC)

    def true_time(self) -> datetime:
        return self.time_of(self.true_ms())

    def _until(self, moment_s: float) -> None:
        while self._due and self._due[0][0] <= moment_s:
            self.now_s, count, act = heapq.heappop(self._due)
            act()
            if self._count > STEPS_MAX:
                raise Violation("it comes to rest", f"{count} steps")
        self.now_s = moment_s

    # --- the day

    def run(self) -> Invariants:
        """Live through the plan, heal everything, and look. Raises Violation."""
        for happening in self.plan.happenings:
            self._until(self.now_s + happening.after_s)
            self.happens(happening)
        for _ in range(QUIET_ROUNDS):  # whoever finds out now that it was cut off enrols again
            self._heal_all()
            self._until(self.now_s + QUIET_S)
            if not any(position.is_revoked for position in self.positions.values()):
                break
        self.invariants.over(self.positions.values(), self.server)
        return self.invariants

    def _heal_all(self) -> None:
        self.loss, self.delay_s = 0.0, 0.02
        server = self.server
        server.next_commit = "ok"
        if not server.is_up:
            server.start()
        for position in self.positions.values():
            position.store.fails, position.store.cut = False, None
            position.is_cut = position.lan_is_cut = False
            if not position.is_up:
                position.start()
            if position.is_revoked or server.database.devices[position.device.id].revoked:
                self._enrol_anew(position)

    def _prepare(self, store: Callable[[], object]) -> None:
        database = self.server.database
        database.policy = self.server.version = self.plan.version
        for name, gate, direction in (*LANES, *PHONES):
            database.devices[name] = Device(name, 1, GateId(gate), Direction(direction))
        rows = [FeedRow(seq=0, policy=edition.text(self.plan.version))]
        rows.append(FeedRow(seq=0, key=edition.key()))
        rows += [FeedRow(seq=0, profile=each) for each in edition.profiles()]
        rows.append(FeedRow(seq=0, supervisor=Supervisor(1, "")))
        rows += [
            FeedRow(seq=0, holder=HolderRow(h, 1, profile, Status.APPROVED, (), h % 5))
            for h, profile in self._profiles.items()
        ]
        for seq, row in enumerate(rows, 1):
            database.feed.append(msgspec.structs.replace(row, seq=seq))
        self.server.backups.append(database.backup())
        self.server.start()
        for (name, *_), skew_ms in zip(LANES, self.plan.skew_ms, strict=True):
            device = database.devices[name]
            position = Position(self, device, store(), skew_ms)
            self.positions[name] = position
            self.later(self.dice.uniform(0, 0.5), position.start)
        self._until(2.0)

    # --- what the server tells, for the checks

    def new_timeline(self, name: str) -> None:
        history: list[dict[int, tuple[Status, int, int]]] = [{}]
        self.histories[name] = history
        for row in self.server.database.feed:
            history.append(_with(history[-1], row))

    def told(self, row: FeedRow) -> None:
        """A row of the feed was committed."""
        history = self.histories.get(self.server.intake.timeline)
        if history is not None:
            history.append(_with(history[-1], row))

    def wrote(self, rows) -> None:
        """Rows of the log were committed."""
        self._elsewhere += [row[1] for row in rows if row[1].device not in self.positions]

    def all_records(self):
        """The log of the whole venue, also what was not sent yet and what a restore lost."""
        yield from self._elsewhere
        for position in self.positions.values():
            yield from position.store.records()

    def issued(self, holder: int, badge: str) -> int:
        return self._issued.get(holder, ISSUED_MIN) if badge != "unknown" else ISSUED_MIN

    # --- the network

    def carry(self, position: Position, request, heard: Callable[[object], None]) -> float:
        """Bring a request to the server and its answer back, or not; after so many seconds the
        lane gives up on it."""
        dice, device = self.dice, position.device
        name, epoch = device.id, device.epoch
        given_up = ANSWER_S + (request.wait_s if isinstance(request, AskFeed) else 0.0)
        opened = self._open.setdefault(name, [])
        opened.append(heard)
        if len(opened) > 8:
            del opened[0]
        if position.is_cut or not self.server.is_up or dice.random() < self.loss:
            return dice.uniform(0.01, 3.0)

        def back(outcome: object) -> None:
            if dice.random() < self.loss:
                self.later(dice.uniform(0.0, 3.0), lambda: heard(ServerAway("answer lost")))
            else:
                self.later(self._delay(), lambda: heard(self._through(position, outcome)))

        def there(answer: Callable[[object], None]) -> None:
            if position.is_cut or not self.server.is_up:
                answer(ServerAway("broken off"))
            else:
                self.server.call(name, epoch, request, answer)

        self.later(self._delay(), lambda: there(back))
        if dice.random() < 0.04:  # a proxy repeats it, perhaps much later
            self.later(dice.expovariate(0.3), lambda: there(lambda _: None))
        return given_up

    def _through(self, position: Position, outcome: object) -> object:
        return ServerAway("broken off") if position.is_cut else outcome

    def _delay(self) -> float:
        return self.dice.expovariate(1 / self.delay_s)

    def _break(self, names) -> None:
        """Connections that stand are reset, sooner or later."""
        for name in names:
            for heard in self._open.pop(name, ()):
                self.later(self.dice.uniform(0.0, 3.0), lambda h=heard: h(ServerAway("reset")))

    # --- happenings

    def happens(self, happening: Happening) -> None:
        """Does what its name says: `_lane_dies` is "lane dies"."""
        getattr(self, "_" + happening.what.replace(" ", "_").replace("-", "_"))(*happening.how)

    def _text(self, holder: int, badge: str) -> tuple[str, int]:
        """(QR text, generation) of a sort of badge."""
        generation, profile = self.printed.get(holder, 1), self._profiles.get(holder, 1)
        issued = self._issued.get(holder, ISSUED_MIN)
        match badge:
            case "own":
                return edition.badge(holder, generation, profile, issued), generation
            case "old":
                old = max(1, generation - 1)
                return edition.badge(holder, old, profile, issued), old
            case "forged":
                return edition.forged(holder, generation, profile, issued), generation
            case "test":
                text = edition.badge(holder, generation, profile, issued, Kind.TEST)
                return text, generation
            case "early":
                early = max(generation, self._activated.get(holder, 0)) + 1
                return edition.badge(holder, early, profile, issued), early
            case "phone":
                return edition.badge(holder, DIGITAL, profile, issued), DIGITAL
            case "unknown":
                return edition.badge(holder + 500, 1, 1, ISSUED_MIN), 1
        return "WIFI:S:hotel", 0

    def _scan(self, lane: str, holder: int, badge: str, override: Override | None = None) -> None:
        position = self.positions[lane]
        if not position.is_up or holder not in self.printed:
            return
        text, generation = self._text(holder, badge)
        if badge == "early":
            self.printed[holder] = generation  # printed, and the server's change is yet to come
        if badge == "unknown":
            holder += 500
        at = position.clock.now()
        shown = position.doing(position.lane.scan, text, at, False, override)
        if shown is not None:
            self.invariants.shown(position, badge, holder, generation, shown)
            position.wake()

    def _override(self, lane: str, holder: int) -> None:
        self._scan(lane, holder, "own", Override(1, "protocol"))

    def _ask_server(self, phone: str, holder: int, badge: str, tries: int = 0) -> None:
        """A phone asks again with the same number until it is answered."""
        text, generation = self._text(holder, badge)
        if badge == "early":
            self.printed[holder] = generation
        if tries == 0:
            self._phones[phone] += 1
        scan = OnlineScan(1, self._phones[phone], text)

        def heard(outcome: object) -> None:
            if isinstance(outcome, Exception):
                return
            decided = msgspec.json.decode(outcome, type=Decided)
            name = (phone, 1, decided.number)
            record = msgspec.json.decode(self.server.database.names[name][0], type=LogRecord)
            if decided.decision.reason is Reason.EMERGENCY and record.zone == edition.ROOM:
                self.invariants.limit_is_off = True
            elif decided.decision.reason in ENTERED:
                self.invariants.server_entered(badge, record)

        if self.server.is_up:
            self.server.scan(phone, scan, heard)
            if self.dice.random() < 0.2:
                self.server.scan(phone, scan, heard)

    def _wait(self) -> None:
        pass

    def _cut(self, *lanes: str) -> None:
        for name in lanes:
            self.positions[name].is_cut = True
        self._break(lanes)

    def _heal(self, *lanes: str) -> None:
        for name in lanes:
            self.positions[name].is_cut = False

    def _lan_cut(self, *lanes: str) -> None:
        for name in lanes:
            self.positions[name].lan_is_cut = True

    def _lan_heal(self, *lanes: str) -> None:
        for name in lanes:
            self.positions[name].lan_is_cut = False

    def _rogue(self, lane: str, holder: int) -> None:
        """Somebody with a stolen lane's key tells what no lane may be believed."""
        there = self.positions[lane]
        if not there.is_up or not there.lane.lan_key:
            return
        newer, profile = self.newest(holder) + 1, self._profiles[holder]
        raised = (edition.forged(holder, newer, profile, ISSUED_MIN), "P1", "x" * 128)
        at_ms, later_ms = self.true_ms(), self.true_ms() + 5 * 3_600_000
        moves = (
            Move(at_ms, DeviceId("south-in"), 1, 999, MoveKind.IN, holder, edition.HALL, NORTH),
            Move(at_ms, DeviceId("rogue"), 2, 1, MoveKind.OUT, holder, edition.HALL, NORTH),
            Move(at_ms, DeviceId("rogue"), 1, 1, MoveKind.SWEPT, 0, edition.HALL, NORTH),
            Move(later_ms, DeviceId("rogue"), 1, 2, MoveKind.IN, holder, edition.HALL, NORTH),
        )
        disk = there.store.disk
        before = list(disk.told), dict(disk.generations)
        lan.hear(self, there, there.lane.lan_key, Told(DeviceId("rogue"), 1, 2, moves, raised))
        self.invariants.rogue((disk.told, disk.generations), before)

    def newest(self, holder: int) -> int:
        """The newest badge that was ever printed of a holder."""
        return self.printed.get(holder, 1)

    def _lane_dies(self, lane: str, for_s: float) -> None:
        position = self.positions[lane]
        if position.is_up:
            position.remember()
            position.dies(for_s)

    def _lane_dies_writing(self, lane: str, after: bool, for_s: float) -> None:
        self.positions[lane].store.cut = after

    def _disk_fails(self, lane: str) -> None:
        self.positions[lane].store.fails = True

    def _disk_works(self, lane: str) -> None:
        self.positions[lane].store.fails = False

    def _server_dies(self, _: str, for_s: float) -> None:
        if self.server.is_up:
            self.server.crash()
            self._break(list(self._open))
            self.later(for_s, lambda: self.server.is_up or self.server.start())

    def _commit_fails(self, _: str) -> None:
        self.server.next_commit = "fails"

    def _commit_unheard(self, _: str) -> None:
        self.server.next_commit = "unheard"

    def _backup(self, _: str) -> None:
        self.server.backups.append(self.server.database.backup())

    def _restore(self, which: int) -> None:
        backups = self.server.backups
        self.was_restored = True
        with_book = self.dice.random() < 0.5
        self.server.restore(backups[-1 - which % len(backups)], with_book)
        self._break(list(self._open))
        if not with_book:
            self._operate(self.server.book)

    def _operate(self, book: Book) -> None:
        """An operator watches the lanes come back, holds the room against its roll-call, and says
        that places may be granted again."""
        server = self.server
        if server.book is not book or not book.in_doubt:
            return
        if server.is_up and book.heard >= set(self.positions):
            now = self.true_time()
            roll_call = {made.holder for _, made in server.intake.known.whereabouts.who(ROOM, now)}
            if self.invariants.in_room(now) <= roll_call:
                server.trust()
        self.later(LOOK_S, lambda: self._operate(book))

    def _holder_change(self, holder: int, change, after=lambda row: None) -> None:
        """The desk changes a registration; `after` happens once the desk was told it is done."""
        if not self.server.is_up:
            return
        made: list[HolderRow] = []

        def apply() -> tuple[FeedRow, ...]:
            record = self.server.intake.known.holders.get(holder)
            if record is None:
                return ()
            row = HolderRow(
                holder,
                record.generation,
                record.profile,
                record.status,
                (),
                record.delegation,
                record.digital,
            )
            made.append(change(row))
            return (FeedRow(seq=0, holder=made[0]),)

        self.server.change(apply, lambda outcome: made and outcome is None and after(made[0]))

    def _status(self, holder: int, status: Status) -> None:
        self._holder_change(holder, lambda row: msgspec.structs.replace(row, status=status))

    def _profile(self, holder: int, profile: int) -> None:
        self._holder_change(holder, lambda row: msgspec.structs.replace(row, profile=profile))

    def _reprint(self, holder: int) -> None:
        def change(row: HolderRow) -> HolderRow:
            return msgspec.structs.replace(row, generation=row.generation + 1)

        def printed(row: HolderRow) -> None:
            self.printed[holder] = max(self.printed.get(holder, 0), row.generation)

        self._holder_change(holder, change, printed)

    def _activate(self, holder: int) -> None:
        """Desk or kiosk make the badge on the phone the person's one badge, under a new number."""

        def change(row: HolderRow) -> HolderRow:
            if row.digital == row.generation:
                return row
            number = max(row.generation, self.printed[holder]) + 1
            self._activated[holder] = number
            return msgspec.structs.replace(row, generation=number, digital=number)

        self._holder_change(holder, change)

    def _walk_in(self, lane: str) -> None:
        """Somebody registers at the desk and goes to a lane, which may not have heard of them."""
        if not self.server.is_up:
            return
        holder = max(self.printed) + 1
        issued = edition.minutes(self.true_time())
        self.printed[holder], self._issued[holder], self._profiles[holder] = 1, issued, 1

        def apply() -> tuple[FeedRow, ...]:
            row = HolderRow(holder, 1, 1, Status.APPROVED, (), 0)
            return (FeedRow(seq=0, holder=row),)

        self.server.change(apply)
        self.later(0.1, lambda: self._scan(lane, holder, "own"))

    def _mode(self, mode: Mode, _: str) -> None:
        if self.server.is_up:
            self.server.change(lambda: (FeedRow(seq=0, mode=mode),))

    def _local_mode(self, mode: Mode, lane: str) -> None:
        position = self.positions[lane]
        if position.is_up:
            position.doing(position.lane.set_mode, mode, position.clock.now(), 1)
            position.wake()

    def _sweep(self, zone: ZoneId) -> None:
        if self.server.is_up:
            self.server.sweep(zone)

    def _annul(self, lane: str) -> None:
        """The latest admission at a lane never happened."""
        position = self.positions[lane]
        entries = [
            record.number
            for record in position.store.records()
            if record.epoch == position.device.epoch
            and record.reason.opens
            and record.direction is Direction.ENTRY
        ]
        if position.is_up and entries:
            position.doing(position.lane.annul, entries[-1], position.clock.now(), 1, "protocol")
            position.wake()

    def _turn(self, lane: str) -> None:
        if self.positions[lane].is_up:
            self.positions[lane].lane.turn()

    def _policy(self, _: str) -> None:
        """The organisers' new file, taken at a restart of the server."""
        if self.server.is_up:
            self.server.crash()
            self._break(list(self._open))
            self.server.version += 1
            self.server.start()

    def _key(self, status) -> None:
        if self.server.is_up:
            key = edition.key(status=status)
            self.server.change(lambda: (FeedRow(seq=0, key=key),))

    def _clock(self, lane: str, skew_ms: int) -> None:
        position = self.positions[lane]
        position.watch.skew_ms = skew_ms
        position.clock_is_steady, position.clock_moved = False, True

    def _hours_pass(self, hours: int) -> None:
        self._start_ms += hours * 3_600_000

    def _revoke(self, lane: str) -> None:
        if self.server.is_up:
            self.server.revoke(lane)

    def _enrol(self, lane: str) -> None:
        if self.server.is_up and self.positions[lane].is_up:
            self._enrol_anew(self.positions[lane])

    def _enrol_anew(self, position: Position) -> None:
        """The device is enrolled anew: its next epoch."""
        device = self.server.database.devices[position.device.id]
        device.revoked = False
        device.epoch = max(device.epoch, position.device.epoch) + 1
        position.device = Device(device.id, device.epoch, device.gate, device.direction)
        position.start()


def _with(before: dict, row: FeedRow) -> dict:
    if row.holder is None:
        return before
    held = row.holder
    return before | {held.holder: (held.status, held.generation, held.digital)}


def live(day: Plan) -> Invariants:
    """One day. Raises Violation; any other exception is a fault of a program."""
    return World(day).run()
