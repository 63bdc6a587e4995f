"""What time it is for the venue: the real time, or a demonstration day played at any speed.

Every program of one demonstration is given the same text, ``START@ORIGINxSPEED``: the venue's
time at the moment ORIGIN (Unix seconds) and how many venue seconds pass in a real one.
"""

import re
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

_TEXT = re.compile(r"(?P<start>[^@]+)@(?P<origin>\d+(\.\d+)?)x(?P<speed>\d+(\.\d+)?)")


@dataclass(frozen=True, slots=True)
class Clock:
    """`start` None is the real time."""

    start: datetime | None = None
    origin_s: float = 0.0
    speed: float = 1.0

    def now(self) -> datetime:
        """The venue's moment, in UTC."""
        real_s = time.time()
        if self.start is None:
            return datetime.fromtimestamp(real_s, UTC)
        elapsed_s = (real_s - self.origin_s) * self.speed
        return (self.start + timedelta(seconds=elapsed_s)).astimezone(UTC)

    def now_ms(self) -> int:
        return int(self.now().timestamp() * 1000)

    def __str__(self) -> str:
        if self.start is None:
            return ""
        return f"{self.start.isoformat()}@{_plain(self.origin_s)}x{_plain(self.speed)}"


def _plain(number: float) -> str:
    """Without an exponent, and without losing anything."""
    return f"{Decimal(repr(number)):f}"


def starting_now(start: datetime, speed: float = 1.0) -> Clock:
    """A clock that shows `start` at this moment."""
    return Clock(start, time.time(), speed)


def read(text: str) -> Clock:
    """The clock that `str` wrote; empty text is the real time.

    Raises ValueError naming the form when the text has another.
    """
    if not text:
        return Clock()
    found = _TEXT.fullmatch(text)
    if found is None:
        raise ValueError(
            f"clock {text!r}: expected START@ORIGINxSPEED, as the demonstration prints"
        )
    try:
        start = datetime.fromisoformat(found["start"])
    except ValueError:
        raise ValueError(f"clock {text!r}: START is no moment in ISO 8601") from None
    if start.tzinfo is None:
        raise ValueError(f"clock {text!r}: START needs a UTC offset, such as +02:00")
    return Clock(start, float(found["origin"]), float(found["speed"]))
