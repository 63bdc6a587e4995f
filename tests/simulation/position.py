"""One lane of a simulated day: the real `Lane` and `Protocol` over a store in memory.

It does what `gate.edge.sync` does, with the world's clock and network: asks, waits, wakes.
"""

from gate.access.wire import DeviceRole, Enrolled, Welcome
from gate.client import ServerAway
from gate.edge.lane import Lane
from gate.edge.protocol import (
    Answered,
    Conversation,
    Event,
    Failed,
    Link,
    Protocol,
    Rested,
    Stop,
    Wait,
    Wake,
)
from gate.edge.timekeeping import LaneClock
from tests.simulation import edition
from tests.simulation.lan import Lan
from tests.simulation.lane_store import PowerCut


class Watch:
    """The device's own clock: the true time and what it is wrong by."""

    def __init__(self, world, skew_ms: int) -> None:
        self._world = world
        self.skew_ms = skew_ms

    def now_ms(self) -> int:
        return self._world.true_ms() + self.skew_ms

    def now(self):
        return self._world.time_of(self.now_ms())


class Position:
    def __init__(self, world, device, store, skew_ms: int) -> None:
        self._world = world
        self.device = device
        self.store = store
        self.watch = Watch(world, skew_ms)
        self.lane: Lane | None = None
        self.clock = LaneClock(self.watch)
        self.protocol: Protocol | None = None
        self.is_cut = self.lan_is_cut = False
        self.lan: Lan | None = None
        self.lan_key: str | None = None
        self.clock_is_steady = True
        """Nobody moved this lane's clock, and no server put it right."""
        self.clock_moved = False
        """Since the server's time was last heard: then that answer may mean nothing."""
        self.generations: dict[int, int] = {}
        self.place: tuple | None = None
        self._before: tuple | None = None
        self._life = 0
        self._asked = 0
        self._waiting: dict[Conversation, int] = {}

    @property
    def is_up(self) -> bool:
        return self.lane is not None

    @property
    def is_revoked(self) -> bool:
        return self.protocol is not None and self.protocol.link is Link.REVOKED

    def start(self) -> None:
        """The program starts, from what is on disk."""
        self._life += 1
        device = self.device
        who = Enrolled(
            device=device.id,
            epoch=device.epoch,
            token="",
            role=DeviceRole.LANE,
            edition=edition.policy(1).edition,
            gate=device.gate,
            direction=device.direction,
        )
        try:
            self.lane = Lane(self.store, who)
        except PowerCut:
            self.dies(1.0)
            return
        self._compare()
        self.clock = LaneClock(self.watch, self.lane.offset_ms)
        self.clock_is_steady = False
        self.protocol = Protocol(self.lane, self.clock, self._world.dice.random)
        self._waiting = {}
        self.lan = Lan(self._world, self) if self._world.plan.lan else None
        for each in (self.protocol.down, self.protocol.up):
            self.step(each, Rested())

    def dies(self, for_s: float) -> None:
        self._life += 1
        life = self._life
        self.lane = self.protocol = None
        self._world.later(for_s, lambda: life == self._life and self.start())

    def remember(self) -> None:
        """What this lane would decide on now, to be compared after the restart. Not when the disk
        failed: what nobody could write down is lost."""
        healthy = not self.store.fails and not self.lane._raised
        self._before = (self.clock.now(), self._facts(self.clock.now())) if healthy else None

    def _facts(self, at) -> dict:
        known = self.lane._known
        if known is None:
            return {}
        zone = known.policy.zones[known.policy.gates[self.lane.gate].zone]
        return {
            holder: (
                known.whereabouts.presence(zone.id, holder, at),
                known.holders.get(holder),
                known.generation_min.get(holder, 0),
                known.local_mode or known.mode,
                self.lane.rights.left(zone.id),
                known.known_until_min,
            )
            for holder in self._world.printed
        }

    def _compare(self) -> None:
        before, self._before = self._before, None
        if before is not None and before[1]:
            self._world.invariants.resumed(self, before[1], self._facts(before[0]))

    def doing(self, act, *arguments) -> object:
        """Something at the lane, in the middle of which the power may go; None: it went."""
        try:
            return act(*arguments)
        except PowerCut:
            self.dies(2.0)
            return None

    def wake(self) -> None:
        """There is a new record to send."""
        if self.lan is not None:
            self.lan.wake()
        if self.protocol is not None and self.protocol.up in self._waiting:
            self._rested(self.protocol.up, self._waiting[self.protocol.up])

    def step(self, conversation: Conversation, event: Event) -> None:
        while True:
            effect = self.doing(conversation.step, event, self.watch.now_ms())
            self._world.invariants.stepped(self)
            if isinstance(event, Answered) and isinstance(event.answer, Welcome) and self.is_up:
                if not self.clock_moved:
                    self._world.invariants.clock(self)
                self.clock_is_steady = self.clock_moved = False
            match effect:
                case None | Stop():
                    return
                case Wake():
                    self.wake()
                    event = Rested()
                case Wait(seconds, wakeable):
                    self._rest(conversation, seconds, wakeable)
                    return
                case _:
                    self._ask(conversation, effect)
                    return

    def _rest(self, conversation: Conversation, seconds: float, wakeable: bool) -> None:
        self._asked += 1
        number, life = self._asked, self._life
        if wakeable:
            self._waiting[conversation] = number
            self._world.later(seconds, lambda: self._rested(conversation, number))
        else:
            self._world.later(
                seconds, lambda: life == self._life and self.step(conversation, Rested())
            )

    def _rested(self, conversation: Conversation, number: int) -> None:
        if self._waiting.get(conversation) == number:
            del self._waiting[conversation]
            self.step(conversation, Rested())

    def _ask(self, conversation: Conversation, request) -> None:
        """Whatever the network does, exactly one event comes of a request."""
        life, done = self._life, []

        def heard(outcome: object) -> None:
            if done or life != self._life:
                return
            done.append(True)
            failed = isinstance(outcome, Exception)
            self.step(conversation, Failed(outcome) if failed else Answered(outcome))

        lost = self._world.carry(self, request, heard)
        self._world.later(lost, lambda: heard(ServerAway("no answer")))
