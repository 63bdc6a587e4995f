"""What lanes of a venue tell each other without the server, and what of it is believed.

Whoever stole a lane has its key, so no lane is believed more than it can know. Rules kept here:

- A lane speaks of its own moves alone, and of nothing that is still far ahead.
- It empties no zone: only the server does.
- A newer generation is proved by the badge that bears it: a stolen lane shuts nobody's badge out.
"""

from collections import deque
from collections.abc import Sequence
from datetime import datetime, timedelta

from gate.access.credential import verify
from gate.access.known import Known
from gate.access.ledger import LogRecord, Move, MoveKind, Told, move
from gate.access.model import Credential
from gate.access.wire import Enrolled
from gate.edge.acts import ms

AHEAD_MAX = timedelta(hours=3)
"""What another lane says happened later than this is not believed. Generous: neither clock may
have been put right lately, and both lanes may still be right about who came in."""
PROOFS_MAX = 1000


class Proofs:
    """The re-printed badges seen lately, with the number each was recorded under."""

    def __init__(self) -> None:
        self._seen: deque[tuple[int, str]] = deque(maxlen=PROOFS_MAX)

    def shown(self, number: int, text: str) -> None:
        self._seen.append((number, text))

    def told(self, lane: Enrolled, records: Sequence[LogRecord], after: int, limit: int) -> Told:
        """What other lanes should hear of these records, all there are behind a number."""
        moves = tuple(made for each in records if (made := move(each)) is not None)
        through = records[-1].number if records else after
        proofs = tuple(text for at, text in self._seen if after < at <= through)
        return Told(lane.device, lane.epoch, through, moves, proofs[:limit])


def believed(told: Told, known: Known, at: datetime) -> tuple[list[Move], dict[int, int]]:
    """Of what another lane tells: its moves, and (holder -> generation) newer than any known."""
    latest_ms = ms(at + AHEAD_MAX)
    own = (told.device, told.epoch)
    moves = [
        each
        for each in told.moves
        if (each.device, each.epoch) == own
        and each.kind is not MoveKind.SWEPT
        and each.at_ms <= latest_ms
    ]
    newer: dict[int, int] = {}
    for text in told.raised:
        badge = verify(text, known.policy.number, known.keys)
        if isinstance(badge, Credential) and badge.generation > max(
            known.generation_min.get(badge.holder, 0), newer.get(badge.holder, 0)
        ):
            newer[badge.holder] = badge.generation
    return moves, newer
