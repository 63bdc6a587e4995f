"""The server of a simulated day: drives the real `intake` and `told` over a database in memory.

It does what `appender` and `api.lane` do: groups what waits into one commit, answers after it, and
recalls everything after a failure. A commit can fail, or succeed without anybody hearing of it.
"""

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass, field

import msgspec

from gate.access.capacity import BY_SERVER, Holding, is_hard, stock
from gate.access.known import Known
from gate.access.ledger import Name
from gate.access.model import DeviceId, Direction, GateId, ZoneId
from gate.access.replay import Timeline
from gate.access.wire import (
    FEED_ROWS_MAX,
    DeviceRole,
    Feed,
    FeedRow,
    Hello,
    Lease,
    Leased,
    LogBatch,
    OnlineScan,
)
from gate.client import CallRefused, ServerAway
from gate.edge.protocol import AskFeed, AskSnapshot, HandIn, Request
from gate.server import told
from gate.server.intake import Intake, Presented, Upload
from gate.server.numbers import Numbers
from gate.server.roles import RECORD_KINDS
from tests.simulation import edition

GATHER_S = 0.15
AHEAD_MS_MAX = 10 * 60 * 1000
LANE_KINDS = RECORD_KINDS[DeviceRole.LANE]
COMMIT_S = (0.002, 0.05)
Reply = Callable[[object], None]
"""Takes the answer, or an exception."""


@dataclass(slots=True)
class Device:
    id: DeviceId
    epoch: int
    gate: GateId
    direction: Direction
    revoked: bool = False


@dataclass(slots=True)
class Database:
    """What is committed. Rows are only ever added, so a copy of the lists is a backup."""

    feed: list[FeedRow] = field(default_factory=list)
    log: list[tuple] = field(default_factory=list)
    """(position, record, body, answer)"""
    names: dict[Name, tuple[bytes, bytes | None]] = field(default_factory=dict)
    odd: dict[Name, str] = field(default_factory=dict)
    leases: dict[Holding, int] = field(default_factory=dict)
    devices: dict[DeviceId, Device] = field(default_factory=dict)
    policy: int = 0
    """Version of the policy the lanes were last told."""
    timelines: list[Timeline] = field(default_factory=list)

    def backup(self) -> "Database":
        return Database(
            list(self.feed),
            list(self.log),
            dict(self.names),
            dict(self.odd),
            dict(self.leases),
            {name: copy(each) for name, each in self.devices.items()},
            self.policy,
            list(self.timelines),
        )


@dataclass(slots=True)
class Book:
    """The file beside the database (`gate.server.rights_book`)."""

    granted: dict[Holding, int] = field(default_factory=dict)
    in_doubt: bool = False
    heard: set[DeviceId] = field(default_factory=set)
    """Lanes that have called since the doubt began."""

    def keep(self, granted: dict[Holding, int]) -> None:
        for each, total in granted.items():
            self.granted[each] = max(total, self.granted.get(each, 0))


@dataclass(slots=True)
class _Job:
    """`what`: handed in, or a change: a function that gives feed rows and what else to store."""

    what: object
    reply: Reply


class SimServer:
    """`later(seconds, act)` and `dice` are the world's."""

    def __init__(self, world) -> None:
        self._world = world
        self.database = Database()
        self.book = Book()
        self.backups: list[Database] = []
        self.version = 1
        self.is_up = False
        self.intake: Intake | None = None
        self._life = 0
        self._sweeping: int | None = None
        self._jobs: list[_Job] = []
        self._writing = False
        self._under_way: tuple | None = None
        self._polls: list[Callable[[], None]] = []
        self._met: set[DeviceId] = set()
        self.lan_key = 1
        """A file beside the database: no restore brings an old one back."""
        self.next_commit: str = "ok"
        """`fails`: nothing is stored; `unheard`: stored, and the connection breaks."""
        self.lost_a_commit = False
        """Its own admission in it holds a place, by the book, until an operator trusts it."""

    # --- life

    def start(self) -> None:
        """From what is committed; a policy that changed meanwhile is told to the lanes."""
        self._life += 1
        self.is_up = True
        self._jobs, self._polls, self._writing = [], [], False
        self._met = set()
        self._storing_leases: dict[Holding, int] = {}
        known = Known(edition.policy(self.version))
        known.known_until_min = 2**24
        self.intake = Intake(known)
        known.places = self.intake.places
        self.book.keep(self.database.leases)
        self._take_over(self.book.granted)
        self._recall()
        self.intake.restored(self.book.granted)
        if self.database.policy != self.version:
            # As in `app.service`, before the first request is answered.
            rows = self.intake.place((FeedRow(seq=0, policy=edition.text(self.version)),))
            self._store(None, rows)
            self.intake.changed(rows)

    def crash(self) -> None:
        """A commit under way was heard by the database just before, or it was not."""
        if self.is_up and self._under_way is not None:
            if self._world.dice.random() < 0.5:
                self._store(*self._under_way)
            else:
                self.lost_a_commit = True
        self.is_up = False
        self._under_way = None
        self._life += 1

    def restore(self, backup: Database, with_book: bool) -> None:
        """On the same machine, whose book is still there; or on a spare one, without."""
        self.crash()
        self.database = backup.backup()
        if not with_book:
            self.book = Book(in_doubt=True)
        self.start()

    def trust(self) -> None:
        """The operator says that every lane was heard, and whoever is in the room is known."""

        def apply() -> tuple[FeedRow, ...]:
            self.book.granted.update(self.intake.counted())
            self.book.in_doubt = self.intake.in_doubt = False
            return ()

        self.change(apply)

    def _take_over(self, granted: dict[Holding, int]) -> None:
        self.book.keep(granted)
        for holding, total in granted.items():
            if holding[1] != BY_SERVER:
                leases = self.database.leases
                leases[holding] = max(total, leases.get(holding, 0))
                self.intake.granted(holding, leases[holding])
        self.intake.in_doubt = self.book.in_doubt

    def _recall(self) -> None:
        database, intake = self.database, self.intake
        intake.changed(database.feed[intake.known.cursor :])
        numbers: dict[tuple[DeviceId, int], Numbers] = {}
        for name in (*(row[1].name for row in database.log), *database.odd):
            numbers.setdefault(name[:2], Numbers()).add(name[2])
        intake.recall(len(database.log), numbers, database.leases)
        for seq, record, _, answer in database.log:
            intake.recalled(seq, record, answer is not None)
        self._new_timeline()

    def _new_timeline(self) -> None:
        database, intake = self.database, self.intake
        self._world.timelines += 1
        intake.timeline = f"timeline {self._world.timelines}"
        here = Timeline(intake.timeline, len(database.feed), len(database.log))
        database.timelines.append(here)
        self._world.new_timeline(intake.timeline)

    def revoke(self, device: DeviceId) -> None:
        """Cut a device off; the others get another LAN key, with a new snapshot."""
        self.database.devices[device].revoked = True
        self.lan_key += 1
        self._new_timeline()
        self._wake()

    def _peers(self, device: DeviceId) -> tuple[str, ...]:
        devices = self.database.devices
        return tuple(sorted(d for d in self._met if d != device and not devices[d].revoked))

    # --- the API

    def call(self, device: DeviceId, epoch: int, request: Request, reply: Reply) -> None:
        """A request arrived. `epoch` is the one the device's token was given for."""
        each = self.database.devices.get(device)
        if each is None or each.revoked or each.epoch != epoch:
            reply(CallRefused(401, "Not known", ""))
            return
        world, intake = self._world, self.intake
        match request:
            case Hello():
                self._heard(each, request)
                welcome = told.welcome(
                    intake, device, each.epoch, each.gate, each.direction,
                    world.true_ms(), world.now_s,
                )  # fmt: skip
                self._met.add(device)
                reply(msgspec.structs.replace(welcome, peers=self._peers(device)))
            case AskSnapshot():
                text = edition.text(self.version)
                if self._under_way is not None and self._under_way[0] is not None:
                    self._world.heard[device] |= self._under_way[0].names.keys()
                snapshot = told.snapshot(intake, text, world.true_time())
                reply(msgspec.structs.replace(snapshot, lan_key=f"key {self.lan_key}"))
            case AskFeed():
                self._feed(request, reply, world.now_s + request.wait_s)
            case Lease():
                self._lease(each, request, reply)
            case HandIn(of, first, records):
                if of > each.epoch:
                    reply(CallRefused(422, "Unknown epoch", ""))
                    return
                raw = tuple(msgspec.Raw(msgspec.json.encode(record)) for record in records)
                latest_ms = world.true_ms() + AHEAD_MS_MAX
                batch = LogBatch(of, first, raw)
                self._queue(Upload(device, each.epoch, batch, LANE_KINDS, latest_ms), reply)

    def _heard(self, device: Device, hello: Hello) -> None:
        if news := self.intake.news(device.id, device.epoch, hello.granted):
            self._world.invariants.learnt(news, self.book.in_doubt)
            self._take_over(news)
        self.book.heard.add(device.id)

    def scan(self, device: DeviceId, scan: OnlineScan, reply: Reply) -> None:
        """A scan the server decides."""
        each = self.database.devices[device]
        at = self._world.true_time()
        self._queue(Presented(device, each.gate, scan, at), reply)

    def change(self, apply: Callable[[], tuple[FeedRow, ...]], reply: Reply = lambda _: None):
        self._queue(apply, reply)

    def sweep(self, zone: ZoneId) -> None:
        """One at a time: its number is the next one of the server's own."""
        if self._sweeping == self._life:
            self._world.later(0.1, lambda: self.is_up and self.sweep(zone))
            return
        self._sweeping = self._life

        def done(_: object) -> None:
            self._sweeping = None

        self._queue(self.intake.sweep(zone, self._world.true_time()), done)

    def _feed(self, asked: AskFeed, reply: Reply, until_s: float) -> None:
        """Long poll: answer when there is news, or nothing came in time."""
        intake, life = self.intake, self._life
        if asked.after > intake.known.cursor:
            reply(CallRefused(409, "Ahead of the feed", ""))
            return

        def answer() -> None:
            if life != self._life:
                return
            known = intake.known
            until, head = told.known_until_min(known, self._world.true_time()), known.cursor
            rows = self.database.feed[asked.after : asked.after + FEED_ROWS_MAX]
            feed = told.feed(intake, rows, head, until, asked.moves_after)
            reply(feed if isinstance(feed, Feed) else CallRefused(409, "Too far behind", ""))

        left = until_s - self._world.now_s
        if asked.after < intake.known.cursor or left <= 0:
            answer()
        elif asked.moves_after < intake.recent.through:
            self._world.later(min(left, GATHER_S), answer)
        else:
            # Woken by the next commit, or asked again at the end.
            waiting = _Once(lambda: life == self._life and self._feed(asked, reply, until_s))
            self._polls.append(waiting)
            self._world.later(left, waiting)

    def _lease(self, device: Device, asked: Lease, reply: Reply) -> None:
        policy = self.intake.known.policy
        zone = policy.zones[ZoneId(asked.zone)]
        if asked.epoch != device.epoch or not is_hard(zone):
            reply(CallRefused(409, "Other epoch", ""))
            return
        holding = (device.id, device.epoch, zone.id)
        want, at = min(asked.want, stock(zone, policy)), self._world.true_time()
        granted = 0

        def apply() -> tuple[FeedRow, ...]:
            nonlocal granted
            granted = self.intake.lease(holding, want, at, self._world.now_s)
            if granted > self.intake.pool.granted[holding]:
                self._world.invariants.leased(holding, self.book.in_doubt)
                self.book.keep({holding: granted})
                self._storing_leases[holding] = granted
                self.intake.granted(holding, granted)
            return ()

        def after(outcome: object) -> None:
            reply(outcome if isinstance(outcome, Exception) else Leased(zone.id, granted))

        self._queue(apply, after)

    # --- the writer

    def _queue(self, what: object, reply: Reply) -> None:
        self._jobs.append(_Job(what, reply))
        if not self._writing:
            self._write()

    def _write(self) -> None:
        """One group: everything that waits up to a change, or one change alone."""
        if not self._jobs:
            return
        self._writing = True
        self._storing_leases: dict[Holding, int] = {}
        jobs: list[_Job] = []
        while self._jobs and isinstance(self._jobs[0].what, Upload | Presented):
            jobs.append(self._jobs.pop(0))
        life, seconds = self._life, self._world.dice.uniform(*COMMIT_S)
        if jobs:
            handed_in = [job.what for job in jobs]
            names, needed = self.database.names, self.intake.needed(handed_in)
            group = self.intake.take(handed_in, {n: names[n] for n in needed if n in names})
            self._world.invariants.taken(group, self.book.in_doubt)
            self.book.keep(group.rights)
            self._under_way = group, ()
            self._world.later(seconds, lambda: self._end(life, jobs, group=group))
        else:
            jobs = [self._jobs.pop(0)]
            rows = self.intake.place(jobs[0].what())
            self._under_way = None, rows
            self._world.later(seconds, lambda: self._end(life, jobs, rows=rows))

    def _end(self, life: int, jobs: list[_Job], group=None, rows=()) -> None:
        """The commit under way ends, well or not; of a server that died, too."""
        if life != self._life:
            return
        outcome, self.next_commit = self.next_commit, "ok"
        self._under_way = None
        if outcome == "fails":
            self.lost_a_commit = True
        else:
            self._store(group, rows)
        if outcome != "ok":
            self._recall()
            for job in jobs:
                job.reply(ServerAway("storage away"))
        elif group is not None:
            for job, answer in zip(jobs, self.intake.committed(group), strict=True):
                self._world.invariants.answered(job.what, answer, self.database)
                job.reply(answer)
        else:
            self.intake.changed(rows)
            jobs[0].reply(None)
        self._writing = False
        self._wake()
        self._write()

    def _wake(self) -> None:
        polls, self._polls = self._polls, []
        for poll in polls:
            poll()

    def _store(self, group, rows) -> None:
        database = self.database
        if group is not None:
            database.log.extend(group.rows)
            self._world.wrote(group.rows)
            database.names |= {row[1].name: row[2:] for row in group.rows}
            for name, _, why, _ in group.odd:
                database.odd[name] = why
        database.leases |= self._storing_leases
        for row in rows:
            database.feed.append(row)
            self._world.told(row)
            if row.policy is not None:
                database.policy = self.version


class _Once:
    """Whoever calls first."""

    def __init__(self, act: Callable[[], object]) -> None:
        self._act: Callable[[], object] | None = act

    def __call__(self) -> None:
        act, self._act = self._act, None
        if act is not None:
            act()
