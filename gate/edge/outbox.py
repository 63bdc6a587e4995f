"""What this lane has written and the server has not acknowledged: numbers, in each epoch."""

from gate.access.ledger import LogRecord
from gate.edge.store import LaneStore


class Outbox:
    """Of the present epoch, and of earlier enrolments that left records here."""

    def __init__(self, store: LaneStore, epoch: int) -> None:
        self._store = store
        self._epoch = epoch
        self._highest = {epoch: 0} | store.highest()
        self._acked = dict.fromkeys(self._highest, 0) | store.acked()

    @property
    def highest(self) -> int:
        """The number of this epoch's last record."""
        return self._highest[self._epoch]

    def highest_of(self, epoch: int) -> int:
        return self._highest.get(epoch, 0)

    def written(self, record: LogRecord) -> None:
        """The record is on disk."""
        self._highest[record.epoch] = record.number
        self._acked.setdefault(record.epoch, 0)

    @property
    def waiting(self) -> int:
        """Records the server has not acknowledged, of every epoch."""
        return sum(max(0, number - self._acked[epoch]) for epoch, number in self._highest.items())

    @property
    def older_epochs(self) -> list[int]:
        """Earlier enrolments of this device that left records here."""
        return sorted(epoch for epoch in self._highest if epoch < self._epoch)

    def batch(self, limit: int) -> list[LogRecord]:
        """The next unacknowledged records of one epoch, in order: first what happens now, then
        what earlier enrolments left. An epoch the server never gave (it was restored) waits."""
        for epoch in (self._epoch, *self.older_epochs):
            if self._acked[epoch] < self._highest[epoch]:
                return self._store.batch(epoch, self._acked[epoch], limit)
        return []

    def acknowledged(self, epoch: int, through: int) -> None:
        """The server holds every record up to `through`; it may say less after a restore."""
        through = min(through, self._highest[epoch])
        if through != self._acked[epoch]:
            self._acked[epoch] = through
            self._store.set_acked(epoch, through)
