"""Supervisors at a lane: who one is by PIN or own badge, and how often they may.

Works without network: number, verifier and badge holder of each are synced. Wrong PINs lock the
lane's keypad for a while, whoever's they were.
"""

from collections import deque
from datetime import datetime, timedelta

from nacl import pwhash
from nacl.exceptions import CryptoError

from gate.access.known import Known
from gate.access.model import GateId
from gate.access.wire import Supervisor

TRIES, LOCK = 5, timedelta(minutes=10)
PIN_CHARS_MAX = 12
HOUR_MS = 3_600_000


class Supervision:
    def __init__(self) -> None:
        self._wrong: deque[datetime] = deque(maxlen=TRIES)
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
        if pin.isdecimal() and len(pin) <= PIN_CHARS_MAX:
            for each in known.supervisors.values():
                if each.active and _verifies(each.verifier, pin):
                    self._wrong.clear()
                    return each
        self._wrong.append(at)
        return None

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
