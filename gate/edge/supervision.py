"""Supervisors at a lane: who one is by PIN or own badge, and how often they may.

Works without network: number, verifier and badge holder of each are synced. Five wrong PINs within
ten minutes lock the lane's keypad until the first is ten minutes old, whoever's they were, also
over a restart; a right one clears the count. The phone holds to the same:
`pages/scanner/supervisor.js`.
"""

import logging
import re
from collections import deque
from datetime import UTC, datetime, timedelta

from nacl import pwhash
from nacl.exceptions import CryptoError

from gate.access.known import Known
from gate.access.model import GateId
from gate.access.wire import Supervisor
from gate.edge.store import FAILURES, LaneStore

TRIES, LOCK = 5, timedelta(minutes=10)
PIN = re.compile(r"[0-9]{8,12}")
"""What the server takes for one; any other text is a wrong PIN and is not tried."""
HOUR_MS = 3_600_000
_log = logging.getLogger(__name__)


class Supervision:
    def __init__(self, store: LaneStore) -> None:
        self._store = store
        kept = (datetime.fromtimestamp(at_ms / 1000, UTC) for at_ms in store.wrong_pins())
        self._wrong: deque[datetime] = deque(kept, maxlen=TRIES)
        self._overrides: deque[int] = deque()

    def locked_until(self, at: datetime) -> datetime | None:
        """When the keypad opens again; None: it is open."""
        if len(self._wrong) < TRIES or at - self._wrong[0] >= LOCK:
            return None
        return self._wrong[0] + LOCK

    def by_pin(self, pin: str, known: Known, at: datetime) -> Supervisor | None:
        """Whose PIN this is. About a tenth of a second for each active supervisor."""
        if self.locked_until(at) is not None:
            return None
        found = self._whose(pin, known) if PIN.fullmatch(pin) else None
        if found is None:
            self._wrong.append(at)
        else:
            self._wrong.clear()
        self._keep()
        return found

    def _whose(self, pin: str, known: Known) -> Supervisor | None:
        active = (each for each in known.supervisors.values() if each.active)
        return next((each for each in active if _verifies(each.verifier, pin)), None)

    def _keep(self) -> None:
        """On disk before the next try may begin: a restart gives no more. A disk that fails keeps
        no supervisor away; the count then lasts as long as the program."""
        try:
            self._store.set_wrong_pins([int(at.timestamp() * 1000) for at in self._wrong])
        except FAILURES as error:
            _log.error("wrong PINs could not be written down: %s", error)

    def by_badge(self, text: str, known: Known, gate: GateId, at: datetime) -> Supervisor | None:
        """Whose own badge this is: genuine, current, neither cancelled nor blocked."""
        badge = known.genuine(text, gate, at)
        if badge is None:
            return None
        holder = badge.holder
        return next(
            (s for s in known.supervisors.values() if s.active and s.holder == holder), None
        )

    def overrode(self, at_ms: int) -> None:
        self._overrides.append(at_ms)

    def overrides_left(self, known: Known, at: datetime) -> int:
        """How many more this lane may override within the hour."""
        since = int(at.timestamp() * 1000) - HOUR_MS
        while self._overrides and self._overrides[0] <= since:
            self._overrides.popleft()
        return max(0, known.policy.overrides_per_hour - len(self._overrides))


def _verifies(verifier: str, pin: str) -> bool:
    try:
        return pwhash.verify(verifier.encode(), pin.encode())
    except (CryptoError, ValueError, UnicodeEncodeError):
        return False
