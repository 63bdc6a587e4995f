"""How often somebody may try, by real time. Bounded: the oldest names are forgotten first."""

import time
from collections import OrderedDict, deque
from dataclasses import dataclass, field

NAMES_MAX = 10_000


@dataclass(slots=True)
class Attempts:
    """At most `limit` failures of one name in `window_s` seconds."""

    limit: int
    window_s: float
    _failures: OrderedDict[str, deque[float]] = field(default_factory=OrderedDict)

    def wait_s(self, name: str) -> int:
        """Seconds until the name may try again; 0 means now."""
        failures = self._failures.get(name)
        if failures is None:
            return 0
        now = time.monotonic()
        while failures and failures[0] <= now - self.window_s:
            failures.popleft()
        if len(failures) < self.limit:
            return 0
        return int(failures[0] + self.window_s - now) + 1

    def begun(self, name: str) -> None:
        """Counts as a failure until told otherwise: tries made at once are no more than in turn."""
        failures = self._failures.setdefault(name, deque(maxlen=self.limit))
        failures.append(time.monotonic())
        self._failures.move_to_end(name)
        while len(self._failures) > NAMES_MAX:
            self._failures.popitem(last=False)

    def taken_back(self, name: str) -> None:
        """The latest try was none that counts; earlier failures stay."""
        if failures := self._failures.get(name):
            failures.pop()

    def succeeded(self, name: str) -> None:
        self._failures.pop(name, None)
