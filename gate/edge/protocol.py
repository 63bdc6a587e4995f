"""What a lane says to its server and what it makes of the answers; no network, no waiting.

Two conversations share the lane: `down` (hello, then snapshot, rights, feed) and `up` (records).
Each goes `step(event, now_ms) -> effect`: whoever drives it does what the effect says and steps it
again with what came of it. `sync` drives it with asyncio, the simulator with a clock of its own.
Both give up on nothing except a revoked token; a lane decides on whether they work or not.
"""

import logging
from collections.abc import Callable, Generator
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from gate import __version__
from gate.access.ledger import LogRecord
from gate.access.policy_file import PolicyError
from gate.access.wire import (
    RECORDS_PER_BATCH_MAX,
    Feed,
    Hello,
    Lease,
    Leased,
    LogAck,
    Snapshot,
    Welcome,
)
from gate.client import CallRefused, ServerAway
from gate.edge.lane import Lane
from gate.edge.store import FAILURES
from gate.edge.timekeeping import LaneClock

FEED_WAIT_S = 5.0
"""Also the heartbeat: each poll is preceded by a hello."""
BACKOFF_S = (0.3, 2.0)
"""The upper end is also how long after healing the server may not know what happened here."""
IDLE_UPLOAD_S = 2.0
_CONFLICT = 409
_log = logging.getLogger(__name__)


class Link(StrEnum):
    CONNECTING = "connecting"
    ONLINE = "online"
    OFFLINE = "offline"
    REVOKED = "revoked"


# --- effects: what the driver is to do


@dataclass(frozen=True, slots=True)
class AskSnapshot:
    pass


@dataclass(frozen=True, slots=True)
class AskFeed:
    after: int
    wait_s: float
    moves_after: int


@dataclass(frozen=True, slots=True)
class HandIn:
    """Consecutive records from `first`; with none, only ask how much the server holds."""

    epoch: int
    first: int
    records: list[LogRecord]


@dataclass(frozen=True, slots=True)
class Wait:
    """Step again with `Rested` after so long; with `wakeable` at once when a record is new."""

    seconds: float
    wakeable: bool = False


@dataclass(frozen=True, slots=True)
class Wake:
    """There is a new record: wake the other conversation, and step on with `Rested`."""


@dataclass(frozen=True, slots=True)
class Stop:
    """This device was cut off and has forgotten everybody; nothing more is said."""


Request: TypeAlias = Hello | AskSnapshot | AskFeed | Lease | HandIn
Effect: TypeAlias = Request | Wait | Wake | Stop


# --- events: what came of it


@dataclass(frozen=True, slots=True)
class Rested:
    """Also the first event of a conversation."""


@dataclass(frozen=True, slots=True)
class Answered:
    answer: Welcome | Snapshot | Feed | Leased | LogAck


@dataclass(frozen=True, slots=True)
class Failed:
    """The request came to nothing: ServerAway, CallRefused, or a fault."""

    error: Exception


Event: TypeAlias = Rested | Answered | Failed
_Talk: TypeAlias = Generator[Request | Wait | Wake, object, bool]


class Protocol:
    """Used from the lane's thread. `jitter` gives 0 to 1, so that lanes do not call in step."""

    def __init__(self, lane: Lane, clock: LaneClock, jitter: Callable[[], float]) -> None:
        self._lane = lane
        self._clock = clock
        self.jitter = jitter
        self.lan_address = ""
        """Where other lanes reach this one; empty: nowhere."""
        self.link = Link.CONNECTING
        self.problem = ""
        self._compared = False
        """Whether the server was asked what it holds of earlier epochs since it was last away."""
        self.now_ms = 0
        """The device's own clock at the present step."""
        self.down = Conversation(self, self._down)
        self.up = Conversation(self, self._up)

    def heard(self) -> None:
        self.link, self.problem = Link.ONLINE, ""

    def failed(self, error: Exception) -> None:
        """Say what went wrong. Only the server being away is ordinary."""
        self._compared = False
        match error:
            case ServerAway():
                self.link, self.problem = Link.OFFLINE, str(error)
            case CallRefused(status=401):
                self.link, self.problem = Link.REVOKED, str(error)
            case CallRefused():
                self.link, self.problem = Link.OFFLINE, str(error)
                _log.error("the server refuses this lane: %s", error)
            case PolicyError() | ValueError():
                self.problem = f"not taken from the server: {error}"
                _log.error("what the server sent cannot be used: %s", error)
            case _ if isinstance(error, FAILURES):
                self.problem = f"the lane's store failed: {error}"
                _log.error("the lane's store failed: %s", error)
            case _:
                self.problem = f"a fault of ours: {type(error).__name__}"
                _log.error("the sync met a fault of ours; it tries again", exc_info=error)

    def cut_off(self) -> bool:
        """Forget everybody. False while the store cannot be written: then it is tried again."""
        try:
            self._lane.wipe()
        except FAILURES as error:
            _log.error("the lane's store could not be wiped: %s", error)
            return False
        return True

    def _down(self) -> _Talk:
        """Hello, then the snapshot or the feed's next rows."""
        lane, asked_ms = self._lane, self.now_ms
        cursor = lane.cursor
        welcome = yield Hello(
            lane.identity.epoch,
            cursor or 0,
            lane.outbox.waiting,
            __version__,
            asked_ms,
            self._clock.error_ms,
            lan=self.lan_address,
            granted=lane.rights.ever,
        )
        assert isinstance(welcome, Welcome)
        if self._clock.heard(welcome.now_ms, asked_ms, self.now_ms):
            lane.keep_offset(self._clock.offset_ms)
        lane.meet(welcome.peers)
        lane.outbox.acknowledged(lane.identity.epoch, welcome.acked_through)
        if lane.give_back_earlier(self._clock.now()):
            yield Wake()
        if cursor is None or cursor > welcome.head or lane.timeline != welcome.timeline:
            return (yield from self._snapshot())
        yield from self._rights(welcome)
        try:
            feed = yield AskFeed(cursor, FEED_WAIT_S, lane.moves_through)
        except CallRefused as error:
            if error.status != _CONFLICT:
                raise
            return (yield from self._snapshot())
        assert isinstance(feed, Feed)
        lane.apply(feed)
        return True

    def _snapshot(self) -> _Talk:
        snapshot = yield AskSnapshot()
        assert isinstance(snapshot, Snapshot)
        self._lane.take(snapshot)
        return True

    def _rights(self, welcome: Welcome) -> _Talk:
        """Ask for more places of a hard zone, or give back what others need more."""
        lane = self._lane
        zone, want = lane.zone, lane.rights_wanted()
        if zone is None:
            return False
        if want:
            leased = yield Lease(lane.identity.epoch, zone.id, want)
            assert isinstance(leased, Leased)
            lane.rights.grant(leased.zone, leased.granted)
        elif zone.id in welcome.short:
            lane.give_back(zone.id, self._clock.now())
            yield Wake()
        return True

    def _up(self) -> _Talk:
        """Send what waits, in order; then sleep until there is more. Whether it heard the
        server."""
        heard = yield from self._compare()
        while records := self._lane.outbox.batch(RECORDS_PER_BATCH_MAX):
            first, last = records[0], records[-1]
            ack = yield HandIn(first.epoch, first.number, records)
            assert isinstance(ack, LogAck)
            self._lane.outbox.acknowledged(first.epoch, ack.acked_through)
            if ack.acked_through < last.number:
                raise ServerAway("the server did not take every record")
            heard = True
        if not heard:
            yield Wait(IDLE_UPLOAD_S, wakeable=True)
        return heard

    def _compare(self) -> _Talk:
        """Ask, by an empty batch, what the server holds of earlier epochs: hello tells of ours
        only, and a server that comes back may have been restored."""
        if self._compared:
            return False
        for epoch in self._lane.outbox.older_epochs:
            ack = yield HandIn(epoch, 1, [])
            assert isinstance(ack, LogAck)
            self._lane.outbox.acknowledged(epoch, ack.acked_through)
        self._compared = True
        return bool(self._lane.outbox.older_epochs)


class Conversation:
    """One of the two: the same round again and again, and a pause after each failure."""

    def __init__(self, protocol: Protocol, talk: Callable[[], _Talk]) -> None:
        self._protocol = protocol
        self._talk = talk
        self._round: _Talk | None = None
        self._failures = 0

    def step(self, event: Event, now_ms: int) -> Effect:
        """What to do next. Never raises: a fault of ours is said, and tried again."""
        protocol = self._protocol
        if protocol.link is Link.REVOKED:
            return self._end()
        protocol.now_ms = now_ms
        try:
            while (effect := self._advance(event)) is None:
                event = Rested()
        except Exception as error:  # noqa: BLE001 - whatever it was, the lane decides on
            return self._pause(error)
        return effect

    def _advance(self, event: Event) -> Effect | None:
        """The round's next effect; None: it is over."""
        if self._round is None:
            self._round = self._talk()
            event = Rested()
        try:
            match event:
                case Failed(error):
                    return self._round.throw(error)
                case Answered(answer):
                    return self._round.send(answer)
                case Rested():
                    return next(self._round)
        except StopIteration as ended:
            self._round = None
            self._failures = 0
            if ended.value:
                self._protocol.heard()
        return None

    def _pause(self, error: Exception) -> Effect:
        protocol = self._protocol
        self._round = None
        self._failures += 1
        protocol.failed(error)
        if protocol.link is Link.REVOKED:
            return self._end()
        low, high = BACKOFF_S
        wait_s = min(high, low * 2 ** min(self._failures, 10))
        return Wait(wait_s * (0.5 + protocol.jitter() / 2))

    def _end(self) -> Effect:
        return Stop() if self._protocol.cut_off() else Wait(BACKOFF_S[1])
