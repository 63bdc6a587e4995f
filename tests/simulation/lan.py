"""Lanes of a simulated venue tell each other what happened: what `gate.edge.lan` does with sockets,
with the world's clock and network. A lane's life has one `Lan`; the next life begins anew.
"""

from gate.access.ledger import TOLD_MAX, Told
from gate.edge.lan import BACK_OFF_S, EVERY_S, LOOK_BACK, PATIENCE_S
from gate.edge.store import FAILURES

LOOK_S = 4.0
"""Between two looks whether key or peers are new; the real one looks all the time."""


class Lan:
    def __init__(self, world, position) -> None:
        self._world, self._position = world, position
        self._told: dict[str, int] = {}
        self._key = ""
        self._busy: set[str] = set()
        """Peers that are being told, or left alone for a while after they did not answer."""
        self._look()

    @property
    def _lives(self) -> bool:
        return self._position.lan is self and self._position.is_up

    def wake(self) -> None:
        """There is a new record."""
        self._world.later(self._world.dice.uniform(0.0, EVERY_S), self._tell_all)

    def _look(self) -> None:
        self._world.later(LOOK_S, lambda: self._lives and self._look())
        self.wake()

    def _tell_all(self) -> None:
        if self._lives and self._position.lane.lan_key:
            for peer in self._position.lane.peers:
                self._tell(peer)

    def _tell(self, peer: str) -> None:
        if peer in self._busy:
            return
        lane, highest = self._position.lane, self._position.lane.outbox.highest
        if self._key != lane.lan_key:
            self._key, self._told = lane.lan_key, {}
        after = self._told.setdefault(peer, max(0, highest - LOOK_BACK))
        if after >= highest:
            return
        message = lane.told_after(after, TOLD_MAX)
        self._busy.add(peer)
        key = self._key

        def done(heard: int | None) -> None:
            if self._lives:
                self._end(peer, heard if key == self._key else None)

        carry(self._world, self._position, peer, message, done)

    def _end(self, peer: str, heard: int | None) -> None:
        if heard is None:
            self._world.later(BACK_OFF_S, lambda: self._again(peer))
        else:
            self._told[peer] = heard
            self._again(peer)

    def _again(self, peer: str) -> None:
        self._busy.discard(peer)
        if self._lives and self._position.lane.lan_key:
            self._tell(peer)


def carry(world, sender, peer: str, message: Told, done) -> None:
    """Bring a message to another lane, or not; `done` hears how far it was taken, or None."""
    dice, key = world.dice, sender.lane.lan_key
    there = world.positions[peer]

    def reach() -> bool:
        return not (sender.lan_is_cut or there.lan_is_cut) and there.is_up

    def arrive() -> None:
        if not reach() or not hear(world, there, key, message) or dice.random() < world.loss:
            done(None)
        else:
            world.later(dice.expovariate(1 / world.delay_s), lambda: done(message.through))

    if reach() and dice.random() >= world.loss:
        world.later(dice.expovariate(1 / world.delay_s), arrive)
    else:
        world.later(dice.uniform(0.01, PATIENCE_S), lambda: done(None))


def hear(world, there, key: str, message: Told) -> bool:
    """Whether a lane took it: sealed under another key it is refused, a full disk is an error."""
    if not there.is_up or there.lane.lan_key != key:
        return False

    def taken() -> bool:
        there.lane.hear(message, there.clock.now())
        return True

    try:
        heard = there.doing(taken)
    except FAILURES:
        return False
    if heard:
        world.invariants.told_by_lane(there, message)
    return bool(heard)
