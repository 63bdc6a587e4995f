"""What time it is at a lane: its own clock, put right by the server's when they last spoke.

A difference counts once it is larger than what the network can explain; it is kept on disk, so a
lane that starts offline goes on with it. Time never goes back behind what was already said, but
when the server says that it was ahead.
"""

from datetime import UTC, datetime, timedelta

from gate.clock import Clock

NOTICED_MS = 2_000
"""A smaller difference is not corrected: it changes no decision."""
ROUND_TRIP_MAX_MS = 120_000
"""A device that slept between question and answer learns nothing of the time from it."""


class LaneClock:
    """`offset_ms` is added to the device's own clock."""

    def __init__(self, clock: Clock, offset_ms: int = 0) -> None:
        self._clock = clock
        self.offset_ms = offset_ms
        self.error_ms: int | None = None
        """The offset is known to within this; None before the server was heard."""
        self._last = datetime.min.replace(tzinfo=UTC)

    @property
    def is_wrong(self) -> bool:
        return self.offset_ms != 0

    def raw_ms(self) -> int:
        """The device's own clock."""
        return self._clock.now_ms()

    def now(self) -> datetime:
        """The venue's moment as well as this lane knows it; never earlier than before."""
        self._last = max(self._last, self._clock.now() + timedelta(milliseconds=self.offset_ms))
        return self._last

    def heard(self, server_ms: int, asked_ms: int, answered_ms: int) -> bool:
        """The server said its time somewhere between asking and its answer's arrival (NTP's
        on-wire reckoning, RFC 5905). Whether the offset changed."""
        if answered_ms < asked_ms:
            return False
        self.error_ms = (answered_ms - asked_ms + 1) // 2
        if answered_ms - asked_ms > ROUND_TRIP_MAX_MS:
            return False
        found = server_ms - (asked_ms + answered_ms) // 2
        if abs(found) <= self.error_ms + NOTICED_MS:
            found = 0
        if abs(found - self.offset_ms) <= self.error_ms + NOTICED_MS and (found == 0) == (
            self.offset_ms == 0
        ):
            return False
        if found < self.offset_ms:
            self._last = datetime.min.replace(tzinfo=UTC)  # what was ahead was wrong
        self.offset_ms = found
        return True
