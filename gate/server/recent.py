"""The newest moves of the log, kept in memory for lanes that follow closely.

Whoever is further behind takes a snapshot, which holds what still matters; so no lane ever reads
the log from the database.
"""

from collections import deque

from gate.access.ledger import LogRecord, Move, move

MOVES_KEPT = 20_000
MOVES_TOLD_MAX = 5_000


class Recent:
    """`through` is the log position up to which it speaks."""

    def __init__(self) -> None:
        self.through = 0
        self._moves: deque[tuple[int, Move]] = deque(maxlen=MOVES_KEPT)

    def add(self, seq: int, record: LogRecord) -> None:
        """Records in the order of their positions."""
        self.through = seq
        if (made := move(record)) is not None:
            self._moves.append((seq, made))

    def after(self, seq: int) -> tuple[tuple[Move, ...], int] | None:
        """(the moves behind a position, the position reached); None: too far behind, or ahead."""
        if seq > self.through:
            return None
        full = len(self._moves) == MOVES_KEPT
        if full and self._moves[0][0] > seq + 1:
            return None
        found: list[Move] = []
        for position, made in reversed(self._moves):
            if position <= seq:
                break
            found.append(made)
        found.reverse()
        if len(found) <= MOVES_TOLD_MAX:
            return tuple(found), self.through
        told = found[:MOVES_TOLD_MAX]
        reached = next(p for p, made in self._moves if made is told[-1])
        return tuple(told), reached
