"""A lane's rights to hard zones: what it was granted, what its log says it used.

Both only grow and both are durable, so a crash loses none and spends none twice.
"""

from collections import Counter
from collections.abc import Iterable

from gate.access.capacity import is_hard, rights_used, stock
from gate.access.ledger import LogRecord
from gate.access.model import ZoneId
from gate.access.policy import Policy, Zone
from gate.access.wire import GRANTED_MAX, Granted
from gate.edge.store import LaneStore

KEPT_WHEN_SHORT = 1
"""When another lane has none left, a lane keeps this many and returns the rest."""


class Rights:
    """Of one epoch. Another epoch's rights died with it: what it left unused goes back through its
    own log, and the server is told of all it had, for it must know that they were given."""

    def __init__(self, store: LaneStore, epoch: int, records: Iterable[LogRecord]) -> None:
        self._store = store
        self._epoch = epoch
        self._granted = Counter(store.granted())
        self._used: Counter[tuple[int, ZoneId]] = Counter()
        for record in records:
            self.add(record)

    def add(self, record: LogRecord) -> None:
        if record.zone is not None:
            self._used[record.epoch, record.zone] += rights_used(record)

    def left(self, zone: ZoneId) -> int:
        return self._left(self._epoch, zone)

    def _left(self, epoch: int, zone: ZoneId) -> int:
        return max(0, self._granted[epoch, zone] - self._used[epoch, zone])

    @property
    def left_earlier(self) -> list[tuple[int, ZoneId, int]]:
        """(epoch, zone, rights) of earlier enrolments: nobody will use them any more."""
        held = ((epoch, zone, self._left(epoch, zone)) for epoch, zone in sorted(self._granted))
        return [each for each in held if each[0] < self._epoch and each[2]]

    def wanted(self, zone: Zone, policy: Policy) -> int:
        """How many more to ask for: up to the stock, once half of it is gone."""
        if not is_hard(zone):
            return 0
        full, left = stock(zone, policy), self.left(zone.id)
        return full - left if left * 2 <= full else 0

    def surplus(self, zone: ZoneId) -> int:
        """How many to give back while others have none."""
        return max(0, self.left(zone) - KEPT_WHEN_SHORT)

    def grant(self, zone: ZoneId, total: int) -> None:
        """Take note of all that was ever granted; durable when it returns."""
        if total > self._granted[self._epoch, zone]:
            self._store.set_granted(self._epoch, zone, total)
            self._granted[self._epoch, zone] = total

    @property
    def ever(self) -> tuple[Granted, ...]:
        """All that was ever granted here, the newest epochs first, as the server is told."""
        newest = sorted(self._granted.items(), reverse=True)
        return tuple(Granted(epoch, zone, total) for (epoch, zone), total in newest)[:GRANTED_MAX]
